"""Reports on tasks: written, submitted, returned or accepted; a final one closes its task."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongxin.accounts.models import User
from tongxin.audit import log
from tongxin.organisations.access import Action, Principal
from tongxin.plans.access import require_reporting
from tongxin.plans.models import Plan, Report, Task
from tongxin.plans.progress import progress_of
from tongxin.plans.task_actions import begin_task, hold, hold_task, move_task, refuse_ended
from tongxin.plans.telling import tell_decided, tell_submitted

State = Report.State


@transaction.atomic
def write_report(
    task: Task,
    *,
    actor: Principal,
    text: str,
    amount: Decimal | None = None,
    percent: int | None = None,
    is_final: bool = False,
    seen_at: datetime | None = None,
) -> Report:
    """Write the open report of a task, or begin one; refuses what somebody else wrote after `seen_at`.

    How far the task is may be said only where neither a figure nor units below say it.
    """
    task = _hold_for_reporting(task, actor)
    _refuse_typed_progress(task, amount, percent)
    report = task.reports.exclude(state=State.ACCEPTED).select_for_update(no_key=True).first()
    verb = "reports.changed" if report else "reports.begun"
    if report is None:
        report = Report(task=task, made_by=actor if isinstance(actor, User) else None)
    elif not report.is_writable:
        raise ValidationError(_("The report has been submitted; it can be changed when it is returned."))
    elif report.changed_at != seen_at:
        raise ValidationError(_("Somebody else has changed this report meanwhile. Please look at it again."))
    given = {"text": text.strip(), "amount": amount, "percent": percent, "is_final": is_final}
    changes = {
        name: (getattr(report, name), now) for name, now in given.items() if getattr(report, name) != now
    }
    for name, (_before, now) in changes.items():
        setattr(report, name, now)
    report.changed_at = timezone.now()
    report.full_clean()
    report.save()
    _record(report, actor, verb, **changes)
    return report


def _refuse_typed_progress(task: Task, amount: Decimal | None, percent: int | None) -> None:
    has_shares = task.children.exclude(state=Task.State.CANCELLED).exists()
    if (amount is not None or percent is not None) and (has_shares or task.indicator):
        name = "percent" if percent is not None else "amount"
        if task.indicator:
            raise ValidationError(
                {name: _("The figure says how far the task is; nothing is entered by hand.")}
            )
        raise ValidationError(
            {
                name: _(
                    "The units that have shares of the task say how far it is; nothing is entered above them."
                )
            }
        )
    if amount is not None and task.goal is None:
        raise ValidationError({"amount": _("The task has no number to be reached.")})
    if percent is not None and task.goal is not None:
        raise ValidationError({"percent": _("Please give the number reached; the task has one to reach.")})


@transaction.atomic
def submit_report(report: Report, *, actor: Principal) -> Report:
    """Hand a report in to be decided on; a final one needs a proof, unless a figure is the proof."""
    report = hold_to_write(report, actor)
    task = report.task
    if not report.text:
        raise ValidationError({"text": _("Please say what was done before the report is submitted.")})
    _refuse_typed_progress(task, report.amount, report.percent)
    if report.is_final and not task.indicator and not report.evidence.exists():
        raise ValidationError(_("A report that closes a task needs a proof: please add a file or a figure."))
    before, report.state = report.state, State.SUBMITTED
    report.submitted_at, report.submitted_by = timezone.now(), actor if isinstance(actor, User) else None
    report.decided_at, report.decided_by, report.decision = None, None, ""
    report.save()
    _record(report, actor, "reports.submitted", state=(before, report.state))
    begin_task(task, actor)
    tell_submitted(report)
    return report


@transaction.atomic
def return_report(report: Report, *, actor: Principal, reason: str) -> Report:
    """Give a report back with what is missing."""
    report, _task = _hold_to_decide(report, actor)
    if not reason.strip():
        raise ValidationError({"reason": _("Please say what is missing.")})
    _decide(report, State.RETURNED, actor, reason)
    tell_decided(report)
    return report


@transaction.atomic
def accept_report(report: Report, *, actor: Principal, note: str = "", override: str = "") -> Report:
    """Accept a report; a final one completes its task when the numbers allow, or for a written reason."""
    report, task = _hold_to_decide(report, actor)
    _decide(report, State.ACCEPTED, actor, note)
    if report.is_final:
        _complete(task, actor, override.strip())
    tell_decided(report)
    return report


def _complete(task: Task, actor: Principal, override: str) -> None:
    open_shares = task.children.exclude(state__in=[Task.State.COMPLETED, Task.State.CANCELLED])
    if n_open := open_shares.count():
        message = ngettext(
            "%(count)d unit has not completed its share yet.",
            "%(count)d units have not completed their shares yet.",
            n_open,
        )
        raise ValidationError(message % {"count": n_open})
    missing = _missing(task)
    if missing and not override:
        raise ValidationError(
            {
                "override": _("%(missing)s To close the task all the same, please say why.")
                % {"missing": missing}
            }
        )
    task.override = override if missing else ""
    move_task(task, Task.State.COMPLETED, actor, "tasks.completed", override=task.override)


def _missing(task: Task) -> str:
    """Say what the numbers lack for the task to be done; nothing where they lack nothing."""
    progress = progress_of([task])[task.pk]
    if progress.figure is not None:
        return "" if progress.figure.is_passed else progress.figure.sentence()
    if task.goal is not None and (progress.amount is None or progress.amount < task.goal):
        told = {"amount": progress.amount or 0, "goal": task.goal, "unit": task.goal_unit}
        return _("%(amount)s of %(goal)s %(unit)s are reached.") % told
    return ""


def _hold_for_reporting(task: Task, actor: Principal) -> Task:
    """Hold a task on which the user may report, in force and not ended."""
    found = hold(task)
    require_reporting(actor, found)
    if found.measure.plan.state == Plan.State.DRAFT:
        raise ValidationError(_("The plan is not in force yet; reports come with the work."))
    if not found.is_open or found.state == Task.State.PLANNED:
        message = _("“%(title)s” is %(state)s; nothing more is reported on it.")
        raise ValidationError(message % {"title": found, "state": found.get_state_display()})
    return found


def hold_to_write(report: Report, actor: Principal) -> Report:
    """Hold a report that the user may write until the transaction ends."""
    task = _hold_for_reporting(report.task, actor)
    report = _hold(report)
    report.task = task
    if not report.is_writable:
        _refuse_decided(report)
    return report


def _hold(report: Report) -> Report:
    return (
        Report.objects.select_for_update(of=("self",), no_key=True)
        .select_related("submitted_by", "decided_by")
        .get(pk=report.pk)
    )


def _hold_to_decide(report: Report, actor: Principal) -> tuple[Report, Task]:
    task = hold_task(report.task, actor, Action.REVIEW_PROGRESS)
    report = _hold(report)
    report.task = task
    if report.state != State.SUBMITTED:
        _refuse_decided(report)
    if not task.is_open:
        refuse_ended(task)
    if isinstance(actor, User) and report.submitted_by_id == actor.pk:
        raise ValidationError(_("You submitted this report yourself; please let a colleague decide on it."))
    return report, task


def _refuse_decided(report: Report) -> None:
    if report.state == State.SUBMITTED:
        raise ValidationError(_("The report has been submitted already."))
    if report.state == State.DRAFT:
        raise ValidationError(_("The report is a draft; it has not been submitted."))
    told = {
        "state": report.get_state_display(),
        "name": report.decided_by or _("the operator"),
        "at": timezone.localtime(report.decided_at).strftime("%Y-%m-%d %H:%M") if report.decided_at else "",
    }
    raise ValidationError(_("The report was %(state)s by %(name)s at %(at)s already.") % told)


def _decide(report: Report, state: str, actor: Principal, words: str) -> None:
    before, report.state = report.state, state
    report.decided_at, report.decided_by = timezone.now(), actor if isinstance(actor, User) else None
    report.decision = words.strip()
    report.save()
    _record(report, actor, f"reports.{state}", state=(before, state), decision=report.decision)


def _record(report: Report, actor: Principal, verb: str, **changes: Any) -> None:
    log.record(
        actor=actor, action=verb, target=report, organisation_id=report.task.organisation_id, **changes
    )
