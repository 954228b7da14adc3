"""Why figures under one tree differ from those of each period, for programs and the command line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tongxin.figures.difference_tables import describe_difference, difference_as_json
from tongxin.figures.queries import Release
from tongxin.figures.selection import Question, answer
from tongxin.organisations.access import Principal

MOST_EXPLAINED = 200
"""Each of so many figures takes a computation of its own."""
EXPLAINED = (
    "indicator", "organisation", "period", "category", "change", "unit", "elsewhere", "units", "numerator",
    "denominator", "events",
)  # fmt: skip


def explain_figures(release: Release, question: Question, *, user: Principal) -> list[dict[str, Any]]:
    """Return for each figure what it is under both trees and what each unit contributes to the difference."""
    if question.as_of is None:
        raise ValidationError(_("Name a day with --as-of: the tree of each period is explained against it."))
    after = answer(release, question, user=user, most=MOST_EXPLAINED)
    then = replace(question, as_of=None)
    before = {_key(each.as_row()): each for each in answer(release, then, user=user)}
    found = []
    for each in after:
        row = each.as_row()
        base = before.get(_key(row))
        if base is None:
            continue
        table = describe_difference(release, base, each, question.as_of, user)
        known = {name: row[name] for name in ("indicator", "organisation", "period", "breakdown", "category")}
        values = {"then": base.as_row()["value"], "harmonised": row["value"]}
        found.append({**known, **values, **difference_as_json(table), "release": release.id})
    return found


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("indicator", "organisation", "period", "category"))


def lines_of(explained: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a line for each unit, then one for the overlap and one for the difference of each figure."""
    lines = []
    for each in explained:
        known = {name: each[name] for name in EXPLAINED[:4]}
        for line in each["units"]:
            events = "; ".join(f"{event['on']} {event['note']}" for event in line["events"])
            shown = {name: line[name] for name in EXPLAINED[4:] if name in line}
            lines.append({**known, **shown, "unit": line["organisation"], "events": events})
        for name in ("overlap", "difference"):
            lines.append({**dict.fromkeys(EXPLAINED), **known, "change": name, **each[name]})
    return lines
