"""Reading the cells of a workbook of tasks: what a person meant, or what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from django.core.exceptions import ValidationError

from tongxin.analytics.definitions import Definition
from tongxin.codes.lists import fold, get_list
from tongxin.codes.periods import Period, PeriodError, PeriodKind
from tongxin.plans.forms import NamesField
from tongxin.plans.models import Kind, Measure
from tongxin.plans.target_actions import Target
from tongxin.plans.task_workbooks import KINDS, read_number
from tongxin.workbooks.dates import read_date

LENGTHS = {"title": 300, "due_text": 120, "target": 120, "goal_unit": 20}
"""As long as a task keeps them; a test compares both."""
MOST_NAMES, LONGEST_NAME = 400, 120
LIKE = 0.5
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d{1,2})?")
_VALUE = r"[+-]?\d{1,14}(?:\.\d{1,4})?"
_TARGET = re.compile(rf"([^:=]+?)\s*[:=]\s*({_VALUE})\s*(?:\(\s*({_VALUE})\s*\))?")
_BETWEEN = re.compile(r"[;\n]")


@dataclass
class Known:
    """What rows of a plan's workbook may name."""

    measures: Mapping[str, Measure]
    indicators: Mapping[str, Definition]
    units: Mapping[str, str]
    """The full names of the units at and below the plan's, by the same name folded."""


@dataclass
class Cells:
    """One row while it is read: its cells as sent, what they mean, and what is wrong with them."""

    sent: Mapping[str, str | None]
    known: Known
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[tuple[str, str | None, dict[str, Any]]] = field(default_factory=list)
    """Code of the finding, key of the column, what its message names."""

    def refuse(self, code: str, key: str | None, **params: Any) -> None:
        self.faults.append((code, key, params))

    def read(self, keys: Sequence[str]) -> None:
        """Read some cells; those of an indicator and its targets together."""
        for key in keys:
            if key not in {"indicator", "targets"}:
                READERS[key](self, key)

    def text(self, key: str) -> str:
        return (self.sent.get(key) or "").strip()


def _clean(text: str) -> str:
    """Return a text in half width and on one line, as it is compared with names and read as a number."""
    visible = "".join(
        sign for sign in text if sign.isspace() or unicodedata.category(sign) not in {"Cc", "Cf"}
    )
    return " ".join(unicodedata.normalize("NFKC", visible).split())


def _read_text(cells: Cells, key: str) -> None:
    text, limit = cells.text(key), LENGTHS.get(key)
    if key != "deliverable":
        text = " ".join(text.split())
    if key == "title" and not text:
        cells.refuse("required", key)
    elif limit is not None and len(text) > limit:
        cells.refuse("too_long", key, length=len(text), limit=limit)
    cells.values[key] = text


def _read_measure(cells: Cells, key: str) -> None:
    text = _clean(cells.text(key))
    if not text:
        cells.refuse("required", key)
        return
    found = cells.known.measures.get(fold(text))
    if found is None:
        titles = [each.title for each in cells.known.measures.values()]
        cells.refuse("measure_unknown", key, nearest=nearest(text, titles))
    cells.values[key] = found


def _read_kind(cells: Cells, key: str) -> None:
    text = _clean(cells.text(key))
    found = get_list(KINDS).find(text) if text else None
    if text and found is None:
        cells.refuse("code_unknown", key, nearest=nearest(text, get_list(KINDS).labels("zh").values()))
    cells.values[key] = found.code if found else Kind.TASK


def _read_names(cells: Cells, key: str) -> None:
    text = _clean(cells.text(key))
    if len(text) > MOST_NAMES:
        cells.refuse("too_long", key, length=len(text), limit=MOST_NAMES)
        return
    names: list[str] = NamesField().clean(text) if text else []
    if (long := max(map(len, names), default=0)) > LONGEST_NAME:
        cells.refuse("too_long", key, length=long, limit=LONGEST_NAME)
    for name in names:
        if fold(name) not in cells.known.units:
            near = get_close_matches(name, cells.known.units.values(), 1, LIKE)
            if near:
                cells.refuse("body_unknown", key, part=name, nearest=near[0])
    cells.values[key] = names


def _read_day(cells: Cells, key: str) -> None:
    text = _clean(cells.text(key))
    found = read_date(text) if text else None
    if isinstance(found, str):
        cells.refuse(found, key)
        found = None
    cells.values[key] = found


def _read_goal(cells: Cells, key: str) -> None:
    text = _clean(cells.text(key))
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    number = read_number(text) if text else None
    is_right = number is not None and number > 0 and number == number.quantize(Decimal("0.01"))
    if text and not is_right:
        cells.refuse("number_unreadable", key)
    cells.values[key] = number if is_right else None


READERS = {
    "measure": _read_measure,
    "title": _read_text,
    "kind": _read_kind,
    "lead": _read_names,
    "support": _read_names,
    "starts_on": _read_day,
    "due_on": _read_day,
    "due_text": _read_text,
    "deliverable": _read_text,
    "target": _read_text,
    "goal": _read_goal,
    "goal_unit": _read_text,
}


def read_targets(cells: Cells) -> tuple[str, list[Target]]:
    """Return the indicator that a row names, by its code or name, and what it is to reach by period."""
    text = _clean(cells.text("indicator"))
    definition = _indicator(text, cells.known.indicators) if text else None
    if text and definition is None:
        names = [
            name for each in cells.known.indicators.values() for name in (each.code, *each.name.values())
        ]
        cells.refuse("indicator_unknown", "indicator", nearest=nearest(text, names))
    sent = (cells.sent.get("targets") or "").replace("\uff1b", ";")
    found = [
        target
        for part in (_clean(each) for each in _BETWEEN.split(sent))
        if part and (target := _read_target(cells, part, definition)) is not None
    ]
    return definition.code if definition else "", found


def _indicator(text: str, known: Mapping[str, Definition]) -> Definition | None:
    folded = fold(text)
    named = (each for each in known.values() if folded in {fold(name) for name in each.name.values()})
    return known.get(text) or next(named, None)


def _read_target(cells: Cells, part: str, definition: Definition | None) -> Target | None:
    match = _TARGET.fullmatch(part)
    if match is None:
        cells.refuse("targets_unreadable", "targets", part=part[:60])
        return None
    period = _period(match[1], definition)
    if isinstance(period, str):
        cells.refuse("target_period_unknown", "targets", part=match[1][:30], nearest=period)
        return None
    return Target(str(period), Decimal(match[2]), Decimal(match[3]) if match[3] else None)


def _period(text: str, definition: Definition | None) -> Period | str:
    """Return a period that the indicator has figures for, or how the nearest one is written."""
    kinds = definition.periods if definition else tuple(PeriodKind)
    try:
        period = Period.parse(text)
    except PeriodError:
        return _nearest_period(text, kinds)
    return period if period.kind in kinds else str(Period.containing(period.last_day, kinds[0]))


def _nearest_period(text: str, kinds: Sequence[PeriodKind]) -> str:
    numbers = [int(each) for each in re.findall(r"\d+", text)]
    year = next((each for each in numbers if 1900 <= each <= 2100), date.today().year)  # noqa: DTZ011
    rest = next((each for each in numbers if each != year), 1)
    # A number up to 4 is rather a quarter, where the indicator has quarters.
    is_quarter = PeriodKind.QUARTER in kinds and (rest <= 4 or "Q" in text.upper())
    kind = PeriodKind.QUARTER if is_quarter else kinds[-1]
    if len(numbers) < 2 and PeriodKind.YEAR in kinds:
        kind = PeriodKind.YEAR
    return str(Period(kind, year, min(max(rest, 1), 12 // kind.months)))


def nearest(text: str, names: Any) -> str:
    """Return the likest name, or the first where none is like it."""
    listed = list(dict.fromkeys(names))
    near = get_close_matches(text, listed, 1, 0.0)
    return near[0] if near else ""


def reasons(refusal: ValidationError) -> str:
    return " ".join(refusal.messages)
