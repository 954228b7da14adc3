"""Everything additive: weights at places, rolled up a tree in one pass.

A distinct count becomes additive by the lowest-common-ancestor correction: +1 at each position of a key, -1
at the lowest common ancestor of neighbours in pre-order (Hui 1992, "Color set size problem"). See
docs/methods/rollup.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tongxin.analytics.engine import Engine
from tongxin.analytics.forests import Forest
from tongxin.analytics.statements import select, union

PLACE = ('"window"', "place", "slot")
"""What names a cell: a window of time, a place in a version of the tree, a category of a breakdown."""


def spread_distinct(
    engine: Engine, rows: str, forest: Forest, weights: Sequence[str], place: Sequence[str] = PLACE
) -> Iterator[str]:
    """Turn keys that stand at several places into additive cells.

    Parameters
    ----------
    rows
        A statement with one row per cell (`PLACE`) and `key`, with a column for each weight: what the key
        counts for (1, or the value to be summed), null where it does not count at this place. A weight is the
        same wherever its key counts.
    place
        What names a cell, if more than `PLACE`: columns that a key has the same at all its places.

    Yields
    ------
    str
        Statements of cells whose sums over any subtree count each key once.
    """
    kept = engine.keep_text(rows)
    if engine.is_empty(kept):
        return
    yield select([*place, *(f"coalesce({name}, 0) AS {name}" for name in weights)], kept)
    order = 'PARTITION BY "window", slot, key ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING'
    before = [
        f"max(CASE WHEN {name} IS NOT NULL THEN place END) OVER ({order}) AS {name}_before"
        for name in weights
    ]
    neighbours = engine.keep_text(select(["*", *before], kept))
    for name in weights:
        shared = select(
            [_at(each, f"{_shared(forest, name)} AS place") for each in place] + [f"{name} AS weight"],
            f"{neighbours} AS r JOIN {forest.name} AS n USING (place)",
            where=f"{name} IS NOT NULL AND {name}_before IS NOT NULL",
        )
        taken = ["-weight" if each == name else "0" for each in weights]
        columns = [f"{value} AS {each}" for value, each in zip(taken, weights, strict=True)]
        # Under different roots nothing is shared.
        yield select([*place, *columns], f"({shared}) AS s", where="place >= 0")


def _at(column: str, shared: str) -> str:
    return shared if column == "place" else column


def _shared(forest: Forest, name: str) -> str:
    """Return the lowest common ancestor of a place and the one before it, -1 where there is none.

    The ancestors of a place grow with depth, and one of them holds an earlier place exactly if it does not
    begin after it. So the lowest common ancestor is the deepest ancestor that is not above the neighbour.
    """
    held = [f"CASE WHEN n.a{at} <= {name}_before THEN n.a{at} ELSE -1 END" for at in range(forest.depths)]
    return f"greatest({', '.join(held)}, -1)"


def roll_up(
    engine: Engine,
    cells: Sequence[str],
    forest: Forest,
    weights: Mapping[str, str],
    place: Sequence[str] = PLACE,
) -> str:
    """Sum cells over the subtree of every node, level by level from the deepest.

    Parameters
    ----------
    cells
        Statements with the columns that name a cell and the weights; several rows may share a cell.
    weights
        The names of the weights, each with the type in which its sums are kept.
    place
        What names a cell, if more than `PLACE`.

    Returns
    -------
    str
        The name of a lasting table: a row per cell with the weights of its whole subtree, and its depth.
    """
    sums = [f"CAST(sum({name}) AS {kind}) AS {name}" for name, kind in weights.items()]
    gathered = engine.keep_text(
        select([*place, "depth", *weights], f"{union(cells)} AS c JOIN {forest.name} AS n USING (place)")
    )
    rolled = ""
    for depth in reversed(range(forest.depths)):
        here = select([*place, *weights], gathered, where=f"depth = {depth}")
        if rolled:
            lifted = f"{rolled} AS c JOIN {forest.name} AS n USING (place)"
            columns = [*(_at(each, "n.parent AS place") for each in place), *weights]
            here = union([here, select(columns, lifted, where=f"c.depth = {depth + 1}")])
        else:
            here = f"({here})"
        level = select([*place, f"{depth} AS depth", *sums], f"{here} AS l", group_by=place)
        if rolled:
            engine.add_text(rolled, level)
        else:
            rolled = engine.keep_text(level, lasting=True)
    return rolled
