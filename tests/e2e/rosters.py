"""Reading and breaking the workbook of an enterprise, as a clerk does in a spreadsheet."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook


def columns_of(path: Path) -> dict[str, int]:
    sheet = load_workbook(path).active
    return {cell.value: cell.column for cell in sheet[1] if cell.value}


def write_cells(source: Path, target: Path, cells: dict[tuple[int, str], object]) -> None:
    """Write some cells, named by row and header, and save under another name."""
    workbook = load_workbook(source)
    sheet = workbook.active
    columns = columns_of(source)
    for (row, header), value in cells.items():
        sheet.cell(row=row, column=columns[header]).value = value
    workbook.save(target)


def read_cell(path: Path, row: int, header: str) -> object:
    sheet = load_workbook(path).active
    return sheet.cell(row=row, column=columns_of(path)[header]).value


def count_rows(path: Path) -> int:
    sheet = load_workbook(path).active
    return sum(1 for row in sheet.iter_rows(min_row=2, max_col=1, values_only=True) if row[0])
