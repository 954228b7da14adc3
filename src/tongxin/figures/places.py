"""Addresses of figures: the query of a page is the question, so an address can be shared."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlencode

from django.urls import reverse

from tongxin.analytics.figure_store import Figure
from tongxin.figures.selection import Question

BELOW = {"province": "city", "city": "county", "county": "town", "town": "enterprise", "group": "enterprise"}
"""The level that is listed under a unit of a level, unless the reader asks for another."""


def explorer_url(codes: Iterable[str], at: str, *, route: str = "explorer", **values: object) -> str:
    """Return the address of a question; a name that Python keeps for itself is given with a line under it."""
    pairs = [("i", code) for code in codes] + [("at", at)]
    pairs += [(name.rstrip("_"), str(value)) for name, value in values.items() if value]
    return f"{_path(route)}?{urlencode(pairs)}"


def question_url(question: Question, *, route: str = "explorer", at: str = "", **values: object) -> str:
    """Return the address of a question, at another unit or with other values."""
    asked: dict[str, object] = {
        "level": question.level,
        "from_": question.periods[0] if question.periods else None,
        "to": question.periods[-1] if question.periods else None,
        "by": question.by,
        "as_of": question.as_of,
    }
    return explorer_url(question.codes, at or question.at.code, route=route, **(asked | values))


def passport_url(figure: Figure, at: str, **values: object) -> str:
    asked: dict[str, object] = {"at": at, "period": figure.period}
    if figure.breakdown:
        asked |= {"by": figure.breakdown, "category": figure.category or ""}
    return _address(_path("passport", figure.indicator), asked | values)


def facts_url(figure: Figure, at: str, part: str, **values: object) -> str:
    asked: dict[str, object] = {"at": at, "period": figure.period, "part": part}
    if figure.breakdown:
        asked |= {"by": figure.breakdown, "category": figure.category or ""}
    return _address(_path("figure_facts", figure.indicator), asked | values)


def catalogue_url(code: str, at: str) -> str:
    return f"{_path('catalogue')}?{urlencode({'at': at})}#{code}"


@lru_cache(maxsize=1024)
def _path(route: str, *values: str) -> str:
    """Return the path of a page: a table of figures has thousands of addresses and few paths."""
    return reverse(route, args=values)


def _address(path: str, values: dict[str, object]) -> str:
    return f"{path}?{urlencode({name: str(value) for name, value in values.items() if value})}"
