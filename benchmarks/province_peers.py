"""The whole province of `province_build` beside its peers: PostgreSQL and pandas, with equal figures.

All twelve indicators, eight quarters, the total and four breakdowns, every unit. The peers begin with wide
rows: each fact already has its quarter, its ancestors, and its categories as they were in the period as
columns of small numbers; stocks stand there once for each quarter, rolling counts once for each window.
Making and loading these rows is not counted. Tongxin begins with the files of the lake, and all of it is
counted; it also works out how complete each figure is, which is asked of no peer. PostgreSQL groups unlogged,
analysed tables depth by depth on two processors; pandas does the same with the rows from Parquet. Every run
is a fresh process. In the end every cell of a peer must be equal to Tongxin's, or the benchmark fails.

    python -m benchmarks.province_peers [--workers 2000000] [--runs 3] [--peer-runs 1]
        [--peer postgres|pandas|both] [--home FOLDER]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import peer_postgres
from benchmarks.homes import Run, measure, temporary_home
from benchmarks.province_build import build_once, populate, read_province
from benchmarks.same_figures import compare
from benchmarks.wide_rows import write_wide_rows
from tongxin.analytics.definitions import Definition
from tongxin.analytics.trees import date_trees
from tongxin.codes.periods import Period

GOALS = {"postgres": 20, "pandas": 5}


@dataclass(frozen=True)
class Ground:
    """What all of them start from: wide rows in a folder, and what the figures are called."""

    wide: Path
    definitions: Sequence[Definition]
    periods: Sequence[Period]
    depths: int
    rows: int
    seconds: float


def main() -> int:
    wanted = _arguments()
    peers = list(GOALS) if wanted.peer == "both" else [wanted.peer]
    with nullcontext(wanted.home) if wanted.home else temporary_home() as home, temporary_home() as folder:
        if not (home / "lake" / "current.json").is_file():
            populate(home, wanted.workers)
        # Each run into a folder of its own: what is there already is not computed again.
        targets = [folder / f"tongxin-{n}" for n in range(wanted.runs)]
        runs, ours = [build_once(home, target) for target in targets], targets[0]
        _report("tongxin", runs)
        ground = _lay_ground(home, folder / "wide")
        print(f"peers begin with {ground.rows:,} wide rows, made in {ground.seconds:.1f} s, not counted")
        for peer in peers:
            found = folder / peer
            with _command(peer, ground, found) as command:
                theirs = [measure(command, home) for _ in range(wanted.peer_runs)]
            _report(peer, theirs)
            cells = compare(ours, found, ground.wide, ground.definitions, ground.periods)
            ratio = _seconds(theirs) / _seconds(runs)
            print(f"{cells:,} cells equal; ratio {ratio:.1f} (goal: at least {GOALS[peer]})")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--workers", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peer-runs", type=int, default=1)
    parser.add_argument("--peer", choices=[*GOALS, "both"], default="both")
    parser.add_argument("--home", type=Path, help="a home whose lake is there already; it is only read")
    return parser.parse_args()


def _lay_ground(home: Path, folder: Path) -> Ground:
    folder.mkdir()
    os.environ["TONGXIN_HOME"] = str(home)
    cut, definitions, periods = read_province()
    from tongxin.figures.inputs import hierarchy_of_cut

    trees = date_trees(hierarchy_of_cut(cut), [period.last_day for period in periods])
    files = {name: home / "lake" / file.path for name, file in cut.files.items()}
    begun = time.perf_counter()
    rows = write_wide_rows(files, periods, trees, folder)
    return Ground(folder, definitions, periods, trees.depths, rows, time.perf_counter() - begun)


@contextmanager
def _command(peer: str, ground: Ground, found: Path) -> Iterator[list[str]]:
    """Make everything ready for a peer, and give the command that runs it."""
    found.mkdir()
    if peer == "pandas":
        yield ["-m", "benchmarks.peer_pandas", str(ground.wide), str(found)]
        return
    with peer_postgres.serve(found.parent / "server") as address:
        peer_postgres.load(address, ground.wide, ground.depths)
        yield ["-m", "benchmarks.peer_postgres", address, str(ground.depths), str(found)]


def _report(name: str, runs: list[Run]) -> None:
    times = [run.answer["seconds"] for run in runs]
    # The memory of a server is not that of the process that asks it.
    peak = "" if name == "postgres" else f", peak {max(run.peak_mb for run in runs):.0f} MB"
    print(
        f"{name}: median of {len(runs)}: {median(times):.1f} s ({min(times):.1f} to {max(times):.1f}){peak}",
        flush=True,
    )


def _seconds(runs: list[Run]) -> float:
    return float(median(run.answer["seconds"] for run in runs))


if __name__ == "__main__":
    sys.exit(main())
