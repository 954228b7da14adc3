from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.organisations.models import Organisation
from tongxin.plans.models import Plan, Task
from tongxin.ui.scripts import spoken

MOST_DAYS = 250
"""About the working days of a year."""


_SPAN = [MinValueValidator(1), MaxValueValidator(MOST_DAYS)]


class SupervisionRule(models.Model):
    """How the tasks of a plan are supervised, in working days; a plan without one has the defaults."""

    plan = models.OneToOneField(Plan, models.CASCADE, related_name="supervision_rule")
    is_active = models.BooleanField(_("messages are sent"), default=True)
    due_soon_days = models.PositiveSmallIntegerField(
        _("remind so many working days before a task is due"), default=5, validators=_SPAN
    )
    stalled_days = models.PositiveSmallIntegerField(
        _("stalled after so many working days without progress"), default=20, validators=_SPAN
    )
    review_days = models.PositiveSmallIntegerField(
        _("remind the reviewer after so many working days"), default=5, validators=_SPAN
    )
    remind_every = models.PositiveSmallIntegerField(
        _("remind of a late task every so many working days"), default=5, validators=_SPAN
    )
    escalate_after = models.PositiveSmallIntegerField(
        _("tell the units above after so many working days late"), default=10, validators=_SPAN
    )
    circulate_after = models.PositiveSmallIntegerField(
        _("circulate after so many working days late"), default=20, validators=_SPAN
    )
    texts = models.JSONField(default=dict, blank=True)
    """The plan's own words by kind of message, in Chinese; the default words where it has none."""
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(circulate_after__gte=F("escalate_after")),
                name="rule_circulates_after_it_escalates",
            ),
        ]

    def __str__(self) -> str:
        return str(self.plan)


class Step(models.Model):
    """Something that supervision did about a task: noticed → its addressees told.

    Its key says what it is about, so that doing a day twice adds nothing.
    """

    class Kind(models.TextChoices):
        DUE_SOON = "due_soon", pgettext_lazy("supervision", "due soon")
        OVERDUE = "overdue", pgettext_lazy("supervision", "overdue")
        STALLED = "stalled", pgettext_lazy("supervision", "stalled")
        REVIEW = "review", pgettext_lazy("supervision", "waiting for review")
        REMINDER = "reminder", pgettext_lazy("supervision", "reminder by hand")
        ESCALATION = "escalation", pgettext_lazy("supervision", "escalated")
        CIRCULATION = "circulation", pgettext_lazy("supervision", "circulated")

    task = models.ForeignKey(Task, models.PROTECT, related_name="supervision_steps")
    kind = models.CharField(max_length=12, choices=Kind)
    day = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    """When the task was due when this was done: another day begins another ladder."""
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    """The unit addressed."""
    title = models.CharField(max_length=400)
    text = models.TextField()
    key = models.CharField(max_length=120, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    """Empty for what was done by itself."""
    told_at = models.DateTimeField(null=True, blank=True)
    n_told = models.PositiveIntegerField(default=0)
    """How many people the message went to."""
    told_above = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    """The unit above whose people were told, where the unit addressed has none."""

    class Meta:
        ordering = ["-day", "-pk"]
        indexes = [
            models.Index(fields=["task", "kind"], name="step_of_task"),
            models.Index(fields=["told_at"], condition=Q(told_at=None), name="step_untold"),
            models.Index(fields=["kind", "day"], name="step_kind_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.day}: {self.task}"


class Circular(models.Model):
    """The list of a plan's tasks that were long overdue on a day, as it was circulated; it never changes."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="circulars")
    day = models.DateField()
    after = models.PositiveSmallIntegerField()
    """How many working days late a task had to be."""
    n_open = models.PositiveIntegerField()
    """How many tasks of the plan were assigned or under way."""
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-day", "-pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "day"], name="circular_once_a_day")]

    def __str__(self) -> str:
        return f"{self.plan} {self.day}"


class CircularLine(models.Model):
    """A late task on a circulated list, in the words of that day."""

    circular = models.ForeignKey(Circular, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    task = models.ForeignKey(Task, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    title = models.CharField(max_length=300)
    unit_zh = models.CharField(max_length=200)
    unit_en = models.CharField(max_length=200, blank=True)
    due_on = models.DateField()
    days_late = models.PositiveIntegerField()
    done = models.JSONField(default=list)
    """What was done about it: kind and day of each step, the oldest first."""

    class Meta:
        ordering = ["circular", "position"]
        constraints = [
            models.UniqueConstraint(fields=["circular", "task"], name="circular_names_a_task_once")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def unit_name(self) -> str:
        return spoken(self.unit_zh, self.unit_en)

    @property
    def steps(self) -> list[dict[str, str]]:
        return [{"name": str(Step.Kind(each["kind"]).label), "day": each["day"]} for each in self.done]


class SupervisionOrder(models.Model):
    """A written demand on a unit about a task: issued → replied → closed.

    A reply that does not do is returned for a better one. Until then it may be withdrawn, for a reason.
    """

    class State(models.TextChoices):
        ISSUED = "issued", pgettext_lazy("order", "issued")
        REPLIED = "replied", pgettext_lazy("order", "replied")
        RETURNED = "returned", pgettext_lazy("order", "returned for a better reply")
        CLOSED = "closed", pgettext_lazy("order", "closed")
        WITHDRAWN = "withdrawn", pgettext_lazy("order", "withdrawn")

    OPEN = (State.ISSUED, State.REPLIED, State.RETURNED)
    TO_ANSWER = (State.ISSUED, State.RETURNED)

    task = models.ForeignKey(Task, models.PROTECT, related_name="orders")
    issuer = models.ForeignKey(Organisation, models.PROTECT, related_name="orders_issued")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    """Without gaps within the issuing unit and the year."""
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="orders_received")
    """The unit that is to reply."""
    demand = models.TextField(_("what is asked"), max_length=4000)
    issued_on = models.DateField(pgettext_lazy("order", "issued on"))
    reply_by = models.DateField(_("reply by"))
    state = models.CharField(max_length=10, choices=State, default=State.ISSUED)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-issued_on", "-pk"]
        indexes = [models.Index(fields=["organisation", "state", "reply_by"], name="order_to_answer")]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "year", "number"], name="order_number_once"),
            models.CheckConstraint(condition=Q(reply_by__gte=F("issued_on")), name="order_reply_after_issue"),
            models.CheckConstraint(condition=~Q(demand=""), name="order_demands_something"),
        ]

    def __str__(self) -> str:
        return _("Order [%(year)d] No. %(number)d") % {"year": self.year, "number": self.number}

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def is_to_answer(self) -> bool:
        return self.state in self.TO_ANSWER


class OrderTurn(models.Model):
    """What was said when an order came into a state: demand, reply, why it was returned, closure."""

    order = models.ForeignKey(SupervisionOrder, models.CASCADE, related_name="turns")
    state = models.CharField(max_length=10, choices=SupervisionOrder.State)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    """The unit that speaks."""
    text = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return f"{self.order}: {self.get_state_display()}"
