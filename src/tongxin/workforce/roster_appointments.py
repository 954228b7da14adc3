"""Appointments to grades 7 and 8 in a roster: each stands on a certificate of grade 6 held before it."""

from __future__ import annotations

import polars as pl

from tongxin.workforce.roster_known import Known

BELOW_APPOINTMENT = "senior_technician"


def find_appointments(
    said: pl.DataFrame, base: pl.DataFrame, known: Known
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return new appointments, and rows without the certificate below them.

    `base` has a person (`worker_id` or `document_index`) and since when the certificate is held.
    """
    begins = pl.when(pl.col("employment_id").is_null()).then("started_on")
    appointed = said.with_columns(
        appointed_on=pl.coalesce("issued_on", begins, "holds_from"),
        lapses_on=pl.col("ended_on") + pl.duration(days=1),
    )
    appointed = appointed.join(_find_made(appointed, known), on="row", how="anti")
    on_record = appointed.join(base.drop("document_index"), on="worker_id")
    in_file = appointed.join(base.drop("worker_id"), on="document_index")
    met = pl.concat(
        [
            on_record.select("row", "base_from", "appointed_on"),
            in_file.select("row", "base_from", "appointed_on"),
        ]
    )
    good = met.filter(pl.col("base_from") <= pl.col("appointed_on")).select("row").unique()
    new = appointed.join(good, on="row", how="semi").unique(
        ["document_index", "grade", "appointed_on"], keep="first", maintain_order=True
    )
    return new.select("row", "document_index", "grade", "appointed_on", "lapses_on"), appointed.join(
        good, on="row", how="anti"
    )


def _find_made(appointed: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Return rows whose appointment is on record: one in force, one of that day, or one of an ended spell."""
    made = known.appointments.select("worker_id", "grade", "lapses_on", made_on="appointed_on")
    met = appointed.drop("lapses_on").join(made, on=["worker_id", "grade"])
    in_spell = pl.col("ended_on").is_not_null() & pl.col("made_on").is_between("started_on", "ended_on")
    return (
        met.filter(pl.col("lapses_on").is_null() | (pl.col("made_on") == pl.col("appointed_on")) | in_spell)
        .select("row")
        .unique()
    )


def find_carrying(
    closed: pl.DataFrame, changed: pl.DataFrame, held: pl.DataFrame, known: Known
) -> pl.DataFrame:
    """Return rows that would take the certificate away from below an appointment, whoever made it."""
    senior = held.filter(pl.col("grade") == BELOW_APPOINTMENT).select(
        "certificate_id", "worker_id", known_from="held_from"
    )
    moved = pl.concat(
        [
            closed.select("row", "certificate_id", gap_from="held_to", gap_to=pl.lit(None, pl.Date)),
            changed.select("row", "certificate_id", gap_from=pl.lit(None, pl.Date), gap_to="held_from"),
        ]
    ).join(senior, on="certificate_id")
    bare = (
        moved.join(known.appointed, on="worker_id")
        .filter(pl.col("appointed_on") >= pl.coalesce("gap_from", "known_from"))
        .filter(pl.col("gap_to").is_null() | (pl.col("appointed_on") < pl.col("gap_to")))
    )
    others = senior.select("worker_id", other_id="certificate_id", other_from="known_from")
    covered = bare.join(others, on="worker_id").filter(
        pl.col("other_id") != pl.col("certificate_id"), pl.col("other_from") <= pl.col("appointed_on")
    )
    return bare.join(covered, on=["row", "appointed_on"], how="anti").select("row").unique()
