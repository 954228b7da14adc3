"""What waits for the reader in plans and supervision: how much, and the first few."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from tongxin.accounts.models import User
from tongxin.home.needs_shape import Need
from tongxin.organisations.access import Action, actions_of
from tongxin.organisations.context import with_query
from tongxin.organisations.models import Organisation
from tongxin.plans.models import Report, Task
from tongxin.supervision.models import SupervisionOrder
from tongxin.supervision.waiting import (
    SOON,
    orders_to_answer,
    orders_to_decide,
    overdue_tasks,
    reports_sent_back,
    reports_to_decide,
    tasks_due_soon,
    units_reported_for,
)
from tongxin.ui.formats import day as day_words

MOST_NAMED = 3


def plan_needs(user: User) -> list[Need]:
    """Return what of tasks, reports and orders asks something of the reader."""
    allowed, day = actions_of(user), timezone.localdate()
    found: list[Need] = []
    if Action.REPORT_PROGRESS in allowed:
        found += _own_work(user, day)
    if Action.REVIEW_PROGRESS in allowed:
        found += _decisions(user, day)
    return found


def _own_work(user: User, day: date) -> Iterator[Need]:
    units = units_reported_for(user)
    at = _place(units)
    if late := _counted(overdue_tasks(user, units, day)):
        count, tasks = late
        text = ngettext(
            "%(count)d task of your unit is overdue.", "%(count)d tasks of your unit are overdue.", count
        )
        url = with_query(reverse("supervision"), at=at, kind="overdue")
        yield _need(text, count, url, tasks, _task, is_late=True)
    if soon := _counted(tasks_due_soon(user, units, day)):
        count, tasks = soon
        text = ngettext(
            "%(count)d task of your unit is due within %(days)d days.",
            "%(count)d tasks of your unit are due within %(days)d days.",
            count,
        )
        yield _need(text, count, with_query(reverse("tasks"), at=at, due="soon"), tasks, _task)
    if returned := _counted(reports_sent_back(user, units)):
        count, reports = returned
        text = ngettext(
            "%(count)d report of your unit came back and is to be completed.",
            "%(count)d reports of your unit came back and are to be completed.",
            count,
        )
        yield _need(text, count, with_query(reverse("tasks"), at=at, state="under_way"), reports, _report)
    if asked := _counted(orders_to_answer(user, day)):
        count, orders = asked
        text = ngettext(
            "%(count)d order waits for your reply.", "%(count)d orders wait for your reply.", count
        )
        url = with_query(reverse("supervision_orders"), state="open")
        yield _need(text, count, url, orders, _order, is_late=orders[0].reply_by < day)


def _decisions(user: User, day: date) -> Iterator[Need]:
    if waiting := _counted(reports_to_decide(user, day)):
        count, reports = waiting
        text = ngettext(
            "%(count)d report waits for your decision.", "%(count)d reports wait for your decision.", count
        )
        yield _need(text, count, with_query(reverse("supervision"), kind="review"), reports, _report)
    if replied := _counted(orders_to_decide(user, day)):
        count, orders = replied
        text = ngettext(
            "%(count)d order was replied to and waits for your decision.",
            "%(count)d orders were replied to and wait for your decision.",
            count,
        )
        url = with_query(reverse("supervision_orders"), state="replied")
        yield _need(text, count, url, orders, _order)


def _counted(found: QuerySet[Any]) -> tuple[int, list[Any]] | None:
    """Return how many there are with the first few, in two queries; nothing where there are none."""
    count = found.order_by().count()
    return (count, list(found[:MOST_NAMED])) if count else None


def _need(
    text: str,
    count: int,
    url: str,
    found: list[Any],
    name: Callable[[Any], tuple[str, str]],
    *,
    is_late: bool = False,
) -> Need:
    said = text % {"count": count, "days": SOON.days}
    return Need(said, url, is_late=is_late, first=tuple(name(each) for each in found), count=count)


def _place(units: list[Organisation]) -> str:
    """Return the code of the one unit that the reader reports for; with several, lists start at the top."""
    return units[0].code if len(units) == 1 else ""


def _task(task: Task) -> tuple[str, str]:
    return f"{task.title} · {day_words(task.due_on)}", reverse("task", args=[task.pk])


def _report(report: Report) -> tuple[str, str]:
    task = report.task
    return f"{task.title} · {task.organisation.name}", reverse("report", args=[report.pk])


def _order(order: SupervisionOrder) -> tuple[str, str]:
    return f"{order} · {order.task.title}", reverse("supervision_order", args=[order.pk])
