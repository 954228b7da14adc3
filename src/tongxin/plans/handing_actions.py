"""Handing a task down: units below answer for shares of it, each with its quota."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation
from tongxin.plans.models import Task
from tongxin.plans.target_actions import Target, check_targets, keep_targets
from tongxin.plans.task_actions import add_units, check_task, first_state, hold, record, refuse_ended
from tongxin.plans.telling import tell_handed_down


@dataclass(frozen=True)
class Share:
    """What a unit below is to do of a task: of a number so many, of a figure so much in each period."""

    organisation: Organisation
    due_on: date | None = None
    goal: Decimal | None = None
    targets: tuple[Target, ...] = ()


@transaction.atomic
def hand_down(task: Task, shares: Sequence[Share], *, actor: Principal) -> list[Task]:
    """Make each share a task of its unit, which answers for it.

    The unit that answers for the task hands it down, to units below it of which none stands under another.
    Whether quotas add up is shown, not enforced: what is left over is the unit's own.
    """
    task = hold(task)
    require(actor, Action.CHANGE_PLANS, task.organisation)
    if not task.is_open:
        refuse_ended(task)
    if not shares:
        raise ValidationError(_("Please choose at least one unit."))
    # As the units are now, not as they were when the page was opened.
    units = Organisation.objects.in_bulk(share.organisation.pk for share in shares)
    shares = [replace(share, organisation=units[share.organisation.pk]) for share in shares]
    _refuse_overlaps(task, shares)
    made = [_make_share(task, share, first_state(task.measure.plan), actor) for share in shares]
    tell_handed_down(made)
    return made


def _refuse_overlaps(task: Task, shares: Sequence[Share]) -> None:
    """Refuse units that are not below the task's, are closed, or would have the share counted twice."""
    has_one = Organisation.objects.filter(
        tasks__parent=task, tasks__state__in=[state for state in Task.State if state != Task.State.CANCELLED]
    )
    known = {unit.pk: unit for unit in has_one}
    for unit in (share.organisation for share in shares):
        told = {"unit": unit.name, "above": task.organisation.name}
        if unit.closed_on is not None:
            raise ValidationError(_("%(unit)s is closed.") % told)
        if not _is_below(unit, task.organisation):
            raise ValidationError(_("%(unit)s does not stand below %(above)s.") % told)
        for other in known.values():
            if other.pk == unit.pk:
                raise ValidationError(_("%(unit)s has a share of the task already.") % told)
            if _is_below(unit, other) or _is_below(other, unit):
                message = _("%(unit)s and %(other)s lie one in the other: their shares would count twice.")
                raise ValidationError(message % (told | {"other": other.name}))
        known[unit.pk] = unit


def _is_below(unit: Organisation, other: Organisation) -> bool:
    return unit.path != other.path and (unit.path or "").startswith(other.path or "-")


def _make_share(task: Task, share: Share, state: str, actor: Principal) -> Task:
    unit = share.organisation
    if share.goal is not None and task.goal is None:
        raise ValidationError({"goal": _("The task has no number to be reached.")})
    if task.indicator or share.targets:
        check_targets(task.indicator, share.targets)
    made = Task(
        measure=task.measure,
        parent=task,
        organisation=unit,
        title=task.title,
        kind=task.kind,
        deliverable=task.deliverable,
        starts_on=task.starts_on,
        due_on=share.due_on or task.due_on,
        due_text="" if share.due_on else task.due_text,
        goal=share.goal,
        goal_unit=task.goal_unit,
        indicator=task.indicator,
        state=state,
    )
    check_task(made)
    made.save()
    add_units(made, lead=[unit.name_zh], support=(), linked={unit.name_zh: unit})
    keep_targets(made, share.targets)
    record(made, actor, "tasks.handed_down", share_of=task, due_on=made.due_on, goal=made.goal)
    return made
