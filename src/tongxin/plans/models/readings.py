from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.files.models import StoredFile
from tongxin.organisations.models import Organisation
from tongxin.plans.models.documents import Document, Genre


class DocumentReading(models.Model):
    """A large file that was sent to be read in the background: received → read in, or refused as a whole.

    The document appears in one step when it has been read; of a file that is refused nothing is kept.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        READ = "read", _("read in")
        REFUSED = "refused", pgettext_lazy("file", "refused")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="document_readings")
    name = models.CharField(max_length=255)
    genre = models.CharField(max_length=12, choices=Genre)
    revises = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    file = models.OneToOneField(StoredFile, models.SET_NULL, null=True, blank=True, related_name="+")
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    refusal = models.JSONField(default=dict, blank=True)
    """The code of why it was refused, and what the sentence about it names."""
    document = models.OneToOneField(Document, models.CASCADE, null=True, blank=True, related_name="+")
    job_id = models.BigIntegerField(null=True, blank=True)
    sent_at = models.DateTimeField(auto_now_add=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "sha256"],
                condition=Q(state="received"),
                name="document_read_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="read", document__isnull=False) | (~Q(state="read") & Q(document=None)),
                name="document_reading_ends_in_a_document",
            ),
        ]

    def __str__(self) -> str:
        return self.name
