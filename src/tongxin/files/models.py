from __future__ import annotations

from django.conf import settings
from django.db import models


class StoredFile(models.Model):
    """A file that somebody sent, kept encrypted under the home until it expires, or for good."""

    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=64, unique=True)
    stored_at = models.DateTimeField(auto_now_add=True)
    stored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    expires_on = models.DateField(null=True, blank=True)
    """None for what is kept as long as what it belongs to."""
    is_erased = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name
