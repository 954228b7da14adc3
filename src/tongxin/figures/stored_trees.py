"""The trees that figures were computed with, as their files keep them: read without an engine."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from tongxin.analytics.figure_files import read_whole


class StoredTree:
    """One version of the tree: enough to tell what stands below a unit."""

    def __init__(self, nodes: np.ndarray, last: np.ndarray, alive: np.ndarray) -> None:
        self._nodes, self._last, self._alive = nodes, last, alive

    @cached_property
    def _order(self) -> np.ndarray:
        return np.argsort(self._nodes).astype(np.int32)

    def _position(self, node: int) -> int | None:
        # A mapping of all nodes would take ten times the memory, for each version.
        at = int(np.searchsorted(self._nodes, node, sorter=self._order))
        found = int(self._order[at]) if at < self._nodes.size else -1
        return found if found >= 0 and self._nodes[found] == node else None

    def subtree(self, node: int) -> np.ndarray:
        """Return the nodes of a subtree, the node itself first; none of a node that is in no tree."""
        first = self._position(node)
        if first is None:
            return self._nodes[:0]
        found: np.ndarray = self._nodes[first : int(self._last[first]) + 1]
        return found

    def is_alive(self, node: int) -> bool:
        position = self._position(node)
        return position is not None and bool(self._alive[position])


@lru_cache(maxsize=4)
def trees_of_periods(folder: Path) -> Mapping[str, StoredTree]:
    """Return the tree of each period of the figures in a folder; periods of one version share a tree."""
    periods = read_whole(folder / "periods.parquet")
    table = read_whole(folder / "trees.parquet", ["version", "node", "last", "alive"])
    version, nodes, last, alive = (
        np.from_dlpack(table[name].combine_chunks().cast(kind))
        for name, kind in (
            ("version", pa.int32()),
            ("node", pa.int64()),
            ("last", pa.int32()),
            ("alive", pa.uint8()),
        )
    )
    found = {
        int(number): StoredTree(*(column[version == number] for column in (nodes, last, alive)))
        for number in np.unique(version)
    }
    pairs = zip(periods["period"].to_pylist(), periods["version"].to_pylist(), strict=True)
    return {period: found[number] for period, number in pairs}
