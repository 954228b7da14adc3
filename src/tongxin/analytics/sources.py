"""What an application declares for the lake: what to extract, and how rows of a subject come out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa

from tongxin.analytics.subjects import Subject

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True)
class Source:
    """A table of registered facts, extracted as it is.

    `rows` returns a query of the registry whose columns stand in the order of the schema.
    """

    name: str
    schema: pa.Schema
    rows: Callable[[], Any]


@dataclass(frozen=True)
class Countable:
    """A subject and the plan that makes its rows out of the tables of the lake, by source name."""

    subject: Subject
    rows: Callable[[Mapping[str, ir.Table]], ir.Table]


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


def _typed(values: Sequence[object], kind: pa.DataType) -> pa.Array:
    column = pl.Series(values, strict=False)
    if pa.types.is_date32(kind) and column.dtype == pl.String:
        column = column.str.to_date("%Y-%m-%d")
    elif pa.types.is_boolean(kind) and column.dtype.is_numeric():
        column = column.cast(pl.Boolean)
    elif pa.types.is_string(kind) and column.dtype == pl.String:
        column = column.set(column == "", None)
    return column.to_arrow().cast(kind)
