"""Why a figure differs between two trees, as a page and a file show it, within the reader's rights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from tongxin.analytics.figure_store import Figure
from tongxin.codes.periods import Period
from tongxin.figures.differences import Asked, Contribution, Parts, Regrouped, explain_difference
from tongxin.figures.queries import Release
from tongxin.figures.regrouping import Group
from tongxin.figures.selection import Answer
from tongxin.figures.tree_events import Happened, events_between, events_of_group
from tongxin.figures.words import PLUS, value_text
from tongxin.organisations.access import Action, Principal, keep_visible
from tongxin.organisations.models import Level, Organisation
from tongxin.ui.formats import number

Values = tuple[int | float, int | float | None]


@dataclass(frozen=True)
class Line:
    """Units that are counted under one of the two trees only, and what they contribute."""

    came_in: bool
    unit: Organisation | None
    """None for units that are not the reader's: they are counted, not named."""
    elsewhere: Organisation | None
    n_units: int
    values: Values | None
    """None where contributions do not add up."""
    events: list[Happened]

    @property
    def labelled(self) -> list[tuple[str, str]]:
        return _labelled(self.values)


@dataclass(frozen=True)
class DifferenceTable:
    """The lines, what overlaps, and the sum: together they are the difference of the two figures."""

    before: str
    after: str
    before_on: date
    after_on: date
    lines: list[Line]
    overlap: Values | None
    total: Values | None
    adds_up: bool

    @property
    def overlap_texts(self) -> list[tuple[str, str]]:
        return _labelled(self.overlap)

    @property
    def total_texts(self) -> list[tuple[str, str]]:
        return _labelled(self.total)

    @property
    def has_overlap(self) -> bool:
        return any(self.overlap or ())


def _labelled(values: Values | None) -> list[tuple[str, str]]:
    """Return the one number, or both parts of a ratio, each with its name."""
    one, other = values or (None, None)
    if one is None:
        return []
    if other is None:
        return [(_("What is counted"), signed(one))]
    return [(_("Numerator"), signed(one)), (_("Denominator"), signed(other))]


def signed(value: float) -> str:
    return f"{PLUS if value > 0 else ''}{number(str(value))}"


def describe_difference(
    release: Release, base: Answer, other: Answer, as_of: date, user: Principal
) -> DifferenceTable:
    """Explain what one figure is under the tree of its period and under that of another day."""
    figure = base.figure
    period = Period.parse(figure.period)
    unit = base.organisation
    asked = Asked(
        figure.indicator,
        unit.pk,
        period,
        as_of,
        figure.breakdown,
        figure.category,
        of_groups=unit.level == Level.GROUP,
    )
    found = explain_difference(release, asked)
    first, last = sorted((period.last_day, as_of))
    events = events_between(found.groups, first, last)
    adds_up = base.definition.rank is None
    overlap = found.overlap(figure, other.figure) if adds_up else None
    return DifferenceTable(
        value_text(figure, base.definition),
        value_text(other.figure, other.definition),
        period.last_day,
        as_of,
        _lines(found, base, events, user),
        _values(overlap, base) if overlap else None,
        _values(_total(figure, other.figure), base) if adds_up else None,
        adds_up,
    )


def _total(base: Figure, other: Figure) -> Parts:
    return (
        (other.numerator or 0) - (base.numerator or 0),
        (other.denominator or 0) - (base.denominator or 0),
    )


def _values(parts: Parts, answer: Answer) -> Values:
    one, other = answer.definition.parts
    numerator = _exact(parts[0], one.scale)
    return numerator, None if other is None else _exact(parts[1], other.scale)


def _exact(stored: int, scale: int) -> int | float:
    value = Fraction(stored, scale)
    return int(value) if value.denominator == 1 else float(value)


def _lines(found: Regrouped, answer: Answer, events: list[Happened], user: Principal) -> list[Line]:
    parts = {each.group: each for each in found.contributions}
    ids = {pk for group in found.groups for pk in (group.inside, group.outside) if pk is not None}
    units = Organisation.objects.in_bulk(list(ids))
    seen = {unit.pk for unit in keep_visible(user, units.values(), Action.SEE_FIGURES)}
    lines: list[Line] = []
    hidden: list[Group] = []
    level = answer.organisation.level
    for group in found.groups:
        if group.inside not in seen:
            hidden.append(group)
            continue
        contribution = parts.get(group)
        lines.append(
            Line(
                group.came_in,
                units[group.inside],
                units[group.outside] if group.outside in seen else None,
                1,
                _signed_values([contribution], answer) if contribution else None,
                events_of_group(group, events, level),
            )
        )
    return [*lines, *_hidden_lines(hidden, parts, answer)]


def _hidden_lines(groups: Sequence[Group], parts: dict[Group, Contribution], answer: Answer) -> list[Line]:
    """Return a line for what came in and one for what left among units that are not the reader's."""
    lines = []
    for came_in in (True, False):
        chosen = [each for each in groups if each.came_in is came_in]
        if chosen:
            known = [parts[each] for each in chosen if each in parts]
            values = _signed_values(known, answer) if known else None
            lines.append(Line(came_in, None, None, len(chosen), values, []))
    return lines


def _signed_values(contributions: Sequence[Contribution], answer: Answer) -> Values:
    sign = 1 if contributions[0].group.came_in else -1
    one, two = (sign * sum(each.parts[place] for each in contributions) for place in (0, 1))
    return _values((one, two), answer)


def difference_as_json(table: DifferenceTable) -> dict[str, Any]:
    """Return the difference for programs; its units and the overlap add up to it."""
    return {
        "tree": table.before_on.isoformat(),
        "other_tree": table.after_on.isoformat(),
        "units": [_line_as_json(line) for line in table.lines],
        "overlap": _values_as_json(table.overlap),
        "difference": _values_as_json(table.total),
    }


def _line_as_json(line: Line) -> dict[str, Any]:
    return {
        "change": "came_in" if line.came_in else "left",
        "organisation": line.unit.code if line.unit else None,
        "elsewhere": line.elsewhere.code if line.elsewhere else None,
        "units": line.n_units,
        **_values_as_json(line.values),
        "events": [
            {
                "on": each.event.on.isoformat(),
                "kind": each.event.kind,
                "note": each.text,
                "source": each.event.source,
            }
            for each in line.events
        ],
    }


def _values_as_json(values: Values | None) -> dict[str, Any]:
    one, two = values or (None, None)
    return {"numerator": one, "denominator": two}
