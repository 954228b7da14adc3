"""Edge cases of a condition: the values just below, at and just above each written one, and missing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any, TypeVar, cast

from tongxin.analytics.conditions.expressions import (
    DECIMAL,
    Condition,
    Constant,
    DatedParameter,
    FieldValue,
    Kind,
    TimeBetween,
    walk,
)
from tongxin.analytics.conditions.magnitudes import MOST_STORED
from tongxin.analytics.conditions.parameters import MOST_INTEGER, Parameters

Value = TypeVar("Value")

CASES = 160
MOST_FACTS = 4
MOST_CODES = 12
# A usual day, a leap day, and a month's end from which months cannot be counted back evenly.
DAYS = (date(2026, 9, 30), date(2024, 2, 29), date(2025, 3, 31))
UNLISTED = "unlisted"
DAYS_A_YEAR = 365
DAYS_A_MONTH = 30


@dataclass(frozen=True)
class EdgeCases:
    """Rows with the day on which each is asked, the related rows, and the kinds of the field columns."""

    rows: tuple[dict[str, Any], ...]
    days: tuple[date | None, ...]
    columns: Mapping[str, Kind]
    related: Mapping[str, tuple[dict[str, Any], ...]]
    related_columns: Mapping[str, Mapping[str, Kind]]


def generate_cases(condition: Condition, parameters: Parameters, cases: int = CASES) -> EdgeCases:
    """Return edge cases of a condition, the same each time; the first row knows nothing."""
    written = WrittenValues(condition, parameters)
    fields = list(dict.fromkeys(p for p in walk(condition.expression) if isinstance(p, FieldValue)))
    own = {part.column: written.around(part) for part in fields if part.related is None}
    days = [*written.days(), None]
    related = {
        name: {part.column: written.around(part) for part in fields if part.related == name}
        for name in condition.related
    }
    rows: list[dict[str, Any]] = [{"worker": None, **dict.fromkeys(own)}]
    asked: list[date | None] = [DAYS[0]]
    facts: dict[str, list[dict[str, Any]]] = {name: [] for name in related}
    for number in range(1, cases):
        rows.append({"worker": number} | pick_each(own, f"{number}"))
        asked.append(pick(days, f"{number} at"))
        for name, columns in related.items():
            facts[name].extend(generate_facts(number, asked[-1], name, columns))
    return EdgeCases(
        tuple(rows),
        tuple(asked),
        {part.column: part.type.kind for part in fields if part.related is None},
        {name: tuple(mine) for name, mine in facts.items()},
        {
            name: {p.column: p.type.kind for p in fields if p.related == name and p.column in columns}
            for name, columns in related.items()
        },
    )


def generate_facts(
    worker: int, asked: date | None, name: str, columns: Mapping[str, Sequence[Any]]
) -> list[dict[str, Any]]:
    """Return up to three related rows of a worker, dated about the day on which the worker is asked for."""
    facts = []
    for place in range(pick(range(MOST_FACTS), f"{worker} {name}")):
        seed = f"{worker} {name} {place}"
        about = [
            *list_neighbours(asked or DAYS[0]),
            *(day for day in columns.get("on", ()) if day is not None),
        ]
        facts.append(pick_each(columns, seed) | {"worker": worker, "on": pick(about, f"{seed} on")})
    return facts


def pick(choices: Sequence[Value], seed: str) -> Value:
    """Return the choice that a seed falls on, the same on each machine and in each run."""
    number = int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=8).digest())
    return choices[number % len(choices)]


def pick_each(columns: Mapping[str, Sequence[Any]], seed: str) -> dict[str, Any]:
    """Return one value for each column."""
    return {column: pick(choices, f"{seed} {column}") for column, choices in columns.items()}


def list_neighbours(day: date) -> list[date]:
    """Return the day before, the day, and the day after."""
    return [day + timedelta(days=days) for days in (-1, 0, 1) if days == 0 or date.min < day < date.max]


class WrittenValues:
    """The values that a condition and its parameters name, by kind."""

    def __init__(self, condition: Condition, parameters: Parameters) -> None:
        self.condition = condition
        self.parts = list(walk(condition.expression))
        used = dict.fromkeys(part.name for part in self.parts if isinstance(part, DatedParameter))
        self.rows = [row for name in used for row in parameters[name].rows]

    def around(self, field: FieldValue) -> list[Any]:
        """Return the edge values of a field, and None."""
        match field.type.kind:
            case Kind.BOOLEAN:
                values: Iterable[Any] = (True, False)
            case Kind.CODE:
                values = self._codes(cast(str, field.type.code_list))
            case Kind.TEXT:
                keys = [row.key for row in self.rows if row.key][:MOST_CODES]
                values = [*self._named(Kind.TEXT, str), *keys, UNLISTED]
            case Kind.DATE:
                values = [near for day in self._dates() for near in list_neighbours(day)]
            case _:
                values = self._numbers(field)
        return [*dict.fromkeys(values), None]

    def days(self) -> list[date]:
        """Return days on which to ask: ends of months, and the edges of written dates and parameters."""
        starts = dict.fromkeys(row.valid_from for row in self.rows)
        edges = [near for day in [*self._named(Kind.DATE, date), *starts] for near in list_neighbours(day)]
        return list(dict.fromkeys([*DAYS, *edges]))

    def _named(self, kind: Kind, wanted: type[Value]) -> list[Value]:
        written = [part.value for part in self.parts if isinstance(part, Constant) and part.type.kind is kind]
        return [value for value in [*written, *(row.value for row in self.rows)] if type(value) is wanted]

    def _codes(self, name: str) -> list[str]:
        written = [str(p.value) for p in self.parts if isinstance(p, Constant) and p.type.code_list == name]
        listed = [entry.code for entry in self.condition.code_lists[name].entries][:MOST_CODES]
        return [*written, *listed, UNLISTED]

    def _numbers(self, field: FieldValue) -> list[int]:
        decimal = self._named(Kind.DECIMAL, Decimal)
        whole = [Decimal(number) for number in (*self._named(Kind.INTEGER, int), 0, 1)]
        lower = {floor(Fraction(number) * field.field.scale) for number in (*whole, *decimal)}
        near = [number + step for number in sorted(lower) for step in (-1, 0, 1, 2)]
        if field.type == DECIMAL:
            near += [MOST_STORED, MOST_STORED + 1]
        return [number for number in near if abs(number) <= MOST_INTEGER]

    def _dates(self) -> list[date]:
        dates = [*self._named(Kind.DATE, date), *DAYS]
        lengths = [abs(days) for days in self._named(Kind.DURATION, int)]
        counts = self._named(Kind.INTEGER, int)
        for part in self.parts:
            if isinstance(part, TimeBetween):
                unit = DAYS_A_YEAR if part.unit == "years" else DAYS_A_MONTH
                lengths.extend(abs(count) * unit for count in counts)
        days = [day.toordinal() - length for day in DAYS for length in lengths]
        days += [
            _same_day(day, count).toordinal() for day in DAYS for count in self._named(Kind.INTEGER, int)
        ]
        return dates + [date.fromordinal(day) for day in days if 1 < day < date.max.toordinal()]


def _same_day(day: date, years: int) -> date:
    """Return the anniversary some years before, or the day itself where there is none."""
    try:
        return day.replace(year=day.year - years)
    except (ValueError, OverflowError):
        return day
