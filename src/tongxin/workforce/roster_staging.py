"""Tables of the connection's own: rows are put there without a lock that anybody else would notice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
from django.db import connection
from django.db.backends.utils import CursorWrapper

COLUMN_TYPES = {
    "sqlite": {pl.Int64: "INTEGER", pl.Date: "TEXT", pl.String: "TEXT", pl.Binary: "BLOB"},
    "postgresql": {pl.Int64: "BIGINT", pl.Date: "DATE", pl.String: "TEXT", pl.Binary: "BYTEA"},
}
PREFIX = "roster_"


def temporary(name: str) -> str:
    """Name a prepared table beyond doubt: it lives in the connection's own schema."""
    schema = "temp" if connection.vendor == "sqlite" else "pg_temp"
    return f"{schema}.{PREFIX}{name}"


@contextmanager
def in_one_go() -> Iterator[CursorWrapper]:
    """Fill tables in one transaction; on SQLite in one that, unlike Django's own, asks for no write lock."""
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite" or connection.in_atomic_block:
            yield cursor
            return
        cursor.execute("BEGIN DEFERRED")
        try:
            yield cursor
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")


def put(cursor: CursorWrapper, name: str, frame: pl.DataFrame) -> None:
    """Make the table anew with the rows of the frame."""
    types = COLUMN_TYPES[connection.vendor]
    columns = ", ".join(f'"{column}" {types[kind.base_type()]}' for column, kind in frame.schema.items())
    cursor.execute(f"DROP TABLE IF EXISTS {temporary(name)}")
    cursor.execute(f"CREATE TEMPORARY TABLE {PREFIX}{name} ({columns})")
    places = ", ".join(["%s"] * frame.width)
    # Dates are written as text, which both databases read.
    rows = frame.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d")).rows()
    cursor.executemany(f"INSERT INTO {temporary(name)} VALUES ({places})", rows)  # noqa: S608
    if connection.vendor == "postgresql":
        cursor.execute(f"ANALYZE {temporary(name)}")


def drop(*names: str) -> None:
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP TABLE IF EXISTS {temporary(name)}")
