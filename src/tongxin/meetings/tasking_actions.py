"""Resolutions and instructions become tasks: made anew, or one that is there stands for them, too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.meetings.holding import hold, record
from tongxin.meetings.models import Resolution
from tongxin.meetings.queries import Source, origin_of
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation
from tongxin.plans.models import Measure, Task, TaskSource
from tongxin.plans.task_actions import add_units, make_task
from tongxin.plans.task_actions import hold as hold_task


def receiver_of(source: Source) -> Organisation:
    """Return the unit whose plans take up a resolution or an instruction."""
    return source.meeting.organisation if isinstance(source, Resolution) else source.organisation


@transaction.atomic
def make_task_of(
    source: Source,
    *,
    actor: Principal,
    measure: Measure,
    lead: Iterable[str],
    support: Iterable[str],
    **values: Any,
) -> Task:
    """Make a task of a resolution or an instruction, which it names as its source with its present words."""
    source = _hold(source, actor)
    if measure.plan.organisation_id != receiver_of(source).pk:
        raise ValidationError({"measure": _("Choose a measure of a plan of the same unit.")})
    task = make_task(measure, actor=actor, **values)
    add_units(task, lead=lead, support=support)
    _name(task, source, actor)
    return task


@transaction.atomic
def let_task_stand(source: Source, *, actor: Principal, task: Task) -> TaskSource:
    """Let a task that is there stand for a resolution or an instruction: it gets one more source."""
    source = _hold(source, actor)
    task = hold_task(task)
    unit = task.measure.plan.organisation
    require(actor, Action.CHANGE_PLANS, unit)
    if unit != receiver_of(source):
        raise ValidationError({"task": _("Choose a task of a plan of the same unit.")})
    if task.state == Task.State.CANCELLED:
        raise ValidationError({"task": _("“%(title)s” is cancelled; choose another task.") % {"title": task}})
    if task.sources.filter(origin=origin_of(source), identifier=source.pk).exists():
        raise ValidationError({"task": _("“%(title)s” stands for it already.") % {"title": task}})
    return _name(task, source, actor)


def _hold(source: Source, actor: Principal) -> Source:
    """Hold what a task is made of; a meeting that was not held has resolved nothing yet."""
    held: Source = hold(source)
    require(actor, Action.CHANGE_PLANS, receiver_of(held))
    if isinstance(held, Resolution) and not held.meeting.took_place:
        message = _("“%(title)s” was not held yet; its resolutions become tasks once it was.")
        raise ValidationError(message % {"title": held.meeting})
    return held


def _name(task: Task, source: Source, actor: Principal) -> TaskSource:
    """Let a task name its source, with what that says now."""
    origin = origin_of(source)
    made = TaskSource.objects.create(task=task, origin=origin, identifier=source.pk, words=source.text)
    record(source, receiver_of(source).pk, actor, f"{origin}s.tasked", task=task)
    return made
