"""The second way to roll a family up: its rows as arrays, added up by compiled loops.

The statements of `cells`, `rollup` and `value_cells` are the reference; both give the same numbers, and this
is many times as fast where people are many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tongxin.analytics import kernels, rank_kernels
from tongxin.analytics.answers import Lake
from tongxin.analytics.cells import Bench
from tongxin.analytics.measures import Key
from tongxin.analytics.nearness import HIGHER, LOWER, Nearness
from tongxin.analytics.row_arrays import RowArrays
from tongxin.analytics.row_splits import Split, is_aged
from tongxin.analytics.tallies import State, Tally, Values
from tongxin.analytics.tally_columns import settle
from tongxin.analytics.trees import DatedTrees

MOST_WINDOWS = 62
"""So many windows fit a mask."""
MOST_TALLIES = 62
"""So many tallies fit a mask."""
LARGEST = 2**62
"""No sum and no multiple of a value may come near what 64 bits hold; the loops do not look."""

Cube: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Made = TypeVar("Made")


def can_take(bench: Bench) -> bool:
    """Tell whether a family is one for these loops: few windows and tallies, one age in a breakdown."""
    family = bench.family
    aged = [sum(is_aged(family, column) for column in columns) for columns in family.breakdowns.values()]
    is_few = len(bench.windows.rows) <= MOST_WINDOWS and len(family.tallies) <= MOST_TALLIES
    return is_few and max(aged, default=0) <= 1


class NativeFamily:
    """The rows of one family, and what is added up from them.

    What is added up comes as tables of cells in the order of breakdown, organisation, category and window:
    `organisation`, `window`, `breakdown`, `category` and a column for each tally.
    """

    def __init__(self, bench: Bench, lake: Lake, trees: DatedTrees) -> None:
        self._trees, self._threads = trees, bench.engine.threads
        self._windows = bench.windows.rows.to_pylist()
        self._rows = RowArrays(bench, lake, trees)

    def is_in_reach(self, tallies: Sequence[Tally]) -> bool:
        """Tell whether no number of these tallies can be too large for 64 bits."""
        for tally in tallies:
            if tally.weight is None:
                continue
            weight = self._rows.weight(tally.weight)
            known = weight[weight != kernels.NO_VALUE]
            most = max(abs(int(known.max(initial=0))), abs(int(known.min(initial=0))))
            times = known.size if tally.rank is None else 2 * tally.rank.denominator
            if most * times >= LARGEST:
                return False
        return True

    def settle(self, tally: Tally) -> Tally:
        """Return as what a tally is summed: some that differ in name only are one here."""
        return settle(tally, self._rows.certain)

    def roll_up(self, key: Key, tallies: Sequence[Tally]) -> Iterator[pa.Table]:
        """Yield the cells of settled tallies of one kind of key."""
        groups: dict[str | None, list[Tally]] = {}
        for tally in tallies:
            groups.setdefault(tally.weight, []).append(tally)
        ordered, rows = self._rows.by_key(key), self._rows
        runs = {
            name: rows.runs(ordered, group, None if name is None else rows.weight(name))
            for name, group in groups.items()
        }

        def add_up(at: int) -> pa.Table:
            split, field = rows.splits[at], rows.field
            said, columns = self._unsaid(split), []
            for name, group in groups.items():
                cube = self._empty(split, len(group), name)
                coded = rows.in_split(runs[name], ordered, at)
                kernels.add_runs(coded, field, at, name is not None, cube)
                kernels.roll_up(cube, field)
                kernels.mark_cells(cube, said)
                columns += [(tally, cube, n) for n, tally in enumerate(group)]
            return self._cells(split, said, columns)

        return self._for_each_split(add_up)

    def rank(
        self, values: Values, tallies: Sequence[Tally], nearness: Nearness
    ) -> Iterator[tuple[pa.Table, pa.Table]]:
        """Yield cells with the value that stands so far up as each tally says, and the values around it.

        A value that lies between two is kept as a whole number: multiplied by the denominator of its rank.
        """
        taken = Tally("", values.key, State.TRUE, values.answers)
        numbers, offered = _number_values(self._rows.weight(values.weight))
        ordered = self._rows.by_key(values.key)
        runs = self._rows.runs(ordered, [taken], numbers)
        ratios = [each.rank.as_integer_ratio() for each in tallies if each.rank is not None]
        ranks = np.array(ratios, np.int64).reshape(-1, 2)
        chosen = np.isin(self._rows.organisations, self._trees.inner) | nearness.is_everywhere

        def put_in_order(at: int) -> tuple[pa.Table, pa.Table]:
            split, field = self._rows.splits[at], self._rows.field
            ranked = self._empty(split, len(ranks), values.weight)
            times, near = self._empty(split, 1, None)[..., 0], []
            coded = self._rows.in_split(runs, ordered, at)
            for window, version in enumerate(field.versions):
                listed = rank_kernels.list_values(coded, field, window, at)
                entries = rank_kernels.in_order(listed, offered.size)
                for place in self._trees.versions[version].ancestors.T:
                    over = np.where(place < 0, -1, field.organisations[version][place])
                    here = times[:, window]
                    cells = rank_kernels.gather(entries, over, here)
                    rank_kernels.rank_values(cells, here, offered, ranks, ranked[:, window])
                    rows = rank_kernels.near_values(cells, here, ranks, nearness.reach, chosen, offered.size)
                    near.append(self._near(split, window, offered, rows))
            said = self._unsaid(split)
            kernels.mark_cells(ranked, said)
            columns = [(tally, ranked, n) for n, tally in enumerate(tallies)]
            return self._cells(split, said, columns), pa.concat_tables(near)

        return self._for_each_split(put_in_order)

    def _near(self, split: Split, window: int, offered: Cube, rows: npt.NDArray[np.int32]) -> pa.Table:
        """Return values around those taken, as a table."""
        organisation, slot, rank, value, times = rows.T
        return pa.table(
            {
                "organisation": self._rows.organisations[organisation],
                "window": np.full(value.size, window, np.int32),
                "breakdown": _coded(np.zeros(value.size, np.int32), (split.breakdown,)),
                "category": _coded(slot, split.categories),
                "rank": rank,
                "value": np.r_[offered, HIGHER, LOWER][value],
                "times": times,
            }
        )

    def _for_each_split(self, make: Callable[[int], Made]) -> Iterator[Made]:
        # The loops let go of the interpreter, so threads do run at once.
        with ThreadPoolExecutor(self._threads) as threads:
            yield from threads.map(make, range(len(self._rows.splits)))

    def _empty(self, split: Split, tallies: int, weight: str | None) -> Cube:
        """Return a cube of organisation by window by slot by tally: what one key counts for is together."""
        # Counts fit 32 bits, which halve the memory.
        kind = np.int32 if weight is None else np.int64
        shape = (self._rows.organisations.size, len(self._windows), len(split.categories), tallies)
        return np.zeros(shape, dtype=kind)

    def _unsaid(self, split: Split) -> Flags:
        """Return which cells (organisation by slot by window) say something: none yet."""
        return np.zeros((self._rows.organisations.size, len(split.categories), len(self._windows)), np.bool_)

    def _cells(self, split: Split, said: Flags, columns: Sequence[tuple[Tally, Cube, int]]) -> pa.Table:
        """Return the cells that say something, as a table; a column is a tally of a cube."""
        where = kernels.list_cells(said)
        organisation, slot, window = where
        cells = {
            "organisation": self._rows.organisations[organisation],
            "window": window,
            "breakdown": _coded(np.zeros(window.size, np.int32), (split.breakdown,)),
            "category": _coded(slot, split.categories),
        }
        return pa.table(
            cells | {tally.name: kernels.take_cells(cube, at, *where) for tally, cube, at in columns}
        )


def _coded(numbers: npt.NDArray[np.int32], names: Sequence[str | None]) -> pa.Array:
    """Return names by their numbers; null where there is no name to give."""
    if None in names:
        return pa.nulls(numbers.size, pa.dictionary(pa.int32(), pa.string()))
    return pa.DictionaryArray.from_arrays(numbers, pa.array(names, pa.string()))


def _number_values(weight: Cube) -> tuple[Cube, Cube]:
    """Return values as numbers from 0 up, and what each number stands for, in rising order."""
    coded = pa.array(weight).dictionary_encode()
    offered = coded.dictionary.to_numpy()
    order = np.argsort(offered)
    rank = np.empty(order.size, np.int64)
    rank[order] = np.arange(order.size)
    return rank[coded.indices.to_numpy()], offered[order]
