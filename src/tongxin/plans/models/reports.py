from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.files.models import StoredFile
from tongxin.plans.models.plans import Task


class Report(models.Model):
    """What a unit did for a task: draft → submitted → returned with what is missing, or accepted.

    A returned one is completed and submitted again. A final one asks for the task to be closed.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("report", "draft")
        SUBMITTED = "submitted", pgettext_lazy("report", "submitted")
        RETURNED = "returned", pgettext_lazy("report", "returned")
        ACCEPTED = "accepted", pgettext_lazy("report", "accepted")

    task = models.ForeignKey(Task, models.PROTECT, related_name="reports")
    text = models.TextField(_("what was done"), max_length=10_000)
    amount = models.DecimalField(
        _("reached so far"),
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    """Of a task with a number to be reached: how much of it, from the beginning."""
    percent = models.PositiveSmallIntegerField(
        _("percent done"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    """Of a task without a number: how far it is, from the beginning."""
    is_final = models.BooleanField(_("the task is done"), default=False)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decision = models.TextField(blank=True)
    """What the reviewer said."""

    class Meta:
        ordering = ["task", "-made_at", "-pk"]
        indexes = [models.Index(fields=["state", "submitted_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent=None) | Q(percent__lte=100), name="report_percent_at_most_100"
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0), name="report_amount_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(submitted_at__isnull=False), name="report_submitted_or_draft"
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(decision=""), name="report_returned_for_a_reason"
            ),
            models.UniqueConstraint(
                fields=["task"],
                condition=Q(state__in=["draft", "submitted", "returned"]),
                name="report_one_open_a_task",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def is_writable(self) -> bool:
        return self.state in {self.State.DRAFT, self.State.RETURNED}


class Evidence(models.Model):
    """A proof of what a report says: a file, or a figure by the address of its passport."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="evidence")
    title = models.CharField(max_length=255)
    file = models.OneToOneField(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    passport = models.CharField(max_length=500, blank=True)
    """The path and question of the page of the figure, with its release."""
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["report", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(file=None, passport__gt="") | Q(file__isnull=False, passport=""),
                name="evidence_is_a_file_or_a_figure",
            ),
            models.UniqueConstraint(
                fields=["report", "passport"], condition=~Q(passport=""), name="evidence_figure_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title
