"""What a roster says of skill: certificates and declared grades against what is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from tongxin.codes.lists import CodeList
from tongxin.workforce.roster_appointments import BELOW_APPOINTMENT, find_appointments, find_carrying
from tongxin.workforce.roster_known import Known

APPOINTED_FROM_RANK = 7
KEY = ["document_index", "grade", "number", "issued_on"]


@dataclass(frozen=True)
class SkillChanges:
    """Certificates that are new, corrected or superseded, appointments, and what speaks against them."""

    new: pl.DataFrame
    changed: pl.DataFrame
    closed: pl.DataFrame
    appointments: pl.DataFrame
    refused: pl.DataFrame
    warnings: pl.DataFrame
    changed_rows: pl.Series


@dataclass(frozen=True)
class _Matches:
    """What follows from rows of one kind: what to write, close and correct, and rows below what is held."""

    new: pl.DataFrame
    closed: pl.DataFrame
    changed: pl.DataFrame
    lower: pl.Series


def find_certificate_changes(placed: pl.DataFrame, known: Known, grades: CodeList) -> SkillChanges:
    """Compare the certificates of placed rows with those held.

    A certificate is known by its number, or by person, grade and date without one. A grade without either is
    declared: it is compared with the highest grade held. A grade that changed holds from the row's day.
    """
    ranks = pl.DataFrame(
        {"grade": list(grades.codes()), "rank": [grades.entry(code).rank for code in grades.codes()]},
        schema={"grade": pl.String, "rank": pl.Int64},
    )
    said = placed.filter(pl.col("grade").is_not_null()).join(ranks, on="grade", maintain_order="left").select(
        "row", "document_index", "worker_id", "employment_id", "started_on", "holds_from", "grade", "rank",
        "issued_on", "issuer", "occupation", number="certificate_number",
        ended_on=pl.coalesce("ended_on", "known_ended_on"),
    )  # fmt: skip
    held = known.certificates.join(ranks, on="grade", how="left", maintain_order="left")
    certificates = said.filter(pl.col("rank").is_between(1, APPOINTED_FROM_RANK - 1))
    foreign = _find_foreign(certificates, held)
    matches = _match(certificates.join(foreign, on="row", how="anti"), held)
    carrying = find_carrying(matches.closed, matches.changed, held, known)
    matches = _without(matches, carrying)
    base = _standing(held, matches)
    appointed = said.filter(pl.col("rank") >= APPOINTED_FROM_RANK)
    appointments, baseless = find_appointments(appointed, base, known)
    rows = pl.concat([each["row"] for each in (matches.new, matches.changed, matches.closed, appointments)])
    return SkillChanges(
        new=matches.new,
        changed=matches.changed,
        closed=matches.closed,
        appointments=appointments,
        refused=pl.concat(
            [
                _findings(foreign["row"], "certificate_number", "certificate_of_another"),
                _findings(carrying["row"], "grade", "appointment_without_certificate"),
                _findings(baseless["row"], "grade", "appointment_without_certificate"),
            ]
        ),
        warnings=_findings(matches.lower, "grade", "grade_below_certificate"),
        changed_rows=rows.unique(),
    )


def _match(said: pl.DataFrame, held: pl.DataFrame) -> _Matches:
    has_number, has_date = pl.col("number").is_not_null(), pl.col("issued_on").is_not_null()
    numbered = _match_numbered(said.filter(has_number), held)
    dated = _match_dated(said.filter(~has_number & has_date), held)
    declared = _match_declared(said.filter(~has_number & ~has_date), held)
    new = pl.concat([numbered.new, dated.new, declared.new])
    new, completed = _complete(new.unique(KEY, keep="first", maintain_order=True), held)
    return _Matches(
        new=new,
        closed=pl.concat([numbered.closed, dated.closed, declared.closed]).unique("certificate_id"),
        changed=pl.concat([numbered.changed, completed]),
        lower=declared.lower,
    )


def _without(matches: _Matches, refused: pl.DataFrame) -> _Matches:
    def kept(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.join(refused, on="row", how="anti", maintain_order="left")

    return replace(matches, new=kept(matches.new), closed=kept(matches.closed), changed=kept(matches.changed))


def _standing(held: pl.DataFrame, matches: _Matches) -> pl.DataFrame:
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


def _new(rows: pl.DataFrame, held_from: pl.Expr) -> pl.DataFrame:
    return rows.select(
        "row", "document_index", "worker_id", "grade", "number", "occupation", "issued_on", "issuer",
        held_from=held_from,
    )  # fmt: skip


def _closed(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select("row", "certificate_id", held_to=_after(pl.col("known_held_from")))


def _changed(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        "row",
        "certificate_id",
        "number",
        issued_on=pl.coalesce("issued_on", "known_issued_on"),
        issuer=pl.coalesce("issuer", "known_issuer"),
        held_from=pl.coalesce("issued_on", "known_issued_on", "known_held_from"),
    )


def _match_numbered(said: pl.DataFrame, held: pl.DataFrame) -> _Matches:
    known = held.filter(pl.col("number").is_not_null()).select(
        "number",
        "certificate_id",
        known_grade="grade",
        known_issued_on="issued_on",
        known_issuer="issuer",
        known_held_from="held_from",
    )
    met = said.join(known, on="number", how="left", maintain_order="left")
    is_known = pl.col("certificate_id").is_not_null()
    other_grade = is_known & (pl.col("grade") != pl.col("known_grade"))
    says_more = _says(pl.col("issued_on"), pl.col("known_issued_on")) | _says(
        pl.col("issuer"), pl.col("known_issuer")
    )
    regraded = met.filter(other_grade)
    # A certificate first seen with its date is held from that date, one without since the person came.
    first = _new(met.filter(~is_known), pl.coalesce("issued_on", _first_known()))
    return _Matches(
        new=pl.concat([first, _new(regraded, _after(pl.col("known_held_from")))]),
        closed=_closed(regraded),
        changed=_changed(met.filter(is_known & ~other_grade & says_more)),
        lower=pl.Series("row", [], pl.Int64),
    )


def _match_dated(said: pl.DataFrame, held: pl.DataFrame) -> _Matches:
    """Match by person and date: the same grade is the same certificate, another one a grade that changed."""
    known = held.filter(pl.col("issued_on").is_not_null()).select(
        "worker_id", "issued_on", "certificate_id", known_number="number", known_grade="grade",
        known_issuer="issuer", known_issued_on="issued_on", known_held_from="held_from",
    )  # fmt: skip
    met = said.join(known, on=["worker_id", "issued_on"], how="left", maintain_order="left")
    same = met.filter(pl.col("known_grade") == pl.col("grade")).unique(
        "row", keep="first", maintain_order=True
    )
    rest = met.join(same.select("row"), on="row", how="anti")
    is_regraded = pl.col("certificate_id").is_not_null() & pl.col("known_number").is_null()
    regraded = rest.filter(is_regraded).unique("row", keep="first", maintain_order=True)
    first = rest.join(regraded.select("row"), on="row", how="anti").unique(
        "row", keep="first", maintain_order=True
    )
    reissued = same.filter(_says(pl.col("issuer"), pl.col("known_issuer")))
    return _Matches(
        new=pl.concat([_new(first, pl.col("issued_on")), _new(regraded, _after(pl.col("known_held_from")))]),
        closed=_closed(regraded),
        changed=_changed(reissued.with_columns(number="known_number")),
        lower=pl.Series("row", [], pl.Int64),
    )


def _match_declared(said: pl.DataFrame, held: pl.DataFrame) -> _Matches:
    """Compare a grade without number and date with the highest grade held."""
    bare = pl.col("number").is_null() & pl.col("issued_on").is_null()
    highest = (
        held.sort("worker_id", "rank")
        .unique("worker_id", keep="last", maintain_order=True)
        .select(
            "worker_id",
            "certificate_id",
            known_rank="rank",
            known_held_from="held_from",
            is_declared=bare,
        )
    )
    # What another employment of the person declared is no news either.
    said = said.join(held.filter(bare), on=["worker_id", "grade"], how="anti")
    met = said.join(highest, on="worker_id", how="left", maintain_order="left").filter(
        pl.col("rank").ne_missing(pl.col("known_rank"))
    )
    declared = pl.col("is_declared").fill_null(value=False)
    lower = (pl.col("rank") < pl.col("known_rank")).fill_null(value=False) & ~declared
    changed = met.filter(~lower)
    begins = pl.when(pl.col("certificate_id").is_null()).then(_first_known())
    return _Matches(
        new=_new(changed, begins.otherwise(_after(pl.col("known_held_from")))),
        closed=_closed(changed.filter(declared)),
        changed=_changed(_no_changes()),
        lower=met.filter(lower)["row"],
    )


def _complete(new: pl.DataFrame, held: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Take what only adds number or date to a certificate held without them for a correction of that one."""
    bare = held.filter(pl.col("number").is_null()).select(
        "worker_id",
        "grade",
        "certificate_id",
        known_issued_on="issued_on",
        known_issuer="issuer",
        known_held_from="held_from",
    )
    same_day = pl.col("known_issued_on").is_null() | (pl.col("known_issued_on") == pl.col("issued_on"))
    adds = pl.col("number").is_not_null() | pl.col("known_issued_on").is_null()
    met = (
        new.join(bare, on=["worker_id", "grade"])
        .filter(same_day, adds, pl.col("number").is_not_null() | pl.col("issued_on").is_not_null())
        .sort("row", "known_issued_on", nulls_last=True)
        .unique("row", keep="first", maintain_order=True)
        .unique("certificate_id", keep="first", maintain_order=True)
    )
    return new.join(met.select("row"), on="row", how="anti"), _changed(met)


def _no_changes() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "row": pl.Int64,
            "certificate_id": pl.Int64,
            "number": pl.String,
            "issued_on": pl.Date,
            "issuer": pl.String,
            "known_issued_on": pl.Date,
            "known_issuer": pl.String,
            "known_held_from": pl.Date,
        }
    )


def _says(cell: pl.Expr, known: pl.Expr) -> pl.Expr:
    return cell.is_not_null() & cell.ne_missing(known)


def _first_known() -> pl.Expr:
    """Since when a grade first heard of is held: since a new employment began, else from the row's day."""
    return (
        pl.when(pl.col("employment_id").is_null()).then(pl.col("started_on")).otherwise(pl.col("holds_from"))
    )


def _after(known_from: pl.Expr) -> pl.Expr:
    """The row's day, but never before or on the day from which what it supersedes is held."""
    return pl.max_horizontal(pl.col("holds_from"), known_from + pl.duration(days=1))
