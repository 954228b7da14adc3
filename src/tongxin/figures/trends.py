"""How one figure moved: its last periods, where the trend breaks, and what other versions make of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongxin.analytics.figure_store import Figure
from tongxin.codes.periods import Period
from tongxin.figures.asked import Asked
from tongxin.figures.breaks import Break, breaks_of, marks_of
from tongxin.figures.places import passport_url
from tongxin.figures.queries import Release
from tongxin.figures.selection import (
    Answer,
    Question,
    answer_beside,
    definition_for,
    open_store,
    read_figures,
)
from tongxin.figures.words import change_between, decimals_of, value_text, version_text
from tongxin.organisations.access import Principal
from tongxin.organisations.models import Level

TREND = 12


@dataclass(frozen=True)
class Past:
    """The value of an earlier period."""

    period: str
    value: str
    url: str
    change: str
    """Against the same period of the year before."""
    breaks: list[tuple[str, str]]
    """What is another than in the period before, and where it is explained."""
    beside: list[tuple[str, str]]
    """The versions that run beside the one in force, each with its value."""


def trend_of_figure(
    release: Release, asked: Asked, found: Answer, user: Principal
) -> tuple[list[Past], dict[str, Any]]:
    """Return the last periods of the same kind, the latest first, and the lines they make."""
    known = sorted(
        each for each in map(Period.parse, release.manifest["periods"]) if each.kind == asked.period.kind
    )
    shown = [each for each in known if each <= asked.period][-TREND:]
    figures = _figures(release, asked, shown)
    breaks = breaks_of(release, asked.code, asked.at, shown, own_trees=asked.as_of is None)
    question = Question((asked.code,), asked.at, None, tuple(shown), asked.by, asked.as_of)
    beside = [
        each for each in answer_beside(release, question, user=user) if each.figure.category == asked.category
    ]
    past = [
        _past(release, asked, figures, each, breaks, beside)
        for each in reversed(shown)
        if str(each) in figures
    ]
    return past, _chart(asked, found, shown, figures, breaks, beside)


def _figures(release: Release, asked: Asked, shown: Sequence[Period]) -> dict[str, Figure]:
    """Return the figures of the periods and of those a year before."""
    store = open_store(release, [asked.code], asked.as_of, of_groups=asked.at.level == Level.GROUP)
    periods = tuple(sorted({*shown, *(each.year_before() for each in shown)}))
    return {
        each.period: each
        for each in read_figures(store, asked.code, (asked.at.pk,), periods, asked.by)
        if each.category == asked.category
    }


def _past(
    release: Release,
    asked: Asked,
    figures: Mapping[str, Figure],
    period: Period,
    breaks: Sequence[Break],
    beside: Sequence[Answer],
) -> Past:
    figure, old = figures[str(period)], figures.get(str(period.year_before()))
    definition = definition_for(release, asked.code, period)
    change = change_between(figure, old, definition) if old else None
    return Past(
        str(period),
        value_text(figure, definition),
        passport_url(figure, asked.at.code, as_of=asked.as_of),
        change.text if change else "",
        [_why(each, asked, figure) for each in breaks if each.period == period],
        [
            (version_text(each.definition.version), value_text(each.figure, each.definition))
            for each in beside
            if each.figure.period == str(period)
        ],
    )


def _why(found: Break, asked: Asked, figure: Figure) -> tuple[str, str]:
    """Return what a break is, and for units that came or went where they are named."""
    if not found.is_tree:
        return found.text, ""
    url = passport_url(figure, asked.at.code, as_of=found.before.last_day)
    return found.text, f"{url}#why"


def _chart(
    asked: Asked,
    found: Answer,
    shown: Sequence[Period],
    figures: Mapping[str, Figure],
    breaks: Sequence[Break],
    beside: Sequence[Answer],
) -> dict[str, Any]:
    definition, labels = found.definition, [str(each) for each in shown]
    lines = {asked.at.name: {period: figure.value for period, figure in figures.items()}}
    for each in beside:
        lines.setdefault(version_text(each.definition.version), {})[each.figure.period] = each.figure.value
    series: list[dict[str, Any]] = [
        {"name": name, "values": [values.get(label) for label in labels]} for name, values in lines.items()
    ]
    series[0]["dimension"] = definition.dimension or "accent"
    return {
        "labels": labels,
        "unit": "%" if definition.unit.code == "percent" else "",
        "decimals": decimals_of(definition) or 0,
        "marks": marks_of(breaks),
        "series": series,
    }
