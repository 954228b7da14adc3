from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def test_rounds_orders_and_reminders_at_once_do_each_thing_once(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.supervision.two_rounds"],
        env=os.environ
        | {
            "TONGXIN_HOME": str(tmp_path / "home"),
            "DJANGO_SETTINGS_MODULE": "tongxin.config.settings",
            "DATABASE_URL": f"sqlite://{tmp_path / 'two.sqlite3'}",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr

    # Four shares are circulated, each named once to their unit, whichever of the three rounds did it; three
    # orders have three numbers; of three clicks at once one reminds.
    assert json.loads(done.stdout) == {
        "failures": [],
        "steps": 4,
        "circulars": 1,
        "named": 4,
        "numbers": [1, 2, 3],
        "reminders": 1,
    }
