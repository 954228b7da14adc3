"""The rows of a family as arrays of numbers, read once for all windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tongxin.analytics import kernels
from tongxin.analytics.answers import Lake
from tongxin.analytics.cells import Bench, categories_of
from tongxin.analytics.key_numbers import KeyNumbers, order_of
from tongxin.analytics.measures import Key
from tongxin.analytics.row_columns import OPEN, read_columns
from tongxin.analytics.row_splits import split_rows
from tongxin.analytics.tallies import State, Tally
from tongxin.analytics.tally_columns import UNCERTAIN, Certain
from tongxin.analytics.trees import DatedTrees

Array = npt.NDArray[np.signedinteger]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Ordered:
    """Rows in the order of a key: which they are, and where and when each run stands."""

    order: Numbers | slice
    runs: kernels.Runs


class RowArrays:
    """The rows of one family: who, where, when, in which categories, with which answers and weights."""

    def __init__(self, bench: Bench, lake: Lake, trees: DatedTrees) -> None:
        self._bench, self._trees = bench, trees
        self._windows = bench.windows.rows.to_pylist()
        offered = categories_of(bench, lake)
        self.splits = tuple(split_rows(bench.family, offered))
        self.organisations = np.unique(np.concatenate([tree.nodes for tree in trees.versions]))
        """All that any of the trees has; loops count them from 0."""
        self._found = read_columns(bench, lake, self.splits, offered, self._choose)

    def _choose(self, found: Mapping[str, Array]) -> Numbers | slice:
        """Keep where and when rows are, and return those that stand in a tree and a window."""
        organisation = KeyNumbers(self.organisations).numbers(found["organisation"])
        present = self._present_in(found)
        there = (organisation >= 0) & (present != 0)
        chosen: Numbers | slice = slice(None) if there.all() else np.flatnonzero(there).astype(np.int32)
        self._organisation, self._present = organisation[chosen], present[chosen]
        return chosen

    @cached_property
    def certain(self) -> Certain:
        """Which answers no row leaves open, and which every row says yes to."""
        if not self._bench.is_settled:
            return UNCERTAIN
        answers = {name: self._found[name] for name, _ in self._bench.family.parts.values()}
        return Certain(
            frozenset(name for name, answer in answers.items() if not (answer == OPEN).any()),
            frozenset(name for name, answer in answers.items() if (answer == 1).all()),
        )

    @cached_property
    def field(self) -> kernels.Field:
        """Where organisations stand in each window, and which slot a code has at each age."""
        trees = self._trees.versions
        size = max(tree.nodes.size for tree in trees)
        places = np.full((len(trees), self.organisations.size), -1, np.int32)
        organisations = np.full((len(trees), size), -1, np.int32)
        parents = np.full((len(trees), size), -1, np.int32)
        ancestors = np.full((len(trees), size, self._trees.depths), -1, np.int32)
        for version, tree in enumerate(trees):
            here = np.searchsorted(self.organisations, tree.nodes)
            organisations[version, : here.size] = here
            places[version, here] = np.arange(here.size)
            parents[version, : here.size] = tree.parent
            ancestors[version, : here.size, : tree.ancestors.shape[1]] = tree.ancestors
        codes = max(len(split.slots) for split in self.splits)
        slots = np.zeros((len(self.splits), codes, kernels.AGES + 1), np.int32)
        for n, split in enumerate(self.splits):
            slots[n, : len(split.slots)] = split.slots
        return kernels.Field(
            versions=np.array([window["version"] for window in self._windows], np.int32),
            places=places,
            organisations=organisations,
            parents=parents,
            ancestors=ancestors,
            days=np.array([_number(window["last_day"]) for window in self._windows], np.int32),
            slots=slots,
            aged=np.array([split.is_aged for split in self.splits]),
        )

    def by_key(self, key: Key) -> Ordered:
        """Return the rows in the order of a key, those without one left out; no tally takes any yet."""
        keys = self._organisation if key is Key.ORGANISATION else self._found[key.value]
        there = keys >= 0
        order: Numbers | slice = slice(None) if there.all() else np.flatnonzero(there)
        keys = keys[order]
        if np.any(keys[1:] < keys[:-1]):
            sorting = order_of(keys)
            keys = keys[sorting]
            order = sorting if isinstance(order, slice) else order[sorting]
        begins = np.flatnonzero(keys[1:] != keys[:-1]) + 1
        runs = kernels.Runs(
            starts=np.r_[[0] if keys.size else [], begins, keys.size].astype(np.int64),
            organisation=self._organisation[order],
            present=self._present[order],
            taken=np.zeros(0, np.int64),
            code=np.zeros(0, np.int16),
            born=self._found["born"][order] if "born" in self._found else np.zeros(0, np.int32),
            weight=np.zeros(0, np.int64),
        )
        return Ordered(order, runs)

    def runs(self, ordered: Ordered, tallies: Sequence[Tally], weight: Numbers | None = None) -> kernels.Runs:
        """Return ordered rows with what they count for; the tallies are the bits of `taken`."""
        chosen = np.zeros(0, np.int64) if weight is None else weight[ordered.order]
        taken = self._taken(tallies)[ordered.order]
        return ordered.runs._replace(taken=taken, weight=chosen)  # noqa: SLF001  # public, for all its name

    def in_split(self, runs: kernels.Runs, ordered: Ordered, split: int) -> kernels.Runs:
        """Return ordered rows with their codes in a split."""
        code = np.zeros(runs.organisation.size, np.int16)
        if self.splits[split].stored:
            code = self._found[f"code{split}"][ordered.order]
        return runs._replace(code=code)  # noqa: SLF001  # public, for all its name

    def weight(self, name: str) -> Numbers:
        """Return a column of values; `kernels.NO_VALUE` where one is missing."""
        weight: Numbers = self._found[name]
        return weight

    def takes(self, tally: Tally) -> npt.NDArray[np.bool_]:
        """Return which rows a tally takes."""
        if tally.state is State.ALL:
            return np.ones(self._organisation.size, dtype=bool)
        is_open = np.zeros(self._organisation.size, dtype=bool)
        for name in tally.answers:
            is_open |= self._found[name] == OPEN
        is_true = self._found[tally.answers[0]] == 1
        taken: npt.NDArray[np.bool_] = is_true & ~is_open if tally.state is State.TRUE else is_true | is_open
        return taken

    def _taken(self, tallies: Sequence[Tally]) -> Numbers:
        taken = np.zeros(self._organisation.size, np.int64)
        for n, tally in enumerate(tallies):
            taken |= self.takes(tally).astype(np.int64) << n
        return taken

    def _present_in(self, found: Mapping[str, Array]) -> npt.NDArray[np.uint64]:
        """Return the windows in which each row is there, as bits."""
        if "begins" in found:
            days = np.array([window["last_day"] for window in self._windows], "datetime64[D]")
            return _marks(found["begins"], found["ends"], days.astype(np.int32))
        one = np.uint64(1) << np.arange(len(self._windows), dtype=np.uint64)
        if "window" in found:
            in_one: npt.NDArray[np.uint64] = one[found["window"]]
            return in_one
        months = [(window["first_month"], window["last_month"]) for window in self._windows]
        first = min(begin for begin, _ in months)
        # The first place is for the months before all windows, the last for those after.
        marks = np.zeros(max(end for _, end in months) - first + 3, np.uint64)
        for bit, (begin, end) in zip(one, months, strict=True):
            marks[begin - first + 1 : end - first + 2] |= bit
        present: npt.NDArray[np.uint64] = marks[np.clip(found["month"] - (first - 1), 0, marks.size - 1)]
        return present


def _marks(begins: Array, ends: Array, days: Array) -> npt.NDArray[np.uint64]:
    marks: npt.NDArray[np.uint64] = kernels.mark_spells(begins, ends, days)
    return marks


def _number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day
