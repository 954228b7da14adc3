"""People for the tests: made-up numbers whose last character is right."""

from __future__ import annotations

from datetime import date
from typing import Any

from tongxin.codes.identity_numbers import identity_check_character
from tongxin.organisations.models import Organisation
from tongxin.workforce.actions import register_worker
from tongxin.workforce.models import Employment, Worker

STARTED = date(2024, 3, 1)


def identity_number(first_seventeen: str) -> str:
    return first_seventeen + identity_check_character(first_seventeen)


def register(
    organisation: Organisation,
    name: str,
    number: str,
    *,
    actor: Any = None,
    started_on: date = STARTED,
    **values: Any,
) -> Worker:
    return register_worker(
        actor=actor,
        organisation=organisation,
        document_type="resident_id",
        document_number=number,
        name=name,
        started_on=started_on,
        form=values.pop("form", "contract"),
        **values,
    )


def spell_of(worker: Worker) -> Employment:
    return worker.employments.select_related("worker", "organisation").get()
