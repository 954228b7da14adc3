"""Years, quarters and months: 2026, 2026Q3, 2026-09."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import total_ordering


class PeriodError(ValueError):
    """A period that does not exist or cannot be read; `text` is the period as it was written, if one was."""

    def __init__(self, message: str, text: str | None = None) -> None:
        super().__init__(message)
        self.text = text


class PeriodKind(StrEnum):
    """How long a period lasts."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"

    @property
    def months(self) -> int:
        return {PeriodKind.YEAR: 12, PeriodKind.QUARTER: 3, PeriodKind.MONTH: 1}[self]


_FORMS = (
    (PeriodKind.YEAR, re.compile(r"([0-9]{4})")),
    (PeriodKind.QUARTER, re.compile(r"([0-9]{4})Q([1-4])")),
    (PeriodKind.MONTH, re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")),
)


@total_ordering
@dataclass(frozen=True)
class Period:
    """A calendar year, quarter or month; `number` counts within the year, 1 for a year.

    Periods sort by their last day, and among those that end together the shorter one first.
    """

    kind: PeriodKind
    year: int
    number: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.year <= 9999 or not 1 <= self.number <= 12 // self.kind.months:
            raise PeriodError(f"There is no {self.kind} {self.number} in the year {self.year}.")

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read a period as it is written.

        >>> Period.parse("2026Q3").last_day
        datetime.date(2026, 9, 30)
        """
        for kind, form in _FORMS:
            if match := form.fullmatch(text.strip().upper()):
                year, *number = (int(group) for group in match.groups())
                if year:
                    return cls(kind, year, *number)
        raise PeriodError(
            f"“{text}” is not a period; write a year 2026, a quarter 2026Q3 or a month 2026-09.", text
        )

    @classmethod
    def containing(cls, day: date, kind: PeriodKind) -> Period:
        return cls(kind, day.year, (day.month - 1) // kind.months + 1)

    def __str__(self) -> str:
        endings = {
            PeriodKind.YEAR: "",
            PeriodKind.QUARTER: f"Q{self.number}",
            PeriodKind.MONTH: f"-{self.number:02}",
        }
        return f"{self.year:04}{endings[self.kind]}"

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Period):
            return NotImplemented
        return (self.last_day, self.kind.months) < (other.last_day, other.kind.months)

    @property
    def first_day(self) -> date:
        return date(self.year, (self.number - 1) * self.kind.months + 1, 1)

    @property
    def last_day(self) -> date:
        """The last day, which belongs to the period."""
        month = self.number * self.kind.months
        return date(self.year, month, monthrange(self.year, month)[1])

    def next(self) -> Period:
        return self._shifted(1)

    def previous(self) -> Period:
        return self._shifted(-1)

    def year_before(self) -> Period:
        """Return the same period a year earlier."""
        return Period(self.kind, self.year - 1, self.number)

    def _shifted(self, by: int) -> Period:
        year, index = divmod(
            self.year * (12 // self.kind.months) + self.number - 1 + by, 12 // self.kind.months
        )
        return Period(self.kind, year, index + 1)


def last_complete(cut_on: date, kind: PeriodKind) -> Period:
    """Return the latest period that is over at the end of a day.

    >>> str(last_complete(date(2026, 9, 29), PeriodKind.QUARTER))
    '2026Q2'
    """
    current = Period.containing(cut_on, kind)
    return current if current.last_day <= cut_on else current.previous()


def periods_between(first: Period, last: Period) -> tuple[Period, ...]:
    """Return all periods from the first to the last, both included; none when last is before first."""
    if first.kind != last.kind:
        raise PeriodError(f"{first} is a {first.kind} and {last} a {last.kind}; a range needs one kind.")
    return tuple(_run(first, last))


def _run(period: Period, last: Period) -> Iterator[Period]:
    while period < last:
        yield period
        period = period.next()
    if period == last:
        yield period


def window_of(period: Period, last: int, of: PeriodKind) -> tuple[date, date]:
    """Return the first and last day of the last n periods of a kind that end with a period.

    Every period ends with a month, so the window is counted back in whole months from there, even where a
    month ends no quarter.

    >>> window_of(Period.parse("2026-08"), 4, PeriodKind.QUARTER)
    (datetime.date(2025, 9, 1), datetime.date(2026, 8, 31))
    """
    if last < 1:
        raise PeriodError(f"A window holds at least one {of}, not {last}.")
    end = period.last_day
    year, month_index = divmod(end.year * 12 + end.month - last * of.months, 12)
    if year < 1:
        raise PeriodError(f"{last} times a {of} before the end of {period} is before the calendar begins.")
    return date(year, month_index + 1, 1), end
