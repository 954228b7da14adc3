"""The trees that figures were computed with, as their files keep them: read without an engine."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from tongxin.analytics.damage import legible
from tongxin.analytics.figure_files import read_whole
from tongxin.analytics.stored_files import StoredFile

_COLUMNS = {
    "node": pa.int64(),
    "last": pa.int32(),
    "alive": pa.uint8(),
}


_ROWS = 131_072
"""So many rows are read at a time: what is read is held beside what is kept of it."""

Array = npt.NDArray[Any]


class StoredNodes:
    """The nodes of a tree in pre-order, and where each stands."""

    def __init__(self, nodes: npt.NDArray[np.int64]) -> None:
        self.nodes = nodes

    @cached_property
    def _order(self) -> npt.NDArray[np.int32]:
        return np.argsort(self.nodes).astype(np.int32)

    def position(self, node: int) -> int | None:
        """Return where a node stands, if it is there."""
        # A mapping of all nodes would take ten times the memory.
        at = bisect_left(self._order, node, key=self.nodes.__getitem__)
        found = int(self._order[at]) if at < self.nodes.size else -1
        return found if found >= 0 and self.nodes[found] == node else None


class StoredTree:
    """One version of the tree: what stands below a unit, and what exists."""

    def __init__(
        self,
        nodes: StoredNodes,
        last: npt.NDArray[np.int32],
        alive: npt.NDArray[np.bool_],
        level: npt.NDArray[np.int16],
        levels: tuple[str, ...],
    ) -> None:
        self.nodes, self._last, self._alive = nodes, last, alive
        self._level, self._levels = level, levels

    def _part(self, node: int) -> slice:
        first = self.nodes.position(node)
        return slice(0, 0) if first is None else slice(first, int(self._last[first]) + 1)

    def subtree(self, node: int) -> npt.NDArray[np.int64]:
        """Return the nodes of a subtree, the node itself first; none of a node that is in no tree."""
        return self.nodes.nodes[self._part(node)]

    def descendants(self, node: int, level: str) -> list[int]:
        """Return the nodes of a level that exist in a subtree, in pre-order."""
        if level not in self._levels:
            return []
        part = self._part(node)
        met = (self._level[part] == self._levels.index(level)) & self._alive[part]
        return [int(each) for each in self.nodes.nodes[part][met]]

    def is_alive(self, node: int) -> bool:
        """Tell whether a node exists on the day of the tree."""
        position = self.nodes.position(node)
        return position is not None and bool(self._alive[position])


NO_TREE = StoredTree(
    StoredNodes(np.zeros(0, np.int64)),
    np.zeros(0, np.int32),
    np.zeros(0, np.bool_),
    np.zeros(0, np.int16),
    (),
)


def read_trees(folder: Path) -> Mapping[str, StoredTree]:
    """Return the tree of each period of the figures in a folder; periods of one version share a tree.

    Raises
    ------
    DamagedFileError
        Where a file cannot be read.
    """
    periods = read_whole(folder / "periods.parquet")
    trees = _read_versions(StoredFile.of(folder / "trees.parquet"))
    pairs = zip(periods["period"].to_pylist(), periods["version"].to_pylist(), strict=True)
    return {period: trees.get(number, NO_TREE) for period, number in pairs}


@lru_cache(maxsize=4)
def _read_versions(file: StoredFile) -> Mapping[int, StoredTree]:
    found: dict[int, StoredTree] = {}
    kept: dict[str, Array] = {}
    for number, table in _tables(file.path):
        # Arrow's own way to NumPy leads through pandas, which takes longer to import than a command may take.
        arrays: dict[str, Array] = {
            name: np.from_dlpack(table[name].combine_chunks().cast(kind)) for name, kind in _COLUMNS.items()
        }
        coded = table["level"].combine_chunks().dictionary_encode()
        arrays["level"] = np.from_dlpack(coded.indices).astype(np.int16)
        before, kept = kept, {name: _shared(array, kept.get(name)) for name, array in arrays.items()}
        # Trees that differ in what exists alone have everything else in common.
        is_same = found and kept["node"] is before["node"]
        nodes = found[max(found)].nodes if is_same else StoredNodes(kept["node"])
        levels = tuple(coded.dictionary.to_pylist())
        found[number] = StoredTree(nodes, kept["last"], kept["alive"].astype(bool), kept["level"], levels)
    # Reading takes many times the memory of what is kept.
    pa.default_memory_pool().release_unused()
    return found


def _tables(path: Path) -> Iterator[tuple[int, pa.Table]]:
    """Yield the rows of each version, which stand one after another."""
    waiting: list[pa.RecordBatch] = []
    with legible(path), pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_ROWS, columns=["version", *_COLUMNS, "level"]):
            begins = 0
            version = np.from_dlpack(batch["version"])
            for end in [*(np.flatnonzero(version[1:] != version[:-1]) + 1).tolist(), None]:
                part = batch.slice(begins, None if end is None else end - begins)
                if waiting and waiting[0]["version"][0] != part["version"][0]:
                    yield waiting[0]["version"][0].as_py(), pa.Table.from_batches(waiting)
                    waiting = []
                waiting.append(part)
                begins = end or 0
    if waiting:
        yield waiting[0]["version"][0].as_py(), pa.Table.from_batches(waiting)


def _shared(array: Array, before: Array | None) -> Array:
    """Return an array, or the equal one from before in its place."""
    return before if before is not None and np.array_equal(array, before) else array
