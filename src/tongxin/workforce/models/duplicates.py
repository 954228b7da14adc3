from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.workforce.models.people import Worker


class DuplicatePair(models.Model):
    """Two entries that are probably one person: open → merged, or different and never proposed again."""

    class State(models.TextChoices):
        OPEN = "open", _("to be reviewed")
        MERGED = "merged", pgettext_lazy("entry", "merged")
        DIFFERENT = "different", _("different people")

    left = models.ForeignKey(Worker, models.PROTECT, related_name="+")
    right = models.ForeignKey(Worker, models.PROTECT, related_name="+")
    weight = models.FloatField()
    """The logarithm (base 2) of the odds that the two are one person."""
    evidence = models.JSONField(default=dict)
    """{comparison: level}, as `analytics.linkage.evidence` names them."""
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    found_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-weight", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["left", "right"], name="pair_of_duplicates_once"),
            models.CheckConstraint(condition=Q(left__lt=F("right")), name="pair_of_duplicates_in_order"),
        ]
        indexes = [models.Index(fields=["state", "-weight"])]

    def __str__(self) -> str:
        return f"{self.left_id} ≈ {self.right_id}"


class WorkerMerge(models.Model):
    """One entry taken over by another: standing until it is undone, which restores both."""

    survivor = models.ForeignKey(Worker, models.PROTECT, related_name="+")
    merged = models.ForeignKey(Worker, models.PROTECT, related_name="+")
    trace_sealed = models.BinaryField()
    """Which rows went over, and whole rows that were set aside or changed: what undoing needs."""
    merged_at = models.DateTimeField(auto_now_add=True)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], condition=Q(undone_at=None), name="merged_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(survivor=F("merged")), name="nobody_is_merged_into_themselves"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.survivor_id}"
