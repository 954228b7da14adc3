"""What the lake takes of reported figures: the values in force, and who is expected to report."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from tongxin.analytics.sources import Source
from tongxin.analytics.subjects import Subject
from tongxin.figures.models import ReportedValue, ReportingUnit

_INT, _TEXT, _DAY = pa.int64(), pa.string(), pa.date32()


def _values() -> Any:
    return (
        ReportedValue.objects.filter(superseded_at=None)
        .order_by("pk")
        .values_list("item__code", "organisation_id", "period", "value")
    )


def _duties() -> Any:
    return (
        ReportingUnit.objects.order_by("organisation_id", "valid_from")
        .distinct()
        .values_list("organisation_id", "valid_from", "valid_to")
    )


SOURCES = (
    Source(
        "reported_values",
        pa.schema([("item", _TEXT), ("organisation", _INT), ("period", _TEXT), ("value", _INT)]),
        _values,
        key=("item", "organisation", "period"),
    ),
    Source(
        "reporting_units",
        pa.schema([("organisation", _INT), ("valid_from", _DAY), ("valid_to", _DAY)]),
        _duties,
        key=("organisation", "valid_from"),
    ),
)

SUBJECTS: tuple[Subject, ...] = ()
