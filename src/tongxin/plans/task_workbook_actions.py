"""Taking in a workbook of tasks: kept, then read, compared, and written by the actions of tasks."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from tongxin.accounts.models import User
from tongxin.audit import log
from tongxin.files.actions import read_file, store_file
from tongxin.files.refusals import say_refused
from tongxin.jobs.actions import Progress, queue_job
from tongxin.jobs.models import Job
from tongxin.organisations.access import Action, Principal, require
from tongxin.plans.models import Plan, Task, TaskImport
from tongxin.plans.target_actions import set_targets
from tongxin.plans.task_actions import change_task, enter_task, hold
from tongxin.plans.task_workbook_cells import reasons
from tongxin.plans.task_workbook_reading import Examination, RowPlan
from tongxin.plans.task_workbooks import LAYOUT
from tongxin.workbooks.findings import FINDINGS
from tongxin.workbooks.layouts import load_layout
from tongxin.workbooks.readers import Sheet, read_sheet
from tongxin.workbooks.refusals import WorkbookRefused
from tongxin.workforce.roster_reading import opened

State = TaskImport.State
AT_ONCE = 50
"""So many rows are stored in one transaction: others may write in between."""
COUNTS = ("added", "changed", "unchanged", "rejected")


@transaction.atomic
def receive_tasks(
    plan: Plan, *, actor: Principal, file_name: str, body: bytes, is_dry_run: bool = True
) -> TaskImport:
    """Keep a workbook and have it read in the background; the same one twice at once is one."""
    _require(plan, actor)
    plan = (
        Plan.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation")
        .get(pk=plan.pk)
    )
    if plan.state == Plan.State.CLOSED:
        raise ValidationError(_("The plan “%(title)s” is closed.") % {"title": plan})
    sender = actor if isinstance(actor, User) else None
    waiting = TaskImport.objects.filter(
        plan=plan,
        sent_by=sender,
        state=State.RECEIVED,
        is_dry_run=is_dry_run,
        file__sha256=hashlib.sha256(body).hexdigest(),
    ).first()
    if waiting is not None and waiting.job_id and not Job.objects.get(pk=waiting.job_id).is_over:
        return waiting
    sent = TaskImport.objects.create(
        plan=plan,
        file=store_file(file_name, body, actor=sender),
        file_name=Path(file_name.replace("\\", "/")).name[:255],
        is_dry_run=is_dry_run,
        sent_by=sender,
    )
    return _queue(sent, sender)


@transaction.atomic
def read_again(old: TaskImport, *, actor: User) -> TaskImport:
    """Store what was checked, or go on with what was interrupted; each import keeps what it did."""
    _require(old.plan, actor)
    held = TaskImport.objects.select_for_update(of=("self",), no_key=True)
    old = held.select_related("plan__organisation", "file").get(pk=old.pk)
    if old.file.is_erased:
        raise ValidationError(_("The file is no longer kept. Please send it again."))
    if old.state == State.RECEIVED:
        if old.job_id and not Job.objects.get(pk=old.job_id).is_over:
            return old
        old.sent_by = actor
        old.save(update_fields=["sent_by"])
        return _queue(old, actor)
    if old.state != State.CHECKED:
        return old
    new = TaskImport.objects.create(
        plan=old.plan, file=old.file, file_name=old.file_name, is_dry_run=False, sent_by=actor
    )
    return _queue(new, actor)


def _require(plan: Plan, actor: Principal) -> None:
    require(actor, Action.CHANGE_PLANS, plan.organisation)


def _queue(sent: TaskImport, actor: User | None) -> TaskImport:
    from tongxin.plans.task_workbook_jobs import apply_tasks_task  # noqa: PLC0415  # it calls back to this module

    sent.job_id = queue_job("tasks", sent.pk, apply_tasks_task, actor=actor).pk
    sent.save(update_fields=["job_id"])
    return sent


def apply_tasks(pk: int, *, progress: Progress) -> TaskImport:
    """Read a received workbook and, unless it is only checked, store what is accepted; no row twice."""
    sent = TaskImport.objects.select_related("plan__organisation", "file", "sent_by").get(pk=pk)
    if sent.state != State.RECEIVED:
        return sent
    if sent.sent_by is None:
        # Without its user the work has no rights: nobody would be the operator, who may do everything.
        raise PermissionDenied(_("The account that sent the workbook is gone. Please send it again."))
    _require(sent.plan, sent.sent_by)
    progress("read", 5)
    try:
        sheet = read_tasks(sent)
    except WorkbookRefused as refused:
        return _refuse(sent, refused)
    progress("compare", 20)
    rows = Examination(sent.plan, sheet, reader=sent.sent_by).plans()
    if not sent.is_dry_run:
        _store(sent, rows, progress)
    return _finish(sent, rows)


def read_tasks(sent: TaskImport) -> Sheet:
    """Read the kept file."""
    with opened(read_file(sent.file)) as path:
        return read_sheet(path, load_layout(LAYOUT))


def _store(sent: TaskImport, rows: Sequence[RowPlan], progress: Progress) -> None:
    """Write the rows some at a time, each lot with the record of it: what is done is not done again."""
    todo = [row for row in rows if row.outcome in {"added", "changed"} and str(row.row) not in sent.outcomes]
    for start in range(0, len(todo), AT_ONCE):
        with transaction.atomic():
            some = todo[start : start + AT_ONCE]
            for row in some:
                _carry_out(row, sent.sent_by)
            sent.outcomes |= {str(row.row): row.outcome for row in some}
            sent.findings += [finding for row in some for finding in row.findings]
            sent.save(update_fields=["outcomes", "findings"])
        progress("store", 30 + 65 * min(start + AT_ONCE, len(todo)) // len(todo))


def _carry_out(row: RowPlan, actor: User | None) -> None:
    """Do what a row asks for; where the action refuses, the row is rejected for its reason."""
    try:
        with transaction.atomic():
            _write(row, actor)
    except ValidationError as refusal:
        row.outcome = "rejected"
        row.findings.append(_not_taken(row.row, reasons(refusal)))
    except (PermissionDenied, Http404) as refusal:
        row.outcome = "rejected"
        row.findings.append(_not_taken(row.row, str(refusal)))


def _write(row: RowPlan, actor: User | None) -> None:
    if row.task is None:
        made = enter_task(actor=actor, **row.values)
        if row.figure is not None:
            set_targets(made, actor=actor, indicator=row.figure[0], targets=row.figure[1])
        return
    task, seen_at = row.task, row.task.changed_at
    if row.figure is not None and not row.figure[0]:
        # A number to be reached is refused beside an indicator, so that goes first.
        _refuse_changed(task)
        task = set_targets(task, actor=actor, indicator="", targets=[])
        seen_at = task.changed_at
    change_task(task, actor=actor, seen_at=seen_at, checks_seen=True, **row.values)
    if row.figure is not None and row.figure[0]:
        set_targets(task, actor=actor, indicator=row.figure[0], targets=row.figure[1])


def _refuse_changed(task: Task) -> None:
    now = hold(task)
    if now.changed_at != task.changed_at:
        raise ValidationError(_("Somebody else has changed this task meanwhile. Please look at it again."))


def _not_taken(row: int, reason: str) -> dict[str, Any]:
    return {
        "row": row,
        "key": None,
        "column": None,
        "code": "not_taken",
        "severity": FINDINGS["not_taken"].severity,
        "found": None,
        "params": json.dumps({"reason": reason}, ensure_ascii=False),
    }


@transaction.atomic
def _finish(sent: TaskImport, rows: Sequence[RowPlan]) -> TaskImport:
    done: Mapping[str, str] = sent.outcomes
    sent.findings += [each for row in rows if str(row.row) not in done for each in row.findings]
    sent.findings.sort(key=lambda each: each["row"])
    sent.outcomes = {str(row.row): row.outcome for row in rows} | dict(done)
    counted = Counter(sent.outcomes.values())
    sent.n_rows = len(rows)
    for name in COUNTS:
        setattr(sent, f"n_{name}", counted[name])
    sent.state = State.CHECKED if sent.is_dry_run else State.APPLIED
    sent.save()
    verb = "task_workbooks.checked" if sent.is_dry_run else "task_workbooks.imported"
    _record(sent, verb, rows=len(rows), **{name: counted[name] for name in COUNTS})
    return sent


@transaction.atomic
def _refuse(sent: TaskImport, refused: WorkbookRefused) -> TaskImport:
    sent.state = State.REFUSED
    sent.refusal = {"code": refused.code, "message": say_refused(refused)}
    sent.save(update_fields=["state", "refusal"])
    _record(sent, "task_workbooks.refused", code=refused.code)
    return sent


def _record(sent: TaskImport, verb: str, **changes: Any) -> None:
    log.record(
        actor=sent.sent_by,
        action=verb,
        target=sent.plan,
        organisation_id=sent.plan.organisation_id,
        file=sent.file_name,
        **changes,
    )
