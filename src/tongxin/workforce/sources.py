"""What the lake takes of people and enterprises: registered facts, without names or numbers of persons."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from django.db.models import Model, QuerySet

from tongxin.analytics.sources import Source
from tongxin.workforce.models import (
    Activity,
    Agreement,
    Appointment,
    Certificate,
    Competition,
    Employment,
    EmploymentState,
    Honour,
    Innovation,
    InsuranceCover,
    Membership,
    Mentorship,
    Training,
    Worker,
    WorkersCongress,
)

_INT, _TEXT, _DAY, _FLAG = pa.int64(), pa.string(), pa.date32(), pa.bool_()


def _source(
    name: str, model: type[Model], key: tuple[str, ...] = ("id",), **columns: tuple[str, pa.DataType]
) -> Source:
    """Declare a source: its column names, each with the model's field that it comes from and its type."""

    def rows() -> QuerySet[Any, Any]:
        return model._default_manager.order_by("pk").values_list(*(path for path, _ in columns.values()))

    schema = pa.schema([(column, kind) for column, (_, kind) in columns.items()])
    registered = {column: "id" if path == "pk" else path for column, (path, _) in columns.items()}
    return Source(name, schema, rows, registered, key, model)


_WORKER = {"id": ("pk", _INT), "worker": ("worker_id", _INT), "organisation": ("organisation_id", _INT)}
_UNIT = {"id": ("pk", _INT), "organisation": ("organisation_id", _INT), "on": ("on", _DAY)}

SOURCES = (
    _source(
        "people",
        Worker,
        key=("worker",),
        worker=("pk", _INT),
        sex=("sex", _TEXT),
        birth_date=("born_on", _DAY),
        education=("education", _TEXT),
    ),
    _source(
        "employments", Employment, **_WORKER, started_on=("started_on", _DAY), ended_on=("ended_on", _DAY)
    ),
    _source(
        "employment_states",
        EmploymentState,
        key=("employment", "valid_from"),
        employment=("employment_id", _INT),
        valid_from=("valid_from", _DAY),
        post=("post", _TEXT),
        occupation=("occupation", _TEXT),
        form=("form", _TEXT),
        wage=("wage_fen", _INT),
    ),
    _source(
        "certificates",
        Certificate,
        **_WORKER,
        grade=("grade", _TEXT),
        occupation=("occupation", _TEXT),
        issued_on=("issued_on", _DAY),
        held_from=("held_from", _DAY),
        held_to=("held_to", _DAY),
    ),
    _source(
        "appointments",
        Appointment,
        **_WORKER,
        grade=("grade", _TEXT),
        appointed_on=("appointed_on", _DAY),
        lapses_on=("lapses_on", _DAY),
    ),
    _source(
        "memberships",
        Membership,
        **_WORKER,
        state=("state", _TEXT),
        valid_from=("valid_from", _DAY),
        valid_to=("valid_to", _DAY),
    ),
    _source(
        "trainings",
        Training,
        **_WORKER,
        on=("on", _DAY),
        kind=("kind", _TEXT),
        hours=("minutes", _INT),
        is_subsidised=("is_subsidised", _FLAG),
    ),
    _source(
        "competitions",
        Competition,
        **_WORKER,
        on=("on", _DAY),
        level=("level", _TEXT),
        occupation=("occupation", _TEXT),
        place=("place", _INT),
    ),
    _source(
        "innovations",
        Innovation,
        **_WORKER,
        on=("on", _DAY),
        kind=("kind", _TEXT),
        adopted_on=("adopted_on", _DAY),
        benefit=("benefit_fen", _INT),
    ),
    _source("honours", Honour, **_WORKER, on=("on", _DAY), kind=("kind", _TEXT), level=("level", _TEXT)),
    _source(
        "mentorships",
        Mentorship,
        **_WORKER,
        on=("on", _DAY),
        apprentice=("apprentice_id", _INT),
        ended_on=("ended_on", _DAY),
    ),
    _source(
        "agreements",
        Agreement,
        **_UNIT,
        kind=("kind", _TEXT),
        expires_on=("expires_on", _DAY),
        covered=("n_covered", _INT),
    ),
    _source(
        "congresses",
        WorkersCongress,
        **_UNIT,
        delegates=("n_delegates", _INT),
        worker_delegates=("n_worker_delegates", _INT),
    ),
    _source(
        "insurance",
        InsuranceCover,
        **_UNIT,
        workers=("n_workers", _INT),
        insured=("n_insured", _INT),
    ),
    _source("activities", Activity, **_UNIT, kind=("kind", _TEXT), attended=("n_attended", _INT)),
)
