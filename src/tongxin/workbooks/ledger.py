"""The ledger of a check: the table as it is cleaned step by step, and what was found on the way."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tongxin.workbooks.findings import ERROR, FINDINGS, SCHEMA
from tongxin.workbooks.layouts import Layout
from tongxin.workbooks.readers import ROW, Sheet

SENT = "sent."
"""Prefix of the columns that keep each cell as sent."""


_SHOWN = 200
"""So many characters of a cell are quoted in a finding: enough to recognise it."""


def _shorten(text: pl.Expr) -> pl.Expr:
    shown = text.str.slice(0, _SHOWN) + pl.lit("…")
    return pl.when(text.str.len_chars() > _SHOWN).then(shown).otherwise(text)


class Ledger:
    """A table with one cleaned column a key and one column `sent.<key>`, and the findings so far."""

    def __init__(self, sheet: Sheet, layout: Layout) -> None:
        self.sheet = sheet
        self.layout = layout
        self.table = sheet.frame.with_columns(pl.col(key).alias(SENT + key) for key in layout.keys)
        self._found = [sheet.findings]

    def change(self, **columns: pl.Expr | pl.Series) -> None:
        """Set columns of the table."""
        self.table = self.table.with_columns(**columns)

    def report(
        self, code: str, key: str | None, where: pl.Expr, params: Mapping[str, pl.Expr] | None = None
    ) -> None:
        """Record a finding for each row where the condition is true; null is not true."""
        rows = self.table.filter(where)
        if rows.is_empty():
            return
        texts = [value.cast(pl.String).alias(name) for name, value in (params or {}).items()]
        self._found.append(
            rows.select(
                pl.col(ROW),
                pl.lit(key, pl.String).alias("key"),
                pl.lit(self.layout.header(key) if key else None, pl.String).alias("column"),
                pl.lit(code).alias("code"),
                pl.lit(FINDINGS[code].severity).alias("severity"),
                (_shorten(pl.col(SENT + key)) if key else pl.lit(None, pl.String)).alias("found"),
                (pl.struct(texts).struct.json_encode() if texts else pl.lit(None, pl.String)).alias("params"),
            ).select(list(SCHEMA))
        )

    def refuse(
        self, code: str, key: str, where: pl.Expr, params: Mapping[str, pl.Expr] | None = None
    ) -> None:
        """Record a finding and empty the cell, so that no later check stumbles over it."""
        self.change(__refused=where.fill_null(value=False))
        self.report(code, key, pl.col("__refused"), params)
        self.change(**{key: pl.when(~pl.col("__refused")).then(pl.col(key))})

    def findings(self) -> pl.DataFrame:
        """Return everything found, row by row in the order of the columns."""
        order = {key: i for i, key in enumerate(self.layout.keys)}
        position = pl.col("key").replace_strict(order, default=-1, return_dtype=pl.Int64)
        return pl.concat(self._found).sort("row", position, nulls_last=False, maintain_order=True)

    def accepted(self) -> pl.DataFrame:
        """Return the rows of the table without an error."""
        errors = [found.filter(pl.col("severity") == ERROR).select(ROW) for found in self._found]
        return self.table.join(pl.concat(errors).unique(), on=ROW, how="anti", maintain_order="left")
