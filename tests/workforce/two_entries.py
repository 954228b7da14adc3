"""Two entries of one person, as they come about: the second with another document."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.workforce.people import identity_number

from tongxin.organisations.models import Organisation
from tongxin.workforce import models
from tongxin.workforce.actions import register_worker
from tongxin.workforce.models import DuplicatePair, Worker
from tongxin.workforce.record_actions import add_training

NUMBER = identity_number("33010919900101123")
BORN = date(1990, 1, 1)
STARTED = date(2024, 3, 1)


def enter(
    organisation: Organisation, number: str, *, document_type: str = "passport", **values: Any
) -> Worker:
    """Register somebody born on 1990-01-01 by a document of any kind."""
    given: dict[str, Any] = {"name": "李建国", "started_on": STARTED, "form": "contract"}
    if document_type != "resident_id":
        given |= {"sex": "male", "born_on": BORN}
    return register_worker(
        actor=None,
        organisation=organisation,
        document_type=document_type,
        document_number=number,
        **{**given, **values},
    )


def pair_of(one: Worker, other: Worker, **values: Any) -> DuplicatePair:
    left, right = sorted([one, other], key=lambda worker: worker.pk)
    return DuplicatePair.objects.create(
        left=left, right=right, weight=20.0, evidence={"name": "same"}, **values
    )


def all_rows() -> dict[str, list[tuple[Any, ...]]]:
    """Return every row about people; what is kept of merges themselves is left out."""
    kept = {"DuplicatePair", "WorkerMerge", "EnterpriseRecord", "WorkerRecord"}
    return {
        name: [
            tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
            for row in getattr(models, name).objects.order_by("pk").values_list()
        ]
        for name in models.__all__
        if name not in kept
    }


def train(worker, unit, on=date(2025, 5, 5), title="焊接"):
    return add_training(worker, actor=None, organisation=unit, on=on, kind="induction", title=title)
