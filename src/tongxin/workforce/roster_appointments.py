"""Appointments to grades 7 and 8 in a roster: each stands on a certificate of grade 6 held before it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tongxin.workforce.roster_known import Known

BELOW_APPOINTMENT = "senior_technician"
KEY = ["document_index", "grade", "appointed_on"]


@dataclass(frozen=True)
class AppointmentChanges:
    """Appointments that are new or corrected, and the rows that cannot be or that change nothing.

    `baseless` says in `key` which cell is at fault.
    """

    new: pl.DataFrame
    changed: pl.DataFrame
    foreign: pl.Series
    baseless: pl.DataFrame
    after_end: pl.Series
    lapsed: pl.Series


def find_appointments(said: pl.DataFrame, base: pl.DataFrame, known: Known) -> AppointmentChanges:
    """Compare the appointments of rows with those on record.

    `base` has a person (`worker_id` or `document_index`) and since when the certificate below is held.
    """
    owners = known.appointment_numbers.select("number", owner="worker_id")
    foreign = said.join(owners, on="number").filter(pl.col("owner").ne_missing(pl.col("worker_id")))["row"]
    said = said.filter(~pl.col("row").is_in(foreign.implode()))
    said = said.with_columns(ends_with_job=pl.col("ended_on") + pl.duration(days=1))
    made = _find_made(said, known)
    # A row of an earlier employment may repeat what the person was appointed to in a later one.
    after_end = said.filter(pl.col("issued_on") > pl.col("ended_on")).join(
        made.filter(~pl.col("in_spell")), on="row", how="anti"
    )
    said, made = (each.join(after_end, on="row", how="anti") for each in (said, made))
    corrected = made.filter("differs")
    first = _dated(said.join(made, on="row", how="anti"))
    wanted = pl.concat([corrected.select(first.columns), first])
    moved = wanted.join(corrected.filter("is_day_kept"), on="row", how="anti")
    baseless = moved.join(_standing_on(moved, base), on="row", how="anti")
    good = wanted.join(baseless, on="row", how="anti")
    changed = corrected.join(good, on="row", how="semi").unique(KEY, keep="first", maintain_order=True)
    new = first.join(good, on="row", how="semi").join(changed, on=KEY, how="anti")
    is_moved = pl.col("row").is_in(corrected["row"].implode())
    return AppointmentChanges(
        new=new.unique(KEY, keep="first", maintain_order=True),
        changed=changed,
        foreign=foreign,
        baseless=baseless.select(
            "row", key=pl.when(is_moved).then(pl.lit("issued_on")).otherwise(pl.lit("grade"))
        ),
        after_end=after_end["row"],
        lapsed=made.filter("is_over")["row"],
    )


def _dated(first: pl.DataFrame) -> pl.DataFrame:
    """Choose the day of an appointment that is new: the one sent, else since when the grade is heard of."""
    begins = pl.when(pl.col("employment_id").is_null()).then("started_on")
    return first.select(
        "row",
        "document_index",
        "worker_id",
        "grade",
        "number",
        appointed_on=pl.coalesce("issued_on", begins, "holds_from"),
        is_day_assumed=pl.col("issued_on").is_null().cast(pl.Int64),
        lapses_on="ends_with_job",
    )


def _standing_on(wanted: pl.DataFrame, base: pl.DataFrame) -> pl.DataFrame:
    """Return the rows whose person holds the certificate below the appointment by its day."""
    on_record = wanted.join(base.drop("document_index"), on="worker_id")
    in_file = wanted.join(base.drop("worker_id"), on="document_index")
    met = pl.concat([each.select("row", "base_from", "appointed_on") for each in (on_record, in_file)])
    return met.filter(pl.col("base_from") <= pl.col("appointed_on")).select("row").unique()


def _find_made(said: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Return the rows whose appointment is on record, each beside that one and with what becomes of it.

    One day has one appointment. Beyond that it is known by its number; one whose day the import chose, and a
    row without a date, by the employment.
    """
    made = known.appointments.select(
        "worker_id", "grade", "appointment_id", "was_day_assumed", known_number="number",
        known_on="appointed_on", known_until="lapses_on",
    )  # fmt: skip
    is_silent, is_open = pl.col("issued_on").is_null(), pl.col("known_until").is_null()
    has_job = pl.col("employment_id").is_not_null()
    met = said.join(made, on=["worker_id", "grade"]).with_columns(
        same_day=(pl.col("issued_on") == pl.col("known_on")).fill_null(value=False),
        same_number=(pl.col("number") == pl.col("known_number")).fill_null(value=False),
        other_number=(pl.col("number") != pl.col("known_number")).fill_null(value=False),
        in_spell=pl.col("known_on").is_between("started_on", "spell_end"),
    )
    is_here = pl.col("in_spell") | (is_open & (pl.col("same_number") | (is_silent & has_job)))
    # A date after it lapsed is that of another appointment.
    can_be = is_silent | is_open | (pl.col("issued_on") < pl.col("known_until"))
    is_named = is_silent | pl.col("same_number") | pl.col("was_day_assumed")
    is_same = pl.col("same_day") | (~pl.col("other_number") & is_here & can_be & is_named)
    best = ["same_day", "same_number", "in_spell", "is_open", "was_day_assumed", "known_on"]
    met = (
        met.with_columns(number_taken=(pl.col("same_number") & is_open).any().over("row"), is_open=is_open)
        .filter(is_same)
        .sort("row", *best, descending=[False, *(True for _ in best)])
        .unique("row", keep="first", maintain_order=True)
        .sort("in_spell", descending=True, maintain_order=True)
    )
    return _corrected(met)


def _corrected(met: pl.DataFrame) -> pl.DataFrame:
    """Say what each appointment becomes, whether that differs, and whether a row names one that is over."""
    # The day that an import chose was within the employment, and stays there when its end is corrected.
    is_assumed_here = pl.col("was_day_assumed") & pl.col("in_spell")
    assumed = pl.when(is_assumed_here).then(pl.min_horizontal("known_on", "ended_on")).otherwise("known_on")
    appointed_on = pl.coalesce("issued_on", assumed)
    number = pl.when(~pl.col("number_taken") | pl.col("same_number")).then("number")
    ends = pl.col("in_spell") | appointed_on.is_between("started_on", "ended_on")
    met = met.with_columns(
        appointed_on=appointed_on,
        number=pl.coalesce(number, "known_number"),
        is_day_assumed=(pl.col("was_day_assumed") & pl.col("issued_on").is_null()).cast(pl.Int64),
        lapses_on=pl.when(ends)
        .then(pl.min_horizontal("known_until", "ends_with_job"))
        .otherwise("known_until"),
    )
    is_day_kept = pl.col("appointed_on") == pl.col("known_on")
    was_ended = pl.col("ended_on").is_null() | (pl.col("known_until") <= pl.col("ended_on"))
    met = met.with_columns(
        is_day_kept=is_day_kept,
        differs=~is_day_kept
        | pl.col("number").ne_missing(pl.col("known_number"))
        | (pl.col("was_day_assumed") & pl.col("issued_on").is_not_null()),
        is_over=((pl.col("known_until") <= pl.col("holds_from")) & was_ended).fill_null(value=False),
    )
    # Two rows of one person may meet the same appointment; the employment that it belongs to speaks for it.
    first = pl.int_range(pl.len()).over("appointment_id") == 0
    return met.with_columns(differs=pl.col("differs") & first)


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
