"""What a roster says of skill: certificates and declared grades against what is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from tongxin.codes.lists import CodeList
from tongxin.workforce.roster_appointments import (
    BELOW_APPOINTMENT,
    AppointmentChanges,
    find_appointments,
    find_carrying,
)
from tongxin.workforce.roster_certificate_matches import Matches, match_certificates
from tongxin.workforce.roster_known import Known
from tongxin.workforce.roster_skill_answers import tell_skills

APPOINTED_FROM_RANK = 7
FOR_EVER = date(9999, 12, 31)


@dataclass(frozen=True)
class SkillChanges:
    """Certificates that are new, corrected or superseded, appointments, and what speaks against them."""

    new: pl.DataFrame
    changed: pl.DataFrame
    closed: pl.DataFrame
    appointments: AppointmentChanges
    refused: pl.DataFrame
    warnings: pl.DataFrame
    changed_rows: pl.Series
    told: pl.DataFrame
    """What each row changes of it, from which value to which."""


def find_certificate_changes(placed: pl.DataFrame, known: Known, grades: CodeList) -> SkillChanges:
    """Compare the certificates of placed rows with those held.

    A certificate is known by its number, or by person, grade and date without one. A grade without either is
    declared: it is compared with the highest grade held. A grade that changed holds from the row's day.
    """
    ranks = pl.DataFrame(
        {"grade": list(grades.codes()), "rank": [grades.entry(code).rank for code in grades.codes()]},
        schema={"grade": pl.String, "rank": pl.Int64},
    )
    said = _said(placed, ranks)
    held = known.certificates.join(ranks, on="grade", how="left", maintain_order="left")
    certificates = said.filter(pl.col("rank").is_between(1, APPOINTED_FROM_RANK - 1))
    foreign = _find_foreign(certificates, held)
    matches = match_certificates(certificates.join(foreign, on="row", how="anti"), held)
    carrying = find_carrying(matches.closed, matches.changed, held, known)
    matches = _without(matches, carrying)
    base = _standing(held, matches)
    appointed = said.filter(pl.col("rank") >= APPOINTED_FROM_RANK)
    appointments = find_appointments(appointed, base, known)
    parts = (matches.new, matches.changed, matches.closed, appointments.new, appointments.changed)
    return SkillChanges(
        new=matches.new,
        changed=matches.changed,
        closed=matches.closed,
        appointments=appointments,
        refused=_refused(foreign, carrying, appointments),
        warnings=pl.concat(
            [
                _findings(matches.lower, "grade", "grade_below_certificate"),
                _findings(appointments.lapsed, "grade", "appointment_lapsed"),
            ]
        ),
        changed_rows=pl.concat([part["row"] for part in parts]).unique(),
        told=tell_skills(matches.new, matches.closed, matches.changed, appointments),
    )


def _said(placed: pl.DataFrame, ranks: pl.DataFrame) -> pl.DataFrame:
    """Return what the rows say of skill, beside the spell that each belongs to."""
    return placed.filter(pl.col("grade").is_not_null()).join(ranks, on="grade", maintain_order="left").select(
        "row", "document_index", "worker_id", "employment_id", "started_on", "holds_from", "grade", "rank",
        "issued_on", "issuer", "occupation", number="certificate_number",
        ended_on=pl.coalesce("ended_on", "known_ended_on"),
        spell_end=pl.when(pl.col("employment_id").is_null()).then("ended_on").otherwise("known_ended_on")
        .fill_null(FOR_EVER),
    )  # fmt: skip


def _refused(foreign: pl.DataFrame, carrying: pl.DataFrame, appointments: AppointmentChanges) -> pl.DataFrame:
    baseless = appointments.baseless.with_columns(code=pl.lit("appointment_without_certificate"))
    return pl.concat(
        [
            _findings(foreign["row"], "certificate_number", "certificate_of_another"),
            _findings(carrying["row"], "grade", "appointment_without_certificate"),
            _findings(appointments.foreign, "certificate_number", "certificate_of_another"),
            _findings(appointments.after_end, "issued_on", "appointment_after_employment"),
            baseless,
        ]
    )


def _without(matches: Matches, refused: pl.DataFrame) -> Matches:
    def kept(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.join(refused, on="row", how="anti", maintain_order="left")

    return replace(matches, new=kept(matches.new), closed=kept(matches.closed), changed=kept(matches.changed))


def _standing(held: pl.DataFrame, matches: Matches) -> pl.DataFrame:
    """Return since when which persons will hold what an appointment stands on, known ones and new ones."""
    changed = matches.changed.select("certificate_id", corrected="held_from")
    kept = (
        held.filter(pl.col("grade") == BELOW_APPOINTMENT)
        .join(matches.closed, on="certificate_id", how="anti")
        .join(changed, on="certificate_id", how="left")
    )
    new = matches.new.filter(pl.col("grade") == BELOW_APPOINTMENT)
    return pl.concat(
        [
            kept.select(
                "worker_id",
                pl.lit(None, pl.Binary).alias("document_index"),
                base_from=pl.coalesce("corrected", "held_from"),
            ),
            new.select(pl.lit(None, pl.Int64).alias("worker_id"), "document_index", base_from="held_from"),
        ]
    )


def _findings(rows: pl.Series, key: str, code: str) -> pl.DataFrame:
    return pl.DataFrame({"row": rows.cast(pl.Int64)}).with_columns(key=pl.lit(key), code=pl.lit(code))


def _find_foreign(said: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Return rows whose certificate number is registered for somebody else."""
    owners = held.filter(pl.col("number").is_not_null()).select("number", owner="worker_id")
    met = said.join(owners, on="number")
    return met.filter(pl.col("owner").ne_missing(pl.col("worker_id"))).select("row")
