"""Computes all figures of a set of definitions for a set of periods, and writes them to Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tongxin.analytics.answers import Lake
from tongxin.analytics.composing import compose
from tongxin.analytics.compositions import Composition, write_compositions
from tongxin.analytics.computing import Computation, FigureError, Manner, SumError
from tongxin.analytics.definitions import Definition
from tongxin.analytics.engine import Engine
from tongxin.analytics.reported import ReportedTables
from tongxin.analytics.tallies import Claim, Plan
from tongxin.analytics.tally_files import TallyFile
from tongxin.analytics.trees import DatedTrees, Hierarchy, date_trees
from tongxin.codes.periods import Period

__all__ = ["FigureError", "Inputs", "SumError", "Summary", "compute_figures"]


@dataclass(frozen=True)
class Inputs:
    """What figures are computed from.

    `lake.tables` holds a table for each subject, with the columns that `Subject` lists.
    """

    lake: Lake
    hierarchy: Hierarchy
    reported: ReportedTables | None = None


@dataclass
class Summary:
    """What a computation did: figures by indicator, and facts whose organisation is in no tree."""

    figures: dict[str, int] = field(default_factory=dict)
    unplaced: dict[str, int] = field(default_factory=dict)
    trees: int = 0


def compute_figures(
    engine: Engine,
    definitions: Sequence[Definition],
    inputs: Inputs,
    periods: Iterable[Period],
    target: Path,
    *,
    as_of: date | None = None,
    is_native: bool | None = None,
) -> Summary:
    """Compute the figures of definitions for periods at every node, and write them into a directory.

    Parameters
    ----------
    engine
        An open engine; the tables of `inputs` belong to it.
    definitions
        Any number of versions of any number of indicators; each period takes the version of its last day.
    periods
        The periods; a definition makes figures only for those of its kinds.
    target
        A directory, made where missing: Parquet files of what was tallied, `trees.parquet`,
        `periods.parquet`, and for each indicator a JSON file that says how its figures are put together.
    as_of
        Use the tree of this day for every period, instead of that of the period's last day.
    is_native
        Whether to add up by compiled loops or by statements, which give the same figures; without it, by
        loops where rows are many.

    Returns
    -------
    Summary
    """
    chosen = sorted(set(periods))
    plan = Plan(definitions, chosen)
    trees = date_trees(inputs.hierarchy, [period.last_day for period in chosen], as_of=as_of)
    target.mkdir(parents=True, exist_ok=True)
    _write_trees(target, trees, chosen)
    summary = Summary(trees=len(trees.versions))
    if not plan.claims:
        return summary
    run = Computation(engine, inputs.lake, trees, target, Manner(is_native))
    run.run(plan)
    reported = {
        claim.definition.version: run.roll_up_reported(claim, inputs.reported)
        for claim in plan.claims
        if claim.definition.is_reported
    }
    run.listing.write(target)
    summary.unplaced.update(run.listing.unplaced)
    summary.figures.update(write_claims(plan.claims, run.listing.files, reported, target))
    return summary


def write_claims(
    claims: Iterable[Claim],
    files: Mapping[str, TallyFile],
    reported: Mapping[str, TallyFile],
    target: Path,
) -> dict[str, int]:
    """Write how the figures of definitions come out of files; returns by indicator how many there are."""
    composed: dict[str, list[Composition]] = {}
    for claim in claims:
        made = compose(claim, files, reported.get(claim.definition.version))
        composed.setdefault(claim.definition.code, []).append(made)
    for code, compositions in composed.items():
        write_compositions(compositions, target / f"{code}.json")
    return {code: sum(each.figures for each in made) for code, made in composed.items()}


def _write_trees(target: Path, trees: DatedTrees, periods: Sequence[Period]) -> None:
    pq.write_table(trees.table(), target / "trees.parquet", compression="zstd")
    versions = [trees.version_on[period.last_day] for period in periods]
    table = pa.table(
        {
            "period": pa.array([str(period) for period in periods], pa.string()),
            "version": pa.array(versions, pa.int32()),
        }
    )
    pq.write_table(table, target / "periods.parquet")
