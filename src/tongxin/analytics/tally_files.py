"""Rolled up tallies as files: a row per organisation, window and category, in this order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tongxin.analytics.damage import legible
from tongxin.analytics.engine import Engine
from tongxin.analytics.forests import Forest
from tongxin.analytics.measures import Key
from tongxin.analytics.statements import literal, select
from tongxin.analytics.tallies import Family, Tally, Values
from tongxin.codes.periods import Period

ROW_GROUP = 8_192
"""Small enough that reading one organisation decodes little."""
LARGEST_GROUP = 65_536
LISTING = "files.listing.json"

Cells = dict[tuple[str | None, int], int]
"""How many cells there are, by breakdown and window."""


@dataclass(frozen=True)
class TallyFile:
    """A file of tallies: its name, which column holds each tally, which window each period has.

    What a later release changes of it stands in a file of its own, to be added; there every tally has its
    column, under its own name.
    """

    name: str
    columns: Mapping[str, str]
    windows: Mapping[Period, int]
    cells: Mapping[tuple[str | None, int], int]
    """How many cells there are, by breakdown and window."""
    change: str | None = None

    @property
    def near(self) -> str:
        """The name of the file with the values around those that are taken from an order."""
        return self.name.replace(".parquet", ".near.parquet")

    def changed(self) -> TallyFile:
        """Return the file together with one of changes."""
        return replace(self, change=self.name.replace(".parquet", ".change.parquet"))


@dataclass
class Listing:
    """What a computation has written so far: files by name, and by subject the facts in no tree."""

    files: dict[str, TallyFile]
    unplaced: dict[str, int]
    is_native: bool = False
    """Whether anything was rolled up by compiled loops: rows are many, and they are loaded."""

    def write(self, folder: Path) -> None:
        """Write the listing beside its files: who is killed later can go on from here."""
        files = [
            {
                **asdict(replace(file, windows={}, cells={})),
                "windows": {str(period): window for period, window in file.windows.items()},
                "cells": sorted([[*place, count] for place, count in file.cells.items()], key=str),
            }
            for file in self.files.values()
        ]
        draft = folder / f"{LISTING}.draft"
        said = {"files": files, "unplaced": self.unplaced, "is_native": self.is_native}
        draft.write_text(json.dumps(said, indent=1), encoding="utf-8")
        draft.replace(folder / LISTING)


def read_listing(folder: Path) -> Listing:
    """Return what was written into a folder, nothing where nothing was; raises DamagedFileError."""
    path = folder / LISTING
    if not path.is_file():
        return Listing({}, {})
    with legible(path):
        said = json.loads(path.read_text(encoding="utf-8"))
        files = {each["name"]: _read_file(each) for each in said["files"]}
        return Listing(files, said["unplaced"], said["is_native"])


def _read_file(said: Mapping[str, Any]) -> TallyFile:
    return TallyFile(
        said["name"],
        said["columns"],
        {Period.parse(period): window for period, window in said["windows"].items()},
        {(breakdown, window): count for breakdown, window, count in said["cells"]},
        said["change"],
    )


def file_of(family: Family, tally: Tally) -> str:
    """Return the name of the file that holds a tally: one for each kind of key, and for each order."""
    if tally.values is None:
        return name_of(family, tally.key.value)
    return ranked_file(family, tally.values)


def ranked_file(family: Family, values: Values) -> str:
    """Return the name of the file of what is taken from an order of values."""
    return name_of(family, f"{values.weight}-{list(family.values).index(values)}")


def counted_file(family: Family, key: Key) -> str:
    """Return the name of the file of what adds up over one kind of key."""
    return name_of(family, key.value)


def name_of(family: Family, what: str) -> str:
    """Return the name of a file of a family: equal only where all that is tallied is equal."""
    said = (
        family.subject,
        family.timing,
        list(family.breakdowns.items()),
        list(family.parts),
        list(family.tallies.values()),
        sorted(map(str, family.periods)),
    )
    return f"{family.subject}-{what}-{hashlib.sha256(repr(said).encode()).hexdigest()[:10]}.parquet"


def write_table(
    engine: Engine, table: str, columns: Sequence[str], forest: Forest, slots: str, path: Path
) -> None:
    """Write a table of cells by place and slot."""
    joined = f"{table} AS r JOIN {forest.name} AS n USING (place) JOIN {slots} AS s USING (slot)"
    said = " OR ".join(f"r.{name} <> 0" for name in columns)
    named = ["node AS organisation", '"window"', "breakdown", "category", *(f"r.{name}" for name in columns)]
    order = ["breakdown", "organisation", "category", '"window"']
    engine.write_text(select(named, joined, where=said, order_by=order), path, row_group_size=ROW_GROUP)


def write_near(engine: Engine, table: str, forest: Forest, slots: str, path: Path) -> None:
    """Write a table of near values by place and slot."""
    joined = f"{table} AS r JOIN {forest.name} AS n USING (place) JOIN {slots} AS s USING (slot)"
    columns = ["node AS organisation", '"window"', "breakdown", "category", "rank", "value", "times"]
    order = ["breakdown", "organisation", "category", '"window"', "rank", "value"]
    engine.write_text(select(columns, joined, order_by=order), path, row_group_size=ROW_GROUP)


def write_tables(tables: Iterable[pa.Table], path: Path) -> Cells:
    """Write tables of cells, which stand in their order; returns how many cells there are.

    Words stand as numbers in `breakdown` and `category`, of which a table has one breakdown.
    """
    cells: Cells = {}
    writer = None
    try:
        for table in tables:
            if writer is None:
                writer = _open_writer(path, table.schema)
            writer.write_table(table, row_group_size=_group_size(table.num_rows))
            breakdown = table["breakdown"][0].as_py() if table.num_rows else None
            times = np.bincount(table["window"].to_numpy())
            cells |= {(breakdown, window): int(n) for window, n in enumerate(times) if n}
    finally:
        if writer is not None:
            writer.close()
    return cells


def _open_writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    words = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    # Numbers in their order are small as differences, and written twice as fast as by a dictionary.
    encodings = {name: "DELTA_BINARY_PACKED" for name in schema.names if name not in words}
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        use_dictionary=words,
        column_encoding=encodings,
        write_statistics=["breakdown", "organisation"],
        store_schema=False,
    )


def _group_size(rows: int) -> int:
    """Return how many rows go into one group: a reader opens one or two, but knows where all of them are."""
    return max(ROW_GROUP, min(LARGEST_GROUP, rows // 128))


def count_cells(engine: Engine, path: Path) -> Cells:
    """Return how many cells a file has, by breakdown and window."""
    counted = select(
        ["breakdown", '"window"', "count(*) AS cells"],
        f"read_parquet({literal(str(path))})",
        group_by=["breakdown", '"window"'],
    )
    return {(row["breakdown"], row["window"]): row["cells"] for row in engine.fetch_text(counted)}
