"""Which of a person's certificates a row means, by its number, its date or its grade alone."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

KEY = ["document_index", "grade", "number", "issued_on"]


@dataclass(frozen=True)
class Matches:
    """What follows from rows of one kind: what to write, close and correct, and rows below what is held."""

    new: pl.DataFrame
    closed: pl.DataFrame
    changed: pl.DataFrame
    lower: pl.Series


def match_certificates(said: pl.DataFrame, held: pl.DataFrame) -> Matches:
    has_number, has_date = pl.col("number").is_not_null(), pl.col("issued_on").is_not_null()
    numbered = _match_numbered(said.filter(has_number), held)
    dated = _match_dated(said.filter(~has_number & has_date), held)
    declared = _match_declared(said.filter(~has_number & ~has_date), held)
    new = pl.concat([numbered.new, dated.new, declared.new])
    new, completed = _complete(new.unique(KEY, keep="first", maintain_order=True), held)
    return Matches(
        new=new,
        closed=pl.concat([numbered.closed, dated.closed, declared.closed]).unique("certificate_id"),
        changed=pl.concat([numbered.changed, completed]),
        lower=declared.lower,
    )


def _new(rows: pl.DataFrame, held_from: pl.Expr) -> pl.DataFrame:
    return rows.select(
        "row", "document_index", "worker_id", "grade", "number", "occupation", "issued_on", "issuer",
        held_from=held_from,
    )  # fmt: skip


def _closed(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select("row", "certificate_id", "known_grade", held_to=_after(pl.col("known_held_from")))


def _changed(rows: pl.DataFrame) -> pl.DataFrame:
    issued_on = pl.coalesce("issued_on", "known_issued_on")
    # A grade that changed under its certificate holds from its own day, whatever the date of issue.
    is_regraded = pl.col("known_held_from") > pl.col("known_issued_on")
    held_from = (
        pl.when(is_regraded).then(pl.max_horizontal("known_held_from", issued_on)).otherwise(issued_on)
    )
    return rows.select(
        "row",
        "certificate_id",
        "number",
        issued_on=issued_on,
        issuer=pl.coalesce("issuer", "known_issuer"),
        held_from=pl.coalesce(held_from, "known_held_from"),
        known_number="known_number",
        known_issued_on="known_issued_on",
        known_issuer="known_issuer",
    )


def _regraded(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the certificate with its new grade; what the row leaves blank stays as it was."""
    return _new(
        rows.with_columns(
            issued_on=pl.coalesce("issued_on", "known_issued_on"),
            issuer=pl.coalesce("issuer", "known_issuer"),
        ),
        _after(pl.col("known_held_from")),
    )


def _match_numbered(said: pl.DataFrame, held: pl.DataFrame) -> Matches:
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
    return Matches(
        new=pl.concat([first, _regraded(regraded)]),
        closed=_closed(regraded),
        changed=_changed(met.filter(is_known & ~other_grade & says_more).with_columns(known_number="number")),
        lower=pl.Series("row", [], pl.Int64),
    )


def _match_dated(said: pl.DataFrame, held: pl.DataFrame) -> Matches:
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
    return Matches(
        new=pl.concat([_new(first, pl.col("issued_on")), _regraded(regraded)]),
        closed=_closed(regraded),
        changed=_changed(reissued.with_columns(number="known_number")),
        lower=pl.Series("row", [], pl.Int64),
    )


def _match_declared(said: pl.DataFrame, held: pl.DataFrame) -> Matches:
    """Compare a grade without number and date with the highest grade held."""
    bare = pl.col("number").is_null() & pl.col("issued_on").is_null()
    highest = (
        held.sort("worker_id", "rank")
        .unique("worker_id", keep="last", maintain_order=True)
        .select(
            "worker_id",
            "certificate_id",
            known_grade="grade",
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
    return Matches(
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
        known_number="number",
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
            "known_number": pl.String,
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
