from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date

from django.utils import timezone
from tests.supervision.builders import on

from tongxin.jobs.regular_works import declared_works
from tongxin.supervision.models import Step


def run(folder, *arguments, status=0):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TONGXIN_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, "-m", "tongxin", *arguments],
        env=kept | {"TONGXIN_HOME": str(folder / "home"), "LANGUAGE_CODE": "en"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == status, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    return done


def test_the_command_makes_the_round_of_a_day_and_answers_in_the_agreed_names(tmp_path):
    run(tmp_path, "migrate")

    found = json.loads(run(tmp_path, "supervise", "--day", "2026-05-08", "--format", "json").stdout)
    holiday = run(tmp_path, "supervise", "--day", "2026-05-01").stdout
    text = run(tmp_path, "supervise", "--day", "2026-05-08").stdout

    assert found == {
        "day": "2026-05-08",
        "is_working_day": True,
        "looked_at": 0,
        "steps": {
            "due_soon": 0,
            "overdue": 0,
            "stalled": 0,
            "review": 0,
            "escalation": 0,
            "circulation": 0,
        },
        "circulars": 0,
        "messages": 0,
    }
    assert holiday == "2026-05-01 is a day off: nothing is sent.\n"
    assert text.startswith("2026-05-08: 0 tasks looked at; due soon 0, overdue 0")
    wrong = run(tmp_path, "supervise", "--day", "2026-13-01", status=2)
    assert "2026-13-01" in wrong.stderr


def test_the_worker_makes_the_round_once_a_day(world):
    (work,) = [each for each in declared_works() if each.name == "supervision.supervise"]
    assert work.every == "day"

    with on(date(2026, 5, 6)):
        work.run(timezone.now())

    assert Step.objects.filter(task=world.share, kind="overdue").count() == 1
