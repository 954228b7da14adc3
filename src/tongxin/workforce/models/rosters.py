from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.files.models import StoredFile
from tongxin.organisations.models import Organisation
from tongxin.workforce.models.people import Worker


class ColumnMapping(models.Model):
    """How one enterprise's own headers are to be read; set once and remembered."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="column_mappings")
    layout = models.CharField(max_length=32)
    header = models.CharField(max_length=200)
    column = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "layout", "header"], name="header_mapped_once"),
        ]

    def __str__(self) -> str:
        return f"{self.header} → {self.column}"


class RosterImport(models.Model):
    """One roster that was sent: received → checked (dry run) or applied, or refused as a whole."""

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        CHECKED = "checked", _("checked only")
        APPLIED = "applied", _("imported")
        REFUSED = "refused", pgettext_lazy("file", "refused")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="roster_imports")
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True)
    file_name = models.CharField(_("file"), max_length=255)
    effective_on = models.DateField(_("changes hold from"))
    is_dry_run = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RECEIVED)
    sent_at = models.DateTimeField(_("sent at"), auto_now_add=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    applied_at = models.DateTimeField(null=True, blank=True)
    n_rows = models.PositiveIntegerField(default=0)
    n_added = models.PositiveIntegerField(default=0)
    n_changed = models.PositiveIntegerField(default=0)
    n_unchanged = models.PositiveIntegerField(default=0)
    n_rejected = models.PositiveIntegerField(default=0)
    refusal = models.JSONField(default=dict)
    job_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.file_name


class RosterFinding(models.Model):
    """What was found wrong or odd in one cell or row of a roster."""

    roster_import = models.ForeignKey(RosterImport, models.CASCADE, related_name="findings")
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=32, blank=True)
    code = models.CharField(max_length=48)
    is_error = models.BooleanField()
    values_sealed = models.BinaryField()
    """JSON of what was found and what the message names: cells of a roster are personal, so sealed."""

    class Meta:
        ordering = ["row", "pk"]

    def __str__(self) -> str:
        return f"{self.row} {self.column} {self.code}"


class RosterChange(models.Model):
    """What one row of a roster did to the registry."""

    roster_import = models.ForeignKey(RosterImport, models.CASCADE, related_name="changes")
    row = models.PositiveIntegerField()
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="roster_changes", db_index=True)
    outcome = models.CharField(max_length=8)
    """added or changed"""
    fields = models.TextField(blank=True)
    """JSON: {field: [before, after]} of what changed, in the row's own table and never in the audit log."""

    def __str__(self) -> str:
        return f"{self.row} {self.outcome}"
