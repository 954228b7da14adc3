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
    def positions(self) -> Mapping[int, int]:
        return {int(node): position for position, node in enumerate(self._nodes)}

    def subtree(self, node: int) -> np.ndarray:
        """Return the nodes of a subtree, the node itself first."""
        first = self.positions[node]
        found: np.ndarray = self._nodes[first : int(self._last[first]) + 1]
        return found

    def is_alive(self, node: int) -> bool:
        position = self.positions.get(node)
        return position is not None and bool(self._alive[position])


@lru_cache(maxsize=4)
def trees_of_periods(folder: Path) -> Mapping[str, StoredTree]:
    """Return the tree of each period of the figures in a folder; periods of one version share a tree."""
    periods, table = (read_whole(folder / f"{name}.parquet") for name in ("periods", "trees"))
    version, nodes, last, alive = (
        np.from_dlpack(table[name].combine_chunks().cast(kind))
        for name, kind in (
            ("version", pa.int32()),
            ("node", pa.int64()),
            ("last", pa.int64()),
            ("alive", pa.uint8()),
        )
    )
    found = {
        int(number): StoredTree(*(column[version == number] for column in (nodes, last, alive)))
        for number in np.unique(version)
    }
    pairs = zip(periods["period"].to_pylist(), periods["version"].to_pylist(), strict=True)
    return {period: found[number] for period, number in pairs}
