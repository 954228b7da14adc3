"""Dated facts about an enterprise as a whole; each with its row in the log."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.audit import log
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation
from tongxin.workforce.checks import refuse_future, refuse_twin, require_enterprise
from tongxin.workforce.models import Activity, Agreement, EnterpriseRecord, InsuranceCover, WorkersCongress

Record = TypeVar("Record", bound=EnterpriseRecord)


def sign_agreement(
    organisation: Organisation,
    *,
    actor: Principal,
    on: date,
    kind: str,
    expires_on: date | None = None,
    n_covered: int | None = None,
) -> Agreement:
    """Record a collective contract or skill-pay agreement in force from a day; refuses one sent twice."""
    agreement = Agreement(
        organisation=organisation, on=on, kind=kind, expires_on=expires_on, n_covered=n_covered
    )
    return _add(agreement, actor, kind=kind, expires_on=expires_on, n_covered=n_covered)


def hold_congress(
    organisation: Organisation, *, actor: Principal, on: date, n_delegates: int, n_worker_delegates: int
) -> WorkersCongress:
    """Record a session of the workers' congress; refuses more shop-floor delegates than delegates."""
    if n_worker_delegates > n_delegates:
        raise ValidationError(
            {"n_worker_delegates": _("There cannot be more delegates from the shop floor than delegates.")}
        )
    congress = WorkersCongress(
        organisation=organisation, on=on, n_delegates=n_delegates, n_worker_delegates=n_worker_delegates
    )
    return _add(congress, actor, n_delegates=n_delegates, n_worker_delegates=n_worker_delegates)


def report_insurance(
    organisation: Organisation, *, actor: Principal, on: date, n_workers: int, n_insured: int
) -> InsuranceCover:
    """Record how many were insured on a day; refuses more insured than workers, and a day reported before."""
    if n_insured > n_workers:
        raise ValidationError({"n_insured": _("There cannot be more insured than workers.")})
    cover = InsuranceCover(organisation=organisation, on=on, n_workers=n_workers, n_insured=n_insured)
    return _add(cover, actor, n_workers=n_workers, n_insured=n_insured)


def hold_activity(
    organisation: Organisation,
    *,
    actor: Principal,
    on: date,
    kind: str,
    title: str = "",
    n_attended: int | None = None,
) -> Activity:
    """Record a talk, study session or event with its attendance; refuses one sent twice."""
    activity = Activity(organisation=organisation, on=on, kind=kind, title=title, n_attended=n_attended)
    return _add(activity, actor, kind=kind, title=title, n_attended=n_attended)


@transaction.atomic
def remove_enterprise_record(record: EnterpriseRecord, *, actor: Principal) -> None:
    """Take back a record that was entered wrongly; the log keeps what it said."""
    require(actor, Action.CHANGE_PEOPLE, record.organisation)
    values = {
        field.name: getattr(record, field.name)
        for field in record._meta.concrete_fields
        if field.name not in {"id", "organisation"}
    }
    log.record(
        actor=actor,
        action="records.removed",
        target=record,
        organisation_id=record.organisation_id,
        record=record._meta.model_name,
        **{name: (value, None) for name, value in values.items() if value not in (None, "")},
    )
    record.delete()


@transaction.atomic
def _add(record: Record, actor: Principal, **values: Any) -> Record:
    require(actor, Action.CHANGE_PEOPLE, record.organisation)
    require_enterprise(record.organisation)
    Organisation.objects.select_for_update().get(pk=record.organisation_id)
    refuse_future(record.on)
    refuse_twin(record)
    record.full_clean()
    record.save()
    log.record(
        actor=actor,
        action="records.added",
        target=record,
        organisation_id=record.organisation_id,
        record=record._meta.model_name,
        on=record.on,
        **values,
    )
    return record
