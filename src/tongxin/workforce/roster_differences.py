"""What a roster would change: its rows against what the registry knows, all at once and without writing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

import polars as pl

from tongxin.codes.lists import get_list
from tongxin.workforce.roster_certificates import FOR_EVER, SkillChanges, find_certificate_changes
from tongxin.workforce.roster_known import Known

PERSONAL = ("name", "sex", "born_on", "education", "phone")
"""Corrections of the past; of a person known elsewhere too they go through a review."""
DATED = ("post", "occupation", "form", "wage_fen")
"""What holds from a date."""
MEMBERSHIP = ("is_member", "joined_union_on")
MEMBER, LEFT = "registered", "withdrawn"


@dataclass(frozen=True)
class Differences:
    """What would be written, a frame for each table, and what speaks against it.

    `rows` has a row's number, its person's blind index, its outcome and whether each group changes;
    `skills_told` what becomes of certificates and appointments, a line for each value.
    """

    rows: pl.DataFrame
    findings: pl.DataFrame
    persons_new: pl.DataFrame
    persons_changed: pl.DataFrame
    proposals: pl.DataFrame
    jobs_new: pl.DataFrame
    jobs_changed: pl.DataFrame
    states: pl.DataFrame
    certificates_new: pl.DataFrame
    certificates_changed: pl.DataFrame
    certificates_closed: pl.DataFrame
    appointments_new: pl.DataFrame
    appointments_changed: pl.DataFrame
    appointments_lapsed: pl.DataFrame
    memberships_new: pl.DataFrame
    memberships_closed: pl.DataFrame
    memberships_changed: pl.DataFrame
    skills_told: pl.DataFrame


def find_differences(rows: pl.DataFrame, known: Known, *, effective: date, today: date) -> Differences:
    """Compare checked rows (with `document_index`) with what is known; a blank cell says nothing.

    Dated values that differ hold from `effective`, within the employment; everything else is a correction.
    """
    placed = _place(rows, known, effective, today)
    overlapping = _find_overlaps(placed, known)
    placed = placed.join(overlapping.select("row"), on="row", how="anti")
    skills = find_certificate_changes(placed, known, get_list("skill_grade"))
    placed = placed.join(skills.refused.select("row"), on="row", how="anti")
    placed = _told(_with_membership(_flagged(placed, skills)))
    return Differences(
        rows=placed,
        findings=pl.concat([overlapping, skills.refused, skills.warnings, _review_warnings(placed)]),
        persons_new=placed.filter("is_person_new").unique(
            "document_index", keep="first", maintain_order=True
        ),
        persons_changed=placed.filter("is_person_changed").unique(
            "worker_id", keep="last", maintain_order=True
        ),
        proposals=_proposals(placed),
        jobs_new=placed.filter("is_job_new"),
        jobs_changed=placed.filter("is_end_changed"),
        states=_states(placed.filter("is_state_changed"), known),
        certificates_new=skills.new,
        certificates_changed=skills.changed,
        certificates_closed=skills.closed,
        appointments_new=skills.appointments.new,
        appointments_changed=skills.appointments.changed,
        appointments_lapsed=_lapsed(placed),
        memberships_new=placed.filter(pl.col("membership").is_in(["joins", "leaves"])),
        memberships_closed=placed.filter(
            pl.col("membership").is_in(["joins", "leaves"]) & pl.col("membership_id").is_not_null()
        ),
        memberships_changed=placed.filter(pl.col("membership") == "corrected"),
        skills_told=skills.told,
    )


def _states(changed: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Return the states to write: one a changed row, and those later ones through which a change runs on.

    A value holds until that value itself next changes: a later state that only repeats what it replaces
    takes the new value too.
    """
    named = [pl.coalesce(name, f"known_{name}").alias(name) for name in DATED]
    columns = ["document_index", "started_on", "holds_from", *DATED]
    first = changed.with_columns(*named, holds_from="state_from").select(columns)
    before = {f"known_{name}": f"before_{name}" for name in DATED}
    later = (
        changed.filter(pl.col("employment_id").is_not_null())
        .with_columns(*named)
        .select("employment_id", "document_index", "started_on", "state_from", *DATED, *before)
        .rename(before)
        .join(known.states, on="employment_id")
        .filter(pl.col("valid_from") > pl.col("state_from"))
        .sort("employment_id", "valid_from")
    )
    carried = [_is_carried(name).alias(f"carries_{name}") for name in DATED]
    later = later.with_columns(carried).filter(pl.any_horizontal(f"carries_{name}" for name in DATED))
    values = [
        pl.when(f"carries_{name}").then(pl.col(name)).otherwise(pl.col(f"known_{name}")).alias(name)
        for name in DATED
    ]
    return pl.concat([first, later.with_columns(*values, holds_from="valid_from").select(columns)])


def _is_carried(name: str) -> pl.Expr:
    """Return whether a change runs on through a later state: all states so far repeat what was before."""
    repeats = pl.col(f"known_{name}").eq_missing(pl.col(f"before_{name}")).cast(pl.Int8)
    differs = pl.col(name).ne_missing(pl.col(f"before_{name}"))
    return differs & (repeats.cum_min().over("employment_id") == 1)


def _flagged(placed: pl.DataFrame, skills: SkillChanges) -> pl.DataFrame:
    """Say of each row what is new and what differs."""
    is_known = pl.col("worker_id").is_not_null()
    has_job = pl.col("employment_id").is_not_null()
    personal = _differs(PERSONAL)
    elsewhere = pl.col("is_elsewhere").fill_null(value=False)
    return placed.with_columns(
        is_person_new=~is_known,
        is_person_changed=is_known & ~elsewhere & personal,
        is_proposed=is_known & elsewhere & personal,
        is_job_new=~has_job,
        is_end_changed=has_job & _differs(("ended_on",)),
        is_state_changed=~has_job | _differs(DATED),
        is_skill_changed=pl.col("row").is_in(skills.changed_rows.implode()),
    )


def _told(placed: pl.DataFrame) -> pl.DataFrame:
    """Sum up each row in one word: added, changed or unchanged."""
    flags = ("is_person_changed", "is_end_changed", "is_state_changed", "is_skill_changed")
    changed = reduce(or_, (pl.col(name) for name in flags)) | pl.col("membership").is_not_null()
    outcome = pl.when(pl.col("is_job_new")).then(pl.lit("added")).when(changed).then(pl.lit("changed"))
    return placed.with_columns(outcome=outcome.otherwise(pl.lit("unchanged")))


def _place(rows: pl.DataFrame, known: Known, effective: date, today: date) -> pl.DataFrame:
    """Put beside each row the person, the employment and its state on the day from which changes hold."""
    placed = (
        _speaking(rows)
        .join(known.workers, on="document_index", how="left", maintain_order="left")
        .join(known.jobs, on=["worker_id", "started_on"], how="left", maintain_order="left")
        .join(known.memberships, on="worker_id", how="left", maintain_order="left")
    )
    last_day = pl.coalesce("ended_on", "known_ended_on", pl.lit(FOR_EVER))
    within = pl.max_horizontal("started_on", pl.min_horizontal(pl.lit(effective), last_day))
    placed = placed.with_columns(
        holds_from=pl.when(pl.col("employment_id").is_null()).then(pl.col("started_on")).otherwise(within)
    )
    until = pl.col("holds_from")
    if effective >= today.replace(day=1):
        # A roster of this month speaks of today: it follows, and does not undo, what the month has brought.
        until = pl.max_horizontal(until, pl.min_horizontal(pl.lit(today), last_day))
    states = (
        known.states.join(placed.select("employment_id", until=until), on="employment_id")
        .filter(pl.col("valid_from") <= pl.col("until"))
        .sort("employment_id", "valid_from")
        .unique("employment_id", keep="last", maintain_order=True)
        .drop("until")
    )
    placed = placed.join(states, on="employment_id", how="left", maintain_order="left")
    return placed.with_columns(state_from=pl.max_horizontal("holds_from", "valid_from")).drop("valid_from")


def _speaking(rows: pl.DataFrame) -> pl.DataFrame:
    """Let the latest employment speak for a person with several rows: one person has one phone."""
    if rows["document_index"].n_unique() == rows.height:
        return rows
    ordered = rows.sort("document_index", "started_on")
    said = ordered.group_by("document_index").agg(
        pl.col(name).drop_nulls().last() for name in (*PERSONAL, *MEMBERSHIP)
    )
    rest = rows.drop(*PERSONAL, *MEMBERSHIP)
    return rest.join(said, on="document_index", maintain_order="left").select(rows.columns)


def _differs(names: tuple[str, ...]) -> pl.Expr:
    """Return whether a filled cell says something else than what is known."""
    return reduce(
        or_, (pl.col(name).is_not_null() & pl.col(name).ne_missing(pl.col(f"known_{name}")) for name in names)
    )


def _find_overlaps(placed: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Find rows whose employment would overlap another of the same person here, known or in the file."""
    people = known.workers.select("worker_id", "document_index")
    in_file = placed.select(
        "row",
        "document_index",
        "started_on",
        ended_on=pl.coalesce("ended_on", "known_ended_on", pl.lit(FOR_EVER)),
    )
    others = (
        known.jobs.join(placed.select("employment_id"), on="employment_id", how="anti")
        .join(people, on="worker_id")
        .select(
            pl.lit(None, pl.Int64).alias("row"),
            "document_index",
            "started_on",
            ended_on=pl.col("known_ended_on").fill_null(FOR_EVER),
        )
    )
    spells = pl.concat([in_file, others.with_columns(pl.col("row").cast(in_file["row"].dtype))]).sort(
        "document_index", "started_on"
    )
    spells = spells.with_columns(
        reached=pl.col("ended_on").cum_max().shift(1).over("document_index"),
        following=pl.col("started_on").shift(-1).over("document_index"),
    )
    overlaps = (pl.col("reached") >= pl.col("started_on")) | (pl.col("following") <= pl.col("ended_on"))
    rows = spells.filter(pl.col("row").is_not_null() & overlaps)["row"]
    return make_findings(rows, "started_on", "employment_overlaps")


def make_findings(rows: pl.Series, key: str | None, code: str) -> pl.DataFrame:
    """Return findings of one kind, a row each: row, column key, code."""
    return pl.DataFrame({"row": rows.cast(pl.Int64)}).with_columns(
        key=pl.lit(key, pl.String), code=pl.lit(code)
    )


def _with_membership(placed: pl.DataFrame) -> pl.DataFrame:
    """Say what becomes of the membership here (joins, leaves, corrected or null), and from which day."""
    says_yes, says_no = (
        pl.col("is_member").eq_missing(other=True),
        pl.col("is_member").eq_missing(other=False),
    )
    is_known = pl.col("known_state").eq_missing(pl.lit(MEMBER))
    joined, known_joined = pl.col("joined_union_on"), pl.col("known_joined_on")
    # States of one person follow each other: none begins before the closed ones end.
    day_after = known_joined + pl.duration(days=1)
    newly = pl.when(pl.col("known_until").is_null() & pl.col("is_job_new")).then("started_on")
    since = pl.coalesce(joined, newly, "holds_from")
    member_from = (
        pl.when(says_yes & is_known).then(pl.max_horizontal(joined, "known_until"))
        .when(says_yes).then(pl.max_horizontal(since, "known_until", day_after))
        .when(says_no & is_known).then(pl.max_horizontal("holds_from", day_after))
    )  # fmt: skip
    placed = placed.with_columns(member_from=member_from)
    is_corrected = says_yes & is_known & joined.is_not_null() & (pl.col("member_from") != known_joined)
    what = (
        pl.when(says_yes & ~is_known).then(pl.lit("joins"))
        .when(says_no & is_known).then(pl.lit("leaves"))
        .when(is_corrected).then(pl.lit("corrected"))
    )  # fmt: skip
    # Somebody with several employments here is one member: the last of them carries it.
    is_last = pl.col("started_on") == pl.col("started_on").max().over("document_index")
    return placed.with_columns(
        membership=pl.when(is_last).then(what),
        membership_state=pl.when(says_no).then(pl.lit(LEFT)).otherwise(pl.lit(MEMBER)),
    )


def _lapsed(placed: pl.DataFrame) -> pl.DataFrame:
    """Return the employments that end now: what the enterprise appointed the person to ends with them."""
    ending = placed.filter(pl.col("is_end_changed") & pl.col("ended_on").is_not_null())
    return ending.select(
        "worker_id", "started_on", "ended_on", lapses_on=pl.col("ended_on") + pl.duration(days=1)
    )


def _proposals(placed: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each personal field that would change of a person known elsewhere."""
    proposed = placed.filter("is_proposed")
    parts = [
        proposed.filter(_differs((name,))).select(
            "worker_id", field=pl.lit(name), value=pl.col(name).cast(pl.String)
        )
        for name in PERSONAL
    ]
    return pl.concat(parts).unique(["worker_id", "field"], keep="last", maintain_order=True)


def _review_warnings(placed: pl.DataFrame) -> pl.DataFrame:
    return make_findings(placed.filter("is_proposed")["row"], None, "sent_for_review")
