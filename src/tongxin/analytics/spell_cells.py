"""Cells of stocks: spells that hold on the last day of a period."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from tongxin.analytics.answers import Lake, add_answers, narrow
from tongxin.analytics.cells import Bench, add_up, add_up_once, sum_weights, weigh
from tongxin.analytics.measures import Key

_LAST_OF_TIME = ibis.date(9999, 12, 31)


def spell_rows(bench: Bench, lake: Lake) -> ir.Table:
    """Return the spells that hold on the day of each window, answered, once per window.

    `overlaps` marks the spells of an entity that ever stands in two spells at once; only these need care.
    """
    family, engine = bench.family, bench.engine
    rows = narrow(family, lake.tables[family.subject], ["valid_from", "valid_to"])
    days = bench.windows.rows["last_day"].to_pylist()
    rows = rows.filter(
        rows.valid_from <= ibis.literal(max(days)),
        rows.valid_to.isnull() | (rows.valid_to > ibis.literal(min(days))),
    )
    until = ibis.coalesce(rows.valid_to, _LAST_OF_TIME)
    order = ibis.window(group_by="entity", order_by=["valid_from", "valid_to"], rows=(None, -1))
    rows = rows.mutate(meets=(until.max().over(order) > rows.valid_from).fill_null(ibis.literal(value=False)))
    rows = rows.mutate(overlaps=rows.meets.any().over(ibis.window(group_by="entity")))
    static = engine.keep(add_answers(family, rows, lake, None))
    windows = engine.take(bench.windows.rows).select("window", "version", day="last_day")
    held = (static.valid_from <= windows.day) & (static.valid_to.isnull() | (static.valid_to > windows.day))
    return bench.with_categories(add_answers(family, static.join(windows, held), lake, "day"))


def spell_cells(bench: Bench, rows: ir.Table, key: Key) -> list[ir.Table]:
    """Return the cells of the tallies of one kind of key, in tables to be added up."""
    tallies = bench.family.of_key(key)
    names = bench.tallies(tallies)
    place = ["window", "version", "organisation", *bench.categories]
    weighed = rows.select(*place, "entity", "overlaps", **weigh(tallies, rows))
    if key is Key.ROW:
        return [_simple(bench, weighed, place, names)]
    alone = _simple(bench, weighed.filter(~weighed.overlaps), place, names)
    several = weighed.filter(weighed.overlaps).rename(key="entity")
    return [alone, add_up_once(bench, bench.engine.keep(bench.locate(several)), names)]


def _simple(bench: Bench, weighed: ir.Table, place: list[str], names: list[str]) -> ir.Table:
    fine = weighed.group_by(place).aggregate(**sum_weights(weighed, names))
    return add_up(bench, bench.engine.keep(bench.locate(fine)), names)
