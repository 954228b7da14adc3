"""Columns into tables of the registry: one statement a table, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model

BATCH = 20_000


def insert_rows(model: type[Model], frame: pl.DataFrame) -> int:
    """Insert the rows of a frame, whose columns are columns of the model's table; return how many."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(name) for name in frame.columns)
    places = ", ".join(["%s"] * len(frame.columns))
    table = quote(model._meta.db_table)  # Django's public name for it
    statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608  # names of our own models
    # Both databases read days as text; making the text here is faster than one object a day.
    written = frame.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d"))
    with connection.cursor() as cursor:
        for part in written.iter_slices(BATCH):
            cursor.executemany(statement, part.rows())
    return len(frame)


def set_sequences(models: Sequence[type[Model]]) -> None:
    """Tell the database which numbers were given out, where it keeps count itself."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
