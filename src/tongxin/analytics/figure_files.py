"""One file of tallies: only those parts of it are read that may hold what is asked for.

Rows stand in the order of breakdown and node, so a few row groups hold the figures of one node. They are
found here by hand: `pyarrow.dataset` imports pandas, which takes longer than a command may to answer. The
units that most pages are about stand in few row groups, which are kept as they were read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from tongxin.analytics.arrow_arrays import in_one
from tongxin.analytics.damage import legible
from tongxin.analytics.stored_files import Kept, StoredFile

_CELL = ("organisation", "window", "breakdown", "category")
_WORDS = ["breakdown", "category"]
"""Columns of few different texts: as numbers of them they are read in half the time."""
MOST_KEPT = 32_000_000
"""So many bytes of row groups are kept."""
FEW = 4
"""A reading of more row groups than this would drive out what other pages ask for again."""

Cells = Mapping[str, list[Any]]
"""Cells by column: `organisation`, `window`, `category`, and the numbers asked for."""
Numbers = npt.NDArray[Any]


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

    def may_hold(self, breakdown: str | None) -> bool:
        if breakdown is None:
            return self.has_totals
        return self.breakdowns is not None and self.breakdowns[0] <= breakdown <= self.breakdowns[1]


@dataclass(frozen=True)
class _Section:
    """The cells of one breakdown in a row group, in the order of nodes."""

    nodes: Numbers
    windows: Numbers
    categories: Numbers
    numbers: Mapping[str, Numbers]

    def find(self, nodes: Numbers, windows: Numbers) -> Numbers:
        """Return which cells are of nodes, given in their order, in windows."""
        first, last = np.searchsorted(self.nodes, [nodes[0], nodes[-1] + 1])
        met = np.isin(self.windows[first:last], windows)
        if nodes.size > 1:
            met &= np.isin(self.nodes[first:last], nodes)
        found: Numbers = np.flatnonzero(met) + first
        return found


@dataclass(frozen=True)
class _Read:
    """A row group as it was read: its cells by breakdown, and the texts of its categories by number."""

    sections: Mapping[str | None, _Section]
    categories: Sequence[str | None]
    nbytes: int


_kept: Kept[_Read] = Kept(MOST_KEPT)


class _Layout:
    """What stands where in a file, under whichever name it is read."""

    def __init__(self, path: Path) -> None:
        with legible(path):
            self.metadata = pq.read_metadata(path)
            self._groups = tuple(_read_groups(self.metadata))
            names = self.metadata.schema.names
        self.columns = [name for name in names if name not in _CELL]
        self._holding: dict[str | None, tuple[Numbers, Numbers, Numbers]] = {}

    def groups_with(self, first: int, last: int, breakdown: str | None) -> list[int]:
        """Return the row groups that may hold a breakdown at nodes between two."""
        if breakdown not in self._holding:
            held = [n for n, group in enumerate(self._groups) if group.may_hold(breakdown)]
            ends = np.array([self._groups[n].nodes for n in held], np.int64).reshape(-1, 2)
            self._holding[breakdown] = np.array(held, np.int64), ends[:, 0], ends[:, 1]
        held_in, firsts, lasts = self._holding[breakdown]
        found: list[int] = held_in[(firsts <= last) & (lasts >= first)].tolist()
        return found


@lru_cache(maxsize=128)
def _layout_of(file: StoredFile) -> _Layout:
    return _Layout(file.path)


class FigureFile:
    """A Parquet file of tallies; it never changes, so releases that share it share what is kept of it."""

    def __init__(self, path: Path) -> None:
        self._path, self._file = path, StoredFile.of(path)
        self._layout = _layout_of(self._file)

    def read(
        self, columns: Sequence[str], nodes: Sequence[int], windows: Sequence[int], breakdown: str | None
    ) -> Cells:
        """Return the cells of nodes in windows: of the totals, or of one breakdown."""
        wanted, met = np.unique(np.array(nodes, np.int64)), np.array(windows, np.int32)
        numbers = self._layout.groups_with(int(wanted[0]), int(wanted[-1]), breakdown)
        found: dict[str, list[Any]] = {name: [] for name in ("organisation", "window", "category", *columns)}
        for number in numbers:
            if len(numbers) <= FEW:
                group = _kept.get((self._file, number), partial(self._read, number))
            else:
                group = self._read(number, columns)
            section = group.sections.get(breakdown)
            if section is None:
                continue
            rows = section.find(wanted, met)
            found["organisation"] += section.nodes[rows].tolist()
            found["window"] += section.windows[rows].tolist()
            found["category"] += [group.categories[each] for each in section.categories[rows].tolist()]
            for name in columns:
                found[name] += section.numbers[name][rows].tolist()
        return found

    def _read(self, group: int, columns: Sequence[str] | None = None) -> _Read:
        """Read a row group, of its numbers all columns unless some are named."""
        numbers = self._layout.columns if columns is None else columns
        # Opened anew each time, as several threads may read at once.
        with (
            legible(self._path),
            pq.ParquetFile(self._path, metadata=self._layout.metadata, read_dictionary=_WORDS) as file,
        ):
            table = file.read_row_group(group, columns=[*_CELL, *numbers], use_threads=False)
            return _sorted_out(table, numbers)


def _sorted_out(table: pa.Table, columns: Sequence[str]) -> _Read:
    # Arrow's own way to NumPy leads through pandas, which takes longer to import than a command may take.
    nodes, windows, *numbers = (
        np.from_dlpack(in_one(table[name])) for name in ("organisation", "window", *columns)
    )
    named, breakdowns = _coded(table["breakdown"])
    categories, texts = _coded(table["category"])
    sections = {}
    for code in np.unique(named).tolist():
        rows = np.flatnonzero(named == code)
        rows = rows[np.argsort(nodes[rows], kind="stable")]
        sections[breakdowns[code]] = _Section(
            nodes[rows],
            windows[rows],
            categories[rows],
            {name: array[rows] for name, array in zip(columns, numbers, strict=True)},
        )
    return _Read(sections, texts, sum(each.nbytes for each in (nodes, windows, categories, *numbers)))


def _coded(column: pa.ChunkedArray) -> tuple[Numbers, Sequence[str | None]]:
    """Return a column of texts as numbers of them, and the texts by number; the last is nothing."""
    coded = in_one(column)
    texts = [*coded.dictionary.to_pylist(), None]
    numbers, valid = coded.indices, coded.is_valid().cast(pa.uint8())
    stored = pa.Array.from_buffers(
        numbers.type, len(numbers), [None, numbers.buffers()[1]], 0, numbers.offset
    )
    return np.where(np.from_dlpack(valid), np.from_dlpack(stored), len(texts) - 1), texts


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
