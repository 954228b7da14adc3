"""Workbooks of tasks as a clerk changes them in a spreadsheet, and the import that takes them."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
from tests.clients import client_of

from tongxin.plans.models import Plan, TaskImport
from tongxin.plans.task_workbook_actions import apply_tasks, receive_tasks
from tongxin.plans.task_workbooks import LAYOUT
from tongxin.workbooks.layouts import load_layout

HEADERS = {column.key: column.header for column in load_layout(LAYOUT).columns}
Change = Callable[[list[dict[str, Any]]], None]


def taken(plan: Plan, user: Any) -> bytes:
    """Download the workbook of a plan."""
    answer = client_of(user).get(f"/plans/{plan.pk}/workbook/tasks/")
    assert answer.status_code == 200
    return answer.content


def rows_in(body: bytes) -> list[dict[str, Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(body)).worksheets[0]
    rows = sheet.iter_rows(values_only=True)
    header = next(rows)
    keys = {text: key for key, text in HEADERS.items()}
    return [{keys[text]: cell for text, cell in zip(header, row, strict=True)} for row in rows]


def changed(body: bytes, change: Change) -> bytes:
    """Open a workbook, let its rows be changed, and save it as another program does."""
    rows = rows_in(body)
    change(rows)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(HEADERS.values()))
    for row in rows:
        sheet.append([row.get(key) for key in HEADERS])
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sent(plan: Plan, user: Any, body: bytes, *, is_dry_run: bool = False) -> TaskImport:
    """Send a workbook and do what the background worker does."""
    found = receive_tasks(plan, actor=user, file_name="任务.xlsx", body=body, is_dry_run=is_dry_run)
    return apply_tasks(found.pk, progress=lambda _stage, _percent: None)


def counts(found: TaskImport) -> tuple[int, int, int, int]:
    return found.n_added, found.n_changed, found.n_unchanged, found.n_rejected


def codes(found: TaskImport) -> list[str]:
    return [each["code"] for each in found.findings]
