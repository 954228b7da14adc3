"""Cells of flows: events that happen in a window, counted once each, or by whom they concern."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from tongxin.analytics.answers import Lake, add_answers, narrow
from tongxin.analytics.cells import Bench, CodedRows, add_up, add_up_once, locate, spread_once
from tongxin.analytics.measures import Key
from tongxin.analytics.statements import quote, select, union
from tongxin.analytics.tallies import Tally
from tongxin.analytics.tally_columns import largest, mask

MASK_BITS = 62
"""How many windows fit a mask of 64 bits, sign and overflow left out."""


def event_rows(bench: Bench, lake: Lake) -> ir.Table:
    """Return the events of all windows with their categories."""
    return bench.with_categories(event_days(bench, lake))


def event_days(bench: Bench, lake: Lake) -> ir.Table:
    """Return the events of all windows, answered on their day, with their month counted from the year 0."""
    family = bench.family
    rows = narrow(family, lake.tables[family.subject], ["on"])
    first = min(bench.windows.rows["first_day"].to_pylist())
    last = max(bench.windows.rows["last_day"].to_pylist())
    rows = rows.filter(rows.on.between(ibis.literal(first), ibis.literal(last)))
    rows = rows.mutate(month=(rows.on.year() * 12 + rows.on.month()).cast("int32"))
    return add_answers(family, rows, lake, "on")


def event_cells(coded: CodedRows, key: Key) -> Iterator[str]:
    """Yield the cells of the tallies of one kind of key, in statements to be added up."""
    tallies = coded.tallies(coded.bench.family.of_key(key))
    match key:
        case Key.ENTITY:
            yield from _entity_cells(coded, tallies)
        case Key.ORGANISATION:
            yield _organisation_cells(coded, tallies)
        case _:
            yield from _worker_cells(coded, tallies)


def wide_events(coded: CodedRows) -> str:
    """Return the events once for each window that holds them, with `rows_of_entity` and one value each."""
    # Where the rows of an event disagree, its value is the largest.
    weights = [quote(name) for name in coded.bench.family.weights]
    others = f"* EXCLUDE ({', '.join(weights)})" if weights else "*"
    columns = [others, "count(*) OVER (PARTITION BY entity) AS rows_of_entity"]
    columns += [f"max({name}) OVER (PARTITION BY entity) AS {name}" for name in weights]
    return _expand(coded, f"({select(columns, coded.name)})")


def _entity_cells(coded: CodedRows, tallies: Sequence[Tally]) -> Iterator[str]:
    wide = wide_events(coded)
    yield add_up(coded, tallies, wide, "rows_of_entity = 1")
    yield from add_up_once(coded, tallies, wide, "entity", "rows_of_entity > 1")


def _organisation_cells(coded: CodedRows, tallies: Sequence[Tally]) -> str:
    """Return the cells of distinct organisations: each stands at one place, and nothing is shared."""
    wide = _expand(coded, coded.name)
    place = ['"window"', "organisation"]
    cells = union(
        select([*place, f"{slot} AS slot", *map(largest, tallies)], wide, group_by=[*place, "slot"])
        for slot in coded.slots
    )
    counts = [f"coalesce({tally.name}, 0) AS {tally.name}" for tally in tallies]
    return locate(coded, cells, ['"window"', "place", "slot", *counts])


def _expand(coded: CodedRows, source: str) -> str:
    """Keep the rows once for each window that holds their month."""
    engine = coded.bench.engine
    held = "e.month >= w.first_month AND e.month <= w.last_month"
    joined = f"{source} AS e JOIN {coded.bench.window_table} AS w ON {held}"
    return engine.keep_text(select(["e.*", 'w."window"'], joined))


def _worker_cells(coded: CodedRows, tallies: Sequence[Tally]) -> Iterator[str]:
    """Yield the cells of distinct workers, by masks of windows per worker, organisation and slot."""
    engine = coded.bench.engine
    rows = coded.bench.windows.rows.to_pylist()
    for start in range(0, len(rows), MASK_BITS):
        batch = rows[start : start + MASK_BITS]
        masks = engine.keep_text(_masks(coded, tallies, batch))
        several = (
            select(["worker"], masks, group_by=["worker"]) + " HAVING min(organisation) < max(organisation)"
        )
        moving = engine.keep_text(several)
        bits = engine.take_text(_bits(batch))
        for joined in ("ANTI", "SEMI"):
            source = f"{masks} AS m {joined} JOIN {moving} AS s ON s.worker = m.worker"
            active = f"({select(['*'], source)}) AS m JOIN {bits} AS b ON (m.windows & b.bit) <> 0"
            if joined == "ANTI":
                yield locate(coded, f"({_counted(tallies, active)})", _columns(tallies))
            else:
                yield from spread_once(coded, tallies, f"({_standing(tallies, active)})")


def _columns(tallies: Sequence[Tally]) -> list[str]:
    return ['"window"', "place", "slot", *(tally.name for tally in tallies)]


def _counted(tallies: Sequence[Tally], active: str) -> str:
    """Count workers who stand at one organisation only."""
    place = ['"window"', "organisation", "slot"]
    counts = [
        f"CAST(count(*) FILTER (WHERE ({tally.name} & bit) <> 0) AS INTEGER) AS {tally.name}"
        for tally in tallies
    ]
    return select([*place, *counts], active, group_by=place)


def _standing(tallies: Sequence[Tally], active: str) -> str:
    """Return where workers stand in each window, each once per organisation and slot."""
    place = ['"window"', "organisation", "slot", "worker AS key"]
    ones = [f"CASE WHEN ({tally.name} & bit) <> 0 THEN 1 END AS {tally.name}" for tally in tallies]
    return select([*place, *ones], active)


def _masks(coded: CodedRows, tallies: Sequence[Tally], batch: Sequence[Mapping[str, int]]) -> str:
    """Return a mask of windows for each tally, by worker, organisation and slot."""
    months = coded.bench.engine.take_text(_masks_of_months(batch))
    source = f"{coded.name} AS e JOIN {months} AS m USING (month)"
    masks = [mask(tally, "m.windows") for tally in tallies] + ["bit_or(m.windows) AS windows"]
    place = ["worker", "organisation"]
    return union(
        select(
            [*place, f"{slot} AS slot", *masks],
            source,
            where="worker IS NOT NULL",
            group_by=[*place, "slot"],
        )
        for slot in coded.slots
    )


def _masks_of_months(batch: Sequence[Mapping[str, int]]) -> pa.Table:
    """Return which windows of a batch hold each month."""
    masks: dict[int, int] = {}
    for n, window in enumerate(batch):
        for month in range(window["first_month"], window["last_month"] + 1):
            masks[month] = masks.get(month, 0) | 1 << n
    return pa.table({"month": pa.array(masks, pa.int32()), "windows": pa.array(masks.values(), pa.int64())})


def _bits(batch: Sequence[Mapping[str, int]]) -> pa.Table:
    return pa.table(
        {
            "window": pa.array([window["window"] for window in batch], pa.int32()),
            "bit": pa.array([1 << n for n in range(len(batch))], pa.int64()),
        }
    )
