"""Rolls families up into files of tallies, one after another; what is written is listed beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from tongxin.analytics.answers import Lake
from tongxin.analytics.cells import Bench, code_rows, find_windows
from tongxin.analytics.composing import families_of
from tongxin.analytics.engine import Engine, TooLargeError
from tongxin.analytics.event_cells import event_cells, event_rows
from tongxin.analytics.forests import plant
from tongxin.analytics.key_numbers import KeyNumbers
from tongxin.analytics.nearness import KEPT, Nearness
from tongxin.analytics.reported import WEIGHTS, ReportedTables, roll_up_reported
from tongxin.analytics.rollup import roll_up
from tongxin.analytics.row_makers import MANY
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

if TYPE_CHECKING:
    from tongxin.analytics.native import NativeFamily


_EACH = "count(*)"


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

    `is_native` says whether by compiled loops or by statements, which give the same figures; without it, as
    the lake says, or by loops where rows are many. Where tallies are not settled each has a column, whatever
    the rows make equal. `rows` is how facts are counted that stand at no node.
    """

    is_native: bool | None = None
    is_settled: bool = True
    nearness: Nearness = KEPT
    rows: str = _EACH


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
        # While loops add one family up, the engine makes the rows of the next: the largest have most to add.
        sizes = self._lake.sizes
        left = sorted(chosen, key=lambda family: (-sizes.get(family.subject, 0), family.subject))
        with ThreadPoolExecutor(1) as beside:
            under_way: Future[list[TallyFile]] | None = None
            while left:
                family, finish = left.pop(0), None
                if not self.listing.files.keys() >= set(_files_of(family)):
                    with sums_of([claim for claim in plan.claims if _takes(claim, family)]):
                        finish = self._roll_up(family)
                for name in family.subjects.difference(*(each.subjects for each in left)):
                    self._lake.let_go(name)
                if finish is not None:
                    self._list(under_way)
                    under_way = beside.submit(finish)
                    # What is finished lets go of its rows.
                    del finish
            self._list(under_way)

    def roll_up_reported(self, claim: Claim, reported: ReportedTables | None) -> TallyFile:
        """Roll up what a definition takes of reports, and return its file."""
        if reported is None:
            raise FigureError(f"{claim.definition.version} takes reported values, and none are given")
        with sums_of([claim]):
            table = roll_up_reported(self._engine, claim, reported, self._trees, self._forest)
            windows = {period: n for n, period in enumerate(claim.periods)}
            columns = {name: name for name in WEIGHTS}
            file = self._write(TallyFile(reported_file(claim), columns, windows, {}), table, Slots())
        self.listing.files[file.name] = file
        return file

    def _list(self, under_way: Future[list[TallyFile]] | None) -> None:
        """Wait for the files that are being written, and list them."""
        if under_way is not None:
            self.listing.files |= {file.name: file for file in under_way.result()}
            self.listing.write(self._target)

    def _roll_up(self, family: Family) -> Callable[[], list[TallyFile]]:
        """Read the rows of a family; what is returned finishes its files, and has no need of the engine."""
        engine, lake = self._engine, self._lake
        if family.subject not in lake.tables:
            raise FigureError(f"there is no table of the subject '{family.subject}'")
        windows = find_windows(family, self._trees)
        bench = Bench(engine, family, windows, self._met, is_settled=self._manner.is_settled)
        with engine.scratch():
            native = self._take_native(bench) if self._wants_loops(family) else None
            files = [] if native else self._roll_up_stated(bench)
        if family.subject not in self.listing.unplaced:
            self.listing.unplaced[family.subject] = self._count_unplaced(family.subject)
        return partial(self._roll_up_native, native, bench) if native else lambda: files

    def _wants_loops(self, family: Family) -> bool:
        for decided in (self._manner.is_native, self._lake.is_native):
            if decided is not None:
                return decided
        return self._engine.count(self._lake.tables[family.subject]) >= MANY

    def _take_native(self, bench: Bench) -> NativeFamily | None:
        """Read the rows of a family for compiled loops; nothing if it is not one for them."""
        # The compiler takes long to load, and what answers pages has no need of it.
        from tongxin.analytics.native import NativeFamily, can_take  # noqa: PLC0415

        if not can_take(bench):
            return None
        native = NativeFamily(bench, self._lake, self._trees)
        if not native.is_in_reach(list(bench.family.tallies.values())):
            return None
        self.listing.is_native = True
        return native

    def _roll_up_native(self, native: NativeFamily, bench: Bench) -> list[TallyFile]:
        """Roll a family up by compiled loops."""
        family, target, files = bench.family, self._target, []
        for key in family.keys:
            settled = {tally.name: native.settle(tally) for tally in family.of_key(key)}
            if settled:
                names = {name: tally.name for name, tally in settled.items()}
                file = _file(bench, counted_file(family, key), names)
                tables = native.roll_up(key, list(dict.fromkeys(settled.values())))
                files.append(replace(file, cells=write_tables(tables, target / file.name)))
        for values, ranked in family.values.items():
            file = _file(bench, ranked_file(family, values), {tally.name: tally.name for tally in ranked})
            near: list[pa.Table] = []
            found = _setting_aside(native.rank(values, ranked, self._manner.nearness), near)
            files.append(replace(file, cells=write_tables(found, target / file.name)))
            write_tables(near, target / file.near)
        return files

    def _roll_up_stated(self, bench: Bench) -> list[TallyFile]:
        """Roll a family up by statements."""
        files = []
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
            files.append(self._write(_file(bench, counted_file(family, key), columns), table, slots))
        for values, ranked in family.values.items():
            table, near = ranked_values(coded, values, ranked, self._manner.nearness, is_stock=is_stock)
            file = _file(bench, ranked_file(family, values), {tally.name: tally.name for tally in ranked})
            names = engine.take_names(slots.table())
            write_near(engine, near, forest, names, self._target / file.near)
            engine.drop(near)
            files.append(self._write(file, table, slots))
        return files

    def _write(self, file: TallyFile, table: str, slots: Slots) -> TallyFile:
        names = self._engine.take_names(slots.table())
        columns = list(dict.fromkeys(file.columns.values()))
        write_table(self._engine, table, columns, self._forest, names, self._target / file.name)
        self._engine.drop(table)
        return replace(file, cells=count_cells(self._engine, self._target / file.name))

    def _count_unplaced(self, subject: str) -> int:
        table = self._lake.tables[subject]
        standing = self._engine.standing(table)
        if standing is not None and self._manner.rows == _EACH:
            known = np.unique(np.concatenate([tree.nodes for tree in self._trees.versions]))
            units = standing["organisation"].fill_null(-1).to_numpy()
            return int((KeyNumbers(known).numbers(units) < 0).sum())
        placed = (
            f"{self._engine.text(table)} AS r ANTI JOIN {self._forest.name} AS n ON n.node = r.organisation"
        )
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
