"""What the pages of figures show, gathered within the reader's rights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from tongxin.analytics.definitions import Definition
from tongxin.codes.periods import Period, PeriodKind
from tongxin.figures.asked import Asked, read_figure
from tongxin.figures.fact_rows import PAGE, Fact, fact_columns, fact_lines
from tongxin.figures.facts import facts_behind
from tongxin.figures.forms import indicators_by_dimension, periods_of
from tongxin.figures.lenses import read_as_of
from tongxin.figures.places import facts_url, passport_url
from tongxin.figures.queries import Release
from tongxin.figures.questions import unit_asked
from tongxin.figures.selection import (
    Answer,
    Question,
    answer,
    check_codes,
    definition_for,
    usual_kind,
)
from tongxin.figures.words import (
    breakdown_name,
    breakdown_of,
    category_name,
    conditions_text,
    direction_text,
    indicator_name,
    part_text,
    timing_text,
    unit_text,
    value_text,
)
from tongxin.organisations.access import Action, Principal, may
from tongxin.organisations.context import place_of, with_query
from tongxin.organisations.models import Organisation


def read_period(release: Release, text: str | None, usual: Period) -> Period:
    """Read the period of an address; raises ValidationError where the release has no figures for it."""
    period = Period.parse(text) if text else usual
    if str(period) not in release.manifest["periods"]:
        raise ValidationError(_("There are no figures for the period %(period)s.") % {"period": period})
    return period


def read_passport_asked(
    release: Release, code: str, sent: QueryDict, user: Principal, action: Action = Action.SEE_FIGURES
) -> Asked:
    """Read which figure an address names; raises ValidationError or PeriodError for what it gets wrong."""
    unit = unit_asked(user, sent.get("at"), action)
    check_codes(release, [code])
    usual = release.default_period(usual_kind(release.newest(code)))
    period = read_period(release, sent.get("period"), usual)
    as_of = read_as_of(release, sent.get("as_of"), sent.get("lens"))
    return Asked(code, unit, period, sent.get("by") or None, sent.get("category") or None, as_of)


def place_of_figure(
    release: Release, asked: Asked, user: Principal, route: str = "passport"
) -> dict[str, Any]:
    """Return the switches of unit and period for a page about one figure."""
    values = {"by": asked.by, "category": asked.category, "as_of": asked.as_of}
    action = Action.SEE_FIGURES if route == "passport" else Action.SEE_PEOPLE
    address = reverse(route, args=[asked.code])
    kinds = [each for each in periods_of(release) if each.kind == asked.period.kind]
    return {
        "section": "figures",
        "release": release,
        "period": asked.period,
        "period_choices": [str(each) for each in kinds],
        "name": indicator_name(definition_for(release, asked.code, asked.period)),
        **place_of(
            user,
            asked.at,
            lambda each: with_query(address, at=each.code, period=asked.period, **values),
            action,
        ),
    }


def describe_facts(release: Release, asked: Asked, sent: QueryDict, user: Principal) -> dict[str, Any]:
    part = "denominator" if sent.get("part") == "denominator" else "numerator"
    text = sent.get("page", "1")
    number = max(int(text), 1) if text.isdecimal() and len(text) < 7 else 1
    found = facts_behind(
        release,
        asked.code,
        part=part,
        at=asked.at,
        period=asked.period,
        user=user,
        breakdown=asked.by,
        category=asked.category,
        as_of=asked.as_of,
        offset=(number - 1) * PAGE,
        limit=PAGE,
    )
    definition = definition_for(release, asked.code, asked.period)
    chosen = definition.parts[1] if part == "denominator" else definition.parts[0]
    breakdown = breakdown_of(definition, asked.by)
    figure = read_figure(release, asked, user).figure
    address = facts_url(figure, asked.at.code, part, as_of=asked.as_of)
    lines: list[Fact] = fact_lines(found, user)
    return {
        "part": part,
        "part_text": part_text(chosen, release.items) if chosen else "",
        "timing": timing_text(chosen.timing) if chosen else "",
        "conditions": conditions_text(chosen) if chosen else [],
        "category": category_name(breakdown, asked.category) if breakdown else "",
        "columns": fact_columns(found),
        "lines": lines,
        "total": found.total,
        "withheld": found.withheld_text if found.withheld else "",
        "is_spell": bool(chosen and chosen.timing.at_end),
        "is_reported": bool(chosen and chosen.is_reported),
        "has_two_parts": definition.is_ratio,
        "other_url": facts_url(
            figure, asked.at.code, "numerator" if part == "denominator" else "denominator"
        ),
        "passport_url": passport_url(figure, asked.at.code, as_of=asked.as_of),
        "first": (number - 1) * PAGE + 1,
        "last": (number - 1) * PAGE + len(lines),
        "previous_url": f"{address}&page={number - 1}" if number > 1 else "",
        "next_url": f"{address}&page={number + 1}" if number * PAGE < found.total else "",
    }


@dataclass(frozen=True)
class Listed:
    """An indicator of the catalogue with its value at the reader's unit."""

    definition: Definition
    name: str
    unit: str
    direction: str
    parts: list[tuple[str, str, str]]
    """What is counted, when, under which conditions."""
    breakdowns: str
    value: str
    url: str
    period: str


@dataclass(frozen=True)
class Section:
    dimension: str
    name: str
    listed: list[Listed]


def describe_catalogue(release: Release, sent: QueryDict, user: Principal) -> dict[str, Any]:
    unit = unit_asked(user, sent.get("at"))
    values = _usual_values(release, unit, user)
    sections = [
        Section(dimension, name, [_listed(release, values[each.code]) for each in definitions])
        for dimension, name, definitions in indicators_by_dimension(release)
    ]
    return {
        "section": "figures",
        "release": release,
        "sections": sections,
        "n_indicators": len(release.codes),
        "may_build": may(user, Action.BUILD_RELEASE, unit),
        **place_of(
            user, unit, lambda each: with_query(reverse("catalogue"), at=each.code), Action.SEE_FIGURES
        ),
    }


def _usual_values(release: Release, unit: Organisation, user: Principal) -> dict[str, Answer]:
    """Return each indicator at the unit in the last complete period of its usual kind."""
    kinds: dict[PeriodKind, list[str]] = {}
    for code in release.codes:
        kinds.setdefault(usual_kind(release.newest(code)), []).append(code)
    asked = (
        Question(tuple(codes), unit, None, (release.default_period(kind),)) for kind, codes in kinds.items()
    )
    return {
        found.figure.indicator: found for question in asked for found in answer(release, question, user=user)
    }


def _listed(release: Release, found: Answer) -> Listed:
    definition = release.newest(found.figure.indicator)
    return Listed(
        definition,
        indicator_name(definition),
        unit_text(definition),
        direction_text(definition),
        [
            (part_text(part, release.items), timing_text(part.timing), _(", ").join(conditions_text(part)))
            for part in definition.parts
            if part
        ],
        _(", ").join(breakdown_name(each) for each in definition.breakdowns),
        value_text(found.figure, definition),
        passport_url(found.figure, found.organisation.code),
        found.figure.period,
    )
