"""A home of a benchmark's own, and a fresh process for every measured run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Run:
    """One measured process: wall and processor seconds from start to end, peak memory, what it printed."""

    seconds: float
    processor_seconds: float
    peak_mb: float
    answer: dict[str, Any]


@contextmanager
def temporary_home() -> Iterator[Path]:
    """Make an empty home that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="tongxin-bench-") as folder:
        yield Path(folder)


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return {**kept, "TONGXIN_HOME": str(home), "LANGUAGE_CODE": "en", "PYTHONHASHSEED": "0"}


def measure(command: list[str], home: Path) -> Run:
    """Run a command to its end; its last line of output is JSON, or all of it is."""
    folder = Path(__file__).resolve().parent.parent
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command], cwd=folder, env=environment(home), stdout=subprocess.PIPE, text=True
    )
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"{' '.join(command)} ended with status {status}.")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, json.loads(output))
