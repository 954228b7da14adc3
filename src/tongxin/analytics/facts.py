"""The rows behind a figure, found by the same answers that made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from tongxin.analytics.answers import columns_needed, flag
from tongxin.analytics.cells import Bench, find_windows
from tongxin.analytics.definitions import Definition
from tongxin.analytics.engine import Engine
from tongxin.analytics.event_cells import event_rows
from tongxin.analytics.figures import FigureError, Inputs
from tongxin.analytics.measures import Key, Part
from tongxin.analytics.reported import reported_rows
from tongxin.analytics.spell_cells import spell_rows
from tongxin.analytics.statements import select
from tongxin.analytics.tallies import Plan
from tongxin.analytics.trees import DatedTrees, date_trees
from tongxin.codes.periods import Period

PartName = Literal["numerator", "denominator"]


@dataclass(frozen=True)
class Facts:
    """Rows behind one part of a figure.

    `rows` has the columns entity, worker, organisation, day (of an event, or since when a spell holds) and
    those columns that the definition uses; `total` is the number of all rows, of which `rows` may be a page.
    """

    rows: pa.Table
    total: int
    key: Key


@dataclass(frozen=True)
class Question:
    """Whose facts are asked for: of one part of a figure at a node, for a period, perhaps in a category."""

    definition: Definition
    organisation: int
    period: Period
    part: PartName = "numerator"
    breakdown: str | None = None
    category: str | None = None
    as_of: date | None = None


def read_facts(
    engine: Engine, question: Question, inputs: Inputs, *, offset: int = 0, limit: int | None = None
) -> Facts:
    """Return the rows that one part of a figure counts.

    The distinct keys of the rows are the figure's count; the sum of the weight column over them its sum.

    Parameters
    ----------
    engine
        An open engine; the tables of `inputs` belong to it.
    question
        The figure and its part.
    inputs
        What the figure was computed from.
    offset, limit
        The page, in the order of day, organisation and entity.

    Raises
    ------
    FigureError
        Where the definition makes no figure for the period, or has no such part or breakdown.
    """
    part = _part(question)
    trees = date_trees(inputs.hierarchy, [question.period.last_day], as_of=question.as_of)
    plan = Plan([question.definition], [question.period])
    if not plan.claims:
        raise FigureError(f"{question.definition.version} makes no figure for {question.period}")
    if part.is_reported:
        rows = _reported_facts(engine, question, inputs, trees, plan)
    else:
        rows = _registered_facts(engine, question, inputs, trees, plan)
    # Ibis takes longer to write the statement than DuckDB to run it, so it is written once for both.
    found = engine.text(_inside(engine, rows, trees, question))
    total = int(engine.fetch_text(select(["count(*) AS total"], found))[0]["total"])
    taken = "" if limit is None else f" LIMIT {limit:d}"
    page = f"{select(['*'], found)} ORDER BY day, organisation, entity{taken} OFFSET {offset:d}"
    return Facts(engine.fetch_rows(page), total, part.key)


def _part(question: Question) -> Part:
    one, other = question.definition.parts
    part = one if question.part == "numerator" else other
    if part is None:
        raise FigureError(f"{question.definition.version} is a single number and has no denominator")
    return part


def _registered_facts(
    engine: Engine, question: Question, inputs: Inputs, trees: DatedTrees, plan: Plan
) -> ir.Table:
    claim = plan.claims[0]
    source = claim.numerator if question.part == "numerator" else claim.denominator
    if source is None:
        raise FigureError(f"{question.definition.version} has no {question.part}")
    family = source.family
    bench = Bench(engine, family, find_windows(family, trees))
    is_stock = family.timing.at_end
    rows = spell_rows(bench, inputs.lake) if is_stock else event_rows(bench, inputs.lake)
    # The tally without its weight: which rows count, not for how much.
    rows = rows.filter(flag(replace(source.tally, weight=None, rank=None), rows))
    if source.tally.key is Key.WORKER:
        rows = rows.filter(rows.worker.notnull())
    if not is_stock:
        first, last = family.timing.window(question.period)
        rows = rows.filter(rows.on.between(ibis.literal(first), ibis.literal(last)))
    if question.breakdown is not None:
        names = list(family.breakdowns)
        if question.breakdown not in names:
            raise FigureError(f"{question.definition.version} has no breakdown '{question.breakdown}'")
        rows = rows.filter(rows[f"category{names.index(question.breakdown)}"] == question.category)
    rows = rows.mutate(day=rows.valid_from if is_stock else rows.on)
    used = [name for each in question.definition.parts if each for name in columns_needed(each)]
    broken = [column for columns in family.breakdowns.values() for column in columns]
    shown = [name for name in dict.fromkeys([*used, *broken]) if name in rows.columns]
    return rows.select("entity", "worker", "organisation", "day", *shown)


def _reported_facts(
    engine: Engine, question: Question, inputs: Inputs, trees: DatedTrees, plan: Plan
) -> ir.Table:
    if inputs.reported is None:
        raise FigureError(f"{question.definition.version} takes reported values, and none are given")
    rows = reported_rows(engine, plan.claims[0], inputs.reported, trees)
    rows = rows.filter(rows.whole)
    values = [name for name in ("one", "other") if name in rows.columns]
    names = {"one": "numerator", "other": "denominator"}
    shown = rows.select(
        "organisation",
        entity=rows.organisation,
        worker=ibis.null("int64"),
        day=ibis.literal(question.period.last_day),
        **{names[value]: rows[value] for value in values},
    )
    return shown.select("entity", "worker", "organisation", "day", *(names[value] for value in values))


def _inside(engine: Engine, rows: ir.Table, trees: DatedTrees, question: Question) -> ir.Table:
    tree = trees.tree(question.period.last_day)
    nodes: Sequence[int] = []
    if question.organisation in tree.positions:
        nodes = tree.subtree(question.organisation).tolist()
    subtree = engine.take(pa.table({"organisation": pa.array(nodes, pa.int64())}))
    return rows.semi_join(subtree, "organisation")
