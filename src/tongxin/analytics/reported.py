"""Cells of values that units report for a period, and of the units that were expected to."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from tongxin.analytics.engine import Engine
from tongxin.analytics.forests import Forest
from tongxin.analytics.rollup import roll_up
from tongxin.analytics.slots import TOTAL
from tongxin.analytics.statements import select
from tongxin.analytics.tallies import Claim
from tongxin.analytics.trees import DatedTrees

WEIGHTS = ("numerator", "denominator", "reporting", "expected")


@dataclass(frozen=True)
class ReportedTables:
    """Reported values and who is expected to report.

    `values` has the columns item, organisation, period (as `2026Q3`) and value, an integer in the scale of
    the item, one row each. `expected` has organisation, valid_from and valid_to (excluded, null while it
    lasts).
    """

    values: ir.Table
    expected: ir.Table


def reported_rows(engine: Engine, claim: Claim, tables: ReportedTables, trees: DatedTrees) -> ir.Table:
    """Return per period and organisation what the parts of a definition take from its report.

    `one` and `other` are the values of the reported parts, null where not reported; `whole` tells that every
    reported part is there: a unit that reports only one of two is in neither.
    """
    numerator, denominator = claim.definition.parts
    windows = engine.take(_window_table(claim, trees))
    columns = {}
    for name, part in (("one", numerator), ("other", denominator)):
        if part is not None and part.is_reported:
            item = part.weight or part.needs
            value = tables.values.value.cast("int64")
            columns[name] = value.max(where=tables.values.item == item)
    items = {item for part in (numerator, denominator) if part for item in (part.weight, part.needs) if item}
    reports = tables.values.filter(tables.values.item.isin(sorted(items)))
    reports = reports.group_by("organisation", "period").aggregate(**columns)
    whole = ibis.literal(value=True)
    for name in columns:
        whole = whole & reports[name].notnull()
    reports = reports.mutate(whole=whole)
    return reports.join(windows, "period")


def roll_up_reported(
    engine: Engine, claim: Claim, tables: ReportedTables, trees: DatedTrees, forest: Forest
) -> str:
    """Roll up one definition's reported parts, with who reported and who was expected; returns the table."""
    with engine.scratch():
        cells = engine.text(_cells(engine, claim, tables, trees))
        located = select(
            ['"window"', "place", f"{TOTAL} AS slot", *WEIGHTS],
            f"{cells} AS r JOIN {forest.name} AS n ON n.version = r.version AND n.node = r.organisation",
        )
        return roll_up(engine, [located], forest, dict.fromkeys(WEIGHTS, "BIGINT"))


def _cells(engine: Engine, claim: Claim, tables: ReportedTables, trees: DatedTrees) -> ir.Table:
    """Return what each organisation reported itself, and whether it was expected to."""
    tree = engine.take(trees.table())
    rows = reported_rows(engine, claim, tables, trees)
    numerator, denominator = claim.definition.parts
    counted = rows.whole.ifelse(1, 0)
    weights = {}
    for name, column, part in (("numerator", "one", numerator), ("denominator", "other", denominator)):
        reported = part is not None and part.is_reported
        value = (rows[column] if part.weight else ibis.literal(1)) if reported and part else ibis.literal(0)
        weights[name] = rows.whole.ifelse(value, 0).cast("int64")
    given = rows.select("window", "version", "organisation", **weights, reporting=counted.cast("int64"))
    windows = engine.take(_window_table(claim, trees))
    alive = tree.filter(tree.alive).select("version", organisation="node")
    asked = tables.expected.join(windows, _holds(tables.expected, windows.last_day)).join(
        alive, ["version", "organisation"]
    )
    # Who reports unasked is counted among the expected, so that completeness never passes 1.
    both = ibis.union(
        given.select("window", "version", "organisation"), asked.select("window", "version", "organisation")
    ).distinct()
    zero = ibis.literal(0, type="int64")
    nothing = dict.fromkeys(WEIGHTS, zero)
    return ibis.union(
        given.mutate(expected=zero).select("window", "version", "organisation", *WEIGHTS),
        both.mutate(**{**nothing, "expected": ibis.literal(1, type="int64")}).select(
            "window", "version", "organisation", *WEIGHTS
        ),
    )


def _holds(table: ir.Table, day: ir.Value) -> ir.BooleanValue:
    return (table.valid_from <= day) & (table.valid_to.isnull() | (table.valid_to > day))


def _window_table(claim: Claim, trees: DatedTrees) -> pa.Table:
    """Return a window per period of a definition, numbered in their order."""
    rows = [
        {
            "window": number,
            "version": trees.version_on[period.last_day],
            "period": str(period),
            "last_day": period.last_day,
        }
        for number, period in enumerate(claim.periods)
    ]
    schema = [
        ("window", pa.int32()),
        ("version", pa.int32()),
        ("period", pa.string()),
        ("last_day", pa.date32()),
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(schema))
