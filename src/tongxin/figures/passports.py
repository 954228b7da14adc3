"""What stands behind one figure: how it was made, from what, and how it moved."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from tongxin.analytics.definitions import Item
from tongxin.analytics.figure_store import Status
from tongxin.analytics.measures import Part
from tongxin.codes.periods import Period
from tongxin.figures.asked import Asked, read_figure
from tongxin.figures.forms import level_below
from tongxin.figures.lens_pages import describe_lens
from tongxin.figures.models import ReportedValue
from tongxin.figures.places import explorer_url, facts_url, passport_url, question_url
from tongxin.figures.queries import Release, definition_text
from tongxin.figures.selection import (
    Answer,
    Question,
    answer,
    answer_beside,
)
from tongxin.figures.trends import trend_of_figure
from tongxin.figures.words import (
    breakdown_name,
    breakdown_of,
    category_name,
    conditions_text,
    direction_text,
    item_name,
    item_of,
    part_text,
    timing_text,
    unit_text,
    value_text,
    version_text,
)
from tongxin.lake.queries import read_cut
from tongxin.organisations.access import Action, Principal, may
from tongxin.organisations.models import Level
from tongxin.ui.formats import number, status_reason

FIRST_YEAR = 1900
"""A version that does not say from when it holds, holds from there on."""
MOST_MISSING = 20


@dataclass(frozen=True)
class PartLine:
    """The numerator or the denominator in words."""

    key: str
    name: str
    text: str
    timing: str
    conditions: list[str]
    value: str
    facts_url: str


@dataclass(frozen=True)
class Report:
    """A value that the unit sent."""

    item: str
    value: str
    by: str
    at: datetime


def tree_text(period: Period, as_of: date | None) -> str:
    """Return the day of the tree with which a figure was made."""
    return (as_of or period.last_day).isoformat()


def describe_figure(release: Release, asked: Asked, user: Principal) -> dict[str, Any]:
    """Return what a passport says of a figure, on a page or to a program."""
    found = read_figure(release, asked, user)
    return {
        "answer": found,
        "figure": found.figure,
        "definition": found.definition,
        "parts": _parts(release, asked, found, user),
        "written": definition_text(release, found.definition.version),
        "beside_answers": _beside(release, asked, user),
        **describe_lens(release, asked, found, user),
    }


def describe_passport(release: Release, asked: Asked, user: Principal) -> dict[str, Any]:
    """Return the passport as its page shows it, with where the figure comes from and leads to."""
    known = describe_figure(release, asked, user)
    found: Answer = known["answer"]
    figure, definition = found.figure, found.definition
    breakdown = breakdown_of(definition, asked.by)
    past, chart = trend_of_figure(release, asked, found, user)
    return {
        **known,
        "value": value_text(figure, definition),
        "unit_of_value": "" if definition.unit.code == "percent" else unit_text(definition),
        "is_number": figure.status is Status.OK,
        "reason": status_reason(figure.status.value),
        "category": category_name(breakdown, asked.category) if breakdown else "",
        "category_of": breakdown_name(breakdown) if breakdown else "",
        "percent_complete": None if figure.completeness is None else figure.completeness * 100,
        "breakdowns": _breakdowns(asked, found),
        "below_url": _below_url(asked),
        "is_dated": definition.valid_from.year > FIRST_YEAR,
        "name_zh": definition.name["zh-hans"],
        "name_en": definition.name["en"],
        "direction": direction_text(definition),
        "tree_on": asked.as_of or asked.period.last_day,
        "beside": [
            (version_text(each.definition.version), value_text(each.figure, each.definition))
            for each in known["beside_answers"]
        ],
        "past": past,
        "chart": chart,
        **_reporting(release, asked, found, user),
    }


def _beside(release: Release, asked: Asked, user: Principal) -> list[Answer]:
    """Return the same figure by the versions that run beside the one in force."""
    question = Question((asked.code,), asked.at, None, (asked.period,), asked.by, asked.as_of)
    return [
        each for each in answer_beside(release, question, user=user) if each.figure.category == asked.category
    ]


def _parts(release: Release, asked: Asked, found: Answer, user: Principal) -> list[PartLine]:
    one, other = found.definition.parts
    is_open = may(user, Action.SEE_PEOPLE, asked.at) and found.figure.definition is not None
    pairs = [("numerator", _("Numerator") if other else _("What is counted"), one, found.figure.numerator)]
    if other is not None:
        pairs.append(("denominator", _("Denominator"), other, found.figure.denominator))
    return [
        PartLine(
            key,
            name,
            part_text(part, release.items),
            timing_text(part.timing),
            conditions_text(part),
            _in_unit(stored, part) if part.rank is None else _from_how_many(found.figure.denominator),
            facts_url(found.figure, asked.at.code, key, as_of=asked.as_of) if is_open else "",
        )
        for key, name, part, stored in pairs
    ]


def _from_how_many(count: int | None) -> str:
    return "" if count is None else _("from %(count)s values") % {"count": number(str(count))}


def _in_unit(stored: int | None, part: Part) -> str:
    return "" if stored is None else number(str(float(Fraction(stored, part.scale))))


def _breakdowns(asked: Asked, found: Answer) -> list[tuple[str, str]]:
    return [
        (
            breakdown_name(each),
            explorer_url(
                [asked.code],
                asked.at.code,
                from_=asked.period,
                to=asked.period,
                by=each.name,
                as_of=asked.as_of,
            ),
        )
        for each in found.definition.breakdowns
    ]


def _below_url(asked: Asked) -> str:
    level = level_below(asked.at)
    question = Question((asked.code,), asked.at, None, (asked.period,), asked.by, asked.as_of)
    return question_url(question, level=level) if level else ""


def _reporting(release: Release, asked: Asked, found: Answer, user: Principal) -> dict[str, Any]:
    """Return who reported: the values of a unit that reports itself, else which units below did not."""
    if not found.definition.is_reported:
        return {}
    items = {item_of(part) for part in found.definition.parts if part and part.is_reported}
    reports = _reports(release, asked, items)
    if asked.at.level == Level.ENTERPRISE:
        return {"reports": reports}
    question = Question((asked.code,), asked.at, Level.ENTERPRISE.value, (asked.period,), None, asked.as_of)
    units = answer(release, question, user=user)
    missing = [each for each in units if each.figure.expected and not each.figure.reporting]
    return {
        "reports": reports,
        "missing": [
            (each.organisation.name, passport_url(each.figure, each.organisation.code)) for each in missing
        ][:MOST_MISSING],
        "n_missing": len(missing),
        "reporting_url": question_url(question),
    }


def _reports(release: Release, asked: Asked, items: Collection[str]) -> list[Report]:
    """Return the values that the unit itself had sent when the release's facts were taken."""
    taken = datetime.fromisoformat(read_cut(release.cut_id).taken_at) + timedelta(seconds=1)
    values = ReportedValue.objects.filter(
        Q(superseded_at=None) | Q(superseded_at__gt=taken),
        organisation=asked.at,
        period=str(asked.period),
        item__code__in=items,
        reported_at__lte=taken,
    ).select_related("item", "reported_by")
    return [_report(value, release.items) for value in values.order_by("item__pk")]


def _report(value: ReportedValue, items: Mapping[str, Item]) -> Report:
    item = items[value.item.code]
    text = number(str(float(Fraction(value.value, item.scale))))
    by = str(value.reported_by) if value.reported_by else _("the operator")
    return Report(item_name(item), text, by, value.reported_at)
