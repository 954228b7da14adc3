"""Files as tests need them: cells at given places, in every container that people send."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import xlwt
import yaml
from openpyxl.worksheet.worksheet import Worksheet
from tests.workbooks import rosters

from tongxin.workbooks.checks import RosterCheck, check_roster
from tongxin.workbooks.readers import Sheet, read_sheet

CASES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))
Row = dict[str, Any]


def good_rows(n: int = 3) -> list[Row]:
    return [dict(row) for row in rosters.make_rows(n)]


def table_of(rows: Sequence[Row], keys: Sequence[str] = rosters.LAYOUT.keys) -> list[list[Any]]:
    """Return header and rows as lists."""
    return [
        [rosters.LAYOUT.header(key) for key in keys],
        *[[row.get(key) or None for key in keys] for row in rows],
    ]


def save_xlsx(
    path: Path, table: Sequence[Sequence[Any]], change: Callable[[Worksheet], object] | None = None
) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    for cells in table:
        sheet.append(list(cells))
    if change is not None:
        change(sheet)
    workbook.save(path)
    return path


def save_xls(path: Path, table: Sequence[Sequence[Any]]) -> Path:
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("roster")
    plain, day = xlwt.XFStyle(), xlwt.XFStyle()
    day.num_format_str = "yyyy-mm-dd"
    for i, cells in enumerate(table):
        for j, value in enumerate(cells):
            if value is not None:
                sheet.write(i, j, value, day if isinstance(value, date) else plain)
    workbook.save(str(path))
    return path


def read(path: Path, **options: Any) -> Sheet:
    return read_sheet(path, rosters.LAYOUT, **options)


def check(path: Path, **options: Any) -> RosterCheck:
    options = {"credit_code": rosters.CREDIT_CODE, "today": rosters.TODAY, **options}
    return check_roster(read(path), **options)


def check_rows(folder: Path, rows: Sequence[Row], **options: Any) -> RosterCheck:
    """Check rows that were written as text cells; the first stands in row 2."""
    return check(rosters.write_rows(folder / "rows.xlsx", rows), **options)


def codes_of(found: RosterCheck) -> list[tuple[int | None, str | None, str]]:
    """Return (row, key, code) of each finding."""
    return list(found.findings.select("row", "key", "code").iter_rows())
