"""What the pages of supervision show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongxin.organisations.access import Action, Principal, keep_visible, may
from tongxin.organisations.answers import PAGE
from tongxin.organisations.models import Organisation
from tongxin.plans.document_pages import place_for
from tongxin.plans.models import Plan, Task
from tongxin.supervision.access import orders_visible_to, tasks_at
from tongxin.supervision.days import deadline_of
from tongxin.supervision.models import Step, SupervisionOrder, SupervisionRule
from tongxin.supervision.order_actions import NEXT
from tongxin.supervision.queries import (
    COUNTED,
    Ask,
    circulars_of,
    count_by_unit,
    facts_of,
    has_open_order,
    last_steps_of,
    rule_of,
    rules_by_plan,
    steps_of,
    supervised_tasks,
)
from tongxin.supervision.standing import Standing, standing_of

ORDERS = {
    "due": ("due_on", "organisation__path", "pk"),
    "unit": ("organisation__path", "due_on", "pk"),
    "task": ("title", "pk"),
}
State = SupervisionOrder.State


@dataclass(frozen=True)
class Row:
    """A task as the office sees it: where it stands, what was done, what may be done."""

    task: Task
    standing: Standing
    words: str
    last: Step | None
    n_steps: int
    n_orders: int
    may_remind: bool
    may_order: bool


def describe_supervision(user: Principal, unit: Organisation, day: date) -> dict[str, Any]:
    """Return what stands above the list: the counts, and the units below with theirs."""
    whole, units = count_by_unit(tasks_of(user, unit), unit, Ask(day, rules_by_plan()))
    open_orders = orders_visible_to(user).filter(below(unit), state__in=SupervisionOrder.OPEN)
    return {
        "day": day,
        "counts": whole,
        "n_orders": open_orders.order_by().count(),
        "units": units,
        "section": "supervision",
        **place_for(user, unit, "supervision"),
    }


def below(unit: Organisation) -> Q:
    return Q(organisation__path__gte=unit.path, organisation__path__lt=unit.path_end)


def tasks_of(user: Principal, unit: Organisation) -> QuerySet[Task]:
    return supervised_tasks().filter(tasks_at(user, unit))


def page_of_tasks(
    user: Principal, unit: Organisation, asked: Mapping[str, Any], number: str | None, day: date
) -> tuple[Page[Task], list[Row]]:
    """Return a page of the tasks asked for, and its rows; as many queries for many tasks as for few."""
    ask = Ask(day, rules_by_plan())
    tasks = _narrowed(tasks_of(user, unit), asked, ask).select_related(
        "measure__plan__organisation", "organisation", "parent__organisation"
    )
    page = Paginator(tasks.order_by(*ORDERS[asked.get("sort") or "due"]), PAGE).get_page(number)
    return page, rows_of(user, list(page.object_list), ask)


def _narrowed(tasks: QuerySet[Task], asked: Mapping[str, Any], ask: Ask) -> QuerySet[Task]:
    kind = asked.get("kind") or ""
    if kind == "orders":
        tasks = tasks.filter(has_open_order())
    elif kind in COUNTED:
        tasks = tasks.filter(ask.condition(kind))
    elif kind != "all":
        tasks = tasks.filter(reduce(or_, (ask.condition(name) for name in COUNTED)))
    if code := asked.get("unit"):
        unit = Organisation.objects.filter(code=code).first()
        tasks = tasks.filter(below(unit)) if unit else tasks.none()
    if dimension := asked.get("dimension"):
        tasks = tasks.filter(measure__dimension=dimension)
    return tasks


def rows_of(user: Principal, tasks: Sequence[Task], ask: Ask) -> list[Row]:
    facts, last = facts_of(tasks), last_steps_of([task.pk for task in tasks])
    orders = dict(
        orders_visible_to(user)
        .filter(task__in=[task.pk for task in tasks], state__in=SupervisionOrder.OPEN)
        .order_by()
        .values_list("task")
        .annotate(count=Count("pk"))
    )
    deciders = {task.decided_by.pk: task.decided_by for task in tasks}.values()
    reminding = {unit.pk for unit in keep_visible(user, deciders, Action.REVIEW_PROGRESS)}
    ordering = {unit.pk for unit in keep_visible(user, deciders, Action.CHANGE_PLANS)}
    found = []
    for task in tasks:
        rule = ask.rules.get(task.measure.plan_id) or SupervisionRule()
        standing, days = standing_of(facts[task.pk], rule, ask.day)
        step, n_steps = last.get(task.pk, (None, 0))
        found.append(
            Row(
                task=task,
                standing=standing,
                words=standing_words(standing, days, task, ask.day),
                last=step,
                n_steps=n_steps,
                n_orders=orders.get(task.pk, 0),
                may_remind=task.decided_by.pk in reminding,
                may_order=task.decided_by.pk in ordering,
            )
        )
    return found


def standing_words(standing: Standing, days: int, task: Task, day: date) -> str:
    """Say where a task stands and since when."""
    if standing is Standing.OVERDUE and task.due_on:
        late = ngettext(
            "%(count)d working day late (%(days)d by the calendar)",
            "%(count)d working days late (%(days)d by the calendar)",
            days,
        )
        return late % {"count": days, "days": (day - deadline_of(task.due_on)).days}
    texts = {
        Standing.DUE_SOON: ngettext(
            "due soon: %(count)d working day left", "due soon: %(count)d working days left", days
        ),
        Standing.REVIEW: ngettext(
            "report waiting for %(count)d working day", "report waiting for %(count)d working days", days
        ),
        Standing.STALLED: ngettext(
            "no progress for %(count)d working day", "no progress for %(count)d working days", days
        ),
    }
    text = texts.get(standing)
    return text % {"count": days} if text else _("in time")


def describe_task(user: Principal, task: Task, day: date) -> dict[str, Any]:
    """Return what the page of a task's supervision shows."""
    ask = Ask(day, rules_by_plan())
    is_supervised = supervised_tasks().filter(pk=task.pk).exists()
    rows = rows_of(user, [task], ask) if is_supervised else []
    return {
        "task": task,
        "row": rows[0] if rows else None,
        "steps": steps_of(task),
        "orders": orders_visible_to(user).filter(task=task),
        "section": "supervision",
        **place_for(user, task.organisation, "supervision"),
    }


def describe_order(user: Principal, order: SupervisionOrder) -> dict[str, Any]:
    """Return what the page of an order shows, and what the reader may do next."""
    possible = NEXT[order.state]
    may_answer = may(user, Action.REPORT_PROGRESS, order.organisation)
    may_decide = may(user, Action.REVIEW_PROGRESS, order.issuer)
    return {
        "order": order,
        "turns": order.turns.select_related("organisation"),
        "may_reply": State.REPLIED in possible and may_answer,
        "may_return": State.RETURNED in possible and may_decide,
        "may_close": State.CLOSED in possible and may_decide,
        "may_withdraw": State.WITHDRAWN in possible and may(user, Action.CHANGE_PLANS, order.issuer),
        "section": "supervision",
        **place_for(user, order.organisation, "supervision"),
    }


def orders_at(user: Principal, unit: Organisation, state: str) -> QuerySet[SupervisionOrder]:
    """Return the orders that a unit or those below it issued or received."""
    issued = Q(issuer__path__gte=unit.path, issuer__path__lt=unit.path_end)
    found = orders_visible_to(user).filter(below(unit) | issued)
    if state == "open":
        found = found.filter(state__in=SupervisionOrder.OPEN)
    elif state:
        found = found.filter(state=state)
    return found.order_by("-issued_on", "-pk")


def describe_plan(user: Principal, plan: Plan) -> dict[str, Any]:
    """Return what the page of a plan's supervision shows."""
    return {
        "plan": plan,
        "rule": rule_of(plan),
        "circulars": circulars_of(plan),
        "may_change": may(user, Action.CHANGE_PLANS, plan.organisation),
        "section": "supervision",
        **place_for(user, plan.organisation, "supervision"),
    }
