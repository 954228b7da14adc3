"""Dated trees in an engine, numbered through all their versions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tongxin.analytics.engine import Engine
from tongxin.analytics.trees import DatedTrees, Tree

_NOWHERE = -1


@dataclass(frozen=True)
class Forest:
    """The name of the table of `number_places` in an engine, and how many ancestor columns it has."""

    name: str
    depths: int


def plant(engine: Engine, trees: DatedTrees) -> Forest:
    """Take dated trees into an engine."""
    return Forest(engine.take_text(number_places(trees)), trees.depths)


def number_places(trees: DatedTrees) -> pa.Table:
    """Return a row per version and node.

    `place` counts through the versions, so that one number says the version and the position; `parent` and
    the ancestors a0…aD (null below the node) are numbered in the same way.

    Examples
    --------
    >>> from datetime import date
    >>> from tongxin.analytics.trees import Hierarchy, Placement, date_trees
    >>> begun = date(2024, 1, 1)
    >>> hierarchy = Hierarchy([Placement(1, None, begun), Placement(2, 1, begun), Placement(3, 2, begun)])
    >>> places = number_places(date_trees(hierarchy, [begun]))
    >>> places["place"].to_pylist(), places["parent"].to_pylist()
    ([0, 1, 2], [None, 0, 1])
    """
    begins = np.cumsum([0, *(tree.nodes.size for tree in trees.versions)])
    tables = [
        _place_table(version, tree, trees.depths, int(begins[version]))
        for version, tree in enumerate(trees.versions)
    ]
    return pa.concat_tables(tables)


def _place_table(version: int, tree: Tree, depths: int, begin: int) -> pa.Table:
    size = tree.nodes.size
    columns: dict[str, object] = {
        "version": pa.array(np.full(size, version), pa.int32()),
        "node": pa.array(tree.nodes, pa.int64()),
        "place": pa.array(np.arange(begin, begin + size), pa.int32()),
        "depth": pa.array(tree.depth, pa.int32()),
        "parent": pa.array(tree.parent + begin, pa.int32(), mask=tree.parent == _NOWHERE),
    }
    for at in range(depths):
        over = tree.ancestors[:, at] if at < tree.ancestors.shape[1] else np.full(size, _NOWHERE)
        columns[f"a{at}"] = pa.array(over + begin, pa.int32(), mask=over == _NOWHERE)
    return pa.table(columns)
