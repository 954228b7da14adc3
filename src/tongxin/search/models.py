from __future__ import annotations

from django.db import models


class SearchEntry(models.Model):
    """A text that another room gave to be found: what it belongs to, whose it is, and where that unit is.

    Written by the actions of this room alone, which keep the index of the database beside it.
    """

    kind = models.CharField(max_length=64)
    target_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField(db_index=True)
    place = models.CharField(max_length=200, db_index=True)
    changed_at = models.DateTimeField()
    title = models.TextField(blank=True)
    # What the index was made of: an entry is taken out of it by what was put in, even by an older version.
    normal_title = models.TextField(blank=True, editable=False)
    # Long columns stand last: SQLite reads through them to reach another.
    normal_text = models.TextField(blank=True, editable=False)
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "target_id"], name="search_entry_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.target_id}"
