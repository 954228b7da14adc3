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
    """Something that a unit answers for: planned → assigned with its plan → under way → completed.

    It is under way from its first report on, and a completed one when it is taken up again; any that is not
    completed may be cancelled. A task is handed down as tasks of units below, whose `parent` it is.
    """

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("task", "planned")
        ASSIGNED = "assigned", pgettext_lazy("task", "assigned")
        UNDER_WAY = "under_way", pgettext_lazy("task", "under way")
        COMPLETED = "completed", pgettext_lazy("task", "completed")
        CANCELLED = "cancelled", pgettext_lazy("task", "cancelled")

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="tasks")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    """The task of which this one is a unit's share."""
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="tasks")
    """The unit that answers for it."""
    title = models.CharField(_("task"), max_length=300)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.TASK)
    deliverable = models.TextField(_("deliverable"), blank=True)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    due_text = models.CharField(_("due, as written"), max_length=120, blank=True)
    target = models.CharField(_("target, as written"), max_length=120, blank=True)
    goal = models.DecimalField(
        _("number to be reached"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    goal_unit = models.CharField(_("counted in"), max_length=20, blank=True)
    indicator = models.CharField(_("indicator"), max_length=63, blank=True)
    """The figure that decides whether it is done; what it is to reach stands in the task's targets."""
    override = models.TextField(blank=True)
    """Why it was completed although its figure is not reached."""
    state = models.CharField(max_length=12, choices=State, default=State.PLANNED)
    moved_at = models.DateTimeField(auto_now_add=True)
    """When the state last changed."""
    made_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    """When somebody last changed what it says."""

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
            models.CheckConstraint(condition=Q(goal=None) | Q(indicator=""), name="task_has_one_measure"),
            models.CheckConstraint(condition=Q(goal=None) | Q(goal__gt=0), name="task_goal_is_positive"),
            models.CheckConstraint(
                condition=Q(override="") | Q(state="completed"), name="task_override_completes"
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")), name="task_is_part_of_another"
            ),
            models.UniqueConstraint(
                fields=["parent", "organisation"],
                condition=~Q(parent=None) & ~Q(state="cancelled"),
                name="task_handed_to_a_unit_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether it may still be changed and reported on."""
        return self.state not in {self.State.COMPLETED, self.State.CANCELLED}

    @property
    def decided_by(self) -> Organisation:
        """The unit that set the task, changes it and decides on its reports."""
        return self.parent.organisation if self.parent else self.measure.plan.organisation


class TaskTarget(models.Model):
    """What the figure of a task is to reach in a period, and where it stood when that was set."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="targets")
    period = models.CharField(_("period"), max_length=8)
    baseline = models.DecimalField(_("baseline"), max_digits=18, decimal_places=4, null=True, blank=True)
    value = models.DecimalField(_("target"), max_digits=18, decimal_places=4)

    class Meta:
        ordering = ["task", "period"]
        constraints = [models.UniqueConstraint(fields=["task", "period"], name="task_target_once_a_period")]

    def __str__(self) -> str:
        return f"{self.period}: {self.value}"


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
    """Where a task comes from: a clause, what a meeting resolved, an instruction, or a person's own entry."""

    class Origin(models.TextChoices):
        CLAUSE = "clause", _("clause")
        RESOLUTION = "resolution", _("resolution of a meeting")
        INSTRUCTION = "instruction", _("instruction")
        OWN = "own", _("own entry")

    task = models.ForeignKey(Task, models.CASCADE, related_name="sources")
    origin = models.CharField(max_length=12, choices=Origin)
    clause = models.ForeignKey(Clause, models.PROTECT, null=True, blank=True, related_name="task_sources")
    proposal = models.ForeignKey(
        "plans.TaskProposal", models.PROTECT, null=True, blank=True, related_name="task_sources"
    )
    identifier = models.BigIntegerField(null=True, blank=True)
    """The key of what is neither a clause nor an own entry, in the room that keeps it."""
    words = models.TextField(blank=True)
    """What that says, as it was when the task was made."""

    class Meta:
        ordering = ["task", "pk"]
        indexes = [models.Index(fields=["origin", "identifier"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(origin="clause", clause__isnull=False) | (~Q(origin="clause") & Q(clause=None)),
                name="task_source_is_a_clause_or_another",
            ),
            models.CheckConstraint(
                condition=Q(origin__in=["clause", "own"], identifier=None)
                | (~Q(origin__in=["clause", "own"]) & Q(identifier__isnull=False)),
                name="task_source_elsewhere_has_a_key",
            ),
            models.UniqueConstraint(
                fields=["task", "clause", "proposal"],
                condition=~Q(clause=None),
                name="task_source_proposal_once",
            ),
            models.UniqueConstraint(
                fields=["task", "origin", "identifier"],
                condition=~Q(identifier=None),
                name="task_source_elsewhere_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin}: {self.clause or self.words}"
