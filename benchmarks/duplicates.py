"""Finding people entered twice among a million entries of which the truth is known.

Of the entries 2 % are second ones of the kinds named in `twice_registered.KINDS`; others only look like it:
twins, namesakes of one birth date, couples with one phone, the phones of offices. Every run is a fresh
process that reads the entries from a file, makes their features and compares them, on two threads; making
the entries is not counted. The peer in the same run is what a clerk does with a spreadsheet: the same name,
birth date and sex, exactly.

    python -m benchmarks.duplicates [--people 1000000] [--runs 3] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from datetime import date
from pathlib import Path
from statistics import median

import polars as pl

from benchmarks.homes import Run, measure, temporary_home
from benchmarks.twice_registered import KINDS, imagine_registry
from tongxin.analytics.engine import Engine
from tongxin.analytics.linkage.features import describe_people
from tongxin.analytics.linkage.pairs import find_pairs

TODAY = date(2026, 9, 30)
THRESHOLDS = (-3.0, 0.0, 1.0, 3.3, 5.0, 6.6, 8.0, 10.0, 15.0)
PROPOSED_FROM = 1.0
GOAL_SECONDS = 120.0
PEER_COLUMNS = ("name", "sex", "born_on")


def main() -> int:
    wanted = _arguments()
    if wanted.find:
        return _find(Path(wanted.find))
    if wanted.peer:
        return _match_exactly(Path(wanted.peer))
    with temporary_home() as folder:
        truth = imagine_registry(wanted.people, seed=wanted.seed)
        truth.people.write_parquet(folder / "people.parquet")
        runs = [
            measure(["-m", "benchmarks.duplicates", "--find", str(folder)], folder)
            for _ in range(wanted.runs)
        ]
        peer = measure(["-m", "benchmarks.duplicates", "--peer", str(folder)], folder)
        _report(runs, truth.people.height, truth.pairs.height)
        _report_thresholds(pl.read_parquet(folder / "found.parquet"), truth.pairs)
        _report_kinds(pl.read_parquet(folder / "found.parquet"), truth.pairs)
        _report_peer(peer, pl.read_parquet(folder / "peer.parquet"), truth.pairs)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--find", help=argparse.SUPPRESS)
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    return parser.parse_args()


def _find(folder: Path) -> int:
    people = pl.read_parquet(folder / "people.parquet")
    features = describe_people(people, secret=secrets.token_bytes(32), today=TODAY)
    with Engine(threads=2) as engine:
        found = find_pairs(features, engine, least_weight=min(THRESHOLDS))
    found.write_parquet(folder / "found.parquet")
    sys.stdout.write(json.dumps({"pairs": found.height}) + "\n")
    return 0


def _match_exactly(folder: Path) -> int:
    people = pl.read_parquet(folder / "people.parquet")
    found = people.join(people, on=PEER_COLUMNS).filter(pl.col("id") < pl.col("id_right"))
    found.select(left="id", right="id_right").write_parquet(folder / "peer.parquet")
    sys.stdout.write(json.dumps({"pairs": found.height}) + "\n")
    return 0


def _report(runs: list[Run], n_people: int, n_pairs: int) -> None:
    seconds, peak = median(run.seconds for run in runs), max(run.peak_mb for run in runs)
    processors = median(run.processor_seconds for run in runs)
    spread = f"{min(run.seconds for run in runs):.1f} to {max(run.seconds for run in runs):.1f}"
    print(f"{n_people:,} entries, {n_pairs:,} pairs of one person")
    print(
        f"median of {len(runs)}: {seconds:.1f} s ({spread}; {processors:.1f} s of processors), "
        f"peak {peak:.0f} MB; goal {GOAL_SECONDS:.0f} s {'met' if seconds <= GOAL_SECONDS else 'MISSED'}"
    )


def _report_thresholds(found: pl.DataFrame, truth: pl.DataFrame) -> None:
    right = found.join(truth, on=["left", "right"], how="semi")
    print(f"{'weight from':>12} {'odds':>9} {'proposed':>9} {'precision':>10} {'recall':>7}")
    for least in THRESHOLDS:
        proposed = found.filter(pl.col("weight") >= least).height
        hits = right.filter(pl.col("weight") >= least).height
        precision, recall = hits / max(proposed, 1), hits / max(truth.height, 1)
        print(f"{least:>12.1f} {2**least:>9.3g} {proposed:>9,} {precision:>10.2%} {recall:>7.2%}")


def _report_kinds(found: pl.DataFrame, truth: pl.DataFrame) -> None:
    proposed = found.filter(pl.col("weight") >= PROPOSED_FROM)
    hit = truth.join(proposed, on=["left", "right"], how="semi")
    print(f"found of each kind, from weight {PROPOSED_FROM}:")
    for kind in KINDS:
        there, met = truth.filter(pl.col("kind") == kind).height, hit.filter(pl.col("kind") == kind).height
        print(f"{kind:>22} {met:>7,} of {there:>7,} {met / max(there, 1):>8.2%}")


def _report_peer(run: Run, found: pl.DataFrame, truth: pl.DataFrame) -> None:
    hits = found.join(truth, on=["left", "right"], how="semi").height
    precision, recall = hits / max(found.height, 1), hits / max(truth.height, 1)
    print(
        f"peer, the same name, birth date and sex: {run.seconds:.1f} s, {found.height:,} proposed, "
        f"precision {precision:.2%}, recall {recall:.2%}"
    )


if __name__ == "__main__":
    sys.exit(main())
