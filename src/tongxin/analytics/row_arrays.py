"""The rows of a family as arrays of numbers, read once for all windows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import product

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from tongxin.analytics import kernels
from tongxin.analytics.ages import AGE_BAND, BIRTH_DATE, band_of_age, derived_from
from tongxin.analytics.answers import UNKNOWN, Lake, add_answers, is_dated
from tongxin.analytics.cells import Bench, categories_of
from tongxin.analytics.event_cells import event_days
from tongxin.analytics.measures import Key
from tongxin.analytics.spell_cells import held_spells, spells_in_time
from tongxin.analytics.statements import literal, quote, select
from tongxin.analytics.tallies import Family, State, Tally
from tongxin.analytics.tally_columns import UNCERTAIN, Certain
from tongxin.analytics.trees import DatedTrees

OPEN = 2
"""An answer that cannot be told, as a number beside no and yes."""

Array = npt.NDArray[np.generic]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """How rows are split: a code of the stored columns, and the slot of each code and age.

    A slot is the number of a category among those of the breakdown, which are in order; without a breakdown
    all rows are in the one slot of the total.
    """

    breakdown: str | None
    stored: tuple[str, ...]
    slots: npt.NDArray[np.int32]
    categories: tuple[str | None, ...]
    is_aged: bool


@dataclass(frozen=True)
class Ordered:
    """Rows in the order of a key: which they are, and where and when each run stands."""

    order: Numbers | slice
    runs: kernels.Runs


class RowArrays:
    """The rows of one family: who, where, when, in which categories, with which answers and weights."""

    def __init__(self, bench: Bench, lake: Lake, trees: DatedTrees) -> None:
        self._bench, self._lake, self._trees = bench, lake, trees
        self._windows = bench.windows.rows.to_pylist()
        self._categories = categories_of(bench, lake)
        self.splits = tuple(self._split())
        self.organisations = np.unique(np.concatenate([tree.nodes for tree in trees.versions]))
        """All that any of the trees has; loops count them from 0."""
        self._found = bench.engine.fetch_arrays(self._statement())
        organisation = self._found.pop("organisation")
        at = np.searchsorted(self.organisations, organisation)
        at = np.minimum(at, self.organisations.size - 1)
        self._is_placed = self.organisations[at] == organisation
        self._organisation = at.astype(np.int32)

    @cached_property
    def certain(self) -> Certain:
        """Which answers no row leaves open, and which every row says yes to."""
        if not self._bench.is_settled:
            return UNCERTAIN
        there = self._present != 0
        answers = {name: self._found[name][there] for name, _ in self._bench.family.parts.values()}
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
        ancestors = np.full((len(trees), size, self._trees.depths), -1, np.int32)
        for version, tree in enumerate(trees):
            here = np.searchsorted(self.organisations, tree.nodes)
            organisations[version, : here.size] = here
            places[version, here] = np.arange(here.size)
            ancestors[version, : here.size, : tree.ancestors.shape[1]] = tree.ancestors
        codes = max(len(split.slots) for split in self.splits)
        slots = np.zeros((len(self.splits), codes, kernels.AGES + 1), np.int32)
        for n, split in enumerate(self.splits):
            slots[n, : len(split.slots)] = split.slots
        return kernels.Field(
            versions=np.array([window["version"] for window in self._windows], np.int32),
            places=places,
            organisations=organisations,
            ancestors=ancestors,
            days=np.array([_number(window["last_day"]) for window in self._windows], np.int32),
            slots=slots,
            aged=np.array([split.is_aged for split in self.splits]),
        )

    def by_key(self, key: Key) -> Ordered:
        """Return the rows in the order of a key, those without one left out; no tally takes any yet."""
        keys = self._organisation if key is Key.ORGANISATION else self._found[key.value]
        keys = keys.filled(-1) if isinstance(keys, np.ma.MaskedArray) else keys
        there = self._is_placed & (keys >= 0) & (self._present != 0)
        order: Numbers | slice = slice(None) if there.all() else np.flatnonzero(there)
        keys = keys[order]
        if np.any(keys[1:] < keys[:-1]):
            sorting = np.argsort(keys, kind="stable")
            keys = keys[sorting]
            order = sorting if isinstance(order, slice) else order[sorting]
        begins = np.flatnonzero(keys[1:] != keys[:-1]) + 1
        runs = kernels.Runs(
            starts=np.r_[[0] if keys.size else [], begins, keys.size].astype(np.int64),
            organisation=self._organisation[order],
            present=self._present[order],
            taken=np.zeros(0, np.int64),
            codes=self._codes[:, order],
            born=self._born[order],
            weight=np.zeros(0, np.int64),
        )
        return Ordered(order, runs)

    def runs(self, ordered: Ordered, tallies: Sequence[Tally], weight: Numbers | None = None) -> kernels.Runs:
        """Return ordered rows with what they count for; the tallies are the bits of `taken`."""
        chosen = np.zeros(0, np.int64) if weight is None else weight[ordered.order]
        taken = self._taken(tallies)[ordered.order]
        return ordered.runs._replace(taken=taken, weight=chosen)  # noqa: SLF001  # public, for all its name

    def weight(self, name: str) -> Numbers:
        """Return a column of values; `kernels.NO_VALUE` where one is missing."""
        found = self._found[name]
        filled = found.filled(kernels.NO_VALUE) if isinstance(found, np.ma.MaskedArray) else found
        weight: Numbers = filled.astype(np.int64)
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

    @cached_property
    def _present(self) -> npt.NDArray[np.uint64]:
        """The windows in which each row is there, as bits."""
        found = self._found
        if "begins" in found:
            days = np.array([window["last_day"] for window in self._windows], "datetime64[D]")
            return _marks(found["begins"], found["ends"], days.astype(np.int32))
        one = np.uint64(1) << np.arange(len(self._windows), dtype=np.uint64)
        if "window" in found:
            in_one: npt.NDArray[np.uint64] = one[found["window"]]
            return in_one
        months = [(window["first_month"], window["last_month"]) for window in self._windows]
        first = min(begin for begin, _ in months)
        marks = np.zeros(max(end for _, end in months) - first + 1, np.uint64)
        for bit, (begin, end) in zip(one, months, strict=True):
            marks[begin - first : end - first + 1] |= bit
        present: npt.NDArray[np.uint64] = marks[found["month"] - first]
        return present

    @cached_property
    def _codes(self) -> npt.NDArray[np.int16]:
        empty = np.zeros(self._organisation.size, np.int16)
        columns = [self._found.get(f"code{n}", empty) for n in range(len(self.splits))]
        return np.stack(columns).astype(np.int16, copy=False)

    @cached_property
    def _born(self) -> npt.NDArray[np.int32]:
        empty = np.zeros(self._organisation.size, np.int32)
        return self._found.get("born", empty).astype(np.int32, copy=False)

    def _split(self) -> Iterator[Split]:
        """Yield how rows are split by nothing, and by each breakdown."""
        yield Split(None, (), np.zeros((1, kernels.AGES + 1), np.int32), (None,), is_aged=False)
        bands = [band_of_age(age) for age in range(kernels.AGES)] + [UNKNOWN]
        for name, columns in self._bench.family.breakdowns.items():
            stored = tuple(column for column in columns if not is_aged(self._bench.family, column))
            has_ages = len(stored) < len(columns)
            named = [
                [_category(columns, stored, code, band) for band in (bands if has_ages else [""])]
                for code in product(*(self._categories[column] for column in stored))
            ]
            categories = sorted({category for row in named for category in row})
            table = np.zeros((len(named), kernels.AGES + 1), np.int32)
            for code, row in enumerate(named):
                table[code, : len(row)] = [categories.index(category) for category in row]
            yield Split(name, stored, table, tuple(categories), has_ages)

    # The statement that reads them

    def _statement(self) -> str:
        rows, family = self._rows(), self._bench.family
        columns = [key.value for key in dict.fromkeys([Key.ORGANISATION, *_keys(family)])]
        columns += [quote(name) for name in ("window", "month") if name in rows.columns]
        if "until" in rows.columns and "window" not in rows.columns:
            columns += [_EPOCH.format(name=name, shown=shown) for name, shown in _ENDS.items()]
        answers = [name for name, _ in family.parts.values()]
        columns += [f"coalesce(CAST({name} AS TINYINT), {OPEN}) AS {name}" for name in answers]
        stored = enumerate(split.stored for split in self.splits)
        columns += [f"{self._coded(each)} AS code{n}" for n, each in stored if each]
        if (born := _birth_date(family)) is not None:
            columns.append(f"coalesce({_BORN.format(name=quote(born))}, 0) AS born")
        columns += [quote(name) for name in family.weights]
        source = f"{self._bench.engine.text(rows)} AS r"
        return select(list(dict.fromkeys(columns)), source, where="organisation IS NOT NULL")

    def _rows(self) -> ir.Table:
        bench, lake = self._bench, self._lake
        if not bench.family.timing.at_end:
            return event_days(bench, lake)
        rows = add_answers(bench.family, spells_in_time(bench, lake), lake, None)
        if any(is_dated(part) for _, part in bench.family.parts.values()):
            return held_spells(bench, rows, lake)
        return rows

    def _coded(self, columns: Sequence[str]) -> str:
        """Return the number of the stored categories of a row, those of the first column counting most."""
        number = "0"
        for column in columns:
            offered = self._categories[column]
            listed = ", ".join(map(literal, offered))
            code = f"enum_code(TRY_CAST(CAST({quote(column)} AS VARCHAR) AS ENUM ({listed})))"
            number = f"({number}) * {len(offered)} + coalesce({code}, {offered.index(UNKNOWN)})"
        return f"CAST({number} AS SMALLINT)"


_EPOCH = "CAST({name} - DATE '1970-01-01' AS INTEGER) AS {shown}"
_ENDS: Mapping[str, str] = {"valid_from": "begins", "until": "ends"}
_BORN = "CAST(year({name}) * 10000 + month({name}) * 100 + day({name}) AS INTEGER)"


def is_aged(family: Family, column: str) -> bool:
    """Tell whether a category is the age band of the day of each window, which rows do not hold."""
    return family.timing.at_end and column.rpartition(".")[2] == AGE_BAND


def _keys(family: Family) -> list[Key]:
    return [*family.keys, *(values.key for values in family.values)]


def _birth_date(family: Family) -> str | None:
    columns = [each for columns in family.breakdowns.values() for each in columns if is_aged(family, each)]
    born = {derived_from(column) for column in columns}
    if any(not column.endswith(BIRTH_DATE) for column in born):
        raise ValueError(f"no birth date behind {columns}")
    return min(born, default=None)


def _marks(begins: Array, ends: Array, days: Array) -> npt.NDArray[np.uint64]:
    marks: npt.NDArray[np.uint64] = kernels.mark_spells(begins, ends, days)
    return marks


def _number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _category(columns: Sequence[str], stored: Sequence[str], code: Sequence[str], band: str) -> str:
    """Return the category of a code of the stored columns and an age band, in the order of the columns."""
    parts = iter(code)
    return ",".join(next(parts) if column in stored else band for column in columns)
