"""What the makers of cells share: windows of time, categories, sums at positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from tongxin.analytics.answers import category, flag
from tongxin.analytics.engine import Engine
from tongxin.analytics.rollup import PLACE, spread_distinct
from tongxin.analytics.tallies import Family, Tally
from tongxin.analytics.trees import DatedTrees
from tongxin.codes.periods import Period

TOTAL = -1
"""The number of no breakdown; breakdowns count from 0 in the order of the family."""


@dataclass(frozen=True)
class Windows:
    """The windows of time of a family, and which of them each period has."""

    rows: pa.Table
    of_period: Mapping[Period, int]

    @property
    def months(self) -> tuple[int, int]:
        """The first and the last month that any window holds, counted from the year 0."""
        return min(self.rows["first_month"].to_pylist()), max(self.rows["last_month"].to_pylist())


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
    """What a maker of cells works with."""

    engine: Engine
    tree: ir.Table
    family: Family
    windows: Windows

    def tallies(self, rows: Sequence[Tally]) -> list[str]:
        """Return the names of tallies."""
        return [tally.name for tally in rows]

    def with_categories(self, rows: ir.Table) -> ir.Table:
        """Return the rows with the category of each breakdown, as `category0`, `category1` and so on."""
        columns = self.family.breakdowns.values()
        return rows.mutate(**{f"category{n}": category(rows, column) for n, column in enumerate(columns)})

    @property
    def categories(self) -> list[str]:
        """The names of the category columns."""
        return [f"category{n}" for n in range(len(self.family.breakdowns))]

    def locate(self, rows: ir.Table) -> ir.Table:
        """Return the rows with the position of their organisation in the tree of their window."""
        nodes = self.tree.select("version", "position", organisation="node")
        return rows.join(nodes, ["version", "organisation"])

    def by_breakdown(self, rows: ir.Table) -> ir.Table:
        """Return each row once for the total and once for each breakdown, with its category there."""
        numbers = pa.array(range(TOTAL, len(self.categories)), pa.int32())
        wide = rows.cross_join(self.engine.take(pa.table({"breakdown": numbers})))
        named = ibis.literal("")
        if self.categories:
            branches = [(wide.breakdown == n, wide[name]) for n, name in enumerate(self.categories)]
            named = ibis.cases(*branches, else_="")
        return wide.mutate(category=named).drop(*self.categories)


def sum_weights(rows: ir.Table, names: Sequence[str]) -> dict[str, ir.IntegerScalar]:
    """Return the sums of weight columns, 0 where there is nothing."""
    return {name: rows[name].sum().coalesce(0).cast(rows[name].type()) for name in names}


def weigh(tallies: Sequence[Tally], rows: ir.Table) -> dict[str, ir.IntegerValue]:
    """Return what each row counts for in each tally: its weight, null where it does not count."""
    weights = {}
    for tally in tallies:
        # Counts fit 32 bits, and DuckDB adds those with half the memory.
        width = "int64" if tally.weight else "int32"
        weight = rows[tally.weight].cast(width) if tally.weight else ibis.literal(1, type=width)
        weights[tally.name] = flag(tally, rows).ifelse(weight, ibis.null(width))
    return weights


def add_up(bench: Bench, located: ir.Table, names: Sequence[str]) -> ir.Table:
    """Return the cells of rows none of which stands twice in a window and category."""
    return bench.by_breakdown(located).select(*PLACE, *names)


def add_up_once(bench: Bench, located: ir.Table, names: Sequence[str]) -> ir.Table:
    """Return the cells of rows in which a `key` may stand several times, each key once in any subtree."""
    rows = bench.by_breakdown(located)
    largest = {name: rows[name].max() for name in names}
    once = bench.engine.keep(rows.group_by([*PLACE, "key"]).aggregate(**largest))
    return spread_distinct(once, bench.tree, names)


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
