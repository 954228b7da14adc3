"""What waits for a reader: their own units' tasks, and the reports and orders that they are told of."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, F, Q, QuerySet, When

from tongxin.accounts.models import User
from tongxin.notices.readers import readers_of
from tongxin.organisations.access import Action, grants_in_force, reach_of, roles_that_allow
from tongxin.organisations.models import Organisation
from tongxin.plans.access import reports_visible_to, tasks_visible_to
from tongxin.plans.models import Report, Task, TaskUnit
from tongxin.supervision.access import orders_visible_to
from tongxin.supervision.days import latest_due_late
from tongxin.supervision.models import SupervisionOrder
from tongxin.supervision.queries import SUPERVISED, supervised_tasks

SOON = timedelta(days=7)


def units_reported_for(user: User) -> list[Organisation]:
    """Return the units at which, exactly there, the reader holds a role that reports."""
    roles = roles_that_allow(Action.REPORT_PROGRESS)
    grants = grants_in_force(user).filter(role__in=roles).order_by("organisation__path", "pk")
    return list({grant.organisation_id: grant.organisation for grant in grants}.values())


def overdue_tasks(user: User, units: Collection[Organisation], day: date) -> QuerySet[Task]:
    """Return the late tasks that the units answer for or lead, the longest late first."""
    return _open_tasks(user, units).filter(due_on__lte=latest_due_late(day))


def tasks_due_soon(user: User, units: Collection[Organisation], day: date) -> QuerySet[Task]:
    """Return the tasks that the units answer for or lead and that are due within SOON."""
    return _open_tasks(user, units).filter(due_on__gt=latest_due_late(day), due_on__lte=day + SOON)


def _open_tasks(user: User, units: Collection[Organisation]) -> QuerySet[Task]:
    """Return tasks that still ask something of the units: none whose closure has been asked for."""
    closing = Report.objects.filter(state=Report.State.SUBMITTED, is_final=True).order_by().values("task")
    return (
        tasks_visible_to(user)
        .filter(Q(organisation__in=units) | Q(pk__in=_led_by(units)))
        .filter(pk__in=supervised_tasks().order_by().values("pk"))
        .exclude(pk__in=closing)
        .order_by("due_on", "pk")
    )


def _led_by(units: Collection[Organisation]) -> QuerySet[TaskUnit, Any]:
    return TaskUnit.objects.filter(part=TaskUnit.Part.LEAD, organisation__in=units).order_by().values("task")


def reports_sent_back(user: User, units: Collection[Organisation]) -> QuerySet[Report]:
    """Return the reports of the units that came back, the longest ago first."""
    theirs = Q(task__organisation__in=units) | Q(task__in=_led_by(units))
    returned = reports_visible_to(user).filter(
        theirs, state=Report.State.RETURNED, task__state__in=SUPERVISED
    )
    return returned.order_by("decided_at", "pk")


def reports_to_decide(user: User, day: date) -> QuerySet[Report]:
    """Return the reports that wait for a decision of which the reader is told, the oldest first."""
    set_by_plan = Q(task__parent=None)
    reached = ~set_by_plan & reach_of(user, Action.REVIEW_PROGRESS, "task__parent__organisation__")
    reached |= set_by_plan & reach_of(user, Action.REVIEW_PROGRESS, "task__measure__plan__organisation__")
    decider = Case(
        When(task__parent=None, then=F("task__measure__plan__organisation")),
        default=F("task__parent__organisation"),
    )
    waiting = (
        reports_visible_to(user)
        .filter(reached, state=Report.State.SUBMITTED, task__state__in=SUPERVISED)
        .exclude(submitted_by=user)
        .annotate(decider=decider)
    )
    units = _told(user, Action.REVIEW_PROGRESS, waiting.order_by().values_list("decider", flat=True), day)
    return waiting.filter(decider__in=units).order_by("submitted_at", "pk")


def orders_to_answer(user: User, day: date) -> QuerySet[SupervisionOrder]:
    """Return the orders that wait for a reply of which the reader is told, the most urgent first."""
    waiting = orders_visible_to(user).filter(
        reach_of(user, Action.REPORT_PROGRESS, "organisation__"), state__in=SupervisionOrder.TO_ANSWER
    )
    units = _told(
        user, Action.REPORT_PROGRESS, waiting.order_by().values_list("organisation", flat=True), day
    )
    return waiting.filter(organisation__in=units).order_by("reply_by", "pk")


def orders_to_decide(user: User, day: date) -> QuerySet[SupervisionOrder]:
    """Return the orders that were replied to, of which the reader is told, the oldest first."""
    waiting = orders_visible_to(user).filter(
        reach_of(user, Action.REVIEW_PROGRESS, "issuer__"), state=SupervisionOrder.State.REPLIED
    )
    units = _told(user, Action.REVIEW_PROGRESS, waiting.order_by().values_list("issuer", flat=True), day)
    return waiting.filter(issuer__in=units).order_by("issued_on", "pk")


def _told(user: User, action: Action, found: QuerySet[Any, int], day: date) -> list[int]:
    """Return those of the units whose messages go to the reader: there, or above where nobody is there."""
    units = set(found.distinct())
    readers = readers_of(units, action, day) if units else {}
    return [pk for pk, each in readers.items() if user in each.users]
