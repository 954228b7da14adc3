"""Checks of one employment: unit, dates, membership and wage."""

from __future__ import annotations

from datetime import date

import polars as pl

from tongxin.codes import frames
from tongxin.workbooks.ledger import Ledger

WORKING_AGE = 16
UNUSUAL_AGE = 70
PLAUSIBLE_WAGE_FEN = (500_00, 300_000_00)


def check_employments(
    ledger: Ledger, credit_code: str, today: date, registered_on: date | None = None
) -> None:
    """Check the unit and the dates of each employment, union membership and wage."""
    _check_unit(ledger, credit_code)
    _check_future(ledger, today)
    _check_ages(ledger)
    ledger.report(
        "ended_before_started",
        "ended_on",
        pl.col("ended_on") < pl.col("started_on"),
        {"started_on": pl.col("started_on")},
    )
    if registered_on is not None:
        ledger.report(
            "hired_before_registration",
            "started_on",
            pl.col("started_on") < registered_on,
            {"registered_on": pl.lit(registered_on.isoformat())},
        )
    _check_membership(ledger)
    _check_wage(ledger)


def _check_unit(ledger: Ledger, credit_code: str) -> None:
    is_valid = frames.credit_code_valid_expr("credit_code")
    ledger.refuse("credit_code_invalid", "credit_code", ~is_valid)
    ledger.report(
        "credit_code_of_another",
        "credit_code",
        pl.col("credit_code") != credit_code,
        {"expected": pl.lit(credit_code)},
    )


def _check_future(ledger: Ledger, today: date) -> None:
    for key in ("started_on", "issued_on", "joined_union_on"):
        ledger.report("date_in_future", key, pl.col(key) > today, {"today": pl.lit(today.isoformat())})
    ledger.report("ended_in_future", "ended_on", pl.col("ended_on") > today)


def _check_ages(ledger: Ledger) -> None:
    sixteenth = pl.col("born_on").dt.offset_by(f"{WORKING_AGE}y")
    for key in ("started_on", "issued_on", "joined_union_on"):
        ledger.report("before_sixteen", key, pl.col(key) < sixteenth, {"born_on": pl.col("born_on")})
    ledger.report(
        "age_unusual",
        "started_on",
        pl.col("started_on") >= pl.col("born_on").dt.offset_by(f"{UNUSUAL_AGE}y"),
        {"age": pl.col("started_on").dt.year() - pl.col("born_on").dt.year()},
    )


def _check_membership(ledger: Ledger) -> None:
    has_joined = pl.col("joined_union_on").is_not_null()
    ledger.report("joined_without_membership", "joined_union_on", has_joined & (pl.col("is_member") == "no"))
    is_assumed = has_joined & pl.col("is_member").is_null() & pl.col("sent.is_member").is_null()
    ledger.report("membership_assumed", "joined_union_on", is_assumed)
    ledger.change(is_member=pl.when(is_assumed).then(pl.lit("yes")).otherwise("is_member") == "yes")


def _check_wage(ledger: Ledger) -> None:
    low, high = PLAUSIBLE_WAGE_FEN
    wage = pl.col("monthly_wage")
    ledger.report("wage_negative", "monthly_wage", wage < 0)
    ledger.report("wage_implausible", "monthly_wage", (wage >= 0) & ~wage.is_between(low, high))
