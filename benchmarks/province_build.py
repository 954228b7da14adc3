"""Twelve indicators of a whole province, through time: from the files of the lake to all figures.

Trainings, hours, honours, headcount, high skills, people trained, certified and competing in the last four
quarters, medians of hours and places, enterprises and unions: eight quarters, the total and four breakdowns,
age and grade as they were in the period, at every unit from the province to the enterprise. The people are
synthetic and written into the lake directly, which is not counted. Each build is a fresh process.

With `--further` every build is followed by one with a thirteenth indicator, of the family of many facts, and
the difference of the medians is what it costs.

    python -m benchmarks.province_build [--workers 2000000] [--runs 3] [--further] [--home FOLDER]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.homes import Run, environment, measure, temporary_home

if TYPE_CHECKING:
    from tongxin.analytics.definitions import Definition
    from tongxin.codes.periods import Period
    from tongxin.lake.queries import Cut

QUARTERS = 8
FURTHER = """
---
code: long_trainings
unit: percent
numerator:   {count: trainings, where: "training.hours >= 16.0", in: period}
denominator: {count: trainings, in: period}
breakdowns: [sex, age_band, industry, grade]
periods: [quarter]
"""


def main() -> int:
    wanted = _arguments()
    if wanted.build:
        print(json.dumps(_build(wanted.build, further=wanted.further)))
        return 0
    with nullcontext(wanted.home) if wanted.home else temporary_home() as home:
        if not (home / "lake" / "current.json").is_file():
            populate(home, wanted.workers)
        runs, further = [], []
        for _ in range(wanted.runs):
            runs.append(build_once(home))
            if wanted.further:
                further.append(build_once(home, further=True))
    seconds = _say(runs)
    if further:
        more = _say(further)
        print(f"A further indicator: {more - seconds:+.1f} s")
    return 0


def _say(runs: list[Run]) -> float:
    """Print what builds took, and return the median of their seconds."""
    seconds = [run.answer["seconds"] for run in runs]
    print(
        f"{runs[0].answer['facts']:,} facts, {runs[0].answer['figures']:,} figures: median of {len(runs)}:"
        f" {median(seconds):.1f} s ({min(seconds):.1f} to {max(seconds):.1f}),"
        f" {median(run.processor_seconds for run in runs):.1f} s of processors,"
        f" peak {max(run.peak_mb for run in runs):.0f} MB, {runs[0].answer['megabytes']:.0f} MB written"
    )
    return median(seconds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--workers", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--further", action="store_true", help="also with one indicator more")
    parser.add_argument("--home", type=Path, help="a home whose lake is there already")
    parser.add_argument("--build", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def populate(home: Path, workers: int) -> None:
    command = [sys.executable, "-m", "tongxin", "synthesise", "--lake-only", "--workers", str(workers)]
    folder = Path(__file__).resolve().parent.parent
    subprocess.run([*command, "--seed", "1"], cwd=folder, env=environment(home), check=True)


def build_once(home: Path, folder: Path | None = None, *, further: bool = False) -> Run:
    """Build in a fresh process; the figures stay where a folder is named."""
    with nullcontext(folder) if folder else TemporaryDirectory(prefix="tongxin-bench-") as target:
        command = ["-m", "benchmarks.province_build", "--build", str(target)]
        return measure([*command, "--further"] if further else command, home)


def read_province(*, further: bool = False) -> tuple[Cut, list[Definition], list[Period]]:
    """Return the present cut of the home, the twelve indicators and their quarters."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.config.settings")
    import django

    django.setup()
    from tongxin.analytics.definitions import read_definitions
    from tongxin.codes.periods import PeriodKind
    from tongxin.figures.compute import periods_of
    from tongxin.lake.queries import declared_subjects, read_cut

    text = (Path(__file__).parent / "twelve_indicators.yaml").read_text(encoding="utf-8")
    text += FURTHER if further else ""
    definitions, cut = read_definitions(text, declared_subjects()), read_cut()
    periods = [period for period in periods_of(cut) if period.kind is PeriodKind.QUARTER][-QUARTERS:]
    return cut, list(definitions), periods


def _build(folder: Path, *, further: bool) -> dict[str, float]:
    """Compute the figures of the present cut once."""
    cut, definitions, periods = read_province(further=further)
    from tongxin.figures.compute import compute
    from tongxin.figures.inputs import open_inputs

    begun = time.perf_counter()
    with open_inputs(cut, definitions) as opened:
        summary = compute(opened, definitions, periods, folder)
    seconds = time.perf_counter() - begun
    return {
        "seconds": seconds,
        "figures": sum(summary.figures.values()),
        "facts": sum(file.rows for file in cut.files.values()),
        "megabytes": sum(path.stat().st_size for path in folder.iterdir()) / 1e6,
    }


if __name__ == "__main__":
    sys.exit(main())
