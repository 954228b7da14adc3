"""Rolls families up into files of tallies, one after another; what is written is listed beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from tongxin.analytics.answers import Lake
from tongxin.analytics.cells import Bench, code_rows, find_windows
from tongxin.analytics.composing import families_of
from tongxin.analytics.engine import Engine, TooLargeError
from tongxin.analytics.event_cells import event_cells, event_rows
from tongxin.analytics.forests import plant
from tongxin.analytics.nearness import KEPT, Nearness
from tongxin.analytics.reported import WEIGHTS, ReportedTables, roll_up_reported
from tongxin.analytics.rollup import roll_up
from tongxin.analytics.slots import Slots
from tongxin.analytics.spell_cells import spell_cells, spell_rows
from tongxin.analytics.statements import select
from tongxin.analytics.tallies import Claim, Family, Plan
from tongxin.analytics.tally_files import (
    Listing,
    TallyFile,
    count_cells,
    counted_file,
    ranked_file,
    read_listing,
    write_near,
    write_table,
    write_tables,
)
from tongxin.analytics.trees import DatedTrees
from tongxin.analytics.value_cells import ranked_values

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
class Manner:
    """How families are rolled up.

    `is_native` says whether by compiled loops or by statements, which give the same figures; without it, by
    loops where rows are many. Where tallies are not settled each has a column, whatever the rows make equal.
    `rows` is how facts are counted that stand at no node.
    """

    is_native: bool | None = None
    is_settled: bool = True
    nearness: Nearness = KEPT
    rows: str = "count(*)"


class Computation:
    """Families rolled up into a folder; those that are listed there already are not rolled up again."""

    def __init__(
        self, engine: Engine, lake: Lake, trees: DatedTrees, target: Path, manner: Manner | None = None
    ) -> None:
        self._engine, self._lake, self._trees, self._target = engine, lake, trees, target
        self._manner = manner or Manner()
        self._forest = plant(engine, trees)
        self._met: dict[tuple[str, str], list[str]] = {}
        self.listing: Listing = read_listing(target)

    def run(self, plan: Plan, families: Iterable[Family] | None = None) -> None:
        """Roll up families of a plan: all, or some."""
        chosen = plan.families.values() if families is None else families
        left = sorted(chosen, key=lambda family: family.subject)
        while left:
            family = left.pop(0)
            if not self.listing.files.keys() >= set(_files_of(family)):
                with sums_of([claim for claim in plan.claims if _takes(claim, family)]):
                    self._roll_up(family)
                if family.subject not in self.listing.unplaced:
                    self.listing.unplaced[family.subject] = self._count_unplaced(family.subject)
                self.listing.write(self._target)
            for name in family.subjects.difference(*(each.subjects for each in left)):
                self._lake.let_go(name)

    def roll_up_reported(self, claim: Claim, reported: ReportedTables | None) -> TallyFile:
        """Roll up what a definition takes of reports, and return its file."""
        if reported is None:
            raise FigureError(f"{claim.definition.version} takes reported values, and none are given")
        with sums_of([claim]):
            table = roll_up_reported(self._engine, claim, reported, self._trees, self._forest)
            windows = {period: n for n, period in enumerate(claim.periods)}
            columns = {name: name for name in WEIGHTS}
            return self._write(TallyFile(reported_file(claim), columns, windows, {}), table, Slots())

    def _roll_up(self, family: Family) -> None:
        engine, lake = self._engine, self._lake
        if family.subject not in lake.tables:
            raise FigureError(f"there is no table of the subject '{family.subject}'")
        windows = find_windows(family, self._trees)
        bench = Bench(engine, family, windows, self._met, is_settled=self._manner.is_settled)
        with engine.scratch():
            if not (self._wants_loops(family) and self._roll_up_native(bench)):
                self._roll_up_stated(bench)

    def _wants_loops(self, family: Family) -> bool:
        if self._manner.is_native is not None:
            return self._manner.is_native
        return self._engine.count(self._lake.tables[family.subject]) >= MANY

    def _roll_up_native(self, bench: Bench) -> bool:
        """Roll a family up by compiled loops; tell whether it is one for them."""
        # The compiler takes long to load, and what answers pages has no need of it.
        from tongxin.analytics.native import NativeFamily, can_take  # noqa: PLC0415

        family = bench.family
        if not can_take(bench):
            return False
        native = NativeFamily(bench, self._lake, self._trees)
        if not native.is_in_reach(list(family.tallies.values())):
            return False
        self.listing.is_native = True
        for key in family.keys:
            settled = {tally.name: native.settle(tally) for tally in family.of_key(key)}
            if settled:
                names = {name: tally.name for name, tally in settled.items()}
                file = _file(bench, counted_file(family, key), names)
                tables = native.roll_up(key, list(dict.fromkeys(settled.values())))
                write_tables(tables, self._target / file.name)
                self._count(file)
        for values, ranked in family.values.items():
            file = _file(bench, ranked_file(family, values), {tally.name: tally.name for tally in ranked})
            near: list[pa.Table] = []
            found = native.rank(values, ranked, self._manner.nearness)
            write_tables(_setting_aside(found, near), self._target / file.name)
            write_tables(near, self._target / file.near)
            self._count(file)
        return True

    def _roll_up_stated(self, bench: Bench) -> None:
        """Roll a family up by statements."""
        engine, lake, family, forest = self._engine, self._lake, bench.family, self._forest
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
            self._write(_file(bench, counted_file(family, key), columns), table, slots)
        for values, ranked in family.values.items():
            table, near = ranked_values(coded, values, ranked, self._manner.nearness, is_stock=is_stock)
            file = _file(bench, ranked_file(family, values), {tally.name: tally.name for tally in ranked})
            names = engine.take_names(slots.table())
            write_near(engine, near, forest, names, self._target / file.near)
            engine.drop(near)
            self._write(file, table, slots)

    def _write(self, file: TallyFile, table: str, slots: Slots) -> TallyFile:
        names = self._engine.take_names(slots.table())
        columns = list(dict.fromkeys(file.columns.values()))
        write_table(self._engine, table, columns, self._forest, names, self._target / file.name)
        self._engine.drop(table)
        return self._count(file)

    def _count(self, file: TallyFile) -> TallyFile:
        counted = replace(file, cells=count_cells(self._engine, self._target / file.name))
        self.listing.files[file.name] = counted
        return counted

    def _count_unplaced(self, subject: str) -> int:
        rows = self._engine.text(self._lake.tables[subject])
        placed = f"{rows} AS r ANTI JOIN {self._forest.name} AS n ON n.node = r.organisation"
        return int(self._engine.fetch_text(select([f"{self._manner.rows} AS lost"], placed))[0]["lost"] or 0)


def reported_file(claim: Claim) -> str:
    """Return the name of the file of what units reported for a definition."""
    return f"reported-{claim.definition.code}-{claim.definition.sha256[:10]}.parquet"


def _files_of(family: Family) -> Iterator[str]:
    for key in family.keys:
        if family.of_key(key):
            yield counted_file(family, key)
    for values in family.values:
        yield ranked_file(family, values)


def _file(bench: Bench, name: str, columns: Mapping[str, str]) -> TallyFile:
    return TallyFile(name, columns, bench.windows.of_period, {})


def _setting_aside(found: Iterable[tuple[pa.Table, pa.Table]], near: list[pa.Table]) -> Iterator[pa.Table]:
    """Yield the tables of cells, and put those of near values aside."""
    for cells, around in found:
        near.append(around)
        yield cells


@contextmanager
def sums_of(claims: Iterable[Claim]) -> Iterator[None]:
    """Name the definitions where their sums turn out too large."""
    try:
        yield
    except TooLargeError as error:
        raise SumError(claims) from error


def _takes(claim: Claim, family: Family) -> bool:
    return any(each is family for each in families_of(claim))
