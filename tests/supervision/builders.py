"""A plan in force with shares handed down, and days moved, for tests of supervision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import time_machine
from django.conf import settings
from django.utils import timezone, translation
from tests.cast import Cast
from tests.plans.builders import begin, enter, renewed, share_out

from tongxin.accounts.models import User
from tongxin.notices.models import Notice, Webhook
from tongxin.organisations.models import Organisation
from tongxin.plans.models import Plan, Task
from tongxin.plans.plan_actions import publish_plan
from tongxin.supervision.actions import change_rule
from tongxin.supervision.compute import Supervised, supervise
from tongxin.supervision.models import Step, SupervisionRule

START = date(2026, 4, 20)
DUE = date(2026, 4, 30)
DAYS = {
    "due_soon_days": 3,
    "stalled_days": 20,
    "review_days": 3,
    "remind_every": 3,
    "escalate_after": 5,
    "circulate_after": 8,
}


@dataclass
class World:
    """The cast with a plan of Hangzhou, its own task, and Xiaoshan's share of it."""

    cast: Cast
    plan: Plan
    task: Task
    share: Task


@contextmanager
def on(day: date, hour: int = 9) -> Iterator[None]:
    """Move the clock to an hour of a day in Hangzhou."""
    moment = timezone.make_aware(datetime.combine(day, time(hour)))
    with time_machine.travel(moment, tick=False):
        yield


def raise_world(cast: Cast) -> World:
    with on(START):
        plan = begin(cast.hangzhou, "杭州市方案")
        # The plan's own task is due when the year ends: the share is what is late.
        task = enter(plan, "培育产业工人", due_on=date(2026, 12, 31))
        publish_plan(plan, actor=None)
        (share,) = share_out(renewed(task), cast.xiaoshan, due_on=DUE)
        set_rule(plan)
    return World(cast, plan, renewed(task), renewed(share))


def set_rule(plan: Plan, **values: Any) -> SupervisionRule:
    asked = {"is_active": True, **DAYS, "texts": {}, **values}
    return change_rule(plan, actor=None, **asked)


def go(day: date, **values: Any) -> Supervised:
    """Make the round of a day, as the worker does at nine."""
    with on(day):
        return supervise(day, **values)


def go_daily(first: date, last: date) -> None:
    for passed in range((last - first).days + 1):
        go(first + timedelta(days=passed))


def steps(task: Task) -> list[tuple[str, str]]:
    """Return the steps about a task as kind and day, the oldest first."""
    found = Step.objects.filter(task=task).order_by("day", "pk")
    return [(step.kind, step.day.isoformat()[5:]) for step in found]


def notices_of(user: User) -> list[Notice]:
    return list(Notice.objects.filter(recipient=user, kind__startswith="supervision").order_by("pk"))


def add_webhook(unit: Organisation, *, is_active: bool = True) -> Webhook:
    """Give a unit the chat group that its messages are posted to."""
    hook = Webhook(
        organisation=unit, name="群", form="generic", host="hooks.example.com", is_active=is_active
    )
    hook.seal_url("https://hooks.example.com/x")
    hook.save()
    return hook


@contextmanager
def the_homes_language() -> Iterator[None]:
    with translation.override(settings.LANGUAGE_CODE):
        yield
