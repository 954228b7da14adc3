"""Rolled up tallies as files: a row per organisation, window and category, in this order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tongxin.analytics.engine import Engine
from tongxin.analytics.forests import Forest
from tongxin.analytics.statements import literal, select
from tongxin.analytics.tallies import Family
from tongxin.codes.periods import Period

ROW_GROUP = 16_384
"""Small enough that reading one organisation decodes little."""


@dataclass(frozen=True)
class TallyFile:
    """A file of tallies: its name, which column holds each tally, which window each period has."""

    name: str
    columns: Mapping[str, str]
    windows: Mapping[Period, int]
    cells: Mapping[tuple[str | None, int], int]
    """How many cells there are, by breakdown and window."""


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


def write_tables(tables: Iterable[pa.Table], path: Path) -> None:
    """Write tables of cells, which stand in their order."""
    writer = None
    try:
        for table in tables:
            if writer is None:
                schema = pa.schema([_plain(each) for each in table.schema])
                writer = pq.ParquetWriter(path, schema, compression="zstd")
            writer.write_table(table.cast(schema), row_group_size=ROW_GROUP)
    finally:
        if writer is not None:
            writer.close()


def _plain(field: pa.Field) -> pa.Field:
    return pa.field(field.name, pa.string()) if pa.types.is_dictionary(field.type) else field


def count_cells(engine: Engine, path: Path) -> dict[tuple[str | None, int], int]:
    """Return how many cells a file has, by breakdown and window."""
    counted = select(
        ["breakdown", '"window"', "count(*) AS cells"],
        f"read_parquet({literal(str(path))})",
        group_by=["breakdown", '"window"'],
    )
    return {(row["breakdown"], row["window"]): row["cells"] for row in engine.fetch_text(counted)}
