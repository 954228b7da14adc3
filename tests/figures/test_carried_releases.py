"""Releases that are carried over from the present one by what has changed, and builds that are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from random import Random

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from tests.cast import Cast, raise_cast
from tests.lake.doings import DOINGS, people

from tongxin.analytics.computing import Computation
from tongxin.figures import inputs
from tongxin.figures.actions import publish_definitions
from tongxin.figures.compute import build_release
from tongxin.figures.queries import Release, current_release_id, list_release_ids, releases_folder
from tongxin.figures.verifying import verify_release
from tongxin.lake.queries import read_cut
from tongxin.organisations.actions import move_organisation
from tongxin.workforce.models import EmploymentState, Training, Worker

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
TEXT = """
code: people
value: {count: workers, where: "worker.employed", at: period_end}
breakdowns: [sex, age_band]
---
code: middle_wage
unit: yuan
value: {median: wage, of: employments, at: period_end}
breakdowns: [sex]
---
code: reach
unit: per_hundred
numerator: {count_distinct: worker, of: trainings, where: "training.hours >= 1.0", in: {last: 4, of: quarter}}
denominator: {count: workers, where: "worker.employed", at: period_end}
---
code: providers
value: {count_distinct: organisation, of: trainings, in: period}
---
code: longest
value: {maximum: hours, of: trainings, in: period}
---
code: organised
unit: percent
numerator: {count: enterprises, where: "enterprise.has_union", at: period_end}
denominator: {count: enterprises, at: period_end}
"""
QUARTER = date(2026, 8, 1)


@pytest.fixture
def cast(tmp_path: Path) -> Cast:
    with override_settings(TONGXIN_HOME=tmp_path):
        cast = raise_cast()
        people(cast, 30)
        publish_definitions(TEXT)
        build_release(actor=None)
        yield cast


def train(number: int, minutes: int = 600) -> Training:
    worker = Worker.objects.order_by("pk")[number]
    unit = worker.employments.get().organisation
    return Training.objects.create(
        worker=worker, organisation=unit, on=QUARTER, kind="induction", minutes=minutes, is_subsidised=False
    )


def base_of(release: Release) -> str | None:
    base: str | None = release.manifest.get("base")
    return base


def shared(release: Release) -> set[str]:
    """Return the files of figures that other releases have too."""
    return {path.name for path in (release.folder / "figures").iterdir() if path.stat().st_nlink > 1}


def test_whatever_happens_the_figures_are_those_of_a_computation_of_everything(cast: Cast):
    chance, carried = Random("figures"), 0  # noqa: S311
    for _ in range(6):
        for happen in chance.sample(DOINGS, 3):
            happen(cast, chance)
        carried += base_of(build_release(actor=None)) is not None
        assert verify_release(actor=None).agrees
    assert carried


def test_what_loops_carry_over_agrees_with_statements(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patched:
        patched.setattr(inputs, "MANY", 1)
        build_release(actor=None, full=True)
        for number in range(3):
            train(number, minutes=60 + number)
        EmploymentState.objects.filter(employment__worker__pk__gt=9).update(wage_fen=700_000)
        release = build_release(actor=None)

    assert base_of(release) is not None
    assert verify_release(actor=None).agrees


def test_an_earlier_release_stays_what_it_was_when_others_are_carried_over(cast: Cast):
    for number in range(3):
        train(number, minutes=60 + number)
        EmploymentState.objects.filter(employment__worker__pk__gt=9 * number).update(
            wage_fen=700_000 + number
        )
        before = current_release_id()
        assert base_of(build_release(actor=None)) == before

    assert all(verify_release(each, actor=None).agrees for each in list_release_ids())


def test_what_has_not_changed_is_kept_once(cast: Cast):
    release = build_release(actor=None)
    assert shared(release) >= {"trees.parquet", "periods.parquet"}
    assert not list((release.folder / "figures").glob("*.change.parquet"))

    train(0)
    release = build_release(actor=None)
    own = {path.name for path in (release.folder / "figures").glob("*.parquet")} - shared(release)
    assert own
    assert all((name.startswith("trainings-") and ".change." in name) or ".moved." in name for name in own)


def test_a_new_tree_new_definitions_or_the_wish_for_it_compute_everything(cast: Cast):
    move_organisation(cast.beta, actor=None, on=date(2026, 9, 1), parent=cast.linping)
    assert base_of(build_release(actor=None)) is None

    publish_definitions("code: events\nvalue: {count: trainings, in: period}\n")
    assert base_of(build_release(actor=None)) is None

    assert base_of(build_release(actor=None)) is not None
    assert base_of(build_release(actor=None, full=True)) is None
    assert verify_release(actor=None).agrees


def test_what_is_taken_back_leaves_nothing_behind(cast: Cast):
    for minutes in (6000, 30):
        records = [train(number, minutes) for number in range(5)]
        build_release(actor=None)
        for record in records:
            record.delete()
        release = build_release(actor=None)

        assert base_of(release) is not None
        assert not list((release.folder / "figures").glob("*.change.parquet"))
        assert verify_release(actor=None).agrees


def test_a_damaged_change_is_found(cast: Cast):
    train(0)
    release = build_release(actor=None)
    path = next((release.folder / "figures").glob("trainings-*.change.parquet"))
    path.write_bytes(path.read_bytes()[:-9])

    assert path.name in verify_release(actor=None).differing


# Killed


def killed() -> None:
    """Die as a killed process does, when two families are rolled up, of which one is listed."""
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        people(raise_cast(), 30)
        publish_definitions(TEXT)
    build_release(actor=None)
    train(0)
    roll_up, done = Computation._roll_up, []

    def roll_up_or_die(self: Computation, family):
        if len(done) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        done.append(family)
        return roll_up(self, family)

    Computation._roll_up = roll_up_or_die
    build_release(actor=None, full=True)


def resumed() -> None:
    """Build again after `killed`: the present release is the first, and one family need not be computed."""
    assert len(list_release_ids()) == 1
    roll_up, done = Computation._roll_up, []
    Computation._roll_up = lambda self, family: done.append(family) or roll_up(self, family)
    release = build_release(actor=None, fresh_cut=False, full=True)
    subjects = 4 + 1
    assert len(done) == subjects - 1
    assert verify_release(actor=None).agrees
    assert read_cut().id == release.cut_id
    assert not list(releases_folder().glob(".draft-*"))


def work(home: Path, name: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TONGXIN_", "DJANGO_"))}
    own = {
        "TONGXIN_HOME": str(home),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "tongxin.config.settings",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }
    script = (
        f"import django; django.setup(); from tests.figures import test_carried_releases as t; t.{name}()"
    )
    command = [sys.executable, "-c", script]
    return subprocess.run(
        command, cwd=ROOT, env=kept | own, capture_output=True, text=True, timeout=300, check=False
    )


def test_a_killed_build_leaves_the_present_release_and_is_gone_on_from(tmp_path: Path):
    done = work(tmp_path, "killed")
    assert done.returncode == -signal.SIGKILL, done.stderr
    done = work(tmp_path, "resumed")
    assert done.returncode == 0, done.stderr
