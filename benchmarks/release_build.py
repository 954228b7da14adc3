"""Building a release: every figure of the shipped catalogue for synthetic provinces of two sizes.

Tongxin runs as an operator runs it, `tongxin release build --full`: the registry is extracted, the rows of
all subjects are made, every figure of every unit, month, quarter, year and category is computed and written.
Each build is a fresh process; the wall time includes the start of Python. Making the people is not counted.

    python -m benchmarks.release_build [--workers 20000 200000] [--runs 3]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median

from benchmarks.homes import Run, environment, measure, temporary_home

BUILD = ["-m", "tongxin", "release", "build", "--full", "--format", "json"]


def main() -> int:
    wanted = _arguments()
    for workers in wanted.workers:
        with temporary_home() as home:
            _populate(home, workers)
            runs = [measure(BUILD, home) for _ in range(wanted.runs)]
            _report(workers, runs, _count_rows(home))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--workers", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


def _populate(home: Path, workers: int) -> None:
    command = [sys.executable, "-m", "tongxin", "synthesise", "--workers", str(workers), "--seed", "1"]
    folder = Path(__file__).resolve().parent.parent
    subprocess.run(command, cwd=folder, env=environment(home), check=True, stdout=subprocess.DEVNULL)


def _count_rows(home: Path) -> int:
    """Return how many figures the current release holds."""
    current = home / "releases" / (home / "releases" / "current").read_text(encoding="ascii").strip()
    manifest = json.loads((current / "manifest.json").read_text(encoding="utf-8"))
    return sum(manifest["figures"].values())


def _report(workers: int, runs: list[Run], rows: int) -> None:
    seconds, peak = median(run.seconds for run in runs), max(run.peak_mb for run in runs)
    processors = median(run.processor_seconds for run in runs)
    took = f"{seconds:.2f} s ({processors:.2f} s of processors)"
    print(
        f"release of {workers:,} workers: median of {len(runs)}: {took}, peak {peak:.0f} MB, {rows:,} figures"
    )


if __name__ == "__main__":
    sys.exit(main())
