from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tongxin.files.actions import store_file
from tongxin.files.models import StoredFile
from tongxin.jobs.actions import worker_locks
from tongxin.jobs.models import WorkRun
from tongxin.jobs.regular_works import Work, declared_works, run_due

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
CHINA = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 3, 5, 9, tzinfo=CHINA)


class Doings:
    """Work that notes when it was done, and fails as long as it is told to."""

    def __init__(self, every: str = "day", name: str = "test.work") -> None:
        self.done: list[datetime] = []
        self.failure: Exception | None = None
        self.work = Work(name, every=every, run=self.run)

    def run(self, now: datetime) -> None:
        self.done.append(now)
        if self.failure is not None:
            raise self.failure

    def look(self, now: datetime, worker: str = "first") -> int:
        return run_due(self.work.every, worker, now=now, works=[self.work])


@pytest.fixture
def living() -> Iterator[str]:
    """Another worker whose process lives."""
    worker_locks().mkdir(parents=True, exist_ok=True)
    with (worker_locks() / "living").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield "living"


def test_the_rooms_declare_their_work():
    declared = {work.name: work.every for work in declared_works()}

    assert len(declared) == len(declared_works())
    assert declared.items() >= {"files.erase_expired": "day", "notices.send_waiting": "minute"}.items()


def test_daily_work_is_done_once_a_local_day_from_six_in_the_morning():
    doings = Doings()
    hours = [datetime(2026, 3, 5, 0, tzinfo=CHINA) + timedelta(minutes=30 * step) for step in range(48 * 2)]

    for hour in hours:
        doings.look(hour)

    assert doings.done == [datetime(2026, 3, 5, 6, tzinfo=CHINA), datetime(2026, 3, 6, 6, tzinfo=CHINA)]
    assert [run.day.isoformat() for run in WorkRun.objects.order_by("day")] == ["2026-03-05", "2026-03-06"]


def test_the_day_is_that_of_the_place_and_not_of_greenwich():
    """06:30 in Shanghai is 22:30 of the day before in Greenwich."""
    Doings().look(datetime(2026, 3, 4, 22, 30, tzinfo=ZoneInfo("UTC")))

    assert WorkRun.objects.get().day.isoformat() == "2026-03-05"


def test_a_process_that_begins_late_in_the_day_makes_up_for_it():
    doings = Doings()

    assert doings.look(datetime(2026, 3, 5, 23, 59, tzinfo=CHINA)) == 1


def test_daily_work_that_failed_is_tried_again_later_that_day_and_the_failure_kept(caplog):
    doings = Doings()
    doings.failure = ValueError("the disk is full")

    assert doings.look(MORNING) == 1
    assert doings.look(MORNING + timedelta(minutes=29)) == 0
    assert WorkRun.objects.get().has_failed
    doings.failure = None
    assert doings.look(MORNING + timedelta(minutes=30)) == 1
    assert doings.look(MORNING + timedelta(hours=2)) == 0

    run = WorkRun.objects.get()
    assert not run.has_failed
    assert (run.error, run.failed_at) == ("ValueError: the disk is full", MORNING)
    assert "test.work failed" in caplog.text


def test_what_fails_stops_no_other_work():
    first, second = Doings(name="first"), Doings(name="second")
    first.failure = ValueError("no")

    assert run_due("day", "me", now=MORNING, works=[first.work, second.work]) == 2
    assert second.done == [MORNING]


def test_work_of_the_minute_is_done_once_a_minute_by_whoever_looks_first(living: str):
    doings = Doings("minute")

    for seconds in range(0, 181, 5):
        doings.look(MORNING + timedelta(seconds=seconds), "first" if seconds % 2 else living)

    assert doings.done == [MORNING + timedelta(minutes=minutes) for minutes in range(4)]
    assert WorkRun.objects.get().started_at == MORNING + timedelta(minutes=3)


def test_work_of_the_minute_that_fails_is_done_again_in_the_next():
    doings = Doings("minute")
    doings.failure = ValueError("no")
    doings.look(MORNING)
    doings.failure = None

    assert doings.look(MORNING + timedelta(minutes=1)) == 1
    assert WorkRun.objects.get().error == "ValueError: no"


@pytest.mark.parametrize("every", ["day", "minute"])
def test_what_a_living_process_does_is_left_to_it_and_what_a_dead_one_left_is_done(living: str, every: str):
    doings = Doings(every)
    WorkRun.objects.create(name="test.work", day=MORNING.date(), started_at=MORNING, worker_id=living)
    assert doings.look(MORNING + timedelta(hours=3)) == 0

    WorkRun.objects.update(worker_id="dead")
    assert doings.look(MORNING + timedelta(hours=3)) == 1
    assert WorkRun.objects.get().finished_at is not None


def test_whose_end_could_not_be_stored_does_it_again():
    doings = Doings()
    WorkRun.objects.create(name="test.work", day=MORNING.date(), started_at=MORNING, worker_id="first")

    assert doings.look(MORNING + timedelta(minutes=1), "first") == 1


def test_daily_work_is_not_done_as_work_of_the_minute():
    doings = Doings("day")

    assert run_due("minute", "me", now=MORNING, works=[doings.work]) == 0


def test_files_past_their_day_are_erased_by_daily_work(time_machine):
    time_machine.move_to("2026-03-05 09:00+08:00")
    store_file("roster.xlsx", b"x", actor=None)
    time_machine.move_to("2027-03-05 09:00+08:00")

    run_due("day", "me")

    assert StoredFile.objects.get().is_erased
    assert WorkRun.objects.get(name="files.erase_expired").error == ""


def test_of_processes_at_once_one_works_and_a_killed_one_is_replaced(tmp_path: Path):
    environment = {
        **{name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "TONGXIN_HOME"}},
        "TONGXIN_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "tongxin.config.settings",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }

    done = subprocess.run(
        [sys.executable, "-m", "tests.jobs.many_workers"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"at_once": 1, "while_it_lives": 0, "after_it_was_killed": 1}
