"""Computes all figures of a set of definitions for a set of periods, and writes them to Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tongxin.analytics.answers import Lake
from tongxin.analytics.cells import Bench, code_rows, find_windows
from tongxin.analytics.composing import Place, compose, families_of
from tongxin.analytics.compositions import Composition, write_compositions
from tongxin.analytics.definitions import Definition
from tongxin.analytics.engine import Engine, TooLargeError
from tongxin.analytics.event_cells import event_cells, event_rows
from tongxin.analytics.forests import plant
from tongxin.analytics.reported import WEIGHTS, ReportedTables, roll_up_reported
from tongxin.analytics.rollup import roll_up
from tongxin.analytics.slots import Slots
from tongxin.analytics.spell_cells import spell_cells, spell_rows
from tongxin.analytics.statements import select
from tongxin.analytics.tallies import Claim, Family, Plan
from tongxin.analytics.tally_files import TallyFile, count_cells, name_of, write_table, write_tables
from tongxin.analytics.trees import DatedTrees, Hierarchy, date_trees
from tongxin.analytics.value_cells import ranked_values
from tongxin.codes.periods import Period

MANY = 400_000
"""From so many rows of a subject on, loading the compiled loops is repaid."""


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
    if plan.claims:
        _Computation(engine, inputs, trees, plan, target, is_native=is_native).run(summary)
    return summary


class _Computation:
    """One run: families are rolled up and written in turn, then how figures come out of them."""

    def __init__(
        self,
        engine: Engine,
        inputs: Inputs,
        trees: DatedTrees,
        plan: Plan,
        target: Path,
        *,
        is_native: bool | None,
    ) -> None:
        self._engine, self._inputs, self._trees, self._plan = engine, inputs, trees, plan
        self._target, self._is_native = target, is_native
        self._forest = plant(engine, trees)
        self._files: dict[Place, TallyFile] = {}
        self._met: dict[tuple[str, str], list[str]] = {}

    def run(self, summary: Summary) -> None:
        left = sorted(self._plan.families.values(), key=lambda family: family.subject)
        while left:
            family = left.pop(0)
            with _sums_of([claim for claim in self._plan.claims if _takes(claim, family)]):
                self._roll_up(family)
            if family.subject not in summary.unplaced:
                summary.unplaced[family.subject] = self._count_unplaced(family.subject)
            for name in family.subjects.difference(*(each.subjects for each in left)):
                self._inputs.lake.let_go(name)
        composed: dict[str, list[Composition]] = {}
        for claim in self._plan.claims:
            with _sums_of([claim]):
                reported = self._reported(claim) if claim.definition.is_reported else None
            composed.setdefault(claim.definition.code, []).append(compose(claim, self._files, reported))
        for code, compositions in composed.items():
            write_compositions(compositions, self._target / f"{code}.json")
            summary.figures[code] = sum(each.figures for each in compositions)

    def _roll_up(self, family: Family) -> None:
        engine, lake = self._engine, self._inputs.lake
        if family.subject not in lake.tables:
            raise FigureError(f"there is no table of the subject '{family.subject}'")
        bench = Bench(engine, family, find_windows(family, self._trees), self._met)
        with engine.scratch():
            if not (self._wants_loops(family) and self._roll_up_native(bench)):
                self._roll_up_stated(bench)

    def _wants_loops(self, family: Family) -> bool:
        if self._is_native is not None:
            return self._is_native
        return self._engine.count(self._inputs.lake.tables[family.subject]) >= MANY

    def _roll_up_native(self, bench: Bench) -> bool:
        """Roll a family up by compiled loops; tell whether it is one for them."""
        # The compiler takes long to load, and what answers pages has no need of it.
        from tongxin.analytics.native import NativeFamily, can_take  # noqa: PLC0415

        family = bench.family
        if not can_take(bench):
            return False
        native = NativeFamily(bench, self._inputs.lake, self._trees)
        if not native.is_in_reach(list(family.tallies.values())):
            return False
        for key in family.keys:
            settled = {tally.name: native.settle(tally) for tally in family.of_key(key)}
            if settled:
                file = self._file(bench, key.value, {name: tally.name for name, tally in settled.items()})
                write_tables(
                    native.roll_up(key, list(dict.fromkeys(settled.values()))), self._target / file.name
                )
                self._files[id(family), key] = self._counted(file)
        for n, (values, ranked) in enumerate(family.values.items()):
            file = self._file(bench, f"{values.weight}-{n}", {tally.name: tally.name for tally in ranked})
            write_tables(native.rank(values, ranked), self._target / file.name)
            self._files[id(family), values] = self._counted(file)
        return True

    def _roll_up_stated(self, bench: Bench) -> None:
        """Roll a family up by statements."""
        engine, lake, family, forest = self._engine, self._inputs.lake, bench.family, self._forest
        slots, is_stock = Slots(), family.timing.at_end
        rows = spell_rows(bench, lake) if is_stock else event_rows(bench, lake)
        coded = code_rows(bench, rows, lake, forest, slots)
        for key in family.keys:
            tallies = family.of_key(key)
            kinds = {each.name: "BIGINT" if each.weight else "INTEGER" for each in coded.tallies(tallies)}
            if not kinds:
                continue
            cells = list(spell_cells(coded, key) if is_stock else event_cells(coded, key))
            table = roll_up(engine, cells, forest, kinds)
            columns = {tally.name: coded.tallies([tally])[0].name for tally in tallies}
            self._files[id(family), key] = self._write(self._file(bench, key.value, columns), table, slots)
        for n, (values, ranked) in enumerate(family.values.items()):
            table = ranked_values(coded, values, ranked, is_stock=is_stock)
            file = self._file(bench, f"{values.weight}-{n}", {tally.name: tally.name for tally in ranked})
            self._files[id(family), values] = self._write(file, table, slots)

    def _file(self, bench: Bench, what: str, columns: Mapping[str, str]) -> TallyFile:
        return TallyFile(name_of(bench.family, what), columns, bench.windows.of_period, {})

    def _write(self, file: TallyFile, table: str, slots: Slots) -> TallyFile:
        names = self._engine.take_names(slots.table())
        columns = list(dict.fromkeys(file.columns.values()))
        write_table(self._engine, table, columns, self._forest, names, self._target / file.name)
        self._engine.drop(table)
        return self._counted(file)

    def _counted(self, file: TallyFile) -> TallyFile:
        return replace(file, cells=count_cells(self._engine, self._target / file.name))

    def _reported(self, claim: Claim) -> TallyFile:
        if self._inputs.reported is None:
            raise FigureError(f"{claim.definition.version} takes reported values, and none are given")
        table = roll_up_reported(self._engine, claim, self._inputs.reported, self._trees, self._forest)
        name = f"reported-{claim.definition.code}-{claim.definition.sha256[:10]}.parquet"
        windows = {period: n for n, period in enumerate(claim.periods)}
        return self._write(TallyFile(name, {name: name for name in WEIGHTS}, windows, {}), table, Slots())

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
