"""The units below one, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tongxin.codes.periods import Period
from tongxin.figures.charts import TileMap, draw_map
from tongxin.figures.forms import level_below
from tongxin.figures.headlines import first_headlines
from tongxin.figures.places import catalogue_url, explorer_url, passport_url
from tongxin.figures.queries import Release
from tongxin.figures.selection import Answer, Question, answer
from tongxin.figures.words import indicator_name, level_name, name_with_unit, value_text
from tongxin.organisations.access import Principal
from tongxin.organisations.models import Level, Organisation
from tongxin.ui.formats import status_reason

MOST = 100


@dataclass(frozen=True)
class Heading:
    """A column, and the order in which a click sorts it."""

    text: str
    meaning_url: str
    meaning_of: str
    sort: str
    is_sorted: str
    """ascending, descending, or nothing."""


@dataclass(frozen=True)
class Value:
    text: str
    url: str
    reason: str


@dataclass(frozen=True)
class Line:
    unit: Organisation
    values: list[Value]


@dataclass(frozen=True)
class Comparison:
    """The units of the level below with the first indicator of each dimension."""

    level: str
    level_name: str
    headings: list[Heading]
    lines: list[Line]
    more: int
    explorer_url: str


def compare(
    release: Release, unit: Organisation, period: Period, user: Principal, sort: str
) -> Comparison | None:
    """Return the units one level below, sorted by a column; None where there are none."""
    level = level_below(unit)
    if not level:
        return None
    codes = first_headlines(release)
    answers = answer(release, Question(tuple(codes), unit, level, (period,)), user=user)
    rows: dict[int, dict[str, Answer]] = {}
    for each in answers:
        rows.setdefault(each.organisation.pk, {})[each.figure.indicator] = each
    if not rows:
        return None
    ordered = _sorted([rows[pk] for pk in rows], sort)
    return Comparison(
        level,
        level_name(level),
        [_heading(release, unit, code, sort) for code in codes],
        [_line(row, codes) for row in ordered[:MOST]],
        max(len(ordered) - MOST, 0),
        explorer_url(codes, unit.code, level=level, from_=period, to=period),
    )


def _sorted(rows: list[dict[str, Answer]], sort: str) -> list[dict[str, Answer]]:
    """Sort by a column, `-` before its code for the largest first; units without a number come last."""
    code = sort.removeprefix("-")
    if not rows or code not in rows[0]:
        return rows
    numbered = [row for row in rows if row[code].figure.value is not None]
    others = [row for row in rows if row[code].figure.value is None]
    numbered.sort(key=lambda row: row[code].figure.value or 0.0, reverse=sort.startswith("-"))
    return numbered + others


def _heading(release: Release, unit: Organisation, code: str, sort: str) -> Heading:
    definition = release.newest(code)
    state = {code: "ascending", f"-{code}": "descending"}.get(sort, "")
    turned = code if sort == f"-{code}" else f"-{code}"
    return Heading(
        name_with_unit(definition), catalogue_url(code, unit.code), indicator_name(definition), turned, state
    )


def _line(row: dict[str, Answer], codes: list[str]) -> Line:
    unit = next(iter(row.values())).organisation
    return Line(unit, [_value(row[code]) for code in codes])


def _value(found: Answer) -> Value:
    return Value(
        value_text(found.figure, found.definition),
        passport_url(found.figure, found.organisation.code),
        status_reason(found.figure.status.value),
    )


def map_below(
    release: Release, unit: Organisation, code: str, period: Period, level: str, user: Principal
) -> TileMap | None:
    """Return the tile map of an indicator at the cities or counties below a unit."""
    offered = map_levels(unit)
    if not offered:
        return None
    chosen = level if level in offered else offered[0]
    question = Question((code,), unit, chosen, (period,))
    return draw_map(answer(release, question, user=user), question)


def map_levels(unit: Organisation) -> list[str]:
    """Return the levels of which there is a map."""
    levels: dict[Any, list[str]] = {Level.PROVINCE: ["city", "county"], Level.CITY: ["county"]}
    return levels.get(unit.level, [])
