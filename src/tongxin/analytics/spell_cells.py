"""Cells of stocks: spells that hold on the last day of a period."""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from tongxin.analytics.answers import Lake, add_answers, narrow
from tongxin.analytics.cells import Bench, CodedRows, add_up, add_up_once
from tongxin.analytics.measures import Key
from tongxin.analytics.statements import quote, select

_LAST_OF_TIME = ibis.date(9999, 12, 31)


def spell_rows(bench: Bench, lake: Lake) -> ir.Table:
    """Return the spells that hold on the day of each window, answered, once per window.

    `overlaps` marks the spells of an entity that ever stands in two spells at once; only these need care.
    """
    rows = spells_in_time(bench, lake)
    order = ibis.window(group_by="entity", order_by=["valid_from", "until"], rows=(None, -1))
    met = (rows.until.max().over(order) > rows.valid_from).fill_null(ibis.literal(value=False))
    rows = rows.mutate(meets=met)
    rows = rows.mutate(overlaps=rows.meets.any().over(ibis.window(group_by="entity")))
    static = bench.engine.keep(add_answers(bench.family, rows, lake, None))
    return bench.with_categories(held_spells(bench, static, lake))


def spells_in_time(bench: Bench, lake: Lake) -> ir.Table:
    """Return the spells that reach into the time of the windows; `until` is the first day after them."""
    rows = narrow(bench.family, lake.tables[bench.family.subject], ["valid_from", "valid_to"])
    days = bench.windows.rows["last_day"].to_pylist()
    until = ibis.coalesce(rows.valid_to, _LAST_OF_TIME)
    return rows.mutate(until=until).filter(
        rows.valid_from <= ibis.literal(max(days)), until > ibis.literal(min(days))
    )


def held_spells(bench: Bench, static: ir.Table, lake: Lake) -> ir.Table:
    """Return spells once for each window on whose day they hold, with the answers that depend on the day."""
    windows = bench.engine.take(bench.windows.rows).select("window", "version", day="last_day")
    held = (static.valid_from <= windows.day) & (static.until > windows.day)
    return add_answers(bench.family, static.join(windows, held), lake, "day")


def spell_cells(coded: CodedRows, key: Key) -> Iterator[str]:
    """Yield the cells of the tallies of one kind of key, in statements to be added up."""
    tallies = coded.tallies(coded.bench.family.of_key(key))
    yield add_up(coded, tallies, coded.name, 'NOT "overlaps"')
    yield from add_up_once(coded, tallies, several_spells(coded), "entity")


def several_spells(coded: CodedRows) -> str:
    """Return the spells of entities that may stand in several at once, with one value for each entity."""
    # Where the rows of an entity disagree, its value is the largest.
    weights = [quote(name) for name in coded.bench.family.weights]
    others = f"* EXCLUDE ({', '.join(weights)})" if weights else "*"
    columns = [others, *(f'max({name}) OVER (PARTITION BY "window", entity) AS {name}' for name in weights)]
    return coded.bench.engine.keep_text(select(columns, coded.name, where='"overlaps"'))
