"""Tasks on a line of months: where each bar begins and ends, drawn without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tongxin.codes.periods import Period, PeriodKind, periods_between

MONTH = 56
"""So many units of the drawing is a month wide."""
MOST_MONTHS = 36
BEFORE = 12
"""So many of them lie before today, where tasks span more than can be drawn."""


@dataclass(frozen=True)
class Month:
    """A month of the head: the year is said where it begins."""

    number: int
    year: int | None
    x: int


@dataclass(frozen=True)
class Bar:
    """A task from its first to its last day; without a first day, a point at the last."""

    x: float
    width: float
    done_width: float
    is_point: bool
    begins_earlier: bool
    ends_later: bool

    @property
    def end(self) -> float:
        return self.x + self.width


@dataclass(frozen=True)
class Line:
    """The months that are drawn, and where today is among them."""

    months: tuple[Month, ...]
    today_x: float | None
    first: date
    last: date

    @property
    def width(self) -> int:
        return MONTH * len(self.months)

    def bar(self, starts_on: date | None, due_on: date, percent: float | None) -> Bar:
        """Draw a task; what lies beside the drawing is cut off at its edge."""
        end = self.place(due_on) + MONTH / 30
        begin = self.place(starts_on) if starts_on else end
        left, right = max(begin, 0.0), min(end, float(self.width))
        width = max(right - left, 0.0)
        return Bar(
            round(min(left, self.width), 1),
            round(width, 1),
            round(width * min(percent or 0, 100) / 100, 1),
            is_point=starts_on is None,
            begins_earlier=begin < 0,
            ends_later=end > self.width + 1,
        )

    def place(self, day: date) -> float:
        """Return where a day begins."""
        months = (day.year - self.first.year) * 12 + day.month - self.first.month
        days = Period(PeriodKind.MONTH, day.year, day.month).last_day.day
        return MONTH * (months + (day.day - 1) / days)


def _months_of(days: Sequence[date]) -> list[Period]:
    first = Period.containing(min(days), PeriodKind.MONTH)
    return list(periods_between(first, Period.containing(max(days), PeriodKind.MONTH)))


def draw_line(spans: Sequence[tuple[date | None, date]], today: date) -> Line:
    """Return the months from the first to the last day of some tasks and today, not more than can be read.

    >>> [month.number for month in draw_line([(date(2026, 1, 9), date(2026, 3, 1))], date(2026, 2, 1)).months]
    [1, 2, 3]
    """
    days = [day for span in spans for day in span if day] or [today]
    months = _months_of(days)
    if len(with_today := _months_of([*days, today])) <= MOST_MONTHS:
        months = with_today
    if len(months) > MOST_MONTHS:
        here = Period.containing(today, PeriodKind.MONTH)
        at = sum(month < here for month in months)
        begin = min(max(at - BEFORE, 0), len(months) - MOST_MONTHS)
        months = months[begin : begin + MOST_MONTHS]
    drawn = tuple(
        Month(month.number, month.year if place == 0 or month.number == 1 else None, place * MONTH)
        for place, month in enumerate(months)
    )
    line = Line(drawn, None, months[0].first_day, months[-1].last_day)
    if not line.first <= today <= line.last:
        return line
    return Line(drawn, round(line.place(today), 1), line.first, line.last)
