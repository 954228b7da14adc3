"""Everything additive: weights at positions, rolled up a tree in one pass.

A distinct count becomes additive by the lowest-common-ancestor correction: +1 at each position of a key, -1
at the lowest common ancestor of neighbours in pre-order (Hui 1992, "Color set size problem"). See
docs/methods/rollup.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import ibis
import ibis.expr.types as ir

from tongxin.analytics.engine import Engine

PLACE = ("window", "version", "position", "breakdown", "category")
"""What names a cell: a window of time, a version of the tree, a position, a breakdown and its category."""

_NODE = ["version", "position"]


def ancestor_columns(tree: ir.Table) -> list[str]:
    """Return the names a0…aD of the ancestor columns of a table of trees."""
    names = [name for name in tree.columns if name[0] == "a" and name[1:].isdigit()]
    return sorted(names, key=lambda name: int(name[1:]))


def spread_distinct(rows: ir.Table, tree: ir.Table, weights: Sequence[str]) -> ir.Table:
    """Turn keys that stand at several positions into additive cells.

    Parameters
    ----------
    rows
        One row per cell place (`PLACE`) and `key`, with a column for each weight: what the key counts for
        (1, or the value to be summed), null where it does not count at this position. A weight is the same
        wherever its key counts.
    tree
        The table of `DatedTrees`.
    weights
        The names of the weight columns.

    Returns
    -------
    Table
        Cells whose sums over any subtree count each key once.
    """
    order = ibis.window(
        group_by=["window", "breakdown", "category", "key"], order_by="position", rows=(None, -1)
    )
    before = rows.mutate(
        **{
            f"{name}_before": rows[name].notnull().ifelse(rows.position, None).max().over(order)
            for name in weights
        }
    )
    placed = before.join(tree, ["version", "position"])
    corrections = [_corrections(placed, tree, at, weights) for at in ancestor_columns(tree)]
    return ibis.union(_summed(rows, weights), *corrections)


def roll_up(engine: Engine, cells: ir.Table, tree: ir.Table, weights: Sequence[str]) -> ir.Table:
    """Sum cells over the subtree of every node, level by level from the deepest.

    Parameters
    ----------
    cells
        Rows with the columns `PLACE` and the weights; several rows may share a place.
    tree
        The table of `DatedTrees`.

    Returns
    -------
    Table
        One row per place with the weights of its whole subtree; `position` is any node's.
    """
    names = ancestor_columns(tree)
    place = tree.select("version", "position", "depth", *names)
    located = engine.keep(_summed(cells, weights).join(place[["version", "position", "depth"]], _NODE))
    deepest = len(names) - 1
    levels = [located.filter(located.depth == deepest)[[*PLACE, *weights]]]
    for depth in reversed(range(deepest)):
        lifted = levels[-1].join(place, _NODE).drop("position").rename(position=names[depth])
        here = located.filter(located.depth == depth)
        together = ibis.union(here[[*PLACE, *weights]], lifted[[*PLACE, *weights]])
        levels.append(engine.keep(_summed(together, weights)))
    return ibis.union(*levels) if len(levels) > 1 else levels[0]


def _summed(cells: ir.Table, weights: Sequence[str]) -> ir.Table:
    """Add up the cells of one place."""
    sums = {name: cells[name].sum().coalesce(0).cast(cells[name].type()) for name in weights}
    return cells.group_by(list(PLACE)).aggregate(**sums).select(*PLACE, *weights)


def _corrections(placed: ir.Table, tree: ir.Table, ancestor: str, weights: Sequence[str]) -> ir.Table:
    """Take off what neighbours share, at those lowest common ancestors that stand at one depth.

    The ancestors of a position grow with depth, and one of them holds an earlier position exactly if it does
    not begin after it. So the lowest common ancestor is the deepest ancestor that is not above the neighbour.
    """
    names = ancestor_columns(tree)
    deeper = names[names.index(ancestor) + 1 :][:1]
    anything = reduce(
        lambda one, other: one | other, (placed[f"{name}_before"].notnull() for name in weights)
    )
    at = placed.filter(anything & placed[ancestor].notnull()).drop("position").rename(position=ancestor)
    taken = {}
    for name in weights:
        neighbour = at[f"{name}_before"]
        shared = at[name].notnull() & (at.position <= neighbour)
        if deeper:
            shared &= at[deeper[0]].isnull() | (at[deeper[0]] > neighbour)
        taken[name] = (-at[name]).sum(where=shared).coalesce(0).cast(at[name].type())
    return at.group_by(list(PLACE)).aggregate(**taken).select(*PLACE, *weights)
