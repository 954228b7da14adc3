"""Cells of flows: events that happen in a window, counted once each, or by whom they concern."""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from tongxin.analytics.answers import Lake, add_answers, narrow
from tongxin.analytics.cells import Bench, add_up, add_up_once, sum_weights, weigh
from tongxin.analytics.measures import Key

MASK_MONTHS = 62
"""How many months fit a mask of 64 bits, sign and overflow left out."""


def event_rows(bench: Bench, lake: Lake) -> ir.Table:
    """Return the events of all windows, answered on their day, with their month counted from the year 0."""
    family = bench.family
    rows = narrow(family, lake.tables[family.subject], ["on"])
    first = min(bench.windows.rows["first_day"].to_pylist())
    last = max(bench.windows.rows["last_day"].to_pylist())
    rows = rows.filter(rows.on.between(ibis.literal(first), ibis.literal(last)))
    rows = rows.mutate(month=(rows.on.year() * 12 + rows.on.month()).cast("int32"))
    answered = add_answers(family, add_answers(family, rows, lake, None), lake, "on")
    return bench.engine.keep(bench.with_categories(answered))


def event_cells(bench: Bench, rows: ir.Table, key: Key) -> list[ir.Table]:
    """Return the cells of the tallies of one kind of key, in tables to be added up."""
    match key:
        case Key.ENTITY:
            return list(_entity_cells(bench, rows))
        case Key.ORGANISATION:
            return [_organisation_cells(bench, rows)]
        case _:
            return list(_worker_cells(bench, rows))


def _entity_cells(bench: Bench, rows: ir.Table) -> Iterator[ir.Table]:
    tallies = bench.family.of_key(Key.ENTITY)
    names = bench.tallies(tallies)
    per_entity = ibis.window(group_by="entity")
    counted = rows.mutate(rows_of_entity=rows.count().over(per_entity))
    # An event has one value: where its rows disagree, the largest.
    weights = dict.fromkeys(tally.weight for tally in tallies if tally.weight)
    counted = counted.mutate(**{name: counted[name].max().over(per_entity) for name in weights})
    place = ["month", "organisation", *bench.categories]
    weighed = counted.select(*place, "entity", "rows_of_entity", **weigh(tallies, counted))
    weighed = bench.engine.keep(weighed)
    alone = weighed.filter(weighed.rows_of_entity == 1)
    yield _over_windows(bench, alone.group_by(place).aggregate(**sum_weights(alone, names)), names)
    several = weighed.filter(weighed.rows_of_entity > 1).rename(key="entity")
    yield add_up_once(bench, bench.engine.keep(bench.locate(_expand(bench, several))), names)


def _organisation_cells(bench: Bench, rows: ir.Table) -> ir.Table:
    tallies = bench.family.of_key(Key.ORGANISATION)
    names = bench.tallies(tallies)
    weighed = rows.select("month", "organisation", *bench.categories, **weigh(tallies, rows))
    place = ["month", "organisation", *bench.categories]
    monthly = weighed.group_by(place).aggregate(**{name: weighed[name].max() for name in names})
    several = _expand(bench, monthly).mutate(key=ibis._.organisation)
    return add_up_once(bench, bench.engine.keep(bench.locate(several)), names)


def _over_windows(bench: Bench, monthly: ir.Table, names: list[str]) -> ir.Table:
    """Add up the months of each window."""
    wide = _expand(bench, bench.engine.keep(monthly))
    place = ["window", "version", "organisation", *bench.categories]
    fine = wide.group_by(place).aggregate(**sum_weights(wide, names))
    return add_up(bench, bench.engine.keep(bench.locate(fine)), names)


def _expand(bench: Bench, rows: ir.Table) -> ir.Table:
    """Return the rows once for each window that holds their month."""
    windows = bench.engine.take(bench.windows.rows)
    windows = windows.select("window", "version", "first_month", "last_month")
    held = (rows.month >= windows.first_month) & (rows.month <= windows.last_month)
    return rows.join(windows, held).drop("first_month", "last_month", "month")


def _worker_cells(bench: Bench, rows: ir.Table) -> Iterator[ir.Table]:
    """Yield the cells of distinct workers, by masks of months taken once per worker, place and categories."""
    tallies = bench.family.of_key(Key.WORKER)
    names = bench.tallies(tallies)
    persons = rows.filter(rows.worker.notnull())
    weighed = persons.select("worker", "month", "organisation", *bench.categories, **weigh(tallies, persons))
    weighed = bench.engine.keep(weighed)
    for first, windows in _batches(bench.windows.rows):
        masks = bench.engine.keep(_masks(bench, weighed, first, names))
        expanded = bench.engine.keep(_in_windows(bench, masks, windows, names))
        alone = expanded.filter(expanded.places == 1)
        place = ["window", "version", "organisation", *bench.categories]
        fine = alone.group_by(place).aggregate(**sum_weights(alone, names))
        yield add_up(bench, bench.engine.keep(bench.locate(fine)), names)
        several = bench.engine.keep(bench.locate(expanded.filter(expanded.places > 1)))
        yield add_up_once(bench, several, names)


def _masks(bench: Bench, weighed: ir.Table, first: int, names: list[str]) -> ir.Table:
    """Return a mask of months for each tally, by worker, organisation and categories."""
    bits = pa.table(
        {
            "month": pa.array(range(first, first + MASK_MONTHS), pa.int32()),
            "bit": pa.array([1 << n for n in range(MASK_MONTHS)], pa.int64()),
        }
    )
    inside = weighed.join(bench.engine.take(bits), "month")
    bit = inside.bit
    masks = {name: bit.bit_or(where=inside[name].notnull()).coalesce(0) for name in names}
    masks["months"] = bit.bit_or()
    grouped = inside.group_by("worker", "organisation", *bench.categories).aggregate(**masks)
    return grouped.mutate(all_places=grouped.count().over(ibis.window(group_by="worker")))


def _in_windows(bench: Bench, masks: ir.Table, windows: pa.Table, names: list[str]) -> ir.Table:
    """Return who is active in each window, where and in which categories; `places` counts these places."""
    taken = bench.engine.take(windows)
    active = masks.join(taken, (masks.months & taken.mask) != 0)
    weights = {
        name: ((active[name] & active.mask) != 0).ifelse(ibis.literal(1, type="int32"), ibis.null("int32"))
        for name in names
    }
    place = ["window", "version", "organisation", *bench.categories]
    rows = active.select(*place, "all_places", key="worker", **weights)
    settled = rows.filter(rows.all_places == 1).mutate(places=ibis.literal(1, type="int64"))
    moving = rows.filter(rows.all_places > 1)
    places = moving.count().over(ibis.window(group_by=["window", "key"]))
    return ibis.union(settled, moving.mutate(places=places))


def _batches(windows: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    """Yield the first month of each batch of windows that fits a mask, and the windows with their masks."""
    waiting = sorted(windows.to_pylist(), key=lambda each: each["first_month"])
    while waiting:
        first = waiting[0]["first_month"]
        batch = [each for each in waiting if each["last_month"] < first + MASK_MONTHS]
        waiting = [each for each in waiting if each["last_month"] >= first + MASK_MONTHS]
        rows = [{**each, "mask": _mask(each, first)} for each in batch]
        yield (
            first,
            pa.Table.from_pylist(
                [{name: row[name] for name in ("window", "version", "mask")} for row in rows],
                schema=pa.schema([("window", pa.int32()), ("version", pa.int32()), ("mask", pa.int64())]),
            ),
        )


def _mask(window: dict[str, int], first: int) -> int:
    length = window["last_month"] - window["first_month"] + 1
    return ((1 << length) - 1) << (window["first_month"] - first)
