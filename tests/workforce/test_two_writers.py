from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5


def test_of_two_writers_at_once_one_is_refused(tmp_path: Path):
    environment = {
        **{name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "TONGXIN_HOME"}},
        "TONGXIN_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "tongxin.config.settings",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }

    done = subprocess.run(
        [sys.executable, "-m", "tests.workforce.two_writers"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    *races, spells = done.stdout.splitlines()
    # Each round: the same employment twice, the same membership twice; at last the same person twice.
    assert races == ["['refused', 'written']"] * (2 * ROUNDS + 1)
    assert spells == str([1] + [2] * ROUNDS)


@pytest.mark.django_db
def test_the_triggers_stand_after_all_migrations():
    if connection.vendor == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'workforce%'"
        expected = {
            *("employment_overlaps_insert", "employment_overlaps_update"),
            *("membership_overlaps_insert", "membership_overlaps_update"),
            *("appointment_without_certificate_insert", "appointment_without_certificate_update"),
            *("certificate_carries_appointment_update", "certificate_carries_appointment_delete"),
        }
    else:
        query = (
            "SELECT DISTINCT trigger_name FROM information_schema.triggers "
            "WHERE event_object_table LIKE 'workforce%'"
        )
        expected = {
            *("employment_overlaps", "membership_overlaps"),
            *("appointment_without_certificate", "certificate_carries_appointment"),
        }
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = {name for (name,) in cursor.fetchall()}

    assert found >= expected
