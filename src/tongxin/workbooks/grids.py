"""Grids: the visible sheets of any readable file as text, row i of the grid being row i + 1 of the sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl

from tongxin.containers.marking import gettext_noop as _
from tongxin.workbooks.biff_records import scan_records
from tongxin.workbooks.containers import MAX_UNPACKED_MEGABYTES, Container, open_sending
from tongxin.workbooks.delimited import read_delimited
from tongxin.workbooks.refusals import WorkbookRefused
from tongxin.workbooks.shared_texts import MAX_TEXT
from tongxin.workbooks.sheet_parts import MAX_CELLS, MAX_ROWS, SheetPart, WorkbookParts
from tongxin.workbooks.stray_cells import scan_without_strays

_ERROR_TEXTS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}
_ERROR_DETAIL = re.compile(r"Error\((\w+)\)")
_NUMBER_DETAIL = re.compile(r"'(?:Float|Int)\(([^)]*)\)'")
EXACT_DIGITS = 15
"""A spreadsheet keeps this many digits of a number."""


@dataclass(frozen=True)
class Grid:
    """One visible sheet: its name, its cells as text in the columns "0", "1", …, and where columns begin."""

    name: str
    cells: pl.DataFrame
    merges: frozenset[tuple[int, int, int, int]] = frozenset()
    """Merged blocks: first row, first column, last row, last column, counted from 0 in `cells`."""
    is_1904: bool = False


def read_grids(path: Path) -> list[Grid]:
    """Read every visible sheet of a file, or refuse the file."""
    sending = open_sending(path)
    if sending.container is Container.TEXT:
        return [Grid(path.stem, read_delimited(sending.content))]
    if sending.container is Container.XLSX:
        return _read_sheets(*scan_without_strays(sending.content))
    return _read_sheets(sending.content, scan_records(sending.content))


def _read_sheets(content: bytes, parts: WorkbookParts) -> list[Grid]:
    grids: list[Grid] = []
    try:
        reader = fastexcel.read_excel(content)
        for number, name in enumerate(reader.sheet_names):
            grid = _read_sheet(reader, name, parts.part(name, number), is_1904=parts.is_1904)
            if grid is not None:
                grids.append(grid)
                _refuse_many(grids)
    except WorkbookRefused:
        raise
    except BaseException as error:
        # The reader is Rust: on a broken file it may panic, and a panic is not an Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        text = str(error).replace("\n", " ")
        if "password" in text.lower() or "encrypt" in text.lower():
            raise WorkbookRefused("encrypted") from None
        raise WorkbookRefused("damaged", {"detail": _("its sheets cannot be read")}) from None
    return grids


def _refuse_many(grids: list[Grid]) -> None:
    if sum(grid.cells.height * grid.cells.width for grid in grids) > MAX_CELLS:
        raise WorkbookRefused("too_many_cells", {"limit": MAX_CELLS})
    if sum(grid.cells.estimated_size() for grid in grids) > 2 * MAX_TEXT:
        raise WorkbookRefused("unpacks_too_large", {"limit": MAX_UNPACKED_MEGABYTES})


def _read_sheet(reader: fastexcel.ExcelReader, name: str, part: SheetPart, *, is_1904: bool) -> Grid | None:
    try:
        sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    except fastexcel.SheetNotFoundError:
        # A chart sheet has a name but no cells.
        return None
    if sheet.visible != "visible" or sheet.width == 0:
        return None
    batch, errors = sheet.to_arrow_with_errors()
    if batch.num_rows > MAX_ROWS:
        raise WorkbookRefused("too_many_rows", {"sheet": name, "limit": MAX_ROWS})
    cells = pl.DataFrame(pl.from_arrow(batch))
    cells.columns = [str(i) for i in range(cells.width)]
    first = sheet.available_columns()[0].absolute_index
    changes = _error_texts(errors.errors if errors else [])
    if not part.is_searched:
        changes |= _find_long_numbers(reader, name, cells, first)
    changes |= _careful_texts(part, first)
    return Grid(name, change_cells(cells, changes), _shift_merges(part, first), is_1904=is_1904)


def _error_texts(errors: list[Any]) -> dict[tuple[int, int], str]:
    texts = {}
    for error in errors:
        found = _ERROR_DETAIL.search(error.detail)
        if found:
            texts[error.position] = _ERROR_TEXTS.get(found.group(1), "#ERROR!")
    return texts


def _careful_texts(part: SheetPart, first: int) -> dict[tuple[int, int], str]:
    shown = {place: show_number(float(text)) for place, text in part.long_numbers.items()}
    return {(row, column - first): text for (row, column), text in {**shown, **part.bare_formulas}.items()}


def _shift_merges(part: SheetPart, first: int) -> frozenset[tuple[int, int, int, int]]:
    return frozenset(
        (top, left - first, bottom, right - first)
        for top, left, bottom, right in part.merges
        if left >= first
    )


def _find_long_numbers(
    reader: fastexcel.ExcelReader, name: str, cells: pl.DataFrame, first: int
) -> dict[tuple[int, int], str]:
    """Find numeric cells with more digits than a number keeps, in a format whose cells cannot be searched."""
    long = [i + first for i in range(cells.width) if cells[str(i)].str.contains(r"^\d{16,}$").any()]
    if not long:
        return {}
    # Asked for dates, the reader complains about every other cell and tells its type.
    typed = reader.load_sheet(name, header_row=None, skip_rows=0, use_columns=long, dtypes="date")
    _, errors = typed.to_arrow_with_errors()
    numbers = {}
    for error in errors.errors if errors else []:
        found = _NUMBER_DETAIL.search(error.detail)
        if found and abs(float(found.group(1))) >= 10**EXACT_DIGITS:
            numbers[error.position] = show_number(float(found.group(1)))
    return numbers


def show_number(number: float) -> str:
    """Return a long number as a spreadsheet shows it.

    >>> show_number(330106199001011234)
    '3.30106E+17'
    """
    mantissa, exponent = f"{number:.5E}".split("E")
    return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"


def change_cells(cells: pl.DataFrame, changes: Mapping[tuple[int, int], str]) -> pl.DataFrame:
    """Return the cells with other text at some (row, column) places."""
    by_column: dict[int, dict[int, str]] = {}
    for (row, column), text in changes.items():
        if 0 <= column < cells.width and row < cells.height:
            by_column.setdefault(column, {})[row] = text
    columns = [cells[str(i)].scatter(list(places), list(places.values())) for i, places in by_column.items()]
    return cells.with_columns(columns) if columns else cells
