"""Computes all figures of a set of definitions for a set of periods, and writes them to Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tongxin.analytics.answers import Lake
from tongxin.analytics.cells import Bench, code_rows, find_windows
from tongxin.analytics.definitions import Definition
from tongxin.analytics.engine import Engine
from tongxin.analytics.event_cells import event_cells, event_rows
from tongxin.analytics.figure_rows import ROW_GROUP, Place, RolledUp, families_of, figure_rows
from tongxin.analytics.reported import ReportedTables, roll_up_reported
from tongxin.analytics.rollup import plant, roll_up
from tongxin.analytics.slots import Slots
from tongxin.analytics.spell_cells import spell_cells, spell_rows
from tongxin.analytics.statements import select
from tongxin.analytics.tallies import Claim, Family, Plan
from tongxin.analytics.trees import DatedTrees, Hierarchy, date_trees
from tongxin.codes.periods import Period


class FigureError(ValueError):
    """Figures that cannot be computed from what is given."""


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
    """What a computation did: rows written per indicator, and facts whose organisation is in no tree."""

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
        A directory, made where missing: one Parquet file per indicator, `trees.parquet`, `periods.parquet`.
    as_of
        Use the tree of this day for every period, instead of that of the period's last day.

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
    if plan.claims:
        _Computation(engine, inputs, trees, plan, target, summary).run()
    return summary


class _Computation:
    """One run: families are rolled up in turn, and figures written as soon as all is there for them."""

    def __init__(
        self, engine: Engine, inputs: Inputs, trees: DatedTrees, plan: Plan, target: Path, summary: Summary
    ) -> None:
        self._engine, self._inputs, self._trees = engine, inputs, trees
        self._target, self._summary = target, summary
        self._forest = plant(engine, trees)
        self._slots = Slots()
        self._rolled: dict[Place, RolledUp] = {}
        self._families = list(plan.families.values())
        self._waiting: dict[str, list[Claim]] = {}
        for claim in plan.claims:
            self._waiting.setdefault(claim.definition.code, []).append(claim)

    def run(self) -> None:
        order = list(self._waiting)
        while self._families:
            family = self._families.pop(0)
            self._roll_up(family)
            if family.subject not in self._summary.unplaced:
                self._summary.unplaced[family.subject] = self._count_unplaced(family.subject)
            self._write_ready()
        self._write_ready()
        self._summary.figures = {code: self._summary.figures[code] for code in order}

    def _roll_up(self, family: Family) -> None:
        engine, lake = self._engine, self._inputs.lake
        if family.subject not in lake.tables:
            raise FigureError(f"there is no table of the subject '{family.subject}'")
        is_stock = family.timing.at_end
        bench = Bench(engine, family, find_windows(family, self._trees))
        with engine.scratch():
            rows = spell_rows(bench, lake) if is_stock else event_rows(bench, lake)
            coded = code_rows(bench, rows, lake, self._forest, self._slots)
            for key in family.keys:
                cells = list(spell_cells(coded, key) if is_stock else event_cells(coded, key))
                tallies = family.of_key(key)
                kinds = {each.name: "BIGINT" if each.weight else "INTEGER" for each in coded.tallies(tallies)}
                table = roll_up(engine, cells, self._forest, kinds)
                columns = {tally.name: coded.tallies([tally])[0].name for tally in tallies}
                self._rolled[id(family), key] = RolledUp(table, columns, bench.windows.of_period)

    def _write_ready(self) -> None:
        """Write the figures that wait for nothing more, and forget what no others wait for."""
        needs = {code: _identities(claims) for code, claims in self._waiting.items()}
        still = {id(family) for family in self._families}
        with self._engine.scratch():
            dictionary = self._engine.take_names(self._slots.table())
            for code in [code for code, needed in needs.items() if not needed & still]:
                self._summary.figures[code] = self._write(code, self._waiting.pop(code), dictionary)
                del needs[code]
        wanted = set[int]().union(*needs.values())
        for place in [place for place in self._rolled if place[0] not in wanted]:
            self._engine.drop(self._rolled.pop(place).table)

    def _write(self, code: str, claims: Sequence[Claim], dictionary: str) -> int:
        reported = {claim.definition.version: self._reported(claim) for claim in claims}
        with self._engine.scratch():
            statement = figure_rows(self._engine, claims, self._rolled, reported, self._forest, dictionary)
            path = self._target / f"{code}.parquet"
            return self._engine.write_text(statement, path, row_group_size=ROW_GROUP)

    def _reported(self, claim: Claim) -> str | None:
        if not claim.definition.is_reported:
            return None
        if self._inputs.reported is None:
            raise FigureError(f"{claim.definition.version} takes reported values, and none are given")
        return roll_up_reported(self._engine, claim, self._inputs.reported, self._trees, self._forest)

    def _count_unplaced(self, subject: str) -> int:
        rows = self._engine.text(self._inputs.lake.tables[subject])
        placed = f"{rows} AS r ANTI JOIN {self._forest.name} AS n ON n.node = r.organisation"
        return int(self._engine.fetch_text(select(["count(*) AS lost"], placed))[0]["lost"])


def _identities(claims: Sequence[Claim]) -> set[int]:
    """Return which families definitions take numbers from."""
    return {id(family) for claim in claims for family in families_of(claim)}


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
