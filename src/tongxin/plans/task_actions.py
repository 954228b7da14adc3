"""Tasks: added, changed, cancelled, taken up again; each change of state is checked and recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.audit import log
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation
from tongxin.plans.models import Measure, Plan, Task, TaskProposal, TaskSource, TaskUnit
from tongxin.plans.plan_actions import lock_plan
from tongxin.plans.searching import index_task

State = Task.State
MOVES: Mapping[str, frozenset[str]] = {
    State.PLANNED: frozenset({State.ASSIGNED, State.CANCELLED}),
    State.ASSIGNED: frozenset({State.UNDER_WAY, State.CANCELLED}),
    State.UNDER_WAY: frozenset({State.COMPLETED, State.CANCELLED}),
    State.COMPLETED: frozenset({State.UNDER_WAY}),
    State.CANCELLED: frozenset(),
}
"""From which state a task goes to which."""


@transaction.atomic
def make_task(measure: Measure, *, actor: Principal, title: str, **values: Any) -> Task:
    """Add a task to a measure; the unit of the plan answers for it and may hand it down."""
    plan = lock_plan(measure.plan)
    require(actor, Action.CHANGE_PLANS, plan.organisation)
    task = Task(
        measure=measure, organisation=plan.organisation, title=title, state=first_state(plan), **values
    )
    check_task(task)
    task.save()
    record(task, actor, "tasks.made", measure=measure, due_on=task.due_on)
    return task


def first_state(plan: Plan) -> str:
    """Return the state in which a task of a plan begins."""
    return State.ASSIGNED if plan.state == Plan.State.PUBLISHED else State.PLANNED


@transaction.atomic
def enter_task(
    *, actor: Principal, measure: Measure, lead: Iterable[str], support: Iterable[str], **values: Any
) -> Task:
    """Add a task that a person enters, without a clause that asks for it."""
    task = make_task(measure, actor=actor, **values)
    add_units(task, lead=lead, support=support)
    TaskSource.objects.create(task=task, origin=TaskSource.Origin.OWN)
    return task


@transaction.atomic
def change_task(
    task: Task,
    *,
    actor: Principal,
    measure: Measure,
    lead: Iterable[str],
    support: Iterable[str],
    seen_at: datetime | None = None,
    checks_seen: bool = False,
    **values: Any,
) -> Task:
    """Change what a task says; refuses an ended one, and what somebody else changed after `seen_at`."""
    task = hold_open_task(task, actor)
    if checks_seen and task.changed_at != seen_at:
        raise ValidationError(_("Somebody else has changed this task meanwhile. Please look at it again."))
    _check_measure(task, measure)
    given = {"measure": measure, **values}
    changes = {name: (getattr(task, name), now) for name, now in given.items() if getattr(task, name) != now}
    for name, (_before, now) in changes.items():
        setattr(task, name, now)
    if "due_on" in changes and "due_text" not in values:
        task.due_text = ""
    check_task(task)
    _refuse_later_shares(task)
    changes |= _name_units(task, lead=lead, support=support)
    if changes:
        task.changed_at = timezone.now()
        task.save()
        _follow_measure(task)
        record(task, actor, "tasks.changed", **as_logged(changes))
    return task


def _check_measure(task: Task, measure: Measure) -> None:
    if measure.plan_id != task.measure.plan_id:
        raise ValidationError({"measure": _("Choose a measure of the same plan.")})
    if task.parent is not None and measure.pk != task.measure_id:
        raise ValidationError({"measure": _("A share stays under the measure of the whole task.")})


def _refuse_later_shares(task: Task) -> None:
    """Refuse a day before that of a share: a share is not due after its task."""
    if task.due_on is None:
        return
    later = task.children.exclude(state=State.CANCELLED).filter(due_on__gt=task.due_on)
    if share := later.select_related("organisation").order_by("-due_on").first():
        message = _("The share of %(unit)s is due on %(due_on)s; please change that day first.")
        raise ValidationError({"due_on": message % {"unit": share.organisation, "due_on": share.due_on}})


def _name_units(task: Task, *, lead: Iterable[str], support: Iterable[str]) -> dict[str, Any]:
    """Name the units anew; a unit of the tree that is named as before stays linked."""
    before = [(unit.part, unit.name) for unit in task.units.all()]
    linked = {unit.name: unit.organisation for unit in task.units.select_related("organisation")}
    task.units.all().delete()
    add_units(task, lead=lead, support=support, linked=linked)
    now = [(unit.part, unit.name) for unit in task.units.all()]
    return {"units": (before, now)} if before != now else {}


def _follow_measure(task: Task) -> None:
    """Put the shares of a task under its measure."""
    above = [task.pk]
    while above:
        shares = Task.objects.filter(parent__in=above).exclude(measure=task.measure_id)
        above = list(shares.values_list("pk", flat=True))
        Task.objects.filter(pk__in=above).update(measure=task.measure_id)


@transaction.atomic
def withdraw_task(task: Task, *, actor: Principal, reason: str) -> Task:
    """Cancel a task and its open shares, for a reason; what it was made of is to be decided on again."""
    task = hold_task(task, actor)
    refuse_move(task, State.CANCELLED)
    if not reason.strip():
        raise ValidationError({"reason": _("Please say why the task is cancelled.")})
    _cancel(task, actor, reason.strip())
    return task


def _cancel(task: Task, actor: Principal, reason: str) -> None:
    """Cancel a held task with its open shares: who sets a task ends what was handed down of it."""
    for share in task.children.exclude(state__in=[State.COMPLETED, State.CANCELLED]):
        _cancel(hold(share), actor, reason)
    made_of = TaskProposal.objects.filter(task_sources__task=task, state=TaskProposal.State.ACCEPTED)
    opened = made_of.update(state=TaskProposal.State.OPEN, decided_at=None, decided_by=None)
    task.sources.filter(origin=TaskSource.Origin.CLAUSE).delete()
    move_task(task, State.CANCELLED, actor, "tasks.cancelled", reason=reason, proposals_opened=opened)


@transaction.atomic
def reopen_task(task: Task, *, actor: Principal, reason: str) -> Task:
    """Take up a completed task again, for a reason; so are the tasks of which it is a share."""
    task = hold_task(task, actor)
    if task.state != State.COMPLETED:
        _refuse(task, State.UNDER_WAY)
    if not reason.strip():
        raise ValidationError({"reason": _("Please say why the task is taken up again.")})
    if task.parent and not task.parent.is_open:
        message = _("“%(title)s”, of which this is a share, is %(state)s; it is not taken up again alone.")
        raise ValidationError(message % {"title": task.parent, "state": task.parent.get_state_display()})
    task.override = ""
    move_task(task, State.UNDER_WAY, actor, "tasks.reopened", reason=reason.strip())
    return task


def begin_task(task: Task, actor: Principal) -> None:
    """Bring a held task under way, and those of which it is a share."""
    if task.state == State.ASSIGNED:
        move_task(task, State.UNDER_WAY, actor, "tasks.begun")
    if task.parent is not None:
        begin_task(hold(task.parent), actor)


def move_task(task: Task, to: str, actor: Principal, verb: str, **changes: Any) -> None:
    """Bring a held task into another state and record it; refuses what no task may do."""
    refuse_move(task, to)
    before, task.state = task.state, to
    task.moved_at = timezone.now()
    task.save(update_fields=["state", "moved_at", "override"])
    record(task, actor, verb, state=(before, to), **changes)


def refuse_move(task: Task, to: str) -> None:
    """Refuse to bring a task into a state to which it does not go from where it is."""
    if to not in MOVES[task.state]:
        _refuse(task, to)


def _refuse(task: Task, to: str) -> NoReturn:
    message = _("“%(title)s” is %(state)s and cannot become %(to)s.")
    told = {"title": task, "state": task.get_state_display(), "to": State(to).label}
    raise ValidationError(message % told)


def check_task(task: Task) -> None:
    """Refuse a task that contradicts itself or the task of which it is a share."""
    if task.starts_on and task.due_on and task.due_on < task.starts_on:
        message = _("The task is due on %(found)s, before it starts (%(starts_on)s).")
        found = {"found": task.due_on, "starts_on": task.starts_on}
        raise ValidationError({"due_on": message % found})
    if task.parent and task.due_on and task.parent.due_on and task.due_on > task.parent.due_on:
        message = _("The task of which this is a share is due on %(due_on)s; a share is not due later.")
        raise ValidationError({"due_on": message % {"due_on": task.parent.due_on}})
    if task.goal is not None and task.goal <= 0:
        raise ValidationError({"goal": _("The number to be reached is greater than 0.")})
    if task.goal is not None and task.indicator:
        raise ValidationError(
            {"goal": _("The task has an indicator already; give it targets, or take it off.")}
        )
    task.full_clean()


def as_logged(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return changes under names of which none is the log's own: it calls what was changed the target."""
    return {"wanted" if name == "target" else name: change for name, change in changes.items()}


def hold(task: Task) -> Task:
    """Hold a task until the transaction ends; nothing of a closed plan is held.

    The plan is held first, whatever is done: two who change a task and its share never wait for each other.
    """
    plan = lock_plan(Plan.objects.get(measures__tasks=task))
    found = (
        Task.objects.select_for_update(of=("self",), no_key=True)
        .select_related("measure", "organisation", "parent__organisation")
        .get(pk=task.pk)
    )
    found.measure.plan = plan
    return found


def hold_task(task: Task, actor: Principal, action: Action = Action.CHANGE_PLANS) -> Task:
    """Hold a task until the transaction ends, for who may act at the unit that decides on it."""
    found = hold(task)
    require(actor, action, found.decided_by)
    return found


def hold_open_task(task: Task, actor: Principal) -> Task:
    """Hold a task that has not ended."""
    found = hold_task(task, actor)
    if not found.is_open:
        refuse_ended(found)
    return found


def refuse_ended(task: Task) -> NoReturn:
    message = _("“%(title)s” is %(state)s; it is not changed any more.")
    raise ValidationError(message % {"title": task, "state": task.get_state_display()})


def add_units(
    task: Task,
    *,
    lead: Iterable[str],
    support: Iterable[str],
    linked: Mapping[str, Organisation | None] | None = None,
) -> None:
    """Name the bodies that lead and support a task; those that are units below the plan's are linked."""
    parts = dict.fromkeys(support, TaskUnit.Part.SUPPORT) | dict.fromkeys(lead, TaskUnit.Part.LEAD)
    known = units_by_name(task.measure.plan.organisation, parts) | dict(linked or {})
    TaskUnit.objects.bulk_create(
        TaskUnit(task=task, part=part, name=name[:120], organisation=known.get(name))
        for name, part in parts.items()
    )
    index_task(task)


def units_by_name(top: Organisation, names: Iterable[str]) -> dict[str, Organisation | None]:
    """Return the units of a tree that texts name by their full name, where the name is of one unit alone."""
    found: dict[str, list[Organisation]] = {}
    for unit in Organisation.objects.below(top).filter(name_zh__in=list(names), closed_on=None):
        found.setdefault(unit.name_zh, []).append(unit)
    return {name: units[0] for name, units in found.items() if len(units) == 1}


def record(task: Task, actor: Principal, verb: str, **changes: Any) -> None:
    """Write down what was done to a task, under the unit that answers for it."""
    log.record(actor=actor, action=verb, target=task, organisation_id=task.organisation_id, **changes)
