"""Findings: frames of what was found in the rows of a sheet, and how to say it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from tongxin.workbooks.finding_kinds import ERROR, WARNING, Finding
from tongxin.workbooks.finding_kinds import FINDINGS as ROSTER_FINDINGS
from tongxin.workbooks.task_finding_kinds import TASK_FINDINGS

__all__ = ["ERROR", "FINDINGS", "SCHEMA", "WARNING", "Finding", "fill_message", "no_findings"]

FINDINGS: Mapping[str, Finding] = {**ROSTER_FINDINGS, **TASK_FINDINGS}
"""Every kind of finding of every workbook, by its code."""

SCHEMA = {
    "row": pl.Int64,
    "key": pl.String,
    "column": pl.String,
    "code": pl.String,
    "severity": pl.String,
    "found": pl.String,
    "params": pl.String,
}
"""A frame of findings: row as the spreadsheet shows it (null for the whole file), key and template header
of the column (null for a whole row), code, severity, the cell as sent, further values as a JSON object."""


def no_findings() -> pl.DataFrame:
    """Return a frame of findings without rows."""
    return pl.DataFrame(schema=SCHEMA)


def fill_message(message: str, found: str | None, params: str | None) -> str:
    """Fill a message, translated or not, with the values of one finding.

    >>> fill_message("There is no such day as %(found)s.", "2023-02-30", None)
    'There is no such day as 2023-02-30.'
    """
    values: dict[str, Any] = {"found": found or "", **(json.loads(params) if params else {})}
    return message % {name: "" if value is None else value for name, value in values.items()}
