"""The columns of a family's rows as arrays of numbers: read by a statement, or from where the rows stand.

Both give the same. Where and when a row is: `organisation`, -1 where it is missing; `window`, or `month`
counted from the year 0, or `begins` and `ends` as days since 1970. What it is: the keys, -1 where one is
missing; each answer as no, yes or `OPEN`; `code1` and so on for the stored columns of each breakdown; `born`
as a number like 19900131, 0 where it is missing; each weight, `kernels.NO_VALUE` where it is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tongxin.analytics import kernels
from tongxin.analytics.ages import AGE_BAND, derived_from
from tongxin.analytics.answers import UNKNOWN, Lake, add_answers, is_dated, narrow
from tongxin.analytics.arrow_arrays import NEVER, Array, Numbers32, days_of, filled, in_one
from tongxin.analytics.cells import Bench
from tongxin.analytics.conditions.expressions import related_used
from tongxin.analytics.event_cells import event_days
from tongxin.analytics.measures import Key
from tongxin.analytics.row_splits import Split, bands_of_ages, birth_date_of
from tongxin.analytics.spell_cells import held_spells, spells_in_time
from tongxin.analytics.statements import literal, quote, select
from tongxin.analytics.tallies import Family

OPEN = 2
"""An answer that cannot be told, as a number beside no and yes."""

Arrays = dict[str, Array]
Offered = Mapping[str, Sequence[str]]
Chosen = npt.NDArray[np.int64] | slice
Chooser = Callable[[Mapping[str, Array]], Chosen]

_AFTER_ALL = (date.max - date(1970, 1, 1)).days + 1
_WHERE_AND_WHEN = ("organisation", "window", "month", "begins", "ends")


def read_columns(
    bench: Bench, lake: Lake, splits: Sequence[Split], offered: Offered, choose: Chooser
) -> Arrays:
    """Read what the rows of a family are.

    Parameters
    ----------
    offered
        The categories of each column of breakdowns, in order.
    choose
        Is told where and when all rows are, and says which of them are wanted.
    """
    rows = lake.tables[bench.family.subject]
    standing = bench.engine.standing(rows)
    if standing is None or not _suffices(bench.family, standing):
        found = _stated(bench, lake, splits, offered)
        chosen = choose({name: found.pop(name) for name in _WHERE_AND_WHEN if name in found})
        return {name: found.pop(name)[chosen] for name in list(found)}
    chosen = choose(_where_and_when(bench.family, standing))
    answers = _answers(bench, lake, rows, standing.num_rows, chosen)
    return _Standing(bench.family, standing, offered, chosen).read(splits) | answers


def _suffices(family: Family, rows: pa.Table) -> bool:
    """Tell whether rows that stand somewhere need no others, and no day that they do not have."""
    parts = [part for _, part in family.parts.values()]
    if any(related_used(condition) for part in parts for condition in part.where):
        return False
    if family.timing.at_end:
        return "valid_from" in rows.column_names and not any(map(is_dated, parts))
    return "on" in rows.column_names


def _answers(bench: Bench, lake: Lake, rows: ir.Table, count: int, chosen: Chosen) -> Arrays:
    """Return the answers of chosen rows, in the order in which they stand."""
    family = bench.family
    surely = [name for name, part in family.parts.values() if not (part.where or part.needs)]
    size = count if isinstance(chosen, slice) else chosen.size
    found: Arrays = {name: np.ones(size, np.int8) for name in surely}
    left = [name for name, _ in family.parts.values() if name not in found]
    if left:
        on = None if family.timing.at_end else "on"
        dated = ["valid_from", "valid_to"] if on is None else [on]
        # The engine keeps the order of rows that it neither joins nor groups.
        answered = add_answers(family, narrow(family, rows, dated), lake, on)
        answers = bench.engine.fetch_arrays(select(map(_answer, left), f"{bench.engine.text(answered)} AS r"))
        found |= {name: answers[name][chosen] for name in left}
    return found


def _where_and_when(family: Family, rows: pa.Table) -> Arrays:
    organisation = filled(in_one(rows["organisation"]), -1)
    if family.timing.at_end:
        begins, ends = (days_of(in_one(rows[name])) for name in ("valid_from", "valid_to"))
        return {"organisation": organisation, "begins": begins, "ends": ends}
    return {"organisation": organisation, "month": calendar().month(days_of(in_one(rows["on"])))}


class _Standing:
    """Chosen ones of the rows that stand in an Arrow table, with words for texts."""

    def __init__(self, family: Family, rows: pa.Table, offered: Offered, chosen: Chosen) -> None:
        self._family, self._rows, self._offered = family, rows, offered
        self._chosen = None if isinstance(chosen, slice) else pa.array(chosen)

    def read(self, splits: Sequence[Split]) -> Arrays:
        """Return what the rows are, but for the answers."""
        keys = [key.value for key in _keys(self._family) if key is not Key.ORGANISATION]
        found: Arrays = {key: filled(self._column(key), -1) for key in keys}
        stored = ((n, split.stored) for n, split in enumerate(splits) if split.stored)
        found |= {f"code{n}": self._coded(columns) for n, columns in stored}
        if (born := birth_date_of(self._family)) is not None:
            found["born"] = self._numbers(born)
        return found | {name: self._weight(name) for name in self._family.weights}

    def _column(self, name: str) -> pa.Array:
        column = in_one(self._rows[name])
        return column if self._chosen is None else column.take(self._chosen)

    def _weight(self, name: str) -> Array:
        return filled(self._column(name).cast(pa.int64()), kernels.NO_VALUE)

    def _numbers(self, name: str) -> Numbers32:
        """Return days as numbers like 19900131, 0 where they are missing."""
        return calendar().number(days_of(self._column(name)))

    def _coded(self, columns: Sequence[str]) -> Array:
        number: Array | None = None
        for column in columns:
            coded = self._band(column) if column.rpartition(".")[2] == AGE_BAND else self._word(column)
            number = coded if number is None else number * np.int16(len(self._offered[column])) + coded
        if number is None:
            raise ValueError("no columns")
        return number

    def _word(self, column: str) -> Array:
        """Return the number of each row's category among those offered."""
        offered = self._offered[column]
        values = self._column(column)
        if not pa.types.is_dictionary(values.type):
            values = values.cast(pa.string()).dictionary_encode()
        numbers = {word: n for n, word in enumerate(offered)}
        # The last place is read where a value is missing.
        of_word = [numbers.get(word, numbers[UNKNOWN]) for word in [*values.dictionary.to_pylist(), UNKNOWN]]
        return np.array(of_word, np.int16)[filled(values.indices, len(of_word) - 1)]

    def _band(self, column: str) -> Array:
        """Return the number of the age band that each row's person is in on the day of the row."""
        offered = self._offered[column]
        bands = [offered.index(band) for band in [*bands_of_ages(), UNKNOWN]]
        born, on = self._numbers(derived_from(column)), self._numbers("on")
        age = np.minimum((on - born) // 10_000, kernels.AGES - 1)
        band: Array = np.array(bands, np.int16)[np.where((born > 0) & (born <= on), age, kernels.AGES)]
        return band


@dataclass(frozen=True)
class Calendar:
    """All days that there are, from `first` on: their months, and as numbers like 19900131."""

    first: int
    months: Numbers32
    numbers: Numbers32

    def month(self, on: Numbers32) -> Numbers32:
        """Return the months of days since 1970, counted from the year 0; 0 where a day is missing."""
        return self._look_up(on, self.months)

    def number(self, on: Numbers32) -> Numbers32:
        """Return days since 1970 as numbers like 19900131; 0 where they are missing."""
        return self._look_up(on, self.numbers)

    def _look_up(self, on: Numbers32, table: Numbers32) -> Numbers32:
        at = on - np.int32(self.first)
        missing = on == NEVER
        if missing.any():
            at[missing] = 0
        found: Numbers32 = table[at]
        found[missing] = 0
        return found


@cache
def calendar() -> Calendar:
    """Return the calendar, made once."""
    begins = np.arange("0001-01", "10000-01", dtype="datetime64[M]").astype("datetime64[D]").astype(np.int32)
    lengths = np.diff(begins, append=_AFTER_ALL).astype(np.int32)
    month = np.arange(12, 12 + begins.size, dtype=np.int32)
    day = np.arange(lengths.sum(), dtype=np.int32) - np.repeat(begins - begins[0], lengths)
    numbers = np.repeat(month // 12 * 10_000 + (month % 12 + 1) * 100 + 1, lengths) + day
    return Calendar(int(begins[0]), np.repeat(month + 1, lengths), numbers.astype(np.int32))


# The statement that reads them


def _stated(bench: Bench, lake: Lake, splits: Sequence[Split], offered: Offered) -> Arrays:
    rows, family = _rows(bench, lake), bench.family
    columns = [f"coalesce({key.value}, -1) AS {key.value}" for key in _keys(family)]
    columns += [quote(name) for name in ("window", "month") if name in rows.columns]
    if "until" in rows.columns and "window" not in rows.columns:
        columns += [_EPOCH.format(name=name, shown=shown) for name, shown in _ENDS.items()]
    columns += [_answer(name) for name, _ in family.parts.values()]
    stored = ((n, split.stored) for n, split in enumerate(splits) if split.stored)
    columns += [f"{_coded(each, offered)} AS code{n}" for n, each in stored]
    if (born := birth_date_of(family)) is not None:
        columns.append(f"coalesce({_BORN.format(name=quote(born))}, 0) AS born")
    missing = f"CAST({kernels.NO_VALUE + 1} AS BIGINT) - 1"
    columns += [
        f"coalesce(CAST({quote(name)} AS BIGINT), {missing}) AS {quote(name)}" for name in family.weights
    ]
    return bench.engine.fetch_arrays(select(dict.fromkeys(columns), f"{bench.engine.text(rows)} AS r"))


def _rows(bench: Bench, lake: Lake) -> ir.Table:
    if not bench.family.timing.at_end:
        return event_days(bench, lake)
    rows = add_answers(bench.family, spells_in_time(bench, lake), lake, None)
    if any(is_dated(part) for _, part in bench.family.parts.values()):
        return held_spells(bench, rows, lake)
    return rows


def _coded(columns: Sequence[str], offered: Offered) -> str:
    """Return the number of the stored categories of a row, those of the first column counting most."""
    number = "0"
    for column in columns:
        listed = ", ".join(map(literal, offered[column]))
        code = f"enum_code(TRY_CAST(CAST({quote(column)} AS VARCHAR) AS ENUM ({listed})))"
        number = f"({number}) * {len(offered[column])} + coalesce({code}, {offered[column].index(UNKNOWN)})"
    return f"CAST({number} AS SMALLINT)"


def _answer(name: str) -> str:
    return f"coalesce(CAST({name} AS TINYINT), {OPEN}) AS {name}"


_EPOCH = "CAST({name} - DATE '1970-01-01' AS INTEGER) AS {shown}"
_ENDS: Mapping[str, str] = {"valid_from": "begins", "until": "ends"}
_BORN = "CAST(year({name}) * 10000 + month({name}) * 100 + day({name}) AS INTEGER)"


def _keys(family: Family) -> list[Key]:
    found = [Key.ORGANISATION, *family.keys, *(values.key for values in family.values)]
    return list(dict.fromkeys(found))
