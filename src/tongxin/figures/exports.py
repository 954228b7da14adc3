"""Figures as files: the answer to a question with what it takes to trace and repeat it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import xlsxwriter
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _

from tongxin.audit import log
from tongxin.figures.lenses import Lens
from tongxin.figures.queries import Release
from tongxin.figures.selection import COLUMNS, Answer
from tongxin.figures.words import indicator_name
from tongxin.organisations.access import Principal
from tongxin.organisations.answers import send_csv
from tongxin.organisations.models import Organisation

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES = (
    "indicator_name",
    "organisation_name",
    "unit",
    "lens",
    "tree",
    "cut",
    "cut_on",
    "code_version",
    "notice",
)


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


def notice_of(release: Release) -> str:
    """Return what every file of made-up data says of itself."""
    if not release.is_synthetic:
        return ""
    return _("Synthetic data, for demonstration only: no person, enterprise or figure here is real.")


def about(release: Release, tree: str, lens: Lens) -> dict[str, Any]:
    """Return what all figures of a file share."""
    return {
        "release": release.id,
        "built_at": release.built_at.isoformat(timespec="seconds"),
        "cut": release.cut_id,
        "cut_on": release.cut_on.isoformat(),
        "code_version": release.code_version,
        "lens": lens.value,
        "tree": tree,
        "is_synthetic": release.is_synthetic,
        "notice": notice_of(release),
    }


def row_of(answer: Answer, shared: dict[str, Any]) -> dict[str, Any]:
    return {
        **answer.as_row(),
        "indicator_name": indicator_name(answer.definition),
        "organisation_name": answer.organisation.name,
        "unit": answer.definition.unit.code,
        **{name: shared[name] for name in ("lens", "tree", "cut", "cut_on", "code_version", "notice")},
    }


def send_figures(
    release: Release,
    answers: Sequence[Answer],
    form: Format,
    *,
    at: Organisation,
    tree: str,
    lens: Lens,
    user: Principal,
) -> HttpResponseBase:
    """Send figures as a file, and record that they left."""
    log.record(
        actor=user,
        action="figures.exported",
        target=at,
        organisation_id=at.pk,
        release=release.id,
        rows=len(answers),
        format=form.value,
    )
    shared = about(release, tree, lens)
    rows = [row_of(answer, shared) for answer in answers]
    name = f"figures-{at.code}-{release.id}"
    if form is Format.JSON:
        response: HttpResponseBase = JsonResponse(
            {
                **shared,
                "figures": [{column: row[column] for column in (*COLUMNS, *NAMES[:3])} for row in rows],
            },
            json_dumps_params={"ensure_ascii": False, "indent": 1},
        )
    elif form is Format.CSV:
        header = (*COLUMNS, *NAMES)
        return send_csv(name, header, ([row[column] for column in header] for row in rows))
    else:
        response = HttpResponse(_workbook(rows, shared), content_type=XLSX_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def _workbook(rows: Sequence[dict[str, Any]], shared: dict[str, Any]) -> bytes:
    """Write the figures on one sheet, what they share on another; no cell becomes a formula or a link."""
    body = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    header = (*COLUMNS, *NAMES[:3])
    with xlsxwriter.Workbook(body, options) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet(_("Figures"))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(header) - 1, 16)
        sheet.write_row(0, 0, header, bold)
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, [row[column] for column in header])
        notes = book.add_worksheet(_("About"))
        notes.set_column(0, 0, 16)
        notes.set_column(1, 1, 60)
        for number, (key, value) in enumerate(shared.items()):
            notes.write(number, 0, key, bold)
            notes.write(number, 1, value)
    return body.getvalue()
