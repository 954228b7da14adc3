"""The list of people as a file: what the list shows, no numbers, phones or birthdays."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from enum import StrEnum

import xlsxwriter
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from tongxin.workforce.labels import name_of, name_of_occupation
from tongxin.workforce.models import Worker
from tongxin.workforce.worker_list import Line, lines_of

MOST_ROWS = 20_000
CHUNK = 500
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    """What a list can be written as."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        if self is Format.CSV:
            return "text/csv; charset=utf-8"
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def headers() -> list[str]:
    return [
        _("Record number"),
        _("Name"),
        _("Sex"),
        _("Year of birth"),
        _("Education"),
        _("Unit"),
        _("Unit code"),
        _("First day"),
        _("Last day"),
        _("Post"),
        _("Occupation"),
        _("Form of employment"),
        _("Grade"),
        _("Union member"),
    ]


def rows_of(workers: QuerySet[Worker], within: Q, day: date) -> Iterator[list[str | int]]:
    """Yield a row a person, in the order of registration, reading some hundred people at a time."""
    last = 0
    while chunk := list(workers.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        for line in lines_of(chunk, within, day):
            yield _row(line)
        last = chunk[-1].pk


def _row(line: Line) -> list[str | int]:
    worker, spell, state = line.worker, line.employment, line.state
    return [
        worker.pk,
        worker.name,
        name_of("sex", worker.sex),
        worker.born_on.year if worker.born_on else "",
        name_of("education", worker.education),
        spell.organisation.name,
        spell.organisation.code,
        spell.started_on.isoformat(),
        spell.ended_on.isoformat() if spell.ended_on else "",
        state.post if state else "",
        name_of_occupation(state.occupation) if state else "",
        name_of("employment_form", state.form) if state else "",
        name_of("skill_grade", line.grade.code),
        name_of("yes_no", "yes" if line.is_member else "no"),
    ]


def write_csv(rows: Iterator[list[str | int]]) -> bytes:
    """Write with a byte order mark, by which spreadsheets know UTF-8; no cell begins a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headers())
    for row in rows:
        writer.writerow(
            [f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_SIGNS) else cell for cell in row]
        )
    return text.getvalue().encode("utf-8-sig")


def write_xlsx(rows: Iterator[list[str | int]]) -> bytes:
    body = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(body, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(headers()) - 1, 16)
        sheet.write_row(0, 0, headers(), book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, row)
    return body.getvalue()


WRITERS = {Format.CSV: write_csv, Format.XLSX: write_xlsx}


def send_file(body: bytes, name: str, media_type: str) -> HttpResponse:
    """Answer with a download that no cache on the way keeps."""
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(
        body,
        content_type=media_type,
        headers={"Content-Disposition": disposition, "Cache-Control": "no-store"},
    )
