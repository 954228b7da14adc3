"""Processes that find the same work due at once, one of them killed at it; run by test_regular_works."""

from __future__ import annotations

import fcntl
import json
import multiprocessing
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from tongxin.jobs.actions import worker_locks  # noqa: E402
from tongxin.jobs.regular_works import Work, run_due  # noqa: E402

fork = multiprocessing.get_context("fork")
MORNING = datetime(2026, 3, 5, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
NOTES = Path(settings.TONGXIN_HOME) / "notes"


def note(_now: datetime) -> None:
    with NOTES.open("a") as notes:
        notes.write("done\n")
    time.sleep(0.2)


def hang(_now: datetime) -> None:
    NOTES.touch()
    time.sleep(60)


def look(worker_id: str, work: Work, start: Any) -> None:
    """Hold a lock as a worker does, and do what is due."""
    with (worker_locks() / worker_id).open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        start.wait()
        run_due("day", worker_id, now=MORNING, works=[work])


def race() -> int:
    """Return how often the work of a day is done by four processes at once."""
    start = fork.Barrier(4)
    work = Work("race", every="day", run=note)
    workers = [fork.Process(target=look, args=(f"worker{number}", work, start)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    done = len(NOTES.read_text().splitlines())
    NOTES.unlink()
    return done


def main() -> None:
    call_command("migrate", verbosity=0)
    connection.close()
    worker_locks().mkdir()
    at_once = race()
    killed = fork.Process(target=look, args=("killed", Work("kill", every="day", run=hang), fork.Barrier(1)))
    killed.start()
    while not NOTES.exists():
        time.sleep(0.05)
    works = [Work("kill", every="day", run=note)]
    while_it_lives = run_due("day", "other", now=MORNING + timedelta(minutes=1), works=works)
    killed.kill()
    killed.join()
    after = run_due("day", "other", now=MORNING + timedelta(minutes=2), works=works)
    outcome = {"at_once": at_once, "while_it_lives": while_it_lives, "after_it_was_killed": after}
    sys.stdout.write(json.dumps(outcome))


if __name__ == "__main__":
    main()
