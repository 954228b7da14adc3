"""Puts the rows of a subject together: by statements, or by compiled loops where facts are many."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tongxin.analytics.arrow_arrays import NEVER, days_of, filled, in_one
from tongxin.analytics.engine import Engine
from tongxin.analytics.key_numbers import KeyNumbers, order_of
from tongxin.analytics.row_plans import BASE, Held, Recipe, Tables, make_rows, named_in
from tongxin.analytics.statements import quote, select

MANY = 400_000
"""From so many facts on, loading the compiled loops is repaid."""

_FEW = 100
"""Less than so many words are numbered in 8 bits."""
_KEYS = ("entity", "worker", "organisation")

Numbers = npt.NDArray[np.int64]
Numbers32 = npt.NDArray[np.int32]
Columns = dict[str, pa.Array]


class Spells(NamedTuple):
    """Spells of keys from 0 up: from `begins` to `ends` (excluded), those of a key from `starts` on."""

    starts: Numbers
    begins: Numbers32
    ends: Numbers32


class RowMaker:
    """Makes the rows of subjects out of tables, and keeps them in an engine."""

    def __init__(self, engine: Engine, tables: Tables, *, is_native: bool) -> None:
        self._engine, self._tables, self._is_native = engine, tables, is_native
        self._known: dict[tuple[str, ...], _Known] = {}

    def keep(self, recipe: Recipe, columns: Collection[str] | None = None) -> ir.Table:
        """Return the rows of a subject: all columns, or the base ones and those named."""
        if self._is_native:
            return self._engine.take_rows(self._loop(recipe, columns))
        return self._engine.keep(make_rows(recipe, self._tables, columns), lasting=True)

    def let_go(self, rows: ir.Table) -> None:
        """Forget rows that were kept."""
        self._engine.let_go(rows)

    def _loop(self, recipe: Recipe, columns: Collection[str] | None) -> pa.Table:
        # The compiler takes long to load, and few facts have no need of it.
        from tongxin.analytics import row_kernels  # noqa: PLC0415

        held = recipe.wanted(columns)
        facts = self._facts(recipe, held, columns)
        known = [self._know(each) for each in held]
        keys = [one.keys.numbers(_whole(facts[each.on])) for one, each in zip(known, held, strict=True)]
        dated = [n for n, each in enumerate(held) if each.is_dated]
        made: Columns = {}
        of: Numbers32 | None = None
        if recipe.span is None:
            days = days_of(facts["on"])
        else:
            of, days, until = _cut([known[n] for n in dated], [keys[n] for n in dated], facts)
            keys = [key[of] for key in keys]
            made = {"valid_from": _dates(days), "valid_to": _dates(until)}

        def add(n: int) -> Columns:
            at = row_kernels.attach(known[n].spells, keys[n], days) if held[n].is_dated else keys[n]
            return _taken(known[n].values, at)

        # The loops and Arrow let go of the interpreter, so threads do run at once.
        with ThreadPoolExecutor(self._engine.threads) as threads:
            for added in threads.map(add, range(len(held))):
                made |= added
        for name in _kept(recipe, list(facts), columns):
            if name not in made:
                made[name] = facts[name] if of is None else facts[name].take(pa.array(of))
        return pa.table({name: made[name] for name in sorted(made, key=lambda name: name not in BASE)})

    def _facts(self, recipe: Recipe, held: Sequence[Held], columns: Collection[str] | None) -> Columns:
        """Return the facts with the columns that are kept, and those by which others are found."""
        kept = _kept(recipe, recipe.table.columns, columns)
        wanted = list(dict.fromkeys([*kept, *(each.on for each in held)]))
        rows = self._engine.text(recipe.table)
        facts = _plain(self._engine.fetch_rows(select(map(quote, wanted), f"{rows} AS r")))
        return facts | {name: _narrow(facts[name]) for name in _KEYS if name in facts}

    def _know(self, held: Held) -> _Known:
        """Read what a table gives, once for all subjects that ask for the same."""
        name = (held.table, held.key, *held.values)
        if name not in self._known:
            self._known[name] = self._read(held)
        return self._known[name]

    def _read(self, held: Held) -> _Known:
        days = ["valid_from", "valid_to"] if held.is_dated else []
        values = [f"{quote(column)} AS {quote(name)}" for name, column in held.values.items()]
        rows = self._engine.text(self._tables[held.table])
        columns = [f"{quote(held.key)} AS held_key", *days, *values]
        found = _plain(self._engine.fetch_rows(select(columns, f"{rows} AS r")))
        key = _whole(found["held_key"])
        never = np.zeros(key.size, np.int32)
        begins, ends = (days_of(found[name]) for name in days) if days else (never, never)
        order = _order(key, begins)
        if order is not None:
            found = {name: column.take(pa.array(order)) for name, column in found.items()}
            key, begins, ends = key[order], begins[order], ends[order]
        opens = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if key.size else np.zeros(0, np.int64)
        values_of = {name: _with(found[name], held.absent.get(name)) for name in held.values}
        return _Known(KeyNumbers(key[opens]), Spells(np.r_[opens, key.size], begins, ends), values_of)


class KeptRows(Mapping[str, ir.Table]):
    """The rows of subjects by name: made when they are first asked for, kept until they are let go."""

    def __init__(
        self, maker: RowMaker, recipes: Mapping[str, Recipe], columns: Mapping[str, Collection[str] | None]
    ) -> None:
        self._maker, self._recipes, self._columns = maker, recipes, columns
        self._kept: dict[str, ir.Table] = {}

    def __getitem__(self, name: str) -> ir.Table:
        if name not in self._kept:
            self._kept[name] = self._maker.keep(self._recipes[name], self._columns[name])
        return self._kept[name]

    def __contains__(self, name: object) -> bool:
        return name in self._recipes

    def __iter__(self) -> Iterator[str]:
        return iter(self._recipes)

    def __len__(self) -> int:
        return len(self._recipes)

    def let_go(self, name: str) -> None:
        """Forget the rows of a subject; asked for again, they are made again."""
        if name in self._kept:
            self._maker.let_go(self._kept.pop(name))


@dataclass(frozen=True)
class _Known:
    """What a table gives, as arrays: each key's spells, and the values, the last for what is absent."""

    keys: KeyNumbers
    spells: Spells
    values: Columns


def _kept(recipe: Recipe, offered: Sequence[str], columns: Collection[str] | None) -> list[str]:
    """Return the columns of facts that are columns of the rows."""
    names = [name for name in offered if name != recipe.span]
    return names if columns is None else named_in(names, columns)


def _order(key: Numbers, begins: Numbers32) -> Numbers | None:
    """Return the order of keys and, of each, of days; None where they stand so already."""
    later = key[1:] > key[:-1]
    if np.all(later | ((key[1:] == key[:-1]) & (begins[1:] >= begins[:-1]))):
        return None
    # Those of one key stay as they stand in the order of their days.
    earliest = order_of(begins - begins.min())
    order: Numbers = earliest[order_of(key[earliest])]
    return order


def _cut(known: Sequence[_Known], keys: Sequence[Numbers32], facts: Columns) -> tuple[Numbers32, ...]:
    """Return of which span each piece is, when it begins and when it ends."""
    from tongxin.analytics import row_kernels  # noqa: PLC0415

    begins, ends = days_of(facts["valid_from"]), days_of(facts["valid_to"])
    if not known:
        return np.arange(begins.size, dtype=np.int32), begins, ends
    # One numbering for the keys and spells of all tables: the loop is compiled once for any number of them.
    spells_before = np.cumsum([0, *(one.spells.begins.size for one in known)])
    keys_before = np.cumsum([0, *(one.spells.starts.size for one in known)])
    together = Spells(
        np.concatenate(
            [one.spells.starts + before for one, before in zip(known, spells_before, strict=False)]
        ),
        np.concatenate([one.spells.begins for one in known]),
        np.concatenate([one.spells.ends for one in known]),
    )
    numbered = [np.where(key < 0, -1, key + before) for key, before in zip(keys, keys_before, strict=False)]
    pieces: tuple[Numbers32, ...] = row_kernels.cut(together, np.stack(numbered), begins, ends)
    return pieces


def _taken(values: Columns, at: Numbers32) -> Columns:
    """Return the values at some places; -1 is where what is absent stands."""
    where = {name: pa.array(np.where(at < 0, len(value) - 1, at)) for name, value in values.items()}
    return {name: value.take(where[name]) for name, value in values.items()}


def _with(values: pa.Array, absent: object) -> pa.Array:
    """Return values with one more at the end: what stands where nothing is held, or known."""
    if not pa.types.is_dictionary(values.type):
        ended = pa.concat_arrays([values, pa.array([absent], values.type)])
        return ended if absent is None else pc.fill_null(ended, absent)
    words = values.dictionary.to_pylist()
    if absent is not None and absent not in words:
        words.append(absent)
    last = None if absent is None else words.index(absent)
    indices = pa.concat_arrays([values.indices, pa.array([last], values.indices.type)])
    if last is not None:
        indices = pc.fill_null(indices, last)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))


def _plain(table: pa.Table) -> Columns:
    """Return the columns of a table, each in one piece, texts as numbers of words."""
    return {name: _numbered(table[name]) for name in table.column_names}


def _numbered(column: pa.ChunkedArray) -> pa.Array:
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = column.cast(pa.string()).dictionary_encode().unify_dictionaries()
        if len(column.chunk(0).dictionary if column.num_chunks else ()) < _FEW:
            column = column.cast(pa.dictionary(pa.int8(), pa.string()))
    return in_one(column)


def _narrow(keys: pa.Array) -> pa.Array:
    """Return keys in 32 bits where these suffice, which halves their memory."""
    largest = pc.max(pc.abs(keys)).as_py() if pa.types.is_int64(keys.type) else None
    return keys if largest is None or largest >= 2**31 else keys.cast(pa.int32())


def _whole(column: pa.Array) -> Numbers:
    return filled(column, -1).astype(np.int64, copy=False)


def _dates(days: Numbers32) -> pa.Array:
    return pa.array(days, mask=days == NEVER).cast(pa.date32())
