"""One file of tallies: only those parts of it are read that may hold what is asked for.

Rows stand in the order of breakdown and node, so a few row groups hold the figures of one node. They are
found here by hand: `pyarrow.dataset` imports pandas, which takes longer than a command may to answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tongxin.analytics.damage import legible

_NAMES = ["breakdown", "category"]
"""Columns of few different texts: as numbers of them they are read in half the time."""


def read_whole(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Return all rows of a small file; raises DamagedFileError where it cannot be read."""
    with legible(path), pq.ParquetFile(path) as file:
        return file.read(columns=columns)


@dataclass(frozen=True)
class _Group:
    """What one row group holds: the first and last node, the first and last breakdown, and whether totals."""

    nodes: tuple[int, int]
    breakdowns: tuple[str, str] | None
    has_totals: bool

    def may_hold(self, first: int, last: int, breakdown: str | None) -> bool:
        if last < self.nodes[0] or first > self.nodes[1]:
            return False
        if breakdown is None:
            return self.has_totals
        return self.breakdowns is not None and self.breakdowns[0] <= breakdown <= self.breakdowns[1]


class FigureFile:
    """A Parquet file of tallies; it never changes, so what its row groups hold is read once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with legible(path):
            self._metadata = pq.read_metadata(path)
            self._groups = tuple(_read_groups(self._metadata))

    def read(
        self, columns: Sequence[str], nodes: Sequence[int], windows: Sequence[int], breakdown: str | None
    ) -> pa.Table:
        """Return the cells of nodes in windows: of the totals, or of one breakdown."""
        first, last = min(nodes), max(nodes)
        groups = [n for n, group in enumerate(self._groups) if group.may_hold(first, last, breakdown)]
        # Opened anew each time, as several threads may read at once.
        with (
            legible(self._path),
            pq.ParquetFile(self._path, metadata=self._metadata, read_dictionary=_NAMES) as file,
        ):
            names = list(dict.fromkeys([*columns, "organisation", "window", "breakdown"]))
            table = file.read_row_groups(groups, columns=names, use_threads=False)
        named = table["breakdown"]
        placed = pc.is_in(table["organisation"], _whole_numbers(nodes, pa.int64()))
        shown = pc.is_null(named) if breakdown is None else pc.is_in(named, _texts([breakdown]))
        met = pc.is_in(table["window"], _whole_numbers(windows, pa.int32()))
        return table.filter(pc.and_(pc.and_(placed, shown), met))


# Arrays out of their parts: whatever is not yet Arrow's, Arrow asks pandas about, and imports it to ask.


def _whole_numbers(values: Sequence[int], kind: pa.DataType) -> pa.Array:
    stored = np.array(values, dtype=f"int{kind.bit_width}")
    return pa.Array.from_buffers(kind, stored.size, [None, pa.py_buffer(stored)])


def _texts(values: Sequence[str]) -> pa.Array:
    stored = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, stored)], dtype=np.int32)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(stored))]
    return pa.Array.from_buffers(pa.string(), len(stored), buffers)


def _read_groups(metadata: pq.FileMetaData) -> Iterator[_Group]:
    names = metadata.schema.names
    node, named = names.index("organisation"), names.index("breakdown")
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        nodes, breakdowns = group.column(node).statistics, group.column(named).statistics
        yield _Group(
            (nodes.min, nodes.max),
            (breakdowns.min, breakdowns.max) if breakdowns.has_min_max else None,
            breakdowns.null_count > 0,
        )
