"""The rows behind a figure as a page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from tongxin.analytics.subjects import Field, FieldType
from tongxin.figures.facts import FactPage
from tongxin.figures.words import code_name
from tongxin.organisations.access import Principal
from tongxin.organisations.models import Organisation
from tongxin.ui.formats import NOTHING, day_short, number
from tongxin.ui.scripts import spoken
from tongxin.workforce.access import workers_visible_to

PAGE = 50


@dataclass(frozen=True)
class Fact:
    """A row: a pseudonym, and where the reader may see the person, the way to their page."""

    key: str
    worker_url: str
    unit: str
    unit_code: str
    day: date | None
    labelled: list[tuple[str, str]]
    """Each value with the name of its column."""


def fact_columns(page: FactPage) -> list[str]:
    names = [spoken(field.label_zh, field.label_en) for field in page.columns.values()]
    return names + [_in_words(name) for name in _numbers(page)]


def _in_words(name: str) -> str:
    return {"numerator": _("Numerator"), "denominator": _("Denominator")}[name]


def _numbers(page: FactPage) -> list[str]:
    """Return the columns of reported values, which belong to no subject."""
    return [name for name in ("numerator", "denominator") if page.rows and name in page.rows[0]]


def fact_lines(page: FactPage, user: Principal) -> list[Fact]:
    ids = {worker for worker in page.workers if worker is not None}
    seen = set(workers_visible_to(user).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
    codes = {row["organisation"] for row in page.rows}
    columns = fact_columns(page)
    units = {unit.code: unit.name for unit in Organisation.objects.filter(code__in=codes)}
    return [
        Fact(
            row["key"],
            reverse("worker", args=[worker]) if worker in seen else "",
            units.get(row["organisation"], row["organisation"] or ""),
            row["organisation"] or "",
            row["date"],
            list(zip(columns, _values(page, row), strict=True)),
        )
        for row, worker in zip(page.rows, page.workers, strict=True)
    ]


def _values(page: FactPage, row: dict[str, Any]) -> list[str]:
    values = [_value(row[column], field) for column, field in page.columns.items()]
    return values + [number(row[name]) for name in _numbers(page)]


def _value(value: Any, field: Field) -> str:
    if value is None:
        return NOTHING
    if field.type is FieldType.CODE:
        return code_name(field.code_list, value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return day_short(value)
    return number(value) if isinstance(value, int | float) else str(value)
