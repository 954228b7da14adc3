"""What template and verdicts share: one sheet with the layout's header, notes, formats and drop-downs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from tongxin.codes.lists import get_list
from tongxin.codes.occupations import load_occupations
from tongxin.workbooks.layouts import Column, Layout

FORMATTED_ROWS = 20_000
"""So many rows below the header get drop-downs."""
MAX_TEXT = 32_767
_MAX_INLINE = 255
"""A longer list of choices must stand in cells."""
_STRIPPED = "strings_to_formulas", "strings_to_numbers", "strings_to_urls"
_HEADER: Mapping[str, Any] = {"bold": True, "border": 1, "valign": "vcenter", "text_wrap": True}
_REQUIRED = {**_HEADER, "bg_color": "#B3261E", "font_color": "#FFFFFF"}
_OPTIONAL = {**_HEADER, "bg_color": "#E8EAED", "font_color": "#202124"}
_NUMBER_FORMATS = {"date": "yyyy-mm-dd", "money": "0.00", "number": "General"}
_TEXT_FORMAT = "@"


@dataclass(frozen=True)
class Choices:
    """The long lists on the hidden sheet: the reference of each by column key."""

    references: Mapping[str, str]


def open_workbook(path: Path, *, in_rows: bool = False) -> xlsxwriter.Workbook:
    """Open a workbook for writing in which text stays text: nothing sent can become a formula or a link.

    With `in_rows` each row is put on disk when the next begins, so that memory does not grow.
    """
    options = {**dict.fromkeys(_STRIPPED, False), "constant_memory": in_rows}
    return xlsxwriter.Workbook(str(path), options)


def column_formats(workbook: xlsxwriter.Workbook, layout: Layout, *, as_text: bool = False) -> list[Format]:
    """Return the format of each column: text for what a spreadsheet would turn into a number."""
    return [
        workbook.add_format(
            {"num_format": _TEXT_FORMAT if as_text else _NUMBER_FORMATS.get(column.kind, _TEXT_FORMAT)}
        )
        for column in layout.columns
    ]


def write_header(
    workbook: xlsxwriter.Workbook, sheet: Worksheet, layout: Layout, formats: list[Format]
) -> None:
    """Write header cells with their notes, set widths and formats, and keep the header in view."""
    required, optional = workbook.add_format(_REQUIRED), workbook.add_format(_OPTIONAL)
    sheet.set_row(0, 30)
    for i, column in enumerate(layout.columns):
        sheet.set_column(i, i, column.width, formats[i])
        sheet.write_string(0, i, column.header, required if column.required else optional)
        sheet.write_comment(0, i, describe_column(layout, column), {"x_scale": 1.6})
    sheet.freeze_panes(1, 1)


def describe_column(layout: Layout, column: Column) -> str:
    """Return the note of a column: whether it is required, what goes in, remarks."""
    words = layout.instructions
    parts = (words["yes"] if column.required else words["no"], layout.kinds.get(column.kind, ""), column.note)
    return "\n".join(part for part in parts if part)


def write_choices(workbook: xlsxwriter.Workbook, layout: Layout) -> Choices:
    """Put the lists that are too long for a drop-down of their own on a hidden sheet."""
    long = {
        column.key: choices
        for column in layout.columns
        if (choices := list_choices(column)) and len(",".join(choices)) > _MAX_INLINE
    }
    if not long:
        return Choices({})
    sheet = workbook.add_worksheet(layout.lists_sheet)
    sheet.hide()
    depth = max(map(len, long.values()))
    # Row by row: in a workbook that writes rows to disk, earlier rows are closed.
    for row in range(depth):
        for column, choices in enumerate(long.values()):
            if row < len(choices):
                sheet.write_string(row, column, choices[row])
    return Choices(
        {
            key: f"='{layout.lists_sheet}'!${xl_col_to_name(i)}$1:${xl_col_to_name(i)}${len(choices)}"
            for i, (key, choices) in enumerate(long.items())
        }
    )


def list_choices(column: Column) -> list[str]:
    """Return what the drop-down of a column offers."""
    if column.kind == "occupation":
        return [f"{o.code} {o.name_zh}" for o in load_occupations().values() if o.level == 4]
    return [entry.zh for entry in get_list(column.code_list).entries] if column.code_list else []


def add_drop_downs(sheet: Worksheet, layout: Layout, choices: Choices) -> None:
    """Offer the code lists; another entry is questioned, not forbidden, since short forms are read too."""
    for i, column in enumerate(layout.columns):
        if offered := list_choices(column):
            source = choices.references.get(column.key, offered)
            sheet.data_validation(
                1, i, FORMATTED_ROWS, i, {"validate": "list", "source": source, "error_type": "warning"}
            )
