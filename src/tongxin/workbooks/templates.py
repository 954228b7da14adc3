"""The template: the workbook that an enterprise fills in, with its own people already in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tongxin.codes.lists import get_list
from tongxin.workbooks import sheet_writer
from tongxin.workbooks.layouts import Column, Layout

VERSION_PROPERTY = "Template version"
ORGANISATION_PROPERTY = "Organisation code"
NUMERIC = frozenset({"money", "number"})
"""Kinds of which a number is written as one; all else is text."""


def write_template(
    path: Path | str,
    layout: Layout,
    people: pl.DataFrame | Iterable[Mapping[str, Any]] = (),
    *,
    organisation_code: str,
    organisation_name: str,
    title: str = "",
    version: str = "",
) -> None:
    """Write a template.

    Parameters
    ----------
    path : Path or str
        The .xlsx file to write.
    layout : Layout
        Its columns.
    people : polars.DataFrame or iterable of mappings
        One row an employment, by the layout's keys: codes, dates, booleans or texts; a wage as
        `monthly_wage` in yuan or `wage_fen`.
    organisation_code, organisation_name : str
        Whose template it is.
    title, version : str, optional
        The layout's own, when not given.
    """
    with sheet_writer.open_workbook(Path(path)) as workbook:
        version = version or layout.version
        workbook.set_properties({"title": title or layout.title, "subject": organisation_name})
        workbook.set_custom_property(VERSION_PROPERTY, version)
        workbook.set_custom_property(ORGANISATION_PROPERTY, organisation_code)
        sheet = workbook.add_worksheet(layout.sheet)
        formats = sheet_writer.column_formats(workbook, layout)
        sheet_writer.write_header(workbook, sheet, layout, formats)
        rows = people.iter_rows(named=True) if isinstance(people, pl.DataFrame) else people
        for number, person in enumerate(rows, start=1):
            _write_person(sheet, number, layout, person, formats)
        facts = (organisation_name, organisation_code, version)
        _write_instructions(workbook, layout, title or layout.title, facts)
        sheet_writer.add_drop_downs(sheet, layout, sheet_writer.write_choices(workbook, layout))


def _write_person(
    sheet: Worksheet, number: int, layout: Layout, person: Mapping[str, Any], formats: list[Format]
) -> None:
    for i, column in enumerate(layout.columns):
        value = person.get(column.key)
        if column.kind == "money" and value is None and person.get("wage_fen") is not None:
            value = person["wage_fen"] / 100
        if value is None or value == "":
            continue
        if column.kind in NUMERIC and isinstance(value, int | float):
            sheet.write_number(number, i, value, formats[i])
        elif isinstance(value, date):
            sheet.write_datetime(number, i, value, formats[i])
        else:
            sheet.write_string(number, i, _show(column, value)[: sheet_writer.MAX_TEXT], formats[i])


def _show(column: Column, value: Any) -> str:
    """Return the label of a code, and other values as they are."""
    if column.kind != "code" or column.code_list is None:
        return str(value)
    known = get_list(column.code_list)
    code = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    return known.entry(code).zh if code in known else code


def _write_instructions(
    workbook: xlsxwriter.Workbook, layout: Layout, title: str, facts: tuple[str, str, str]
) -> None:
    words = layout.instructions
    sheet = workbook.add_worksheet(words["sheet"])
    heading = workbook.add_format({"bold": True, "font_size": 14})
    bold = workbook.add_format({"bold": True})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    for i, width in enumerate((24, 12, 30, 60)):
        sheet.set_column(i, i, width, wrapped)
    sheet.write_string(0, 0, title, heading)
    labels = (words["organisation"], words["code"], words["version"])
    for row, (name, value) in enumerate(zip(labels, facts, strict=True), start=1):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, value)
    start = 5
    for row, line in enumerate(words["lines"], start=start):
        sheet.merge_range(row, 0, row, 3, f"{row - start + 1}. {line}", wrapped)
    start += len(words["lines"]) + 1
    sheet.write_string(start, 0, words["columns_title"], bold)
    for i, name in enumerate((words["column"], words["required"], words["kind"], words["note"])):
        sheet.write_string(start + 1, i, name, bold)
    for row, column in enumerate(layout.columns, start=start + 2):
        is_required = words["yes"] if column.required else words["no"]
        texts = (column.header, is_required, layout.kinds.get(column.kind, ""), column.note)
        for i, text in enumerate(texts):
            sheet.write_string(row, i, text, wrapped)
