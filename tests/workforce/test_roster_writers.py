"""Rosters and other writers at once, and processes killed at their worst moment."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from pathlib import Path

import pytest
from tests.workbooks.rosters import make_rows
from tests.workforce.roster_homes import ALPHA, BETA, Home, copy_home, prepare_home
from tests.workforce.rosters import person, write_csv

TABLES = (
    "worker",
    "employment",
    "employmentstate",
    "certificate",
    "membership",
    "rosterchange",
    "rosterfinding",
)
AT_STAGE = """
import sys
import django; django.setup()
from pathlib import Path
from tongxin.organisations.models import Organisation
from tongxin.workforce import roster_actions, roster_writing
from tongxin.workforce.roster_actions import apply_roster, receive_roster

file, code, stage = sys.argv[1:]
unit = Organisation.objects.get(code=code)
roster = receive_roster(unit, actor=None, file_name="r.csv", body=Path(file).read_bytes())


def linger() -> None:
    # A second attempt, after somebody else's writing, does not wait again.
    print("here", flush=True)
    sys.stdin.readline()


def progress(name: str, percent: int) -> None:
    if name == stage:
        linger()


if stage == "inside":
    write = roster_actions.write_staged

    def write_and_linger(staged, roster_import):
        write(staged, roster_import)
        linger()

    roster_actions.write_staged = write_and_linger
done = apply_roster(roster.pk, progress=progress)
print(done.n_added, done.n_changed, done.n_unchanged, done.n_rejected, flush=True)
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Home:
    return prepare_home(tmp_path_factory.mktemp("writers") / "home")


@pytest.fixture
def home(prepared, tmp_path) -> Home:
    return copy_home(prepared, tmp_path / "home")


def write_roster(path: Path, n_rows: int = 300) -> Path:
    path.write_bytes(write_csv([{**row, "credit_code": ""} for row in make_rows(n_rows)]))
    return path


def stored(home: Home) -> dict[str, int]:
    return {table: home.count(f"workforce_{table}") for table in TABLES}


def start_at(home: Home, file: Path, stage: str, *, code: str = ALPHA):
    """Begin an import that waits at a stage until it is told to go on."""
    process = home.start("-c", AT_STAGE, str(file), code, stage)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "here", process.stderr and process.stderr.read()
    return process


@pytest.mark.parametrize("stage", ["stage", "store", "inside"])
def test_a_killed_import_stores_nothing_and_the_next_run_completes(home, tmp_path, stage):
    file = write_roster(tmp_path / "roster.csv")
    process = start_at(home, file, stage)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert set(stored(home).values()) == {0}

    status, answer = home.send(file)

    assert (status, answer["added"], answer["rejected"]) == (0, 300, 0)
    assert stored(home)["worker"] == stored(home)["employment"] == 300


def test_a_killed_background_import_is_completed_by_the_next_worker(home, tmp_path):
    file = write_roster(tmp_path / "roster.csv", 50)
    queue = (
        "import django; django.setup()\n"
        "import sys; from pathlib import Path; from datetime import date\n"
        "from tongxin.accounts.models import User\n"
        "from tongxin.organisations.models import Organisation\n"
        "from tongxin.workforce.roster_actions import receive_once\n"
        "unit = Organisation.objects.get(code=sys.argv[2])\n"
        "user = User.objects.get(username='reporter_of_alpha')\n"
        "receive_once(unit, actor=user, file_name='r.csv', body=Path(sys.argv[1]).read_bytes(),"
        " effective_on=date(2026, 5, 1), is_dry_run=False)\n"
    )
    _, errors = home.start("-c", queue, str(file), ALPHA).communicate(timeout=60)
    assert errors == ""
    killed = (
        "import django; django.setup()\n"
        "import os, signal; from tongxin.workforce import roster_actions\n"
        "roster_actions.write_staged = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from tongxin.cli.serving import run_worker; run_worker(with_parent=False, batch=True)\n"
    )
    first = home.start("-c", killed)
    first.communicate(timeout=60)
    assert first.returncode == -signal.SIGKILL
    assert home.count("workforce_worker") == 0

    status, *_ = home.run("worker", "--batch")

    assert status == 0
    assert home.count("workforce_worker") == 50


def test_two_imports_of_one_enterprise_at_once_store_everybody_once(home, tmp_path):
    file = write_roster(tmp_path / "roster.csv")
    slow = start_at(home, file, "stage")

    status, answer = home.send(file)
    output, errors = slow.communicate("go\n", timeout=60)

    assert (status, answer["added"]) == (0, 300)
    assert output.split() == ["here", "0", "0", "300", "0"], errors
    assert stored(home)["employmentstate"] == 300


def test_two_enterprises_that_share_a_new_person_register_one_person(home, tmp_path):
    ours, theirs = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    ours.write_bytes(write_csv([person(education="大专")]))
    theirs.write_bytes(write_csv([person(education="高中")]))
    slow = start_at(home, ours, "stage")

    _, answer = home.send(theirs, BETA)
    output, errors = slow.communicate("go\n", timeout=60)

    assert answer["added"] == 1
    assert output.split() == ["here", "1", "0", "0", "0"], errors
    assert (home.count("workforce_worker"), home.count("workforce_employment")) == (1, 2)
    # Who came second proposes what differs instead of overwriting it.
    assert home.count("workforce_correctionproposal") == 1


def test_a_certificate_that_moves_while_an_appointment_is_corrected_keeps_the_row_out(home, tmp_path):
    number = "S000033000001241000009"
    certified = person(grade="高级技师", certificate_number=number, issued_on="2024-06-01")
    moved = {**certified, "issued_on": "2025-09-01", "started_on": "2024-03-01"}
    ours, theirs = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    for sent in (certified, person(grade="特级技师")):
        ours.write_bytes(write_csv([sent]))
        home.send(ours, ALPHA, "--effective", "2026-05-01")
    ours.write_bytes(write_csv([person(grade="特级技师", issued_on="2025-06-01")]))
    theirs.write_bytes(write_csv([moved]))
    slow = start_at(home, ours, "stage")

    home.send(theirs, BETA)
    output, errors = slow.communicate("go\n", timeout=60)

    # The appointment would have stood on a certificate of September; the second look says so.
    assert output.split() == ["here", "0", "0", "0", "1"], errors
    connection = sqlite3.connect(home.folder / "registry.sqlite3")
    days = connection.execute(
        "SELECT appointed_on, held_from FROM workforce_appointment, workforce_certificate"
    ).fetchall()
    connection.close()
    assert days == [("2026-05-01", "2025-09-01")]


def test_others_write_while_a_roster_is_being_prepared(home, tmp_path):
    file = write_roster(tmp_path / "roster.csv")
    process = start_at(home, file, "store")

    connection = sqlite3.connect(home.folder / "registry.sqlite3", timeout=1, isolation_level=None)
    begun = time.monotonic()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE accounts_user SET display_name = 'written meanwhile'")
    connection.execute("COMMIT")
    connection.close()
    process.kill()
    process.communicate()

    assert time.monotonic() - begun < 1


def test_a_clash_that_goes_on_for_ever_stores_nothing_and_says_so(home, tmp_path):
    file = write_roster(tmp_path / "roster.csv", 3)
    clash = (
        "import django; django.setup()\n"
        "from django.db import IntegrityError; from tongxin.workforce import roster_actions\n"
        "def refuse(*_): raise IntegrityError\n"
        "roster_actions.write_staged = refuse\n"
        "from tongxin.cli.main import main; main()\n"
    )
    process = home.start(
        "-c", clash, "import", "workers", str(file), "--organisation", ALPHA, "--format", "json"
    )
    output, errors = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "Nothing was stored" in json.loads(output)["errors"][0]["message"]
    assert "Traceback" not in errors
    assert home.count("workforce_worker") == 0
