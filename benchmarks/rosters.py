"""What the import race needs: the file, and a home with the enterprise that sends it."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from tests.workbooks.rosters import CREDIT_CODE, TODAY, make_rows, write_rows

__all__ = ["CREDIT_CODE", "prepare", "write"]
OPENED = date(2010, 1, 1)
FAULTY_EVERY = 100


def write(path: str, n_rows: int) -> None:
    """Write the roster; one row in a hundred has an identity number with a wrong check digit."""
    rows = make_rows(n_rows)
    write_rows(Path(path), (_spoil(row) if i % FAULTY_EVERY == 0 else row for i, row in enumerate(rows)))
    print("{}")


def _spoil(row: dict[str, str]) -> dict[str, str]:
    number = row["document_number"]
    return {**row, "document_number": number[:-1] + ("1" if number[-1] != "1" else "2")}


def prepare() -> None:
    """Make the schema, a province of four units and the enterprise."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from tongxin.organisations.actions import create_organisation
    from tongxin.organisations.models import Programme

    call_command("migrate", verbosity=0)
    parent = None
    for code, level, name in (
        ("330000", "province", "Zhejiang"),
        ("330100", "city", "Hangzhou"),
        ("330109", "county", "Xiaoshan"),
        ("330109001", "town", "Chengxiang"),
        (CREDIT_CODE, "enterprise", "Racing Works"),
    ):
        parent = create_organisation(
            actor=None, code=code, level=level, name_zh=name, name_en=name, parent=parent, opened_on=OPENED
        )
        if level == "province":
            Programme.objects.create(
                pk=1, root=parent, name_zh=name, name_en=name, facts_from=OPENED, facts_until=TODAY
            )
    print("{}")
