"""The import race: 100,000 rows by 20 columns read, checked and stored, against django-import-export.

Tongxin runs as an operator runs it, `tongxin import workers FILE`: the file is kept encrypted, every cell
is checked, identity numbers and phones are encrypted, people, employments, dated terms, certificates and
memberships are written to SQLite, each row's change is recorded and the import audited. The peer reads the
same file with `use_bulk=True` into one flat table without encryption, records or audit. Its rows are
checked by the very same checks, all at once in `before_import`: row by row they would cost it more. Both
start a fresh process; the wall time includes the start of Python. Processor time is printed beside it.

    python -m benchmarks.import_race [--rows 100000] [--runs 3] [--skip-peer]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.homes import Run, measure, temporary_home

PREPARE = "from benchmarks.rosters import prepare; prepare()"
SECONDS, RATIO, MEGABYTES = 15, 4, 1024


def main() -> int:
    wanted = _arguments()
    with tempfile.TemporaryDirectory(prefix="tongxin-race-") as folder:
        file = Path(folder) / "roster.xlsx"
        write = f"from benchmarks.rosters import write; write({str(file)!r}, {wanted.rows})"
        with temporary_home() as home:
            measure(["-c", write], home)
        print(f"{wanted.rows:,} rows x 20 columns, {file.stat().st_size / 1e6:.1f} MB", file=sys.stderr)
        ours, peers = [], []
        for _ in range(wanted.runs):
            ours.append(_run(file, "tongxin"))
            if not wanted.skip_peer:
                peers.append(_run(file, "django-import-export"))
    _report("tongxin", ours)
    if peers:
        _report("django-import-export", peers)
        ratio = median(run.seconds for run in peers) / median(run.seconds for run in ours)
        print(f"ratio {ratio:.1f} (goal: at least {RATIO})")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--skip-peer", action="store_true")
    return parser.parse_args()


def _run(file: Path, racer: str) -> Run:
    from benchmarks.rosters import CREDIT_CODE

    with temporary_home() as home:
        measure(["-c", PREPARE], home)
        if racer == "tongxin":
            command = ["-m", "tongxin", "import", "workers", str(file), "--organisation", CREDIT_CODE]
            run = measure([*command, "--format", "json"], home)
        else:
            run = measure(["-m", "benchmarks.import_export_peer", str(file)], home)
    counts = {name: value for name, value in run.answer.items() if isinstance(value, int)}
    took = f"{run.seconds:.2f} s ({run.processor_seconds:.2f} s of processors)"
    print(f"{racer}: {took}, peak {run.peak_mb:.0f} MB, {counts}", file=sys.stderr)
    return run


def _report(racer: str, runs: list[Run]) -> None:
    seconds, peak = median(run.seconds for run in runs), max(run.peak_mb for run in runs)
    processors = median(run.processor_seconds for run in runs)
    took = f"{seconds:.2f} s ({processors:.2f} s of processors)"
    print(f"{racer}: median of {len(runs)}: {took}, peak {peak:.0f} MB")
    if racer == "tongxin":
        print(f"goals: at most {SECONDS} s and {MEGABYTES} MB")


if __name__ == "__main__":
    sys.exit(main())
