"""Rows of the registry with the types that their source declares."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pyarrow as pa

from tongxin.analytics.sources import Source


def as_table(rows: Sequence[Sequence[object]], schema: pa.Schema) -> pa.Table:
    """Give rows of a database their types: SQLite hands dates over as text and truths as numbers.

    An empty text is a missing one.

    Examples
    --------
    >>> schema = pa.schema([("on", pa.date32()), ("adopted", pa.bool_()), ("kind", pa.string())])
    >>> as_table([("2026-09-30", 1, "")], schema).to_pylist()
    [{'on': datetime.date(2026, 9, 30), 'adopted': True, 'kind': None}]
    """
    if not rows:
        return schema.empty_table()
    columns = [
        _typed(values, field.type) for field, values in zip(schema, zip(*rows, strict=True), strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def frame_table(frame: pl.DataFrame, source: Source) -> pa.Table:
    """Give a frame with columns of the registry the form of its source.

    Examples
    --------
    >>> source = Source("people", pa.schema([("worker", pa.int64())]), list, {"worker": "id"})
    >>> frame_table(pl.DataFrame({"id": [1], "name": ["某"]}), source).to_pylist()
    [{'worker': 1}]
    """
    columns = [_typed(frame[source.registered[field.name]], field.type) for field in source.schema]
    return pa.Table.from_arrays(columns, schema=source.schema)


def _typed(values: Sequence[object] | pl.Series, kind: pa.DataType) -> pa.Array:
    column = values if isinstance(values, pl.Series) else pl.Series(values, strict=False)
    if pa.types.is_date32(kind) and column.dtype == pl.String:
        column = column.str.to_date("%Y-%m-%d")
    elif pa.types.is_boolean(kind) and column.dtype.is_numeric():
        column = column.cast(pl.Boolean)
    elif pa.types.is_string(kind) and column.dtype == pl.String:
        column = column.set(column == "", None)
    return column.to_arrow().cast(kind)
