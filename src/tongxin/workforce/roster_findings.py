"""The findings of an import: stored sealed, read back as messages in the reader's language."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db.models import QuerySet
from django.utils.translation import gettext

from tongxin.files.refusals import join_sentences, say_refusal
from tongxin.files.vault import decrypt, encrypt
from tongxin.workbooks.findings import ERROR, FINDINGS, SCHEMA, WARNING, fill_message
from tongxin.workbooks.refusals import REFUSALS
from tongxin.workbooks.verdicts import LABELS
from tongxin.workforce.models import RosterFinding, RosterImport

CONTEXT = "roster.finding"
REFUSAL_CONTEXT = "roster.refusal"


@dataclass(frozen=True)
class Message:
    """A finding in words: where, what was found, what to do."""

    row: int | None
    column: str | None
    code: str
    is_error: bool
    message: str


def seal_findings(findings: pl.DataFrame) -> pl.DataFrame:
    """Return the findings as they are stored: what was found in a cell is personal, so it is encrypted."""
    values = findings.select("found", "params").iter_rows()
    sealed = [encrypt(json.dumps(pair, ensure_ascii=False).encode(), context=CONTEXT) for pair in values]
    return findings.select(
        pl.col("row").fill_null(0).cast(pl.Int64),
        pl.col("column", "key").fill_null(""),
        "code",
        is_error=(pl.col("severity") == ERROR).cast(pl.Int64),
        values_sealed=pl.Series(sealed, dtype=pl.Binary),
    )


def read_findings(roster: RosterImport) -> pl.DataFrame:
    """Return the stored findings as the workbooks package makes them."""
    return open_findings(RosterFinding.objects.filter(roster_import=roster))


def open_findings(rows: QuerySet[RosterFinding]) -> pl.DataFrame:
    return pl.DataFrame([_opened(each) for each in rows.iterator()], schema=SCHEMA)


def _opened(finding: RosterFinding) -> dict[str, Any]:
    found, params = json.loads(decrypt(bytes(finding.values_sealed), context=CONTEXT))
    return {
        "row": finding.row or None,
        "key": finding.key or None,
        "column": finding.column or None,
        "code": finding.code,
        "severity": ERROR if finding.is_error else WARNING,
        "found": found,
        "params": params,
    }


def in_words(findings: pl.DataFrame) -> Iterator[Message]:
    """Return each finding as a sentence of what is wrong and one of what to do."""
    known = texts()
    for each in findings.iter_rows(named=True):
        message = fill_message(known[each["code"]], each["found"], each["params"])
        yield Message(each["row"], each["column"], each["code"], each["severity"] == ERROR, message)


def texts() -> dict[str, str]:
    """Return the text of each kind of finding in the present language: what is wrong, and what to do."""
    return {
        code: join_sentences(gettext(each.message), gettext(each.remedy)) for code, each in FINDINGS.items()
    }


def labels() -> dict[str, str]:
    """Return the words that stand before a finding in the present language, by severity."""
    return {severity: gettext(label) for severity, label in LABELS.items()}


def seal_refusal(code: str, params: Mapping[str, Any]) -> dict[str, str]:
    """Return a refusal as it is stored: a file without a header shows a person's row in its place."""
    sealed = encrypt(
        json.dumps(dict(params), ensure_ascii=False, default=str).encode(), context=REFUSAL_CONTEXT
    )
    return {"code": code, "params_sealed": base64.b64encode(sealed).decode()}


def refusal_params(roster: RosterImport) -> dict[str, Any]:
    """Return what a refusal names: for missing columns the headers that were found."""
    sealed = base64.b64decode(roster.refusal["params_sealed"])
    params: dict[str, Any] = json.loads(decrypt(sealed, context=REFUSAL_CONTEXT))
    return params


def refusal_in_words(roster: RosterImport) -> str:
    """Return why a file was refused as a whole, and what to do."""
    return say_refusal(REFUSALS[roster.refusal["code"]], refusal_params(roster))
