"""The workbooks that go back to the sender: the template with their own people, and the rejected rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.db.models import Prefetch

from tongxin.audit import log
from tongxin.codes.lists import get_list
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation
from tongxin.workbooks.layouts import load_layout
from tongxin.workbooks.templates import write_template
from tongxin.workbooks.verdicts import write_verdicts
from tongxin.workforce.checks import require_enterprise
from tongxin.workforce.identity import open_number, open_phone
from tongxin.workforce.models import (
    Appointment,
    Certificate,
    Employment,
    EmploymentState,
    Membership,
    RosterImport,
)
from tongxin.workforce.queries import open_on, registry_day
from tongxin.workforce.roster_differences import MEMBER
from tongxin.workforce.roster_findings import labels, read_findings, texts
from tongxin.workforce.roster_reading import LAYOUT, read_roster


def write_roster_template(organisation: Organisation, path: Path, *, actor: Principal) -> int:
    """Write the enterprise's workbook with its present people; returns how many rows it holds."""
    require(actor, Action.CHANGE_PEOPLE, organisation)
    require_enterprise(organisation)
    people = list(_people(organisation, registry_day()))
    write_template(
        path,
        load_layout(LAYOUT),
        people,
        organisation_code=organisation.code,
        organisation_name=organisation.name_zh,
    )
    log.record(
        actor=actor,
        action="templates.made",
        target=organisation,
        organisation_id=organisation.pk,
        rows=len(people),
    )
    return len(people)


def _people(organisation: Organisation, day: date) -> Iterator[dict[str, Any]]:
    """Return a row for each employment of the day, with the person's highest grade."""
    here = {"organisation": organisation}
    employments = (
        Employment.objects.filter(open_on(day), **here)
        .select_related("worker")
        .prefetch_related(
            Prefetch("states", EmploymentState.objects.order_by("valid_from")),
            Prefetch("worker__certificates", Certificate.objects.filter(held_to=None)),
            Prefetch("worker__appointments", Appointment.objects.filter(lapses_on=None, **here)),
            Prefetch("worker__memberships", Membership.objects.filter(valid_to=None, state=MEMBER, **here)),
        )
        .order_by("started_on", "pk")
    )
    for employment in employments.iterator(chunk_size=2_000):
        yield _row(employment, organisation, day)


def _row(employment: Employment, organisation: Organisation, day: date) -> dict[str, Any]:
    worker = employment.worker
    states = list(employment.states.all())
    state = next((each for each in reversed(states) if each.valid_from <= day), states[0])
    member = next(iter(worker.memberships.all()), None)
    return {
        "name": worker.name,
        "document_type": worker.document_type,
        "document_number": open_number(worker.document_sealed),
        "sex": worker.sex or None,
        "born_on": worker.born_on,
        "phone": open_phone(worker.phone_sealed) or None,
        "education": worker.education or None,
        "credit_code": organisation.code,
        "post": state.post or None,
        "occupation": state.occupation or None,
        "form": state.form,
        "started_on": employment.started_on,
        "ended_on": employment.ended_on,
        "wage_fen": state.wage_fen,
        "is_member": member is not None,
        "joined_union_on": member.valid_from if member else None,
        **_skill(worker.certificates.all(), worker.appointments.all()),
    }


def _skill(certificates: Any, appointments: Any) -> dict[str, Any]:
    """Return the highest grade as the roster writes it: an appointment, else the highest certificate."""
    ranks = get_list("skill_grade")
    named = max(appointments, key=lambda each: ranks.entry(each.grade).rank, default=None)
    if named is not None:
        return {
            "grade": named.grade,
            "certificate_number": named.number or None,
            "issued_on": None if named.is_day_assumed else named.appointed_on,
        }
    held = max(certificates, key=lambda each: ranks.entry(each.grade).rank, default=None)
    if held is None:
        return {}
    return {
        "grade": held.grade,
        "certificate_number": held.number or None,
        "issued_on": held.issued_on,
        "issuer": held.issuer or None,
    }


def write_roster_verdicts(roster: RosterImport, path: Path) -> int:
    """Write the rejected rows of an import with what is wrong in each; returns how many there are."""
    return write_verdicts(
        path,
        load_layout(LAYOUT),
        read_roster(roster),
        read_findings(roster),
        texts=texts(),
        labels=labels(),
    )
