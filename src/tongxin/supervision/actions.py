"""What an office does of itself: changes a plan's rule, sends a reminder, has a list drawn up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongxin.accounts.models import User
from tongxin.audit import log
from tongxin.organisations.access import Action, Principal, require
from tongxin.plans.models import Plan, Task
from tongxin.supervision.circulating import draw_up
from tongxin.supervision.compute import make_step
from tongxin.supervision.days import days_late
from tongxin.supervision.models import Circular, Step, SupervisionRule
from tongxin.supervision.queries import rule_of, supervised_tasks
from tongxin.supervision.standing import Due
from tongxin.supervision.telling import tell
from tongxin.supervision.texts import check_text, default_text

ONCE_WITHIN = timedelta(hours=1)


@transaction.atomic
def change_rule(plan: Plan, *, actor: Principal, texts: dict[str, str], **values: Any) -> SupervisionRule:
    """Change how a plan is supervised; a text that is the default or empty is not kept as the plan's own."""
    require(actor, Action.CHANGE_PLANS, plan.organisation)
    Plan.objects.select_for_update(of=("self",), no_key=True).get(pk=plan.pk)
    rule = rule_of(plan)
    _refuse_unknown(texts)
    own = {kind: text.strip() for kind, text in texts.items()}
    values["texts"] = {kind: text for kind, text in own.items() if text and text != default_text(kind)}
    changes = {name: (getattr(rule, name), now) for name, now in values.items() if getattr(rule, name) != now}
    if not changes:
        return rule
    for name, (_before, now) in changes.items():
        setattr(rule, name, now)
    if rule.circulate_after < rule.escalate_after:
        message = _("A task is circulated after %(found)d days, before it is escalated (%(escalated)d).")
        found = {"found": rule.circulate_after, "escalated": rule.escalate_after}
        raise ValidationError({"circulate_after": message % found})
    rule.changed_at = timezone.now()
    rule.full_clean()
    rule.save()
    log.record(
        actor=actor,
        action="supervision.rule_changed",
        target=plan,
        organisation_id=plan.organisation_id,
        **changes,
    )
    return rule


def _refuse_unknown(texts: dict[str, str]) -> None:
    wrong: dict[str, Any] = {}
    for kind, text in texts.items():
        try:
            check_text(text)
        except ValidationError as refusal:
            wrong[f"text_{kind}"] = refusal.messages
    if wrong:
        raise ValidationError(wrong)


@transaction.atomic
def remind(task: Task, *, actor: Principal) -> tuple[Step, bool]:
    """Send a reminder of a task now; within an hour of the last none is sent, and the last is returned."""
    found = _hold(task)
    require(actor, Action.REVIEW_PROGRESS, found.decided_by)
    now = timezone.now()
    last = Step.objects.filter(task=found, kind=Step.Kind.REMINDER).order_by("-made_at").first()
    if last is not None and last.made_at > now - ONCE_WITHIN:
        return last, False
    day = timezone.localdate(now)
    late = days_late(found.due_on, day) if found.due_on else 0
    due = Due(Step.Kind.REMINDER, late, f"reminder:{found.pk}:{now.isoformat()}")
    with translation.override(settings.LANGUAGE_CODE):
        step = make_step(found, due, rule_of(found.measure.plan), day)
    step.made_by = actor if isinstance(actor, User) else None
    step.save()
    tell([step.pk], day)
    step.refresh_from_db()
    log.record(
        actor=actor,
        action="supervision.reminded",
        target=found,
        organisation_id=found.decided_by.pk,
        unit=found.organisation,
        people=step.n_told,
    )
    return step, True


def _hold(task: Task) -> Task:
    """Hold a task until the transaction ends; what is not supervised is refused with its reason."""
    held = Task.objects.select_for_update(of=("self",), no_key=True).get(pk=task.pk)
    tasks = supervised_tasks().select_related(
        "measure__plan__organisation", "organisation__parent", "parent__organisation"
    )
    found = tasks.filter(pk=task.pk).first()
    if found is None:
        refuse_unsupervised(held)
    return found


def refuse_unsupervised(task: Task) -> NoReturn:
    message = _("“%(title)s” is %(state)s; supervised are tasks assigned or under way, of a plan in force.")
    raise ValidationError(message % {"title": task, "state": task.get_state_display()})


@transaction.atomic
def circulate(plan: Plan, day: date, *, actor: Principal) -> Circular:
    """Draw up the list of a plan's tasks that are long overdue; one a day, and none that is empty."""
    require(actor, Action.CHANGE_PLANS, plan.organisation)
    plan = (
        Plan.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation")
        .get(pk=plan.pk)
    )
    if Circular.objects.filter(plan=plan, day=day).exists():
        raise ValidationError(_("The list of this day has been circulated already; it stays as it is."))
    found = draw_up(plan, day, actor=actor)
    if found is None:
        days = rule_of(plan).circulate_after
        message = ngettext(
            "No task of this plan is late by %(count)d working day or more.",
            "No task of this plan is late by %(count)d working days or more.",
            days,
        )
        raise ValidationError(message % {"count": days})
    return found
