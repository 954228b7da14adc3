"""Values in order, at every node at once: how often each stands where, rolled up, and then counted through.

How often a value stands adds up, as long as nobody stands twice: medians need no second look at the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tongxin.analytics.cells import CodedRows, locate
from tongxin.analytics.event_cells import wide_events
from tongxin.analytics.nearness import HIGHER, LOWER, Nearness
from tongxin.analytics.rollup import PLACE, roll_up, spread_distinct
from tongxin.analytics.spell_cells import several_spells
from tongxin.analytics.statements import quote, select, union
from tongxin.analytics.tallies import State, Tally, Values
from tongxin.analytics.tally_columns import condition, settle

_CELL = (*PLACE, "value")


def ranked_values(
    coded: CodedRows, values: Values, tallies: Sequence[Tally], nearness: Nearness, *, is_stock: bool
) -> tuple[str, str]:
    """Return the names of two lasting tables: the value of each tally by cell, and the values around these.

    A value that lies between two is kept as a whole number: multiplied by the denominator of its rank.
    """
    engine = coded.bench.engine
    table = roll_up(
        engine,
        list(_value_cells(coded, values, is_stock=is_stock)),
        coded.forest,
        {"times": "BIGINT"},
        _CELL,
    )
    place = ", ".join(PLACE)
    counted = engine.keep_text(
        select(
            [
                *_CELL,
                "times",
                f"sum(times) OVER (PARTITION BY {place} ORDER BY value) AS upto",
                f"sum(times) OVER (PARTITION BY {place}) - 1 AS last",
            ],
            table,
            where="times <> 0",
        )
    )
    columns = [f"CAST({_ranked(tally)} AS BIGINT) AS {tally.name}" for tally in tallies]
    ranked = engine.keep_text(select([*PLACE, *columns], counted, group_by=PLACE), lasting=True)
    near = engine.keep_text(f"FROM {union(_near(coded, counted, tallies, nearness))}", lasting=True)
    engine.drop(table)
    return ranked, near


def _near(coded: CodedRows, counted: str, tallies: Sequence[Tally], nearness: Nearness) -> Iterator[str]:
    """Yield the values around those that are taken, and how many lie below and above them."""
    forest = coded.forest.name
    inner = select(["o.node"], f"{forest} AS n JOIN {forest} AS o ON o.place = n.parent")
    large = select(["place"], forest, where=f"node IN ({inner})")
    source = counted if nearness.is_everywhere else f"{counted} SEMI JOIN ({large}) AS l USING (place)"
    for n, tally in enumerate(tallies):
        up, whole = _ratio(tally)
        at = f"last * {up} // {whole}"
        below = f"upto <= {at} - {nearness.reach}"
        above = f"upto - times > {at} + 1 + {nearness.reach}"
        cell = [*PLACE, f"{n} AS rank"]
        yield select([*cell, "value", "times"], source, where=f"NOT ({below}) AND NOT ({above})")
        for beyond, where in ((LOWER, below), (HIGHER, above)):
            yield select(
                [*cell, f"{beyond} AS value", "sum(times) AS times"], source, where=where, group_by=PLACE
            )


def _ratio(tally: Tally) -> tuple[int, int]:
    if tally.rank is None:
        raise ValueError(f"{tally.name} has no rank")
    return tally.rank.as_integer_ratio()


def _ranked(tally: Tally) -> str:
    """Return the value that far up, between its neighbours in proportion (type 7 of Hyndman and Fan 1996)."""
    up, whole = _ratio(tally)
    below = f"min(value) FILTER (WHERE upto > last * {up} // {whole})"
    above = f"coalesce(min(value) FILTER (WHERE upto > last * {up} // {whole} + 1), 0)"
    over = f"min(last * {up} % {whole})"
    return f"{below} * ({whole} - {over}) + {above} * {over}"


def _value_cells(coded: CodedRows, values: Values, *, is_stock: bool) -> Iterator[str]:
    """Yield cells of how often each value stands, in statements to be added up."""
    taken = settle(Tally("", values.key, State.TRUE, values.answers), coded.certain)
    where = f"{quote(values.weight)} IS NOT NULL AND ({condition(taken)})"
    wide = "" if is_stock else wide_events(coded)
    alone = (coded.name, 'NOT "overlaps"') if is_stock else (wide, "rows_of_entity = 1")
    several = (several_spells(coded), "TRUE") if is_stock else (wide, "rows_of_entity > 1")
    yield _grouped(coded, values, alone, where, [], "count(*) AS times")
    once = _grouped(coded, values, several, where, ["entity"], "1 AS times")
    keys = select([*_CELL, "entity AS key", "times"], f"({once}) AS o")
    yield from spread_distinct(coded.bench.engine, keys, coded.forest, ["times"], _CELL)


def _grouped(
    coded: CodedRows, values: Values, rows: tuple[str, str], where: str, keys: Sequence[str], times: str
) -> str:
    source, chosen = rows
    cells = union(
        select(
            ['"window"', "organisation", f"{slot} AS slot", f"{quote(values.weight)} AS value", *keys, times],
            source,
            where=f"{where} AND {chosen}",
            group_by=['"window"', "organisation", "slot", "value", *keys],
        )
        for slot in coded.slots
    )
    return locate(coded, cells, [*_CELL, *keys, "times"])
