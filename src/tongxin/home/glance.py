"""The five dimensions at a glance: a circle and a few figures each, against a year before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tongxin.analytics.figure_store import Status
from tongxin.codes.periods import Period
from tongxin.figures.breaks import breaks_of, marks_of
from tongxin.figures.headlines import headlines_of
from tongxin.figures.places import catalogue_url, passport_url
from tongxin.figures.queries import Release
from tongxin.figures.selection import Answer, Question, answer
from tongxin.figures.words import (
    change_between,
    decimals_of,
    indicator_name,
    name_with_unit,
    unit_text,
    value_text,
)
from tongxin.organisations.access import Principal
from tongxin.organisations.models import Organisation
from tongxin.ui.dimensions import DIMENSIONS
from tongxin.ui.formats import status_reason

SHARES = {"percent", "per_hundred"}
"""Units whose value is so many of a hundred, which a circle can show."""
TREND = 12


@dataclass(frozen=True)
class Card:
    """One figure of a dimension with how it moved."""

    label: str
    value: str
    unit: str
    url: str
    meaning_url: str
    change: str
    direction: str
    note: str


@dataclass(frozen=True)
class Shown:
    """A dimension with its cards; without a code, indicators of no dimension."""

    dimension: str
    name: str
    cards: list[Card]


@dataclass(frozen=True)
class Glance:
    dimensions: list[Shown]
    circles: list[dict[str, Any]]


def look_at(release: Release, unit: Organisation, period: Period, user: Principal) -> Glance:
    """Return the headline figures of a unit."""
    headlines = headlines_of(release)
    codes = tuple(code for chosen in headlines.values() for code in chosen)
    question = Question(codes, unit, None, (period, period.year_before()))
    found = {
        (each.figure.indicator, each.figure.period): each for each in answer(release, question, user=user)
    }
    dimensions = [
        Shown(
            dimension,
            str(DIMENSIONS[dimension].name) if dimension else _("Indicators"),
            [_card(found, code, period) for code in chosen],
        )
        for dimension, chosen in headlines.items()
    ]
    circles = [
        _circle(dimension, found[chosen[0], str(period)])
        for dimension, chosen in headlines.items()
        if dimension
    ]
    return Glance(dimensions, circles)


def _card(found: Mapping[tuple[str, str], Answer], code: str, period: Period) -> Card:
    now, before = found[code, str(period)], found[code, str(period.year_before())]
    change = change_between(now.figure, before.figure, now.definition)
    is_number = now.figure.status is Status.OK
    unit = "" if now.definition.unit.code == "percent" or not is_number else unit_text(now.definition)
    return Card(
        label=indicator_name(now.definition),
        value=value_text(now.figure, now.definition),
        unit=unit,
        url=passport_url(now.figure, now.organisation.code),
        meaning_url=catalogue_url(code, now.organisation.code),
        change=_against(change.text, change.verdict) if change else "",
        direction=change.direction if change else "",
        note=status_reason(now.figure.status.value) if not is_number else "",
    )


def _against(change: str, verdict: str) -> str:
    """Write a change against the same period of the year before, with what it means."""
    text = _("%(change)s on a year before") % {"change": change}
    return _("%(change)s, %(verdict)s") % {"change": text, "verdict": verdict} if verdict else text


def _circle(dimension: str, found: Answer) -> dict[str, Any]:
    value, unit = found.figure.value, found.definition.unit.code
    return {
        "dimension": dimension,
        "share": value / 100 if value is not None and unit in SHARES else None,
        "value_text": value_text(found.figure, found.definition),
        "url": passport_url(found.figure, found.organisation.code),
        "note": indicator_name(found.definition),
    }


@dataclass(frozen=True)
class Point:
    """A period of the trend."""

    period: str
    value: str
    url: str
    before: str
    change: str
    verdict: str


@dataclass(frozen=True)
class Trend:
    name: str
    chart: dict[str, Any]
    points: list[Point]
    """The latest first."""


def trend_of(release: Release, code: str, unit: Organisation, period: Period, user: Principal) -> Trend:
    """Return an indicator over the last periods of a kind, each against the year before."""
    known = sorted(
        each for each in map(Period.parse, release.manifest["periods"]) if each.kind == period.kind
    )
    shown = [each for each in known if each <= period][-TREND:]
    periods = tuple(sorted({*shown, *(each.year_before() for each in shown)}))
    asked = Question((code,), unit, None, periods)
    found = {each.figure.period: each for each in answer(release, asked, user=user)}
    definition = release.newest(code)
    points = [_point(found[str(each)], found[str(each.year_before())]) for each in reversed(shown)]
    return Trend(
        name_with_unit(definition),
        {
            "labels": [str(each) for each in shown],
            "unit": "%" if definition.unit.code == "percent" else "",
            "decimals": decimals_of(definition) or 0,
            "marks": marks_of(breaks_of(release, code, unit, shown, own_trees=True)),
            "series": _series(shown, found, definition.dimension),
        },
        points,
    )


def _series(
    shown: Sequence[Period], found: Mapping[str, Answer], dimension: str | None
) -> list[dict[str, Any]]:
    values = [found[str(each)].figure.value for each in shown]
    before = [found[str(each.year_before())].figure.value for each in shown]
    line: dict[str, Any] = {"name": _("this period"), "values": values, "dimension": dimension or "accent"}
    if not any(value is not None for value in before):
        return [line]
    return [line, {"name": _("a year before"), "values": before, "dimension": "line-strong"}]


def _point(now: Answer, before: Answer) -> Point:
    change = change_between(now.figure, before.figure, now.definition)
    return Point(
        now.figure.period,
        value_text(now.figure, now.definition),
        passport_url(now.figure, now.organisation.code),
        value_text(before.figure, before.definition),
        change.text if change else "",
        change.verdict if change else "",
    )
