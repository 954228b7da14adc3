"""Synthetic rosters: seeded, with fictional people and correct numbers. Also used by benchmarks."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter
import yaml

from tongxin.codes.credit_codes import complete_credit_code
from tongxin.codes.identity_numbers import identity_check_character
from tongxin.codes.lists import get_list
from tongxin.workbooks.layouts import load_layout

CREDIT_CODE = complete_credit_code("91330109MA27X0000")
TODAY = date(2026, 9, 30)
LAYOUT = load_layout("roster")
HEADERS = tuple(column.header for column in LAYOUT.columns)

_DIVISIONS = ("330106", "330105", "330203", "330302", "330402", "330782", "420103", "511322")
_OCCUPATIONS = ("6-31-07-01", "6-31-07-03", "6-31-01-03", "6-18-01-07")
_WORDS = yaml.safe_load(Path(__file__).with_name("names.yaml").read_text(encoding="utf-8"))
_FORMS = ("contract", "contract", "contract", "dispatch", "labour_service")
_CERTIFIED = ("junior", "intermediate", "senior", "technician", "senior_technician")


def label(code_list: str, code: str) -> str:
    """Return the Chinese name of a code, as the template's drop-down shows it."""
    return get_list(code_list).entry(code).zh


def identity_number(division: str, born_on: date, sequence: int) -> str:
    first = f"{division}{born_on:%Y%m%d}{sequence:03d}"
    return first + identity_check_character(first)


def make_row(number: int, chance: random.Random, credit_code: str = CREDIT_CODE) -> dict[str, str]:
    """Return one valid row by key; `number` makes certificate and phone numbers unique."""
    born_on = date(1968, 1, 1) + timedelta(days=chance.randrange(13_000))
    sequence = chance.randrange(1, 999)
    started_on = max(date(2012, 1, 1), born_on + timedelta(days=18 * 366)) + timedelta(
        days=chance.randrange(700)
    )
    row = {
        "name": chance.choice(_WORDS["surnames"]) + chance.choice(_WORDS["given"]),
        "document_type": label("document_type", "resident_id"),
        "document_number": identity_number(chance.choice(_DIVISIONS), born_on, sequence),
        "sex": label("sex", "male" if sequence % 2 else "female"),
        "born_on": born_on.isoformat(),
        "phone": f"13{number % 10**9:09d}",
        "education": label("education", chance.choice(get_list("education").codes())),
        "credit_code": credit_code,
        "post": chance.choice(_WORDS["posts"]),
        "occupation": chance.choice(_OCCUPATIONS),
        "form": label("employment_form", chance.choice(_FORMS)),
        "started_on": started_on.isoformat(),
        "ended_on": "",
        "is_member": label("yes_no", "no"),
        "joined_union_on": "",
        "monthly_wage": f"{chance.randrange(4_000_00, 15_000_00) / 100:.2f}",
    }
    if chance.random() < 0.7:
        row |= {
            "is_member": label("yes_no", "yes"),
            "joined_union_on": (started_on + timedelta(days=90)).isoformat(),
        }
    return row | (_make_certificate(number, started_on, chance) if chance.random() < 0.5 else {})


def _make_certificate(number: int, started_on: date, chance: random.Random) -> dict[str, str]:
    grade = get_list("skill_grade").entry(chance.choice(_CERTIFIED))
    issued_on = min(started_on + timedelta(days=chance.randrange(300, 1500)), TODAY)
    return {
        "grade": grade.zh,
        "certificate_number": f"Y000033{number // 10**6:06d}{issued_on:%y}{grade.digit}{number % 10**6:06d}",
        "issued_on": issued_on.isoformat(),
        "issuer": chance.choice(_WORDS["issuers"]),
    }


def make_rows(n: int, seed: int = 1) -> Iterator[dict[str, str]]:
    """Yield n valid rows of n different people."""
    chance = random.Random(seed)  # noqa: S311
    seen: set[str] = set()
    number = 0
    while len(seen) < n:
        row = make_row(number, chance)
        if row["document_number"] not in seen:
            seen.add(row["document_number"])
            number += 1
            yield row


def write_rows(path: Path, rows: Iterable[dict[str, str]], keys: Sequence[str] = LAYOUT.keys) -> Path:
    """Write rows under the template's headers as a spreadsheet with text cells."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet(LAYOUT.sheet)
        sheet.write_row(0, 0, [LAYOUT.header(key) for key in keys])
        for i, row in enumerate(rows, start=1):
            for j, key in enumerate(keys):
                if row.get(key):
                    sheet.write_string(i, j, row[key])
    return path
