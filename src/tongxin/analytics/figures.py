"""Computes all figures of a set of definitions for a set of periods, and writes them to Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from tongxin.analytics.answers import Lake
from tongxin.analytics.cells import TOTAL, Bench, find_windows
from tongxin.analytics.definitions import Definition
from tongxin.analytics.engine import Engine
from tongxin.analytics.event_cells import event_cells, event_rows
from tongxin.analytics.measures import Key
from tongxin.analytics.reported import WEIGHTS, ReportedTables, reported_cells
from tongxin.analytics.rollup import roll_up
from tongxin.analytics.spell_cells import spell_cells, spell_rows
from tongxin.analytics.tallies import Claim, Plan, Source
from tongxin.analytics.trees import DatedTrees, Hierarchy, date_trees
from tongxin.codes.periods import Period

NUMBERS = ("numerator", "denominator", "undetermined", "population", "reporting", "expected")
FIGURE_COLUMNS = ("indicator", "definition", "organisation", "period", "breakdown", "category", *NUMBERS)
ROW_GROUP = 16_384
"""Small enough that reading one organisation decodes little."""

_WHOLE = "!int64"
"""Not null, so that Ibis writes the cast: DuckDB sums to 128 bits, which Parquet would store as floats."""

_ORDER = ("breakdown", "organisation", "category", "window")


class FigureError(ValueError):
    """Figures that cannot be computed from what is given."""


@dataclass(frozen=True)
class Inputs:
    """What figures are computed from.

    `lake.tables` holds a table for each subject, with the columns that `Subject` lists.
    """

    lake: Lake
    hierarchy: Hierarchy
    reported: ReportedTables | None = None


@dataclass
class Summary:
    """What a computation did: rows written per indicator, and facts whose organisation is in no tree."""

    figures: dict[str, int] = field(default_factory=dict)
    unplaced: dict[str, int] = field(default_factory=dict)
    trees: int = 0


def compute_figures(
    engine: Engine,
    definitions: Sequence[Definition],
    inputs: Inputs,
    periods: Iterable[Period],
    target: Path,
    *,
    as_of: date | None = None,
) -> Summary:
    """Compute the figures of definitions for periods at every node, and write them into a directory.

    Parameters
    ----------
    engine
        An open engine; the tables of `inputs` belong to it.
    definitions
        Any number of versions of any number of indicators; each period takes the version of its last day.
    periods
        The periods; a definition makes figures only for those of its kinds.
    target
        A directory, made where missing: one Parquet file per indicator, `trees.parquet`, `periods.parquet`.
    as_of
        Use the tree of this day for every period, instead of that of the period's last day.

    Returns
    -------
    Summary
    """
    chosen = sorted(set(periods))
    plan = Plan(definitions, chosen)
    trees = date_trees(inputs.hierarchy, [period.last_day for period in chosen], as_of=as_of)
    target.mkdir(parents=True, exist_ok=True)
    _write_trees(target, trees, chosen)
    summary = Summary(trees=len(trees.versions))
    if not plan.claims:
        return summary
    tree = engine.take(trees.table())
    rolled: Rolled = {}
    for family in plan.families.values():
        bench = Bench(engine, tree, family, find_windows(family, trees))
        with engine.scratch():
            rolled.update(_roll_up_family(bench, inputs))
        summary.unplaced[family.subject] = _count_unplaced(engine, inputs, family.subject, trees)
    for code in dict.fromkeys(claim.definition.code for claim in plan.claims):
        claims = [claim for claim in plan.claims if claim.definition.code == code]
        tables = [_figures_of(engine, claim, rolled, inputs, trees, tree) for claim in claims]
        figures = ibis.union(*tables) if len(tables) > 1 else tables[0]
        if len(tables) > 1 or not _is_sorted(claims[0]):
            figures = figures.order_by("breakdown", "organisation", "category", "period")
        path = target / f"{code}.parquet"
        engine.write_parquet(figures, path, row_group_size=ROW_GROUP)
        summary.figures[code] = pq.read_metadata(path).num_rows
    return summary


def _is_sorted(claim: Claim) -> bool:
    """Tell whether the figures come in order out of one rolled up table, which is sorted."""
    return not claim.definition.is_reported and len({_place(source) for _, source, _ in _terms(claim)}) == 1


@dataclass(frozen=True)
class _RolledUp:
    """The tallies of one kind of key of a family, at every node."""

    table: ir.Table
    windows: Mapping[Period, int]


Rolled = dict[tuple[int, Key], _RolledUp]


def _roll_up_family(bench: Bench, inputs: Inputs) -> Rolled:
    family = bench.family
    if family.subject not in inputs.lake.tables:
        raise FigureError(f"there is no table of the subject '{family.subject}'")
    is_stock = family.timing.at_end
    rows = spell_rows(bench, inputs.lake) if is_stock else event_rows(bench, inputs.lake)
    rolled: Rolled = {}
    for key in family.keys:
        cells = spell_cells(bench, rows, key) if is_stock else event_cells(bench, rows, key)
        names = bench.tallies(family.of_key(key))
        together = ibis.union(*cells) if len(cells) > 1 else cells[0]
        upward = roll_up(bench.engine, together, bench.tree, names)
        # Sorted once here, so that no definition of the family needs to be.
        named = _named(bench, upward, names).order_by(*_ORDER)
        table = bench.engine.keep(named, lasting=True)
        rolled[id(family), key] = _RolledUp(table, bench.windows.of_period)
    return rolled


def _named(bench: Bench, rolled: ir.Table, names: list[str]) -> ir.Table:
    """Return the rolled up tallies with the organisation and the name of the breakdown."""
    nodes = bench.tree.select("version", "position", organisation="node")
    known = rolled.join(nodes, ["version", "position"])
    total = known.breakdown == TOTAL
    named = ibis.null("string")
    if bench.family.breakdowns:
        branches = [(known.breakdown == n, name) for n, name in enumerate(bench.family.breakdowns)]
        named = ibis.cases(*branches, else_=ibis.null("string"))
    category = total.ifelse(ibis.null("string"), known.category)
    table = known.mutate(breakdown=named, category=category)
    return table.select("window", "organisation", "breakdown", "category", *names)


def _figures_of(
    engine: Engine, claim: Claim, rolled: Rolled, inputs: Inputs, trees: DatedTrees, tree: ir.Table
) -> ir.Table:
    """Return the figures of one definition: its own columns, rows that say nothing left out."""
    pieces = list(_pieces(engine, claim, rolled))
    if claim.definition.is_reported:
        pieces.append(_reported_piece(engine, claim, inputs, trees, tree))
    place = ["organisation", "period", "breakdown", "category"]
    figures = ibis.union(*pieces) if len(pieces) > 1 else pieces[0]
    if len(pieces) > 1:
        figures = figures.group_by(place).aggregate(
            **{name: figures[name].sum().cast(_WHOLE) for name in NUMBERS}
        )
    said = (figures.numerator != 0) | (figures.denominator != 0) | (figures.undetermined != 0)
    figures = figures.filter(said | (figures.expected != 0))
    known = {
        "indicator": ibis.literal(claim.definition.code),
        "definition": ibis.literal(claim.definition.version),
    }
    if not claim.definition.is_ratio:
        known["denominator"] = ibis.null("int64")
    if not claim.definition.is_reported:
        known |= {"reporting": ibis.null("int64"), "expected": ibis.null("int64")}
    return figures.mutate(**known).select(*FIGURE_COLUMNS)


def _pieces(engine: Engine, claim: Claim, rolled: Rolled) -> Iterator[ir.Table]:
    """Yield what a definition takes from each rolled up table, 0 for what it takes from elsewhere."""
    terms = list(_terms(claim))
    for place in dict.fromkeys(_place(source) for _, source, _ in terms):
        table, windows = rolled[place].table, rolled[place].windows
        mine = [term for term in terms if _place(term[1]) == place]
        numbers = {name: ibis.literal(0, type="int64") for name in NUMBERS}
        for name, source, sign in mine:
            numbers[name] = numbers[name] + sign * table[source.tally.name].cast("int64")
        breakdowns = [breakdown.name for breakdown in claim.definition.breakdowns]
        shown = (
            table.filter(table.breakdown.isnull() | table.breakdown.isin(breakdowns))
            if breakdowns
            else (table.filter(table.breakdown.isnull()))
        )
        rows = shown.mutate(**numbers)
        periods = engine.take(
            pa.table(
                {
                    "window": pa.array([windows[period] for period in claim.periods], pa.int32()),
                    "period": [str(period) for period in claim.periods],
                }
            )
        )
        yield rows.join(periods, "window").select("organisation", "period", "breakdown", "category", *NUMBERS)


def _place(source: Source) -> tuple[int, Key]:
    """Return which rolled up table a number comes from."""
    return id(source.family), source.tally.key


def _terms(claim: Claim) -> Iterator[tuple[str, Source, int]]:
    """Yield the numbers of a figure as sums of tallies: name, tally, sign."""
    if claim.numerator:
        yield "numerator", claim.numerator, 1
    if claim.denominator:
        yield "denominator", claim.denominator, 1
    for certainty in claim.certainties:
        yield "undetermined", certainty.open, 1
        yield "undetermined", certainty.true, -1
        yield "population", certainty.all, 1


def _reported_piece(
    engine: Engine, claim: Claim, inputs: Inputs, trees: DatedTrees, tree: ir.Table
) -> ir.Table:
    if inputs.reported is None:
        raise FigureError(f"{claim.definition.version} takes reported values, and none are given")
    cells = reported_cells(engine, claim, inputs.reported, trees)
    rolled = roll_up(engine, cells, tree, WEIGHTS)
    nodes = tree.select("version", "position", organisation="node")
    periods = engine.take(
        pa.table(
            {
                "window": pa.array(range(len(claim.periods)), pa.int32()),
                "period": [str(period) for period in claim.periods],
            }
        )
    )
    known = rolled.join(nodes, ["version", "position"]).join(periods, "window")
    numbers = {
        "numerator": known.numerator,
        "denominator": known.denominator,
        "undetermined": known.expected - known.reporting,
        "population": known.expected,
        "reporting": known.reporting,
        "expected": known.expected,
    }
    nothing = {"breakdown": ibis.null("string"), "category": ibis.null("string")}
    return known.mutate(**nothing, **numbers).select(
        "organisation", "period", "breakdown", "category", *NUMBERS
    )


def _count_unplaced(engine: Engine, inputs: Inputs, subject: str, trees: DatedTrees) -> int:
    nodes = engine.take(pa.table({"organisation": trees.versions[0].nodes}))
    lost = inputs.lake.tables[subject].anti_join(nodes, "organisation")
    return int(engine.fetch(lost.aggregate(rows=lost.count()))["rows"][0].as_py())


def _write_trees(target: Path, trees: DatedTrees, periods: Sequence[Period]) -> None:
    pq.write_table(trees.table(), target / "trees.parquet", compression="zstd")
    versions = [trees.version_on[period.last_day] for period in periods]
    table = pa.table(
        {
            "period": pa.array([str(period) for period in periods], pa.string()),
            "version": pa.array(versions, pa.int32()),
        }
    )
    pq.write_table(table, target / "periods.parquet")
