"""Verdicts: the rejected rows as sent, with what is wrong on each cell, ready to correct and send."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import polars as pl
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tongxin.containers.marking import gettext_noop as _
from tongxin.workbooks import sheet_writer
from tongxin.workbooks.findings import ERROR, FINDINGS, WARNING, fill_message
from tongxin.workbooks.layouts import Layout
from tongxin.workbooks.readers import ROW, Sheet

VERDICT_WIDTH = 60
MAX_COMMENT = 2_000
LABELS: Mapping[str, str] = {ERROR: _("Error: %(text)s"), WARNING: _("Warning: %(text)s")}
"""What stands before each finding: colours alone say nothing to who cannot see them, or to a printer."""

_ERROR_FILL = "#F9C9C4"
_WARNING_FILL = "#FCE8B2"


def english_texts() -> dict[str, str]:
    """Return the English text of each kind of finding, message and remedy.

    >>> english_texts()["required"]
    'This cell must be filled in. Fill it in.'
    """
    return {code: f"{finding.message} {finding.remedy}" for code, finding in FINDINGS.items()}


def write_verdicts(
    path: Path | str,
    layout: Layout,
    sheet: Sheet,
    findings: pl.DataFrame,
    *,
    texts: Mapping[str, str] | None = None,
    labels: Mapping[str, str] = LABELS,
) -> int:
    """Write the rejected rows: the template's header, cells as sent, comments, a verdict column.

    Parameters
    ----------
    path : Path or str
        The .xlsx file to write.
    layout : Layout
        The columns, in the template's order.
    sheet : Sheet
        What was read.
    findings : polars.DataFrame
        The findings of its check; rows with an error are written, with their warnings too.
    texts : mapping of str to str, optional
        The translated text of each kind of finding with the places of its message; English by default.
    labels : mapping of str to str, optional
        The translated words before the text, by severity; English by default.

    Returns
    -------
    int
        How many rows were written.
    """
    rejected = findings.filter(pl.col("severity") == ERROR).select(ROW).unique()
    rows = sheet.frame.join(rejected, on=ROW, how="semi", maintain_order="left")
    found = findings.join(rejected, on=ROW, how="semi")
    verdicts = _gather_verdicts(found, texts or english_texts(), labels)
    with sheet_writer.open_workbook(Path(path), in_rows=True) as workbook:
        output = workbook.add_worksheet(layout.sheet)
        formats = sheet_writer.column_formats(workbook, layout, as_text=True)
        sheet_writer.write_header(workbook, output, layout, formats)
        last = len(layout.columns)
        output.set_column(last, last, VERDICT_WIDTH)
        output.write_string(0, last, layout.verdict, workbook.add_format({"bold": True, "border": 1}))
        fills = {
            severity: workbook.add_format({"num_format": "@", "bg_color": colour})
            for severity, colour in ((True, _ERROR_FILL), (False, _WARNING_FILL))
        }
        for number, sent in enumerate(rows.select(ROW, *layout.keys).iter_rows(), start=1):
            _write_row(output, number, sent[1:], layout, verdicts[sent[0]], fills)
        sheet_writer.add_drop_downs(output, layout, sheet_writer.write_choices(workbook, layout))
    return rows.height


class Verdict(NamedTuple):
    """What is said of one finding: at its cell, and in the column of verdicts, which names the cell."""

    key: str | None
    is_error: bool
    comment: str
    summary: str


def _gather_verdicts(
    findings: pl.DataFrame, texts: Mapping[str, str], labels: Mapping[str, str]
) -> dict[int, list[Verdict]]:
    verdicts: dict[int, list[Verdict]] = {}
    columns = (ROW, "key", "column", "code", "severity", "found", "params")
    for row, key, column, code, severity, found, params in findings.select(columns).iter_rows():
        text = fill_message(texts[code], found, params)
        comment = labels[severity] % {"text": text}
        summary = labels[severity] % {"text": f"{column}: {text}" if column else text}
        verdicts.setdefault(row, []).append(Verdict(key, severity == ERROR, comment, summary))
    return verdicts


def _write_row(
    output: Worksheet,
    number: int,
    sent: tuple[str | None, ...],
    layout: Layout,
    verdicts: list[Verdict],
    fills: Mapping[bool, Format],
) -> None:
    by_key: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_key.setdefault(verdict.key or "", []).append(verdict)
    for i, (key, text) in enumerate(zip(layout.keys, sent, strict=True)):
        found = by_key.get(key)
        fill = fills[any(each.is_error for each in found)] if found else None
        if text is not None:
            # Always a string: a cell sent as “=1+1” must come back as these four characters.
            output.write_string(number, i, text[: sheet_writer.MAX_TEXT], fill)
        elif fill:
            output.write_blank(number, i, None, fill)
        if found:
            output.write_comment(number, i, "\n".join(each.comment for each in found)[:MAX_COMMENT])
    summary = "\n".join(each.summary for each in verdicts)
    output.write_string(number, len(sent), summary[: sheet_writer.MAX_TEXT])
