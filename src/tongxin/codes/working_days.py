"""China's working days: weekends and holidays off, make-up days on, as the State Council announces them."""

from __future__ import annotations

from datetime import date, timedelta

from chinese_calendar.constants import holidays, workdays

_ONE_DAY = timedelta(days=1)
_FRIDAY = 4
_KNOWN_YEARS = range(min(holidays).year, max(holidays).year + 1)


def holidays_known_until() -> date:
    """Return the last day whose holidays are known; after it Monday to Friday are taken as working days.

    The holidays of a year are announced late in the year before it, so that the list ends with a year.
    """
    return date(_KNOWN_YEARS[-1], 12, 31)


def is_working_day(day: date) -> bool:
    """Tell whether people work on the day.

    >>> is_working_day(date(2025, 10, 1)), is_working_day(date(2025, 10, 11))
    (False, True)
    """
    is_weekday = day.weekday() <= _FRIDAY
    if day.year not in _KNOWN_YEARS:
        return is_weekday
    return day in workdays or (is_weekday and day not in holidays)


def add_working_days(day: date, n: int) -> date:
    """Return the n-th working day after a day, or before it where n is negative.

    With 0 it is the day itself, or the next working day where nobody works on it: what falls due on a day off
    is due on the next working day.

    >>> add_working_days(date(2025, 9, 30), 1)
    datetime.date(2025, 10, 9)
    """
    if n == 0:
        return day if is_working_day(day) else add_working_days(day, 1)
    step = _ONE_DAY if n > 0 else -_ONE_DAY
    for _ in range(abs(n)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def working_days_between(start: date, end: date) -> int:
    """Count the working days after `start` until `end`, which is included; negative where `end` is earlier.

    Counts of spans that follow each other add up, and turning a span round changes the sign alone.

    >>> working_days_between(date(2025, 9, 30), date(2025, 10, 11))
    3
    """
    if end < start:
        return -working_days_between(end, start)
    span = (end - start).days
    return sum(is_working_day(start + timedelta(days=passed)) for passed in range(1, span + 1))
