"""Deadlines and lateness, counted in working days.

What falls due on a day off is due on the next working day. A day off is no day of lateness, and nothing
is sent on it.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from tongxin.codes.working_days import add_working_days, is_working_day, working_days_between


@lru_cache(maxsize=8192)
def deadline_of(due_on: date) -> date:
    """Return the last day on which a task is in time.

    >>> deadline_of(date(2026, 5, 2))
    datetime.date(2026, 5, 6)
    """
    return add_working_days(due_on, 0)


@lru_cache(maxsize=65536)
def count_between(start: date, end: date) -> int:
    """Count working days as the calendar does; many tasks share their days."""
    return working_days_between(start, end)


def days_late(due_on: date, day: date) -> int:
    """Return by how many working days something is late; 0 while it is in time.

    >>> days_late(date(2026, 5, 2), date(2026, 5, 8))
    2
    """
    return max(0, count_between(deadline_of(due_on), day))


def latest_due_late(day: date, at_least: int = 1) -> date:
    """Return the last day on which something had to be due to be late by so many working days.

    >>> latest_due_late(date(2026, 5, 8), 2)
    datetime.date(2026, 5, 6)
    """
    return add_working_days(last_working_day(day), -at_least)


def latest_due_soon(day: date, within: int) -> date:
    """Return the last day on which something may be due to be so within some working days."""
    return add_working_days(day, within) if within else deadline_of(day)


def idle_since_before(day: date, at_least: int) -> date:
    """Return the day before which something last moved when it has been idle for so many working days.

    >>> idle_since_before(date(2026, 5, 8), 2)
    datetime.date(2026, 5, 7)
    """
    last = last_working_day(day)
    return add_working_days(last, 1 - at_least) if at_least > 1 else last


def last_working_day(day: date) -> date:
    """Return the day, or the working day before it where nobody works on it."""
    return day if is_working_day(day) else add_working_days(day, -1)
