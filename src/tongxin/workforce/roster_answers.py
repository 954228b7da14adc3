"""What an import did, as the command line and the result page tell it."""

from __future__ import annotations

from typing import Any

from tongxin.workforce.models import RosterImport
from tongxin.workforce.roster_actions import COUNTS
from tongxin.workforce.roster_findings import Message, in_words, read_findings, refusal_in_words


def roster_answer(roster: RosterImport) -> dict[str, Any]:
    """Return the counts of an import and its findings; a refused file has one error without a row."""
    if roster.refusal:
        return refused_answer(roster.refusal["code"], refusal_in_words(roster))
    messages = list(in_words(read_findings(roster)))
    return {
        **_counts(roster),
        "errors": [_as_json(each) for each in messages if each.is_error],
        "warnings": [_as_json(each) for each in messages if not each.is_error],
    }


def refused_answer(code: str, message: str) -> dict[str, Any]:
    """Return the answer where nothing was read: the same keys, one error without row and column."""
    error = {"row": None, "column": None, "code": code, "message": message}
    return {**dict.fromkeys(COUNTS, 0), "errors": [error], "warnings": []}


def _counts(roster: RosterImport) -> dict[str, int]:
    return {name: getattr(roster, f"n_{name}") for name in COUNTS}


def _as_json(message: Message) -> dict[str, Any]:
    return {"row": message.row, "column": message.column, "code": message.code, "message": message.message}
