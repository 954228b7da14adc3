"""A person's tasks for the calendar of their phone: the secret address, and what it gives."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import User
from tongxin.audit import log
from tongxin.organisations.access import Action, grants_in_force, roles_that_allow
from tongxin.plans.access import tasks_visible_to
from tongxin.plans.calendar_texts import Event
from tongxin.plans.models import CalendarFeed, Task, TaskUnit
from tongxin.plans.task_lists import OPEN, fetched

TOKEN_BYTES = 32
PAST_DAYS, COMING_DAYS = 90, 400
MOST_EVENTS = 2_000
"""More than this a phone does not draw; the days that come first are kept."""
USED_EVERY = timedelta(hours=1)


@transaction.atomic
def make_feed(user: User) -> str:
    """Give a person an address, in place of the one that they had; its secret is told this once."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    values = {"token_hash": hash_of(token), "made_at": timezone.now(), "last_used_at": None}
    feed, is_new = CalendarFeed.objects.update_or_create(user=user, defaults=values)
    log.record(actor=user, action="calendars.made" if is_new else "calendars.renewed", target=feed)
    return token


@transaction.atomic
def revoke_feed(user: User) -> None:
    """Take the address back; nothing is there any more."""
    feed = CalendarFeed.objects.select_for_update().filter(user=user).first()
    if feed is not None:
        log.record(actor=user, action="calendars.revoked", target=feed)
        feed.delete()


def hash_of(token: str) -> str:
    """Return what is kept of a secret: with 256 random bits a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


def feed_of(user: User) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(user=user).first()


def reader_by(token: str) -> User | None:
    """Return whose address it is, while their account is active and a role of theirs is in force."""
    feed = CalendarFeed.objects.select_related("user").filter(token_hash=hash_of(token)).first()
    if feed is None or not units_of(feed.user):
        return None
    now = timezone.now()
    if feed.last_used_at is None or now - feed.last_used_at > USED_EVERY:
        CalendarFeed.objects.filter(pk=feed.pk).update(last_used_at=now)
    return feed.user


def units_of(user: User) -> set[int]:
    """Return the units at which the person reports, decides on reports, or makes plans."""
    roles = {
        role
        for action in (Action.REPORT_PROGRESS, Action.REVIEW_PROGRESS, Action.CHANGE_PLANS)
        for role in roles_that_allow(action)
    }
    return {grant.organisation_id for grant in grants_in_force(user) if grant.role in roles}


def tasks_in_calendar(user: User, today: date) -> QuerySet[Task]:
    """Return the open tasks, due in these days, that a person's own units answer for, lead or decide on.

    The units below them are left out: a province's office reaches tens of thousands of tasks.
    """
    units = units_of(user)
    led = TaskUnit.objects.filter(part=TaskUnit.Part.LEAD, organisation__in=units).order_by().values("task")
    decided = Q(parent=None, measure__plan__organisation__in=units) | Q(parent__organisation__in=units)
    return tasks_visible_to(user).filter(
        Q(organisation__in=units) | Q(pk__in=led) | decided,
        state__in=OPEN,
        due_on__gte=today - timedelta(days=PAST_DAYS),
        due_on__lte=today + timedelta(days=COMING_DAYS),
    )


def events_of(user: User, today: date, root: str) -> list[Event]:
    """Return the events of a person's calendar, whose links begin with `root`."""
    keys = tasks_in_calendar(user, today).order_by("due_on", "pk").values_list("pk", flat=True)
    return [_event(task, root) for task in fetched(list(keys[:MOST_EVENTS]))]


def _event(task: Task, root: str) -> Event:
    plan = task.measure.plan
    changed_at = max(task.changed_at or task.made_at, task.moved_at)
    leads = [unit.name for unit in task.units.all() if unit.part == TaskUnit.Part.LEAD]
    told = [
        (_("Answers for it"), task.organisation.name),
        (_("Lead"), ", ".join(leads)),
        (_("Plan"), f"{plan.title} / {task.measure.title}"),
        (_("State"), str(task.get_state_display())),
        (_("Target"), task.target),
        (_("Deliverable"), task.deliverable),
    ]
    return Event(
        uid=f"task-{task.pk}-{task.made_at:%Y%m%d%H%M%S}@tongxin",
        day=task.due_on or date.max,
        summary=_("Due: %(title)s") % {"title": task.title},
        description="\n".join(f"{name}{_(': ')}{value}" for name, value in told if value),
        url=f"{root}{task.pk}/",
        changed_at=changed_at,
        # A version that only grows, without a column of its own: seconds since the task was made.
        sequence=max(int((changed_at - task.made_at).total_seconds()), 0),
        categories=(str(task.measure.get_dimension_display()),) if task.measure.dimension else (),
    )
