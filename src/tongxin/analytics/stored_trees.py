"""The trees that figures were computed with, as their files keep them: read without an engine."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tongxin.analytics.figure_files import read_whole

_COLUMNS = {
    "version": pa.int32(),
    "node": pa.int64(),
    "last": pa.int32(),
    "alive": pa.uint8(),
}


class StoredTree:
    """One version of the tree: what stands below a unit, and what exists."""

    def __init__(
        self,
        nodes: npt.NDArray[np.int64],
        last: npt.NDArray[np.int32],
        alive: npt.NDArray[np.bool_],
        level: npt.NDArray[np.int16],
        levels: tuple[str, ...],
    ) -> None:
        self._nodes, self._last, self._alive = nodes, last, alive
        self._level, self._levels = level, levels

    @cached_property
    def _order(self) -> npt.NDArray[np.int32]:
        return np.argsort(self._nodes).astype(np.int32)

    def _position(self, node: int) -> int | None:
        # A mapping of all nodes would take ten times the memory, for each version.
        at = int(np.searchsorted(self._nodes, node, sorter=self._order))
        found = int(self._order[at]) if at < self._nodes.size else -1
        return found if found >= 0 and self._nodes[found] == node else None

    def _part(self, node: int) -> slice:
        first = self._position(node)
        return slice(0, 0) if first is None else slice(first, int(self._last[first]) + 1)

    def subtree(self, node: int) -> npt.NDArray[np.int64]:
        """Return the nodes of a subtree, the node itself first; none of a node that is in no tree."""
        return self._nodes[self._part(node)]

    def descendants(self, node: int, level: str) -> list[int]:
        """Return the nodes of a level that exist in a subtree, in pre-order."""
        if level not in self._levels:
            return []
        part = self._part(node)
        met = (self._level[part] == self._levels.index(level)) & self._alive[part]
        return [int(each) for each in self._nodes[part][met]]

    def is_alive(self, node: int) -> bool:
        """Tell whether a node exists on the day of the tree."""
        position = self._position(node)
        return position is not None and bool(self._alive[position])


NO_TREE = StoredTree(
    np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.bool_), np.zeros(0, np.int16), ()
)


def read_trees(folder: Path) -> Mapping[str, StoredTree]:
    """Return the tree of each period of the figures in a folder; periods of one version share a tree.

    Raises
    ------
    DamagedFileError
        Where a file cannot be read.
    """
    periods = read_whole(folder / "periods.parquet")
    table = read_whole(folder / "trees.parquet", [*_COLUMNS, "level"])
    # Arrow's own way to NumPy leads through pandas, which takes longer to import than a command may take.
    version, nodes, last, alive = (
        np.from_dlpack(table[name].combine_chunks().cast(kind)) for name, kind in _COLUMNS.items()
    )
    coded = table["level"].combine_chunks().dictionary_encode()
    level, levels = np.from_dlpack(coded.indices).astype(np.int16), tuple(coded.dictionary.to_pylist())

    def tree(number: int) -> StoredTree:
        own = version == number
        return StoredTree(nodes[own], last[own], alive[own].astype(bool), level[own], levels)

    found = {int(number): tree(number) for number in np.unique(version)}
    pairs = zip(periods["period"].to_pylist(), periods["version"].to_pylist(), strict=True)
    return {period: found.get(number, NO_TREE) for period, number in pairs}
