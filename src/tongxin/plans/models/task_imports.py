from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.files.models import StoredFile
from tongxin.plans.models.plans import Plan


class TaskImport(models.Model):
    """A workbook of a plan's tasks: received → checked (a dry run) or applied, or refused as a whole.

    Rows are stored some at a time, each with its outcome, so that an interrupted import goes on where it was.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        CHECKED = "checked", _("checked only")
        APPLIED = "applied", _("imported")
        REFUSED = "refused", pgettext_lazy("file", "refused")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="task_imports")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    file_name = models.CharField(_("file"), max_length=255)
    is_dry_run = models.BooleanField(default=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RECEIVED)
    sent_at = models.DateTimeField(_("sent at"), auto_now_add=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    n_rows = models.PositiveIntegerField(default=0)
    n_added = models.PositiveIntegerField(default=0)
    n_changed = models.PositiveIntegerField(default=0)
    n_unchanged = models.PositiveIntegerField(default=0)
    n_rejected = models.PositiveIntegerField(default=0)
    outcomes = models.JSONField(default=dict)
    """What became of each row that is done with, by its number."""
    findings = models.JSONField(default=list)
    """What was found in the rows, in the form of the workbooks' findings."""
    refusal = models.JSONField(default=dict)
    job_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.file_name
