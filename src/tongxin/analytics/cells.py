"""What the makers of cells share: windows of time, rows with their slots, sums at places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

import ibis.expr.types as ir
import pyarrow as pa

from tongxin.analytics.ages import AGE_BAND, age_bands
from tongxin.analytics.answers import UNKNOWN, Lake, category
from tongxin.analytics.engine import Engine
from tongxin.analytics.forests import Forest
from tongxin.analytics.rollup import spread_distinct
from tongxin.analytics.slots import TOTAL, Slots
from tongxin.analytics.statements import literal, quote, select, union
from tongxin.analytics.tallies import Family, Tally
from tongxin.analytics.tally_columns import UNCERTAIN, Certain, largest, number, settle
from tongxin.analytics.trees import DatedTrees
from tongxin.codes.periods import Period


@dataclass(frozen=True)
class Windows:
    """The windows of time of a family, and which of them each period has."""

    rows: pa.Table
    of_period: Mapping[Period, int]


def find_windows(family: Family, trees: DatedTrees) -> Windows:
    """Return the windows of a family; periods that look at the same days share one."""
    numbers: dict[tuple[object, object], int] = {}
    of_period, rows = {}, []
    for period in sorted(family.periods):
        first, last = family.timing.window(period)
        if (first, last) not in numbers:
            numbers[first, last] = len(numbers)
            rows.append(
                {
                    "window": numbers[first, last],
                    "version": trees.version_on[last],
                    "first_day": first,
                    "last_day": last,
                    "first_month": first.year * 12 + first.month,
                    "last_month": last.year * 12 + last.month,
                }
            )
        of_period[period] = numbers[first, last]
    return Windows(pa.Table.from_pylist(rows, schema=_WINDOW_SCHEMA), of_period)


@dataclass(frozen=True)
class Bench:
    """What the rows of a family are made with."""

    engine: Engine
    family: Family
    windows: Windows
    met: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """The categories that columns of subjects have, for all families that share it."""
    is_settled: bool = True
    """Whether tallies that the rows make equal are one; else each is summed for itself."""

    @cached_property
    def window_table(self) -> str:
        """The windows in the engine, as statements name them; forgotten with what is scratched."""
        return self.engine.take_text(self.windows.rows)

    def with_categories(self, rows: ir.Table) -> ir.Table:
        """Return the rows with the category of each breakdown, as `category0`, `category1` and so on."""
        broken = enumerate(self.family.breakdowns.values())
        return rows.mutate(**{f"category{n}": category(rows, columns) for n, columns in broken})


@dataclass(frozen=True)
class CodedRows:
    """The rows of a family in an engine, with the slot of each category as `slot0`, `slot1` and so on."""

    bench: Bench
    forest: Forest
    name: str
    certain: Certain

    @property
    def slots(self) -> list[str]:
        """The columns of slots, that of the total first."""
        return [str(TOTAL), *(f"slot{n}" for n in range(len(self.bench.family.breakdowns)))]

    def tallies(self, rows: Sequence[Tally]) -> list[Tally]:
        """Return as what tallies are summed: some that differ in name only are one here."""
        return list(dict.fromkeys(settle(tally, self.certain) for tally in rows))


def code_rows(bench: Bench, rows: ir.Table, lake: Lake, forest: Forest, slots: Slots) -> CodedRows:
    """Run the plan of a family's rows once and keep what is tallied, with numbers in place of categories."""
    dictionary = bench.engine.take_text(_dictionary(bench, lake, slots))
    columns = [name for name in _KEPT if name in rows.columns]
    names = [*columns, *bench.family.weights, *(name for name, _ in bench.family.parts.values())]
    source = f"{bench.engine.text(rows)} AS r"
    taken = [f"r.{quote(name)}" for name in dict.fromkeys(names)]
    for n in range(len(bench.family.breakdowns)):
        joined = f"d{n}.breakdown = {n} AND d{n}.category = r.category{n}"
        source += f" LEFT JOIN {dictionary} AS d{n} ON {joined}"
        taken.append(f"d{n}.slot AS slot{n}")
    name = bench.engine.keep_text(select(taken, source))
    return CodedRows(bench, forest, name, _certain(bench, name))


_KEPT = ("window", "organisation", "entity", "worker", "overlaps", "month")


def _dictionary(bench: Bench, lake: Lake, slots: Slots) -> pa.Table:
    """Return the slot of each category that a family may meet, and of some that it may not."""
    offered = categories_of(bench, lake)
    numbered = [
        {"breakdown": n, "category": each, "slot": slots.number(name, each)}
        for n, (name, columns) in enumerate(bench.family.breakdowns.items())
        for each in map(",".join, product(*(offered[column] for column in columns)))
    ]
    schema = pa.schema([("breakdown", pa.int32()), ("category", pa.string()), ("slot", pa.int32())])
    return pa.Table.from_pylist(numbered, schema=schema)


def categories_of(bench: Bench, lake: Lake) -> dict[str, list[str]]:
    """Return the categories that each column of the breakdowns may have, in order."""
    subject = bench.family.subject
    columns = {column for columns in bench.family.breakdowns.values() for column in columns}
    derived = {column for column in columns if column.rpartition(".")[2] == AGE_BAND}
    unmet = sorted(column for column in columns - derived if (subject, column) not in bench.met)
    found = {column: {UNKNOWN} for column in unmet}
    # Of the subject's table, which is met once, and not of the rows, which are met once for every window.
    table = lake.tables[subject]
    words = _words_of(bench.engine.standing(table), unmet)
    stored = [_distinct(column, table, bench) for column in unmet if column not in words]
    for row in bench.engine.fetch_text(f"FROM {union(stored)}") if stored else ():
        found[row["name"]].add(row["category"])
    for column, known in words.items():
        found[column].update(known)
    bench.met.update({(subject, column): sorted(categories) for column, categories in found.items()})
    bands = sorted({UNKNOWN, *age_bands()})
    return {column: bands if column in derived else bench.met[subject, column] for column in columns}


def _words_of(rows: pa.Table | None, columns: Iterable[str]) -> dict[str, list[str]]:
    """Return the words by which columns of rows that stand somewhere are numbered; others are left out."""
    offered = {} if rows is None else {name: rows[name] for name in columns}
    return {
        name: column.chunk(0).dictionary.to_pylist()
        for name, column in offered.items()
        if pa.types.is_dictionary(column.type) and column.num_chunks == 1
    }


def _distinct(name: str, table: ir.Table, bench: Bench) -> str:
    columns = [f"{literal(name)} AS name", f"CAST({quote(name)} AS VARCHAR) AS category"]
    source = f"{bench.engine.text(table)} AS r"
    return select(columns, source, where=f"{quote(name)} IS NOT NULL", group_by=["category"])


def _certain(bench: Bench, name: str) -> Certain:
    """Find which answers no row leaves open, and which every row says yes to."""
    if not bench.is_settled:
        return UNCERTAIN
    answers = [answer for answer, _ in bench.family.parts.values()]
    counts = ["count(*) AS every", *(f"count({each}) AS {each}" for each in answers)]
    counts += [f"count(*) FILTER (WHERE {each}) AS {each}_true" for each in answers]
    found = bench.engine.fetch_text(select(counts, name))[0]
    return Certain(
        frozenset(each for each in answers if found[each] == found["every"]),
        frozenset(each for each in answers if found[f"{each}_true"] == found["every"]),
    )


def add_up(coded: CodedRows, tallies: Sequence[Tally], source: str, where: str | None = None) -> str:
    """Return the cells of rows none of which stands twice in a window and category."""
    cells = union(
        select(
            ['"window"', "organisation", f"{slot} AS slot", *(number(tally) for tally in tallies)],
            source,
            where=where,
            group_by=['"window"', "organisation", "slot"],
        )
        for slot in coded.slots
    )
    return locate(coded, cells, ['"window"', "place", "slot", *(tally.name for tally in tallies)])


def add_up_once(
    coded: CodedRows, tallies: Sequence[Tally], source: str, key: str, where: str | None = None
) -> Iterator[str]:
    """Yield the cells of rows in which a key may stand several times, each key once in any subtree."""
    once = union(
        select(
            ['"window"', "organisation", f"{slot} AS slot", f"{key} AS key", *map(largest, tallies)],
            source,
            where=where,
            group_by=['"window"', "organisation", "slot", key],
        )
        for slot in coded.slots
    )
    yield from spread_once(coded, tallies, once)


def spread_once(coded: CodedRows, tallies: Sequence[Tally], once: str) -> Iterator[str]:
    """Yield the cells of keys that stand once in each window, organisation and slot."""
    names = [tally.name for tally in tallies]
    located = locate(coded, once, ['"window"', "place", "slot", "key", *names])
    yield from spread_distinct(coded.bench.engine, located, coded.forest, names)


def locate(coded: CodedRows, source: str, columns: Sequence[str]) -> str:
    """Return rows with the place of their organisation in the tree of their window."""
    joined = (
        f'{source} AS r JOIN {coded.bench.window_table} AS w USING ("window") JOIN {coded.forest.name} AS n'
    )
    return select(columns, f"{joined} ON n.version = w.version AND n.node = r.organisation")


_WINDOW_SCHEMA = pa.schema(
    [
        ("window", pa.int32()),
        ("version", pa.int32()),
        ("first_day", pa.date32()),
        ("last_day", pa.date32()),
        ("first_month", pa.int32()),
        ("last_month", pa.int32()),
    ]
)
