"""What an import tells of the skill that a row changed: from which value to which."""

from __future__ import annotations

import polars as pl

from tongxin.workforce.roster_appointments import AppointmentChanges


def tell_skills(
    new: pl.DataFrame, closed: pl.DataFrame, changed: pl.DataFrame, appointments: AppointmentChanges
) -> pl.DataFrame:
    """Return a line for each value that certificates and appointments change: row, name, before, after."""
    regraded = new.join(closed.select("row", "known_grade"), on="row")
    first = new.join(closed, on="row", how="anti")
    named = appointments.new
    moved = appointments.changed.with_columns(pl.col("is_day_assumed").cast(pl.Boolean))
    return pl.concat(
        [
            _tell(regraded, "grade", "grade", before="known_grade"),
            *(_tell(first, name, name) for name in ("grade", "issued_on", "issuer")),
            _tell(first, "certificate_number", "number"),
            *(_tell(changed, name, name, before=f"known_{name}") for name in ("issued_on", "issuer")),
            _tell(changed, "certificate_number", "number", before="known_number"),
            *(_tell(named, name, name) for name in ("grade", "appointed_on")),
            _tell(named, "certificate_number", "number"),
            _tell(moved, "appointed_on", "appointed_on", before="known_on"),
            _tell(moved, "certificate_number", "number", before="known_number"),
            _tell(moved, "is_day_assumed", "is_day_assumed", before="was_day_assumed"),
        ]
    )


def _tell(frame: pl.DataFrame, name: str, after: str, *, before: str | None = None) -> pl.DataFrame:
    was = pl.lit(None, pl.String) if before is None else pl.col(before)
    told = frame.select(
        "row", name=pl.lit(name), before=was.cast(pl.String), after=pl.col(after).cast(pl.String)
    )
    return told.filter(pl.col("after").is_not_null(), pl.col("after").ne_missing(pl.col("before")))
