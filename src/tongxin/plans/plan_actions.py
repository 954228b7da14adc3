"""Beginning a plan, its measures, putting it into force, closing it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from tongxin.accounts.models import User
from tongxin.audit import log
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation
from tongxin.plans.models import Measure, Plan, Task
from tongxin.plans.telling import tell_assigned
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
    plan = (
        Plan.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation")
        .get(pk=plan.pk)
    )
    if plan.state == Plan.State.CLOSED:
        raise ValidationError(_("The plan “%(title)s” is closed.") % {"title": plan})
    return plan


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
    shares = Task.objects.filter(measure__plan=plan, parent__isnull=False, state=Task.State.ASSIGNED)
    tell_assigned(shares.select_related("organisation", "measure__plan").order_by("pk"))
    return plan


@transaction.atomic
def close_plan(plan: Plan, *, actor: Principal) -> Plan:
    """Close a plan in force; refuses while a task of it is open."""
    require(actor, Action.CHANGE_PLANS, plan.organisation)
    plan = lock_plan(plan)
    if plan.state != Plan.State.PUBLISHED:
        raise ValidationError(_("A draft is not closed; only a plan in force is."))
    ended = [Task.State.COMPLETED, Task.State.CANCELLED]
    n_open = Task.objects.filter(measure__plan=plan).exclude(state__in=ended).count()
    if n_open:
        message = ngettext(
            "%(count)d task is still open. Please complete it or cancel it first, with the reason.",
            "%(count)d tasks are still open. Please complete or cancel them first, with the reason.",
            n_open,
        )
        raise ValidationError(message % {"count": n_open})
    plan.state = Plan.State.CLOSED
    plan.save(update_fields=["state"])
    _record(plan, plan, actor, "plans.closed")
    return plan


@transaction.atomic
def add_measure(plan: Plan, *, actor: Principal, title: str, dimension: str) -> Measure:
    """Add a measure at the end of a plan."""
    require(actor, Action.CHANGE_PLANS, plan.organisation)
    plan = lock_plan(plan)
    last = plan.measures.aggregate(last=Max("position"))["last"] or 0
    measure = Measure(plan=plan, title=title.strip(), dimension=dimension, position=last + 1)
    _check_title(measure)
    measure.save()
    _record(measure, plan, actor, "measures.added", dimension=dimension)
    return measure


@transaction.atomic
def change_measure(measure: Measure, *, actor: Principal, title: str, dimension: str) -> Measure:
    """Call a measure something else, or put it into another dimension."""
    plan = lock_plan(measure.plan)
    require(actor, Action.CHANGE_PLANS, plan.organisation)
    measure = Measure.objects.select_for_update(no_key=True).get(pk=measure.pk)
    given = {"title": title.strip(), "dimension": dimension}
    changes = {
        name: (getattr(measure, name), now) for name, now in given.items() if getattr(measure, name) != now
    }
    for name, (_before, now) in changes.items():
        setattr(measure, name, now)
    _check_title(measure)
    if changes:
        measure.save()
        _record(measure, plan, actor, "measures.changed", **changes)
    return measure


@transaction.atomic
def remove_measure(measure: Measure, *, actor: Principal) -> None:
    """Take a measure out of its plan; refuses where tasks stand under it, cancelled ones too."""
    plan = lock_plan(measure.plan)
    require(actor, Action.CHANGE_PLANS, plan.organisation)
    n_tasks = measure.tasks.count()
    if n_tasks:
        message = ngettext(
            "%(count)d task stands under “%(title)s”. Please put it under another measure first.",
            "%(count)d tasks stand under “%(title)s”. Please put them under another measure first.",
            n_tasks,
        )
        raise ValidationError(message % {"count": n_tasks, "title": measure})
    _record(measure, plan, actor, "measures.removed", title=measure.title)
    measure.delete()


def _check_title(measure: Measure) -> None:
    others = Measure.objects.filter(plan_id=measure.plan_id, title=measure.title).exclude(pk=measure.pk)
    if others.exists():
        message = _("The plan has a measure “%(title)s” already.")
        raise ValidationError({"title": message % {"title": measure.title}})
    measure.full_clean()


def _record(target: Plan | Measure, plan: Plan, actor: Principal, verb: str, **changes: Any) -> None:
    log.record(actor=actor, action=verb, target=target, organisation_id=plan.organisation_id, **changes)
