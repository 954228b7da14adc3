"""How every record of a person is written: under the right, under a lock, once, and with a row in the log."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from tongxin.audit import log
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation
from tongxin.workforce.access import may_change_record
from tongxin.workforce.checks import (
    lock_worker,
    refuse_future,
    refuse_twin,
    require_employed,
    require_known_at,
)
from tongxin.workforce.models import Worker

Record = TypeVar("Record", bound=Model)


def open_for(worker: Worker, actor: Principal, organisation: Organisation, on: date | None = None) -> Worker:
    """Check the right to write at the unit and hold the person; with a day, that they worked there then."""
    require(actor, Action.CHANGE_PEOPLE, organisation)
    worker = lock_worker(worker)
    require_known_at(worker, organisation)
    if on is not None:
        refuse_future(on)
        require_employed(worker, organisation, on)
    return worker


def reopen(record: Record, actor: Principal) -> Record:
    """Hold the record's person and read the record again; refuses who does not answer for it."""
    lock_worker(record.worker)  # type: ignore[attr-defined]
    rows: QuerySet[Record] = type(record)._default_manager.select_related("worker", "organisation")
    record = rows.get(pk=record.pk)
    if not may_change_record(actor, record):
        raise PermissionDenied(_("The unit that keeps this record has to change it."))
    return record


def keep(record: Record, actor: Principal, **values: Any) -> Record:
    refuse_twin(record)
    record.full_clean()
    record.save()
    _log(record, actor, "records.added", values)
    return record


def change(record: Record, actor: Principal, **values: Any) -> Record:
    before = {name: getattr(record, name) for name in values}
    for name, value in values.items():
        setattr(record, name, value)
    record.full_clean()
    record.save(update_fields=list(values))
    _log(record, actor, "records.changed", {name: (before[name], value) for name, value in values.items()})
    return record


def _log(record: Any, actor: Principal, verb: str, values: dict[str, Any]) -> None:
    log.record(
        actor=actor,
        action=verb,
        target=record,
        organisation_id=record.organisation_id,
        worker=record.worker_id,
        record=record._meta.model_name,
        **values,
    )
