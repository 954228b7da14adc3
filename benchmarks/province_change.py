"""New facts of one ordinary enterprise: from the lake of a whole province to its next release.

The twelve indicators of `benchmarks.province_build` are computed once. Then, for one enterprise of some
hundred people after another, sixty trainings come, some are corrected and some removed, three people get
certificates (which changes their category at all their employers) and two leave. Writing these into the lake
and carrying the release over are timed apart, in a process that has been at it before, as the background
worker has. In the end the last release is verified: every figure is computed anew from the whole cut.

    python -m benchmarks.province_change [--workers 2000000] [--runs 5] [--home FOLDER]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.homes import measure, temporary_home
from benchmarks.province_build import QUARTERS, populate

if TYPE_CHECKING:
    import polars as pl

    from tongxin.analytics.engine import Engine
    from tongxin.lake.queries import Cut


def main() -> int:
    wanted = _arguments()
    if wanted.change:
        print(json.dumps(_change(wanted.runs)))
        return 0
    with nullcontext(wanted.home) if wanted.home else temporary_home() as home:
        if not (home / "lake" / "current.json").is_file():
            populate(home, wanted.workers)
        run = measure(["-m", "benchmarks.province_change", "--change", "--runs", str(wanted.runs)], home)
    answer = run.answer
    print(
        f"{answer['facts']:,} facts: everything {answer['full']:.1f} s; one enterprise, median of"
        f" {len(answer['builds'])}: {median(answer['builds']):.2f} s"
        f" ({min(answer['builds']):.2f} to {max(answer['builds']):.2f}), written into the lake in"
        f" {median(answer['writes']):.2f} s; ratio {answer['full'] / median(answer['builds']):.0f};"
        f" {answer['own']:.1f} of {answer['all']:.0f} MB are the release's own;"
        f" verified in {answer['verified']:.0f} s, peak {run.peak_mb:.0f} MB"
    )
    return 0 if answer["agrees"] else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--workers", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--home", type=Path, help="a home whose lake is there already; it gets releases")
    parser.add_argument("--change", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _change(runs: int) -> dict[str, Any]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.config.settings")
    import django

    django.setup()
    from tongxin.codes.periods import PeriodKind
    from tongxin.figures import compute
    from tongxin.figures.inputs import open_engine
    from tongxin.figures.verifying import verify_release
    from tongxin.lake.direct import write_changes
    from tongxin.lake.queries import read_cut

    text = (Path(__file__).parent / "twelve_indicators.yaml").read_text(encoding="utf-8")
    periods = [each for each in compute.periods_of(read_cut()) if each.kind is PeriodKind.QUARTER]
    # The same set as in the other benchmarks, in place of what the home has published.
    compute.published_text = lambda: text
    compute.periods_of = lambda _cut: periods[-QUARTERS:]

    def timed(work: Any) -> tuple[float, Any]:
        begun = time.perf_counter()
        done = work()
        return time.perf_counter() - begun, done

    full, _ = timed(lambda: compute.build_release(actor=None, fresh_cut=False, full=True))
    builds, writes = [], []
    for number in range(runs + 1):
        with open_engine() as engine:
            changes = _one_enterprise(engine, read_cut(), number)
        writes.append(timed(lambda changes=changes: write_changes(changes, actor=None))[0])
        seconds, release = timed(lambda: compute.build_release(actor=None, fresh_cut=False))
        if "base" not in release.manifest:
            raise RuntimeError("everything was computed")
        builds.append(seconds)
    verified, outcome = timed(lambda: verify_release(actor=None))
    sizes = [path.stat() for path in release.folder.rglob("*") if path.is_file()]
    return {
        "full": full,
        "builds": builds[1:],
        "writes": writes[1:],
        "facts": sum(read_cut().counts().values()),
        "own": sum(each.st_size for each in sizes if each.st_nlink == 1) / 1e6,
        "all": sum(each.st_size for each in sizes) / 1e6,
        "verified": verified,
        "agrees": outcome.agrees,
    }


def _one_enterprise(engine: Engine, cut: Cut, number: int) -> dict[str, tuple[pl.DataFrame, pl.DataFrame]]:
    """Return what happens at one enterprise of about a hundred people."""
    import polars as pl

    from tongxin.lake.queries import declared_sources, open_tables

    tables = {name: engine.text(table) for name, table in open_tables(engine, cut).items()}
    sources = {source.name: source for source in declared_sources()}

    def rows(name: str, statement: str) -> pl.DataFrame:
        found = pl.from_arrow(engine.fetch_rows(statement.format(table=f"{tables[name]} AS t")))
        return found if isinstance(found, pl.DataFrame) else found.to_frame()

    counted = "SELECT organisation FROM {table} GROUP BY 1 HAVING count(*) BETWEEN 90 AND 110"
    unit = rows("employments", f"{counted} ORDER BY 1 LIMIT 1 OFFSET {5 + 7 * number}")["organisation"][0]

    def changed(name: str, come: str, gone: str = "FALSE") -> tuple[pl.DataFrame, pl.DataFrame]:
        here = f"FROM {{table}} WHERE organisation = {unit}"
        fresh = rows(name, f"SELECT * FROM ({come}) LIMIT 60".replace("HERE", here))
        lost = rows(name, f"SELECT id {here} AND {gone}")
        return fresh.rename(dict(sources[name].registered)), lost

    new = f"id + {10**12 + number * 10**9} AS id"
    late = "DATE '2026-08-17'"
    leaving = "HERE AND ended_on IS NULL ORDER BY id LIMIT 2"
    return {
        "trainings": changed(
            "trainings",
            f'SELECT * REPLACE ({new}, {late} AS "on") HERE UNION ALL'
            " SELECT * REPLACE (hours + 30 AS hours) HERE AND id % 16 = 1",
            "id % 16 = 2",
        ),
        "certificates": changed(
            "certificates",
            f"SELECT * REPLACE ({new}, 'technician' AS grade, {late} AS held_from, {late} AS issued_on,"
            " NULL::DATE AS held_to) HERE ORDER BY id LIMIT 3",
        ),
        "employments": changed(
            "employments",
            f"SELECT * REPLACE ({late} AS ended_on) {leaving}",
        ),
    }


if __name__ == "__main__":
    sys.exit(main())
