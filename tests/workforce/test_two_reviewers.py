from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5


def test_of_two_reviewers_at_once_one_is_refused(tmp_path: Path):
    environment = {
        **{name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "TONGXIN_HOME"}},
        "TONGXIN_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "tongxin.config.settings",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }

    done = subprocess.run(
        [sys.executable, "-m", "tests.workforce.two_reviewers"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    *races, counts = done.stdout.splitlines()
    # Each round: the same merge twice; then one undone twice; at last two called different twice.
    assert races == ["['refused', 'written']"] * (ROUNDS + 2)
    assert counts == str((ROUNDS, ROUNDS - 1))
