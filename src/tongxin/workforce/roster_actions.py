"""Taking in a roster: received and kept, then read, checked, compared and written as a whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import User
from tongxin.audit import log
from tongxin.files.actions import store_file
from tongxin.jobs.actions import Progress, queue_job
from tongxin.jobs.models import Job
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation
from tongxin.workbooks.checks import RosterCheck
from tongxin.workbooks.findings import FINDINGS
from tongxin.workbooks.layouts import load_layout
from tongxin.workbooks.refusals import WorkbookRefused
from tongxin.workforce.checks import require_enterprise
from tongxin.workforce.identity import indexes_for
from tongxin.workforce.merge_traces import hold_merging
from tongxin.workforce.models import ColumnMapping, RosterImport
from tongxin.workforce.roster_differences import Differences, find_differences
from tongxin.workforce.roster_findings import seal_refusal
from tongxin.workforce.roster_known import read_known
from tongxin.workforce.roster_merged import Merging, latest_merging, lead_to_survivors
from tongxin.workforce.roster_reading import LAYOUT, check_sheet, read_roster
from tongxin.workforce.roster_writing import drop_staged, stage, write_staged

ATTEMPTS = 5
"""How often an import is compared anew when somebody else changed the same people meanwhile."""
COUNTS = ("rows", "added", "changed", "unchanged", "rejected")


class RosterConflict(ValidationError):
    """The same people were being changed by others again and again; nothing was stored."""


class _Overtaken(Exception):
    """Another roster of the enterprise was stored since this one was compared, or two entries became one."""


@dataclass(frozen=True)
class Compared:
    """A checked roster beside the registry as it was when the enterprise's latest import was `latest`.

    `merged` says which merge of two entries was the last one then.
    """

    check: RosterCheck
    differences: Differences
    findings: pl.DataFrame
    latest: datetime | None
    merged: Merging


def first_of_month() -> date:
    """Return from which day changes hold unless the sender says otherwise."""
    return timezone.localdate().replace(day=1)


@transaction.atomic
def receive_roster(
    organisation: Organisation,
    *,
    actor: Principal,
    file_name: str,
    body: bytes,
    effective_on: date | None = None,
    is_dry_run: bool = False,
) -> RosterImport:
    """Keep a roster that was sent, encrypted; nothing is read yet."""
    require(actor, Action.CHANGE_PEOPLE, organisation)
    require_enterprise(organisation)
    # Nobody who has not signed in comes past the line above.
    sender = actor if isinstance(actor, User) else None
    return RosterImport.objects.create(
        organisation=organisation,
        file=store_file(file_name, body, actor=sender),
        file_name=Path(file_name.replace("\\", "/")).name[:255],
        effective_on=effective_on or first_of_month(),
        is_dry_run=is_dry_run,
        sent_by=sender,
    )


@transaction.atomic
def receive_once(
    organisation: Organisation,
    *,
    actor: User,
    file_name: str,
    body: bytes,
    effective_on: date,
    is_dry_run: bool,
) -> RosterImport:
    """Receive a roster and have it read in the background; the same file sent twice at once is one import."""
    # The enterprise's row makes the second of two clicks wait for the first.
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    waiting = RosterImport.objects.filter(
        organisation=organisation,
        sent_by=actor,
        state=RosterImport.State.RECEIVED,
        file__sha256=hashlib.sha256(body).hexdigest(),
        effective_on=effective_on,
        is_dry_run=is_dry_run,
    ).first()
    if waiting is not None and waiting.job_id and not Job.objects.get(pk=waiting.job_id).is_over:
        return waiting
    roster = receive_roster(
        organisation,
        actor=actor,
        file_name=file_name,
        body=body,
        effective_on=effective_on,
        is_dry_run=is_dry_run,
    )
    queue_roster(roster, actor=actor)
    return roster


@transaction.atomic
def send_again(old: RosterImport, *, actor: User) -> RosterImport:
    """Have the kept file of an import read once more, to be stored unless it was refused as a dry run.

    One that was interrupted is taken up; any other is sent anew, so that each import keeps what it did.
    """
    require(actor, Action.CHANGE_PEOPLE, old.organisation)
    old = RosterImport.objects.select_for_update().select_related("organisation", "file").get(pk=old.pk)
    if old.file is None or old.file.is_erased:
        raise ValidationError(_("The file is no longer kept. Please send it again."))
    if old.state == RosterImport.State.RECEIVED:
        if not old.job_id or Job.objects.get(pk=old.job_id).is_over:
            queue_roster(old, actor=actor)
        return old
    roster = RosterImport.objects.create(
        organisation=old.organisation,
        file=old.file,
        file_name=old.file_name,
        effective_on=old.effective_on,
        is_dry_run=old.is_dry_run and old.state == RosterImport.State.REFUSED,
        sent_by=actor,
    )
    queue_roster(roster, actor=actor)
    return roster


@transaction.atomic
def queue_roster(roster: RosterImport, *, actor: User) -> Job:
    """Have a received roster read in the background."""
    from tongxin.workforce.tasks import apply_roster_task  # noqa: PLC0415  # the task calls back to this module

    job = queue_job("roster", roster.pk, apply_roster_task, actor=actor)
    RosterImport.objects.filter(pk=roster.pk).update(job_id=job.pk)
    return job


def apply_roster(roster_id: int, *, progress: Progress) -> RosterImport:
    """Read a received roster and store what is accepted, in one step; never twice."""
    roster = RosterImport.objects.select_related("organisation", "file", "sent_by").get(pk=roster_id)
    if roster.state != RosterImport.State.RECEIVED:
        return roster
    progress("read", 5)
    try:
        sheet = read_roster(roster)
    except WorkbookRefused as refused:
        return _refuse(roster, refused)
    progress("check", 25)
    check = check_sheet(roster, sheet)
    for _attempt in range(ATTEMPTS):
        progress("compare", 40)
        compared = compare(roster, check)
        progress("stage", 60)
        try:
            return _store(roster, compared, progress)
        except (IntegrityError, _Overtaken):
            # Somebody registered or changed one of these people since they were read: look again.
            continue
    raise RosterConflict(
        _(
            "Others were changing the same people all the time. "
            "Nothing was stored; please send the file again."
        )
    )


def compare(roster: RosterImport, check: RosterCheck) -> Compared:
    """Compare the checked rows with the registry; what speaks against a row joins the findings."""
    latest = _latest(roster.organisation)
    merged = latest_merging()
    rows = lead_to_survivors(check.rows.with_columns(document_index=indexes_for(check.rows)))
    numbers = rows["certificate_number"].drop_nulls().unique()
    known = read_known(roster.organisation, rows["document_index"].unique(), numbers)
    differences = find_differences(rows, known, effective=roster.effective_on, today=timezone.localdate())
    layout = load_layout(LAYOUT)
    headers = {key: layout.header(key) for key in layout.keys}
    severities = {code: finding.severity for code, finding in FINDINGS.items()}
    found = differences.findings.select(
        "row",
        "key",
        pl.col("key").replace_strict(headers, default=None, return_dtype=pl.String).alias("column"),
        "code",
        pl.col("code").replace_strict(severities, return_dtype=pl.String).alias("severity"),
        found=pl.lit(None, pl.String),
        params=pl.lit(None, pl.String),
    )
    findings = pl.concat([check.findings, found]).sort("row", nulls_last=False, maintain_order=True)
    return Compared(check, differences, findings, latest, merged)


def _latest(organisation: Organisation) -> datetime | None:
    applied = RosterImport.objects.filter(organisation=organisation, state=RosterImport.State.APPLIED)
    latest: datetime | None = applied.aggregate(latest=Max("applied_at"))["latest"]
    return latest


def _store(roster: RosterImport, compared: Compared, progress: Progress) -> RosterImport:
    """Prepare everything without a lock, then write it and the import's own row in one transaction."""
    try:
        staged = stage(None if roster.is_dry_run else compared.differences, compared.findings)
        progress("store", 85)
        with transaction.atomic():
            locked = RosterImport.objects.select_for_update().get(pk=roster.pk)
            if locked.state != RosterImport.State.RECEIVED:
                return locked
            if not roster.is_dry_run:
                _refuse_overtaken(roster, compared)
            write_staged(staged, roster)
            return _finish(roster, compared)
    finally:
        drop_staged()


def _refuse_overtaken(roster: RosterImport, compared: Compared) -> None:
    hold_merging(shared=True)
    if _latest(roster.organisation) != compared.latest or latest_merging() != compared.merged:
        raise _Overtaken


def _finish(roster: RosterImport, compared: Compared) -> RosterImport:
    outcomes = dict(compared.differences.rows["outcome"].value_counts().iter_rows())
    roster.state = RosterImport.State.CHECKED if roster.is_dry_run else RosterImport.State.APPLIED
    roster.applied_at = timezone.now()
    roster.n_rows = compared.check.n_rows
    roster.n_added = outcomes.get("added", 0)
    roster.n_changed = outcomes.get("changed", 0)
    roster.n_unchanged = outcomes.get("unchanged", 0)
    roster.n_rejected = compared.findings.filter(pl.col("severity") == "error")["row"].n_unique()
    fields = ["state", "applied_at", *(f"n_{name}" for name in COUNTS)]
    roster.save(update_fields=fields)
    log.record(
        actor=roster.sent_by,
        action="rosters.checked" if roster.is_dry_run else "rosters.imported",
        target=roster,
        organisation_id=roster.organisation_id,
        effective_on=roster.effective_on,
        **{name: getattr(roster, f"n_{name}") for name in COUNTS},
    )
    return roster


@transaction.atomic
def _refuse(roster: RosterImport, refused: WorkbookRefused) -> RosterImport:
    roster.state = RosterImport.State.REFUSED
    roster.refusal = seal_refusal(refused.code, refused.params)
    roster.save(update_fields=["state", "refusal"])
    log.record(
        actor=roster.sent_by,
        action="rosters.refused",
        target=roster,
        organisation_id=roster.organisation_id,
        code=refused.code,
    )
    return roster


@transaction.atomic
def map_columns(organisation: Organisation, *, actor: Principal, mapping: dict[str, str]) -> None:
    """Remember how this enterprise's own headers are to be read; an empty column forgets a header."""
    require(actor, Action.CHANGE_PEOPLE, organisation)
    for header, column in mapping.items():
        if column:
            ColumnMapping.objects.update_or_create(
                organisation=organisation, layout=LAYOUT, header=header, defaults={"column": column}
            )
        else:
            ColumnMapping.objects.filter(organisation=organisation, layout=LAYOUT, header=header).delete()
    log.record(
        actor=actor,
        action="rosters.mapped",
        target=organisation,
        organisation_id=organisation.pk,
        mapping=mapping,
    )
