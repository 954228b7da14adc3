"""What the registry knows of the people of a roster, as frames beside the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL

from tongxin.analytics.typed_tables import as_table
from tongxin.organisations.models import Organisation
from tongxin.workbooks.cells import clean_name, clean_texts
from tongxin.workforce.identity import open_phone
from tongxin.workforce.models import (
    Appointment,
    Certificate,
    Employment,
    EmploymentState,
    Membership,
    Worker,
)
from tongxin.workforce.roster_staging import drop, in_one_go, put, temporary

ASKED = "asked"
"""The table of the values that a query asks for."""

_INT, _TEXT, _DAY = pa.int64(), pa.string(), pa.date32()
WORKERS = pa.schema(
    [
        ("document_index", pa.binary()),
        ("worker_id", _INT),
        ("known_name", _TEXT),
        ("known_sex", _TEXT),
        ("known_born_on", _DAY),
        ("known_education", _TEXT),
        ("phone_sealed", pa.binary()),
        ("is_elsewhere", pa.bool_()),
    ]
)
JOBS = pa.schema(
    [("worker_id", _INT), ("employment_id", _INT), ("started_on", _DAY), ("known_ended_on", _DAY)]
)
STATES = pa.schema(
    [
        ("employment_id", _INT),
        ("valid_from", _DAY),
        ("known_post", _TEXT),
        ("known_occupation", _TEXT),
        ("known_form", _TEXT),
        ("known_wage_fen", _INT),
    ]
)
CERTIFICATES = pa.schema(
    [
        ("certificate_id", _INT),
        ("worker_id", _INT),
        ("grade", _TEXT),
        ("number", _TEXT),
        ("issued_on", _DAY),
        ("issuer", _TEXT),
        ("held_from", _DAY),
    ]
)
APPOINTMENTS = pa.schema(
    [
        ("appointment_id", _INT),
        ("worker_id", _INT),
        ("place_id", _INT),
        ("grade", _TEXT),
        ("number", _TEXT),
        ("appointed_on", _DAY),
        ("was_day_assumed", pa.bool_()),
        ("lapses_on", _DAY),
    ]
)
APPOINTMENT_NUMBERS = pa.schema([("number", _TEXT), ("worker_id", _INT)])
MEMBERSHIPS = pa.schema(
    [
        ("worker_id", _INT),
        ("membership_id", _INT),
        ("known_state", _TEXT),
        ("known_joined_on", _DAY),
        ("valid_to", _DAY),
    ]
)


@dataclass(frozen=True)
class Known:
    """The registry's present state of everybody whom a roster names, as far as this enterprise is concerned.

    Of other employers there is one truth alone: whether there is any.
    """

    workers: pl.DataFrame
    jobs: pl.DataFrame
    states: pl.DataFrame
    certificates: pl.DataFrame
    appointments: pl.DataFrame
    """Those of this enterprise, lapsed ones too."""
    appointed: pl.DataFrame
    """The days of all appointments, whoever made them: a certificate below one must not be taken away."""
    appointment_numbers: pl.DataFrame
    """Whose the numbers in the file are among appointments anywhere."""
    memberships: pl.DataFrame
    """The open state of each person, and until when closed ones reach (`known_until`)."""


def read_known(organisation: Organisation, indexes: pl.Series, numbers: pl.Series) -> Known:
    """Read what is registered of the persons with these blind indexes and of these certificates."""
    elsewhere = Employment.objects.filter(worker=OuterRef("pk")).exclude(organisation=organisation)
    everybody = Worker.objects.annotate(is_elsewhere=Exists(elsewhere))
    workers = _read(
        everybody, "document_index", indexes, WORKERS,
        "document_index", "pk", "name", "sex", "born_on", "education", "phone_sealed", "is_elsewhere",
    )  # fmt: skip
    people = workers["worker_id"]
    jobs = _read(
        Employment.objects.filter(organisation=organisation), "worker", people, JOBS,
        "worker_id", "pk", "started_on", "ended_on",
    )  # fmt: skip
    appointments = _read(
        Appointment.objects,
        "worker",
        people,
        APPOINTMENTS,
        "pk", "worker_id", "organisation_id", "grade", "number", "appointed_on", "is_day_assumed",
        "lapses_on",
    )  # fmt: skip
    states = _read(
        EmploymentState.objects,
        "employment",
        jobs["employment_id"],
        STATES,
        "employment_id", "valid_from", "post", "occupation", "form", "wage_fen",
    )  # fmt: skip
    return Known(
        workers=_with_phones(
            _as_cleaned(workers, "known_name").with_columns(clean_name(pl.col("known_name")))
        ),
        jobs=jobs,
        states=_as_cleaned(states, "known_post"),
        certificates=_as_cleaned(_read_certificates(people, numbers), "issuer"),
        appointments=appointments.filter(pl.col("place_id") == organisation.pk).drop("place_id"),
        appointed=appointments.select("worker_id", "appointed_on"),
        appointment_numbers=_read(
            Appointment.objects, "number", numbers, APPOINTMENT_NUMBERS, "number", "worker_id"
        ).unique(),
        memberships=_read_memberships(organisation, people),
    )


def _as_cleaned(known: pl.DataFrame, name: str) -> pl.DataFrame:
    """Clean a text as the cells of a roster are: full-width brackets entered on a page are no difference."""
    return known.with_columns(clean_texts(known[name]).alias(name))


def _read_memberships(organisation: Organisation, people: pl.Series) -> pl.DataFrame:
    memberships = _read(
        Membership.objects.filter(organisation=organisation),
        "worker",
        people,
        MEMBERSHIPS,
        "worker_id", "pk", "state", "valid_from", "valid_to",
    )  # fmt: skip
    reached = memberships.group_by("worker_id").agg(known_until=pl.col("valid_to").max())
    is_open = memberships.filter(pl.col("valid_to").is_null()).drop("valid_to")
    return reached.join(is_open, on="worker_id", how="left")


def _read_certificates(people: pl.Series, numbers: pl.Series) -> pl.DataFrame:
    held = Certificate.objects.filter(held_to=None)
    columns = ("pk", "worker_id", "grade", "number", "issued_on", "issuer", "held_from")
    return pl.concat(
        [
            _read(held, "worker", people, CERTIFICATES, *columns),
            _read(held, "number", numbers, CERTIFICATES, *columns),
        ]
    ).unique("certificate_id", maintain_order=True)


def _read(
    rows: QuerySet[Any, Any] | Any, field: str, values: pl.Series, schema: pa.Schema, *columns: str
) -> pl.DataFrame:
    """Read the rows whose field is one of the values, which may be more than a statement takes parameters."""
    if values.is_empty():
        return pl.DataFrame(schema.empty_table())
    with in_one_go() as cursor:
        put(cursor, ASKED, values.to_frame("value"))
    asked = RawSQL(f"SELECT value FROM {temporary(ASKED)}", ())  # noqa: S608, S611  # a name of ours
    chosen = rows.filter(**{f"{field}__in": asked}).values_list(*columns)
    sql, parameters = chosen.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        table = as_table(cursor.fetchall(), schema)
    drop(ASKED)
    return pl.DataFrame(table)


def _with_phones(workers: pl.DataFrame) -> pl.DataFrame:
    phones = [open_phone(sealed) or None for sealed in workers["phone_sealed"].to_list()]
    return workers.drop("phone_sealed").with_columns(known_phone=pl.Series(phones, dtype=pl.String))
