from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.organisations.models import Organisation
from tongxin.plans.models.documents import DIMENSION_CHOICES, Clause, Kind


class Plan(models.Model):
    """What a unit sets out to do in a span of time: draft → published → closed.

    While it is a draft only its own unit sees it; from then on the units that have a task in it do.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("plan", "draft")
        PUBLISHED = "published", pgettext_lazy("plan", "published")
        CLOSED = "closed", pgettext_lazy("plan", "closed")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="plans")
    title = models.CharField(_("title"), max_length=200)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "title"], name="plan_title_once_a_unit"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="plan_has_length"),
        ]

    def __str__(self) -> str:
        return self.title


class Measure(models.Model):
    """A line of action of a plan in one of the five dimensions, or in none; tasks stand under it."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="measures")
    dimension = models.CharField(_("dimension"), max_length=12, choices=DIMENSION_CHOICES, blank=True)
    title = models.CharField(_("title"), max_length=200)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["plan", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "title"], name="measure_title_once_a_plan")]

    def __str__(self) -> str:
        return self.title


class Task(models.Model):
    """Something that units are to do by a day: planned → assigned with its plan, or cancelled."""

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("task", "planned")
        ASSIGNED = "assigned", pgettext_lazy("task", "assigned")
        CANCELLED = "cancelled", pgettext_lazy("task", "cancelled")

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="tasks")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="tasks")
    """The unit that answers for it."""
    title = models.CharField(_("task"), max_length=300)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.TASK)
    deliverable = models.TextField(_("deliverable"), blank=True)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    due_text = models.CharField(_("due, as written"), max_length=120, blank=True)
    target = models.CharField(_("target, as written"), max_length=120, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.PLANNED)
    moved_at = models.DateTimeField(auto_now_add=True)
    """When the state last changed."""
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["measure__position", "due_on", "pk"]
        indexes = [
            models.Index(fields=["organisation", "state", "due_on"]),
            models.Index(fields=["state", "due_on"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(due_on=None) | Q(due_on__gte=F("starts_on")),
                name="task_is_due_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state != self.State.CANCELLED


class TaskUnit(models.Model):
    """A body that leads or supports a task, as the text names it; a unit of the tree where it is one."""

    class Part(models.TextChoices):
        LEAD = "lead", _("lead")
        SUPPORT = "support", _("support")

    task = models.ForeignKey(Task, models.CASCADE, related_name="units")
    part = models.CharField(max_length=8, choices=Part)
    name = models.CharField(max_length=120)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="task_parts"
    )

    class Meta:
        ordering = ["task", "part", "pk"]
        constraints = [models.UniqueConstraint(fields=["task", "name"], name="task_unit_once")]

    def __str__(self) -> str:
        return self.name


class TaskSource(models.Model):
    """Where a task comes from: a clause, or a person's own entry."""

    class Origin(models.TextChoices):
        CLAUSE = "clause", _("clause")
        OWN = "own", _("own entry")

    task = models.ForeignKey(Task, models.CASCADE, related_name="sources")
    origin = models.CharField(max_length=12, choices=Origin)
    clause = models.ForeignKey(Clause, models.PROTECT, null=True, blank=True, related_name="task_sources")
    proposal = models.ForeignKey(
        "plans.TaskProposal", models.PROTECT, null=True, blank=True, related_name="task_sources"
    )

    class Meta:
        ordering = ["task", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(origin="clause", clause__isnull=False) | (~Q(origin="clause") & Q(clause=None)),
                name="task_source_is_a_clause_or_another",
            ),
            models.UniqueConstraint(
                fields=["task", "clause", "proposal"],
                condition=~Q(clause=None),
                name="task_source_proposal_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin}: {self.clause}"
