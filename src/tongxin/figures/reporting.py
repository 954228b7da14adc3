"""Taking in a table of reported figures: one row a unit and period, one column a data item."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import User
from tongxin.audit import log
from tongxin.codes.lists import fold
from tongxin.codes.periods import Period, PeriodError
from tongxin.figures.items import reported_headers
from tongxin.figures.models import DataItem, ReportedValue
from tongxin.files.refusals import say_refused
from tongxin.organisations.access import Action, Principal, organisations_visible_to
from tongxin.organisations.models import Programme
from tongxin.workbooks.readers import Sheet, read_sheet
from tongxin.workbooks.refusals import WorkbookRefused

CHUNK = 5_000
MOST = 10**12
"""So much of an item a unit may report, in the item's own unit: no unit has more of anything."""
STORED = 2**63
DIGITS = 15
"""So many digits of a number a spreadsheet keeps: it may write 0.1 as 0.1000000000000000055, and what comes
after them is not the unit's."""
# Programs write 12000000 as 1.2E7; with a plus sign a spreadsheet has cut it to what its cell could show.
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE]-?\d{1,3})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
FIRST_YEAR = 1949
Place = tuple[int, int, str]


@dataclass
class ReportedAnswer:
    """What a table did: counts of rows, and what was wrong or odd in it."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    is_refused: bool = False

    def as_json(self) -> dict[str, Any]:
        names = ("rows", "added", "changed", "unchanged", "rejected", "errors", "warnings")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class _Row:
    number: int
    organisation_id: int
    period: str
    values: Mapping[int, int]


def import_reported(path: Path, *, actor: Principal) -> ReportedAnswer:
    """Store the values of a table; a value that differs from the one in force supersedes it and keeps it."""
    answer = ReportedAnswer()
    try:
        sheet = read_sheet(path)
        if sheet.frame.is_empty():
            raise WorkbookRefused("no_rows")
        columns = _find_columns(sheet, answer)
    except WorkbookRefused as refused:
        return _refuse(answer, refused.code, say_refused(refused))
    if columns is None:
        return answer
    units = dict(organisations_visible_to(actor, Action.CHANGE_PEOPLE).values_list("code", "pk"))
    if not units:
        raise PermissionDenied(_("You report for no unit."))
    rows = list(_read_rows(sheet, columns, units, answer))
    answer.rows = sheet.frame.height
    rows = _without_doubles(rows, columns, answer)
    answer.rejected = answer.rows - len(rows)
    _store(rows, answer, actor)
    return answer


@dataclass(frozen=True)
class _Columns:
    unit: str
    period: str
    items: Mapping[str, DataItem]
    last_day: date
    """Nobody reports a period that begins after it."""


def _find_columns(sheet: Sheet, answer: ReportedAnswer) -> _Columns | None:
    headers = [name for name in sheet.frame.columns if name != "row"]
    headings = reported_headers()
    unit, period = _first(headers, headings["unit"]), _first(headers, headings["period"])
    known = {fold(name): item for item in DataItem.objects.all() for name in _names(item)}
    items = {header: known[fold(header)] for header in headers if fold(header) in known}
    _refuse_doubles(items, [each for each in headers if _first([each], headings["period"])])
    if unit is None or period is None or not items:
        message = _(
            "The table needs a column with the unit's code, one with the period, and at least one data item. "
            "Its headers: %(headers)s. Data items: %(items)s."
        )
        offered = ", ".join(item.code for item in DataItem.objects.all())
        _refuse(answer, "columns_missing", message % {"headers": ", ".join(headers), "items": offered})
        return None
    for header in headers:
        if header not in {unit, period, *items}:
            _note(
                answer.warnings,
                None,
                header,
                "column_unknown",
                _("This column is no data item and was not read."),
            )
    until = Programme.objects.values_list("facts_until", flat=True).get(pk=1)
    return _Columns(unit, period, items, max(timezone.localdate(), until or date.min))


def _refuse_doubles(items: Mapping[str, DataItem], periods: Sequence[str]) -> None:
    """Refuse a table in which it is open which of two columns is meant."""
    groups: dict[str, list[str]] = {str(_("period")): list(periods)}
    for header, item in items.items():
        groups.setdefault(item.code, []).append(header)
    for name, headers in groups.items():
        if len(headers) > 1:
            raise WorkbookRefused("column_twice", {"column": name, "headers": headers})


def _names(item: DataItem) -> list[str]:
    return [item.code, item.name_zh, item.name_en, *item.headers]


def _first(headers: Sequence[str], names: Sequence[str]) -> str | None:
    """Return the header that is looked for first."""
    found = {fold(header): header for header in headers}
    return next((found[fold(name)] for name in names if fold(name) in found), None)


def _read_rows(
    sheet: Sheet, columns: _Columns, units: Mapping[str, int], answer: ReportedAnswer
) -> Iterator[_Row]:
    for sent in sheet.frame.iter_rows(named=True):
        problems: list[dict[str, Any]] = []
        number = sent["row"]
        if number in sheet.overlong_rows:
            message = _(
                "This row has text in a column without a header. "
                "If a number has commas, put it in quotation marks."
            )
            _note(problems, number, None, "cell_without_header", message)
        code = _code(sent[columns.unit])
        unit = units.get(code)
        if unit is None:
            message = (
                _("There is no unit %(found)s for which you report.") if code else _("The unit is missing.")
            )
            _note(problems, number, columns.unit, "unit_unknown", message % {"found": code})
        period = _period(sent[columns.period], number, columns, problems)
        values = {}
        for header, item in columns.items.items():
            value = _value(sent[header], item, number, header, problems)
            if value is not None:
                values[item.pk] = value
        if not values and not problems:
            _note(answer.warnings, number, None, "row_without_values", _("This row has no value."))
        answer.errors.extend(problems)
        if not problems and unit is not None and period is not None:
            yield _Row(number, unit, period, values)


def _code(text: str | None) -> str:
    """Return a code as it is written; a spreadsheet may have made a number with a point of it."""
    return (text or "").strip().removesuffix(".0")


def _period(text: str | None, number: int, columns: _Columns, problems: list[dict[str, Any]]) -> str | None:
    try:
        period = Period.parse(_code(text))
    except PeriodError:
        message = _("“%(found)s” is no period. Write 2026, 2026Q3 or 2026-09.")
        _note(problems, number, columns.period, "period_unreadable", message % {"found": text or ""})
        return None
    if period.year < FIRST_YEAR or period.first_day > columns.last_day:
        message = _("The period %(found)s has not begun, or lies before %(first)d.")
        params = {"found": period, "first": FIRST_YEAR}
        _note(problems, number, columns.period, "period_outside", message % params)
        return None
    return str(period)


def _value(
    text: str | None, item: DataItem, number: int, header: str, problems: list[dict[str, Any]]
) -> int | None:
    """Return a value in the item's scale; None for a blank cell, which says nothing."""
    if text is None or not text.strip():
        return None
    written = _number(text)
    if written is None:
        _unreadable(text, item, number, header, problems)
        return None
    if written < 0:
        message = _("“%(found)s” is negative; what is reported is counted or spent, 0 or more.")
        _note(problems, number, header, "value_negative", message % {"found": text})
        return None
    if written > MOST or written.scaleb(item.decimals) >= STORED:
        most = min(MOST, STORED // 10**item.decimals)
        message = _("“%(found)s” is too large; at most %(most)s is taken. Check the unit: %(unit)s.")
        params = {"found": text, "most": f"{most:,}", "unit": item.unit}
        _note(problems, number, header, "value_too_large", message % params)
        return None
    kept = Context(prec=DIGITS).create_decimal(written).scaleb(item.decimals)
    if kept != round(kept):
        _unreadable(text, item, number, header, problems)
        return None
    return round(written.scaleb(item.decimals))


def _number(text: str) -> Decimal | None:
    """Return a number as it is written; commas stand between groups of three digits or nowhere."""
    found = text.strip()
    if _GROUPED.fullmatch(found):
        found = found.replace(",", "")
    return Decimal(found) if _PLAIN.fullmatch(found) else None


def _unreadable(text: str, item: DataItem, number: int, header: str, problems: list[dict[str, Any]]) -> None:
    message = _("“%(found)s” is not a number with at most %(decimals)d decimals.")
    _note(problems, number, header, "value_unreadable", message % {"found": text, "decimals": item.decimals})


def _without_doubles(rows: list[_Row], columns: _Columns, answer: ReportedAnswer) -> list[_Row]:
    """Leave out every row of a unit and period that stand in the file more than once."""
    places: dict[tuple[int, str], list[int]] = {}
    for row in rows:
        places.setdefault((row.organisation_id, row.period), []).append(row.number)
    for numbers in places.values():
        if len(numbers) > 1:
            message = _("The same unit and period stand in rows %(rows)s.")
            for number in numbers:
                text = message % {"rows": ", ".join(map(str, numbers))}
                _note(answer.errors, number, columns.unit, "row_twice", text)
    return [row for row in rows if len(places[row.organisation_id, row.period]) == 1]


@transaction.atomic
def _store(rows: list[_Row], answer: ReportedAnswer, actor: Principal) -> None:
    in_force = _values_in_force(rows)
    superseded: list[int] = []
    fresh: list[ReportedValue] = []
    for row in rows:
        known = {item: in_force.get((row.organisation_id, item, row.period)) for item in row.values}
        new = {item for item, found in known.items() if found is None}
        differing = {
            item for item, found in known.items() if found is not None and found[1] != row.values[item]
        }
        superseded.extend(
            found[0] for item, found in known.items() if found is not None and item in differing
        )
        fresh.extend(
            ReportedValue(
                organisation_id=row.organisation_id,
                item_id=item,
                period=row.period,
                value=row.values[item],
                reported_by=actor if isinstance(actor, User) else None,
            )
            for item in new | differing
        )
        outcome = (
            "changed" if differing or (new and len(new) < len(known)) else "added" if new else "unchanged"
        )
        setattr(answer, outcome, getattr(answer, outcome) + 1)
    now = timezone.now()
    for start in range(0, len(superseded), CHUNK):
        ReportedValue.objects.filter(pk__in=superseded[start : start + CHUNK]).update(superseded_at=now)
    ReportedValue.objects.bulk_create(fresh, batch_size=CHUNK)
    programme = Programme.objects.get(pk=1)
    counts = {name: getattr(answer, name) for name in ("rows", "added", "changed", "unchanged", "rejected")}
    log.record(
        actor=actor, action="reported.imported", target=programme, organisation_id=programme.root_id, **counts
    )


def _values_in_force(rows: list[_Row]) -> dict[Place, tuple[int, int]]:
    found: dict[Place, tuple[int, int]] = {}
    units = sorted({row.organisation_id for row in rows})
    periods = {row.period for row in rows}
    for start in range(0, len(units), CHUNK):
        values = ReportedValue.objects.filter(
            organisation_id__in=units[start : start + CHUNK], period__in=periods, superseded_at=None
        ).values_list("pk", "organisation_id", "item_id", "period", "value")
        found.update({(unit, item, period): (pk, value) for pk, unit, item, period, value in values})
    return found


def _note(notes: list[dict[str, Any]], row: int | None, column: str | None, code: str, message: str) -> None:
    notes.append({"row": row, "column": column, "code": code, "message": message})


def _refuse(answer: ReportedAnswer, code: str, message: str) -> ReportedAnswer:
    answer.is_refused = True
    _note(answer.errors, None, None, code, message)
    return answer
