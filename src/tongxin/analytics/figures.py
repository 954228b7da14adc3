"""Computes all figures of a set of definitions for a set of periods, and writes them to Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tongxin.analytics.answers import Lake
from tongxin.analytics.cells import Bench, code_rows, find_windows
from tongxin.analytics.definitions import Definition
from tongxin.analytics.engine import Engine, TooLargeError
from tongxin.analytics.event_cells import event_cells, event_rows
from tongxin.analytics.figure_rows import (
    ROW_GROUP,
    Calendar,
    Names,
    Place,
    RolledUp,
    families_of,
    figure_rows,
)
from tongxin.analytics.forests import plant
from tongxin.analytics.reported import WEIGHTS, ReportedTables, roll_up_reported
from tongxin.analytics.rollup import roll_up
from tongxin.analytics.slots import Slots
from tongxin.analytics.spell_cells import spell_cells, spell_rows
from tongxin.analytics.statements import select
from tongxin.analytics.tallies import Claim, Family, Plan
from tongxin.analytics.trees import DatedTrees, Hierarchy, date_trees
from tongxin.analytics.value_cells import ranked_values
from tongxin.codes.periods import Period


class FigureError(ValueError):
    """Figures that cannot be computed from what is given."""


class SumError(FigureError):
    """A sum that is too large to be kept: of which indicators, and of which reported items, if of any."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        definitions = [claim.definition for claim in claims]
        self.codes = tuple(dict.fromkeys(each.code for each in definitions))
        parts = [part for each in definitions for part in each.parts if part and part.is_reported]
        self.items = tuple(dict.fromkeys(name for part in parts if (name := part.weight or part.needs)))
        super().__init__(f"the sum is too large: {', '.join(self.items or self.codes)}")


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
        _Computation(engine, inputs, trees, plan, target).run(summary)
    return summary


class _Computation:
    """One run: families are rolled up in turn, and figures written as soon as all is there for them."""

    def __init__(self, engine: Engine, inputs: Inputs, trees: DatedTrees, plan: Plan, target: Path) -> None:
        self._engine, self._inputs, self._trees, self._target = engine, inputs, trees, target
        self._forest = plant(engine, trees)
        self._slots = Slots()
        self._calendar = Calendar({period for claim in plan.claims for period in claim.periods})
        self._periods = engine.take_names(self._calendar.table())
        self._rolled: dict[Place, RolledUp] = {}
        self._families = list(plan.families.values())
        self._waiting: dict[str, list[Claim]] = {}
        for claim in plan.claims:
            self._waiting.setdefault(claim.definition.code, []).append(claim)

    def run(self, summary: Summary) -> None:
        order, rows = list(self._waiting), dict(self._write_ready())
        while self._families:
            family = self._families.pop(0)
            waiting = [claim for claims in self._waiting.values() for claim in claims]
            with _sums_of([claim for claim in waiting if _takes(claim, family)]):
                self._roll_up(family)
            if family.subject not in summary.unplaced:
                summary.unplaced[family.subject] = self._count_unplaced(family.subject)
            rows |= self._write_ready()
        summary.figures = {code: rows[code] for code in order}

    def _roll_up(self, family: Family) -> None:
        engine, lake = self._engine, self._inputs.lake
        if family.subject not in lake.tables:
            raise FigureError(f"there is no table of the subject '{family.subject}'")
        is_stock = family.timing.at_end
        bench = Bench(engine, family, find_windows(family, self._trees))
        windows = engine.take_text(self._calendar.windows(bench.windows.of_period))
        with engine.scratch():
            rows = spell_rows(bench, lake) if is_stock else event_rows(bench, lake)
            coded = code_rows(bench, rows, lake, self._forest, self._slots)
            for key in family.keys:
                cells = list(spell_cells(coded, key) if is_stock else event_cells(coded, key))
                tallies = family.of_key(key)
                kinds = {each.name: "BIGINT" if each.weight else "INTEGER" for each in coded.tallies(tallies)}
                table = roll_up(engine, cells, self._forest, kinds)
                columns = {tally.name: coded.tallies([tally])[0].name for tally in tallies}
                self._rolled[id(family), key] = RolledUp(table, columns, windows)
            for values, ranked in family.values.items():
                table = ranked_values(coded, values, ranked, is_stock=is_stock)
                columns = {tally.name: tally.name for tally in ranked}
                self._rolled[id(family), values] = RolledUp(table, columns, windows)

    def _write_ready(self) -> dict[str, int]:
        """Write the figures that wait for nothing more, and forget what no others wait for."""
        still = {id(family) for family in self._families}
        ready = [code for code, claims in self._waiting.items() if not _identities(claims) & still]
        rows = {}
        if ready:
            names = Names(self._engine.take_names(self._slots.table()), self._periods)
            rows = {code: self._write(code, self._waiting.pop(code), names) for code in ready}
        wanted = set[int]().union(*map(_identities, self._waiting.values()))
        for place in [place for place in self._rolled if place[0] not in wanted]:
            self._engine.drop(self._rolled.pop(place).table)
        return rows

    def _write(self, code: str, claims: Sequence[Claim], names: Names) -> int:
        with _sums_of(claims), self._engine.scratch():
            reported = {
                claim.definition.version: self._reported(claim)
                for claim in claims
                if claim.definition.is_reported
            }
            statement = figure_rows(claims, self._rolled, reported, self._calendar, self._forest, names)
            path = self._target / f"{code}.parquet"
            rows = self._engine.write_text(statement, path, row_group_size=ROW_GROUP)
        for each in reported.values():
            self._engine.drop(each.table)
        return rows

    def _reported(self, claim: Claim) -> RolledUp:
        if self._inputs.reported is None:
            raise FigureError(f"{claim.definition.version} takes reported values, and none are given")
        table = roll_up_reported(self._engine, claim, self._inputs.reported, self._trees, self._forest)
        windows = self._calendar.windows({period: n for n, period in enumerate(claim.periods)})
        columns = {name: name for name in WEIGHTS}
        columns |= {"undetermined": "expected - reporting", "population": "expected"}
        return RolledUp(table, columns, self._engine.take_text(windows))

    def _count_unplaced(self, subject: str) -> int:
        rows = self._engine.text(self._inputs.lake.tables[subject])
        placed = f"{rows} AS r ANTI JOIN {self._forest.name} AS n ON n.node = r.organisation"
        return int(self._engine.fetch_text(select(["count(*) AS lost"], placed))[0]["lost"])


@contextmanager
def _sums_of(claims: Iterable[Claim]) -> Iterator[None]:
    """Name the definitions where their sums turn out too large."""
    try:
        yield
    except TooLargeError as error:
        raise SumError(claims) from error


def _takes(claim: Claim, family: Family) -> bool:
    return any(each is family for each in families_of(claim))


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
