"""Rosters for the tests: rows by the layout's keys, sent as small text files."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

from tests.workforce.people import identity_number

from tongxin.organisations.models import Organisation
from tongxin.workbooks.layouts import load_layout
from tongxin.workforce.models import RosterFinding, RosterImport, Worker
from tongxin.workforce.roster_actions import apply_roster, receive_roster

LAYOUT = load_layout("roster")
LI = identity_number("33010619900101123")
WANG = identity_number("33010619850615224")
ZHAO = identity_number("33010619780920315")
MAY = date(2026, 5, 1)


def person(number: str = LI, name: str = "李建国", **values: str) -> dict[str, str]:
    """Return a row with what is required; everything else is blank."""
    required = {
        "name": name,
        "document_type": "居民身份证",
        "document_number": number,
        "form": "劳动合同",
        "started_on": "2024-03-01",
    }
    return {**required, **values}


def write_csv(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([LAYOUT.header(key) for key in LAYOUT.keys])
    writer.writerows([row.get(key, "") for key in LAYOUT.keys] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def silent(stage: str, percent: int) -> None:
    """Take the progress of work that nobody watches."""


def receive(unit: Organisation, *rows: dict[str, str], actor: Any = None, **options: Any) -> RosterImport:
    options.setdefault("effective_on", MAY)
    body = options.pop("body", None) or write_csv(list(rows))
    return receive_roster(unit, actor=actor, file_name="roster.csv", body=body, **options)


def send(unit: Organisation, *rows: dict[str, str], **options: Any) -> RosterImport:
    """Send rows and store them, changes holding from 1 May 2026 unless another day is given."""
    return apply_roster(receive(unit, *rows, **options).pk, progress=silent)


def outcome(roster: RosterImport) -> tuple[int, int, int, int]:
    """Return how many rows were added, changed, unchanged and rejected."""
    return roster.n_added, roster.n_changed, roster.n_unchanged, roster.n_rejected


def codes(roster: RosterImport) -> list[tuple[int, str, str]]:
    findings = RosterFinding.objects.filter(roster_import=roster).order_by("row", "pk")
    return [(each.row, each.key, each.code) for each in findings]


def only_worker() -> Worker:
    return Worker.objects.get()
