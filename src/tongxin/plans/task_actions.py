"""Plans, their measures and their tasks: made, changed, published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from tongxin.accounts.models import User
from tongxin.audit import log
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation
from tongxin.plans.models import Measure, Plan, Task, TaskProposal, TaskSource, TaskUnit
from tongxin.ui.dimensions import DIMENSIONS

MEASURES = (
    *((code, mark.name) for code, mark in DIMENSIONS.items()),
    ("", _lazy("Organisation of the work")),
)
"""What a plan begins with: a measure for each dimension, and one for what belongs to none."""


@transaction.atomic
def make_plan(
    organisation: Organisation, *, actor: Principal, title: str, starts_on: date, ends_on: date
) -> Plan:
    """Begin a plan of a unit, as a draft."""
    require(actor, Action.CHANGE_PLANS, organisation)
    maker = actor if isinstance(actor, User) else None
    plan = Plan(organisation=organisation, title=title, starts_on=starts_on, ends_on=ends_on, made_by=maker)
    if ends_on < starts_on:
        message = _("The plan ends on %(found)s, before it begins (%(starts_on)s).")
        raise ValidationError({"ends_on": message % {"found": ends_on, "starts_on": starts_on}})
    plan.full_clean()
    plan.save()
    Measure.objects.bulk_create(
        Measure(plan=plan, title=str(title), dimension=code, position=place)
        for place, (code, title) in enumerate(MEASURES, start=1)
    )
    _record(plan, plan, actor, "plans.made", starts_on=starts_on, ends_on=ends_on)
    return plan


def lock_plan(plan: Plan) -> Plan:
    """Hold a plan until the transaction ends; nothing is added to one that is closed."""
    plan = Plan.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=plan.pk)
    if plan.state == Plan.State.CLOSED:
        raise ValidationError(_("The plan “%(title)s” is closed.") % {"title": plan})
    return plan


@transaction.atomic
def make_task(measure: Measure, *, actor: Principal, title: str, **values: Any) -> Task:
    """Add a task to a measure; the unit of the plan answers for it until it is handed to another."""
    plan = lock_plan(measure.plan)
    require(actor, Action.CHANGE_PLANS, plan.organisation)
    is_published = plan.state == Plan.State.PUBLISHED
    state = Task.State.ASSIGNED if is_published else Task.State.PLANNED
    task = Task(measure=measure, organisation=plan.organisation, title=title, state=state, **values)
    _refuse_backwards(task)
    task.full_clean()
    task.save()
    _record(task, plan, actor, "tasks.made", measure=measure, due_on=task.due_on)
    return task


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
    **values: Any,
) -> Task:
    """Change what a task says; one that is cancelled stays as it is."""
    task = _lock_task(task, actor)
    plan = task.measure.plan
    if measure.plan_id != plan.pk:
        raise ValidationError({"measure": _("Choose a measure of the same plan.")})
    given = {"measure": measure, **values}
    changes = {name: (getattr(task, name), now) for name, now in given.items() if getattr(task, name) != now}
    for name, (_before, now) in changes.items():
        setattr(task, name, now)
    if "due_on" in changes:
        task.due_text = ""
    _refuse_backwards(task)
    task.full_clean()
    task.save()
    before = [(unit.part, unit.name) for unit in task.units.all()]
    task.units.all().delete()
    add_units(task, lead=lead, support=support)
    now_named = [(unit.part, unit.name) for unit in task.units.all()]
    if before != now_named:
        changes["units"] = (before, now_named)
    if changes:
        _record(task, plan, actor, "tasks.changed", **as_logged(changes))
    return task


@transaction.atomic
def withdraw_task(task: Task, *, actor: Principal, reason: str) -> Task:
    """Cancel a task, for a reason; the proposals that it was made of are open again."""
    task = _lock_task(task, actor)
    if not reason.strip():
        raise ValidationError({"reason": _("Please say why the task is cancelled.")})
    before, task.state = task.state, Task.State.CANCELLED
    task.moved_at = timezone.now()
    task.save(update_fields=["state", "moved_at"])
    made_of = TaskProposal.objects.filter(task_sources__task=task, state=TaskProposal.State.ACCEPTED)
    opened = made_of.update(state=TaskProposal.State.OPEN, decided_at=None, decided_by=None)
    task.sources.filter(origin=TaskSource.Origin.CLAUSE).delete()
    _record(
        task,
        task.measure.plan,
        actor,
        "tasks.cancelled",
        state=(before, task.state),
        reason=reason.strip(),
        proposals_opened=opened,
    )
    return task


def _refuse_backwards(task: Task) -> None:
    if task.starts_on and task.due_on and task.due_on < task.starts_on:
        message = _("The task is due on %(found)s, before it starts (%(starts_on)s).")
        found = {"found": task.due_on, "starts_on": task.starts_on}
        raise ValidationError({"due_on": message % found})


def as_logged(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return changes under names of which none is the log's own: it calls what was changed the target."""
    return {"goal" if name == "target" else name: change for name, change in changes.items()}


def hold_task(task: Task, actor: Principal) -> Task:
    """Hold a task until the transaction ends; nothing of a closed plan is changed."""
    found = (
        Task.objects.select_for_update(of=("self",))
        .select_related("measure__plan__organisation")
        .get(pk=task.pk)
    )
    require(actor, Action.CHANGE_PLANS, found.measure.plan.organisation)
    lock_plan(found.measure.plan)
    return found


def _lock_task(task: Task, actor: Principal) -> Task:
    found = hold_task(task, actor)
    if not found.is_open:
        refuse_ended(found)
    return found


def refuse_ended(task: Task) -> NoReturn:
    message = _("“%(title)s” is %(state)s; it is not changed any more.")
    raise ValidationError(message % {"title": task, "state": task.get_state_display()})


def add_units(task: Task, *, lead: Iterable[str], support: Iterable[str]) -> None:
    """Name the bodies that lead and support a task; those that are units below the plan's are linked."""
    parts = dict.fromkeys(support, TaskUnit.Part.SUPPORT) | dict.fromkeys(lead, TaskUnit.Part.LEAD)
    known = units_by_name(task.measure.plan.organisation, parts)
    TaskUnit.objects.bulk_create(
        TaskUnit(task=task, part=part, name=name[:120], organisation=known.get(name))
        for name, part in parts.items()
    )


def units_by_name(top: Organisation, names: Iterable[str]) -> dict[str, Organisation]:
    """Return the units of a tree that texts name by their full name, where the name is of one unit alone."""
    found: dict[str, list[Organisation]] = {}
    for unit in Organisation.objects.below(top).filter(name_zh__in=list(names), closed_on=None):
        found.setdefault(unit.name_zh, []).append(unit)
    return {name: units[0] for name, units in found.items() if len(units) == 1}


@transaction.atomic
def publish_plan(plan: Plan, *, actor: Principal) -> Plan:
    """Put a plan into force: its tasks are assigned, and units below may see it."""
    require(actor, Action.CHANGE_PLANS, plan.organisation)
    plan = lock_plan(plan)
    if plan.state != Plan.State.DRAFT:
        raise ValidationError(_("The plan “%(title)s” is in force already.") % {"title": plan})
    tasks = Task.objects.filter(measure__plan=plan, state=Task.State.PLANNED)
    if not tasks.exists():
        raise ValidationError(_("A plan without a task is not published; please add tasks first."))
    count = tasks.update(state=Task.State.ASSIGNED, moved_at=timezone.now())
    plan.state = Plan.State.PUBLISHED
    plan.save(update_fields=["state"])
    _record(plan, plan, actor, "plans.published", tasks=count)
    return plan


def _record(target: Plan | Task, plan: Plan, actor: Principal, verb: str, **changes: Any) -> None:
    log.record(actor=actor, action=verb, target=target, organisation_id=plan.organisation_id, **changes)
