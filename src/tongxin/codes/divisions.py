"""The divisions of Zhejiang, dated, and the events that changed them; every division code of China.

A code may have several rows, one after the other. A row is true from `valid_from` (included) to `valid_to`
(excluded, None while it lasts). The table begins on BEGINS_ON: nothing is said about the time before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from tongxin.codes.tables import read_table

BEGINS_ON = date(2015, 1, 1)

RESIDENCE_PERMITS = frozenset({"810000", "820000", "830000"})
"""Residents of Hong Kong, Macao and Taiwan have numbers under these since 2018, whatever their birth date."""

NUMBERED_AT_BIRTH_FROM = 1999
"""From 1999 (GB 11643-1999) a number is given at birth; until then people were numbered as adults."""


class EventKind(StrEnum):
    """What happened to a division."""

    CREATE = "create"
    ABOLISH = "abolish"
    RENAME = "rename"
    UPGRADE = "upgrade"
    MERGE = "merge"
    SPLIT = "split"
    TRANSFER = "transfer"


@dataclass(frozen=True)
class Division:
    """A division as it was for a time; `level` is province, city, county or town.

    `is_pseudo` marks a development zone, farm or the like that the statistics bureau lists among the towns.
    """

    code: str
    name_zh: str
    name_en: str
    level: str
    parent: str | None
    valid_from: date
    valid_to: date | None
    is_pseudo: bool

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True)
class DivisionEvent:
    """A change that took effect on a day; codes before and after name all divisions that took part.

    A code on both sides goes on, with more or less territory. `source` is the document; for a change known
    only from two lists it names them, and `on` is the 1 January between them.
    """

    on: date
    kind: EventKind
    codes_before: tuple[str, ...]
    codes_after: tuple[str, ...]
    note_zh: str
    note_en: str
    source: str


@lru_cache(maxsize=1)
def load_divisions() -> tuple[Division, ...]:
    """Return every dated row: province, cities, counties, then towns, each by code and date."""
    return tuple(
        Division(
            code=row["code"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            level=row["level"],
            parent=row["parent"] or None,
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            is_pseudo=row["is_pseudo"] == "1",
        )
        for row in read_table("divisions")
    )


@lru_cache(maxsize=1)
def load_division_events() -> tuple[DivisionEvent, ...]:
    """Return every event by day, on one day counties before towns."""
    return tuple(
        DivisionEvent(
            on=date.fromisoformat(row["on"]),
            kind=EventKind(row["kind"]),
            codes_before=tuple(row["codes_before"].split()),
            codes_after=tuple(row["codes_after"].split()),
            note_zh=row["note_zh"],
            note_en=row["note_en"],
            source=row["source"],
        )
        for row in read_table("division_events")
    )


def divisions_on(day: date) -> tuple[Division, ...]:
    """Return the divisions of a day, parents before children; none before BEGINS_ON."""
    return tuple(division for division in load_divisions() if division.is_valid_on(day))


def is_division_known(code: str, born_on: date) -> bool:
    """Tell whether a person born on a day can have been numbered in a division of China.

    True when the code existed in the birth year, or for those born before numbers were given at birth, in any
    year from then until they were.
    """
    if code in RESIDENCE_PERMITS:
        return True
    if code not in _years_of_codes():
        return False
    first, last = _years_of_codes()[code]
    earliest_table, latest_table = _years_of_table()
    # The table's first and last year are where it stops looking, not where codes began or ended.
    first = 0 if first == earliest_table else first
    last = 9999 if last == latest_table else last
    return first <= max(born_on.year, NUMBERED_AT_BIRTH_FROM) and last >= born_on.year


@lru_cache(maxsize=1)
def _years_of_codes() -> Mapping[str, tuple[int, int]]:
    return {
        row["code"]: (int(row["first_year"]), int(row["last_year"])) for row in read_table("division_codes")
    }


@lru_cache(maxsize=1)
def _years_of_table() -> tuple[int, int]:
    years = _years_of_codes().values()
    return min(first for first, _ in years), max(last for _, last in years)
