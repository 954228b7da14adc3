"""What a merge keeps so that it can be undone, and what holds while rows change their person."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.utils.translation import gettext as _

from tongxin.files.vault import decrypt, encrypt
from tongxin.workforce.models import Appointment, Certificate, Employment, Worker, WorkerMerge

TRACE_CONTEXT = "worker.merge"
MERGING = 4202
"""The lock that keeps a roster from being stored while two entries become one."""
BASIS = "senior_technician"
Trace = dict[str, Any]


def as_rows(instances: Iterable[Any]) -> str:
    """Return whole rows as text; what is sealed in them stays sealed."""
    return str(serializers.serialize("json", instances))


def from_rows(text: str) -> list[Any]:
    """Return the rows as they were, not saved."""
    return [each.object for each in serializers.deserialize("json", text)]


def restore_rows(text: str) -> None:
    for each in serializers.deserialize("json", text):
        each.save()


def with_states(rows: Iterable[Any]) -> list[Any]:
    """Return the rows, the states of an employment after it."""
    return [
        each for row in rows for each in (row, *(row.states.all() if isinstance(row, Employment) else ()))
    ]


def seal_trace(trace: Trace) -> bytes:
    return encrypt(json.dumps(trace).encode(), context=TRACE_CONTEXT)


def open_trace(made: WorkerMerge) -> Trace:
    trace: Trace = json.loads(decrypt(bytes(made.trace_sealed), context=TRACE_CONTEXT))
    return trace


def hold_merging(*, shared: bool = False) -> None:
    """Wait for merges that are under way, and keep others from beginning until the transaction ends.

    On SQLite the transaction itself holds the whole database from its beginning (`IMMEDIATE`).
    """
    if connection.vendor == "postgresql":
        lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {lock}(%s, 0)", [MERGING])


@contextmanager
def bridged(*workers: Worker) -> Iterator[None]:
    """Let appointments and the certificates below them go over one after the other.

    An appointment never stands without its certificate, so each person holds one of no number meanwhile; when
    it goes, the database checks that the real ones are there.
    """
    if not Appointment.objects.filter(worker__in=workers).exists():
        yield
        return
    bridges = [
        Certificate.objects.create(
            worker=worker, grade=BASIS, number=uuid.uuid4().hex, held_from=date.min, held_to=date.max
        )
        for worker in workers
    ]
    yield
    Certificate.objects.filter(pk__in=[bridge.pk for bridge in bridges]).delete()


@contextmanager
def refused_as_contradiction() -> Iterator[None]:
    """Turn what the database would not hold into a refusal; the transaction takes everything back."""
    try:
        yield
    except IntegrityError as error:
        message = _(
            "Together the two would have a record twice, or one without what it rests on. Nothing was "
            "changed. Please correct the records of both first."
        )
        raise ValidationError(message) from error
