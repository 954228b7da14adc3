"""The declared functions: all that a condition may call. Both engines implement exactly these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

GRADE_LIST = "skill_grade"
"""The code list behind `grade('senior')`."""


@dataclass(frozen=True)
class Function:
    """A function or macro: how it is called, and what it gives."""

    call: str
    gives: str
    arguments: tuple[int, int]
    """Fewest and most arguments."""


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "date": Function("date('2025-01-01')", "a date", (1, 1)),
        "duration": Function("duration('720h')", "a length of time in whole days", (1, 1)),
        "grade": Function("grade('senior')", "a code of the list of skill grades", (1, 1)),
        "code": Function("code('skill_grade', 'senior')", "a code of the named list", (2, 2)),
        "parameter": Function(
            "parameter('minimum_wage', organisation.county)",
            "the value in force at the date asked for",
            (1, 2),
        ),
        "years_between": Function("years_between(worker.born, at)", "completed years", (2, 2)),
        "months_between": Function("months_between(worker.hired, at)", "completed months", (2, 2)),
        "double": Function("double(worker.jobs)", "a whole number as a decimal", (1, 1)),
        "has": Function("has(worker.grade)", "whether the fact is known", (1, 1)),
    }
)

MACROS: Mapping[str, Function] = MappingProxyType(
    {
        "exists": Function(
            "worker.trainings.exists(t, t.hours >= 8.0)", "whether one row fulfils it", (2, 2)
        ),
        "all": Function("worker.trainings.all(t, t.passed)", "whether each row fulfils it", (2, 2)),
    }
)
