"""Checks of a skill grade and its certificate or appointment."""

from __future__ import annotations

import polars as pl

from tongxin.codes.lists import get_list
from tongxin.workbooks.ledger import Ledger

APPOINTED_FROM_RANK = 7
"""Special and chief technicians are appointed by their employer; the grades below are certified."""

_NATIONAL = r"^[YS]\d{14}[1-5]\d{6}$"
"""Kind of body, its code (4), province (2), serial of the body (6), year (2), level digit, serial (6)."""
_APPOINTED = r"^(?:[YS]\d{14}[A-Z]\d{6}|[A-Z]{2}\d{20})$"
_BEGINS_NATIONAL = r"^[YS]\d{10,}[A-Z]?\d*$"
_OLD = r"^\d{15,18}$"
"""Certificates of vocational qualification, issued until 2020: 16 digits, some with a suffix."""
_DIGIT_AT = 15


def check_certificates(ledger: Ledger) -> None:
    """Check the form of certificate numbers and whether they belong to the grade."""
    number, grade = pl.col("certificate_number"), pl.col("grade")
    is_national = number.str.contains(_NATIONAL)
    is_appointed = number.str.contains(_APPOINTED)
    is_malformed = number.str.contains(_BEGINS_NATIONAL) & ~is_national & ~is_appointed
    ledger.refuse("certificate_number_invalid", "certificate_number", is_malformed)
    is_unusual = ~is_national & ~is_appointed & ~number.str.contains(_OLD)
    ledger.report("certificate_number_unusual", "certificate_number", is_unusual)
    _fill_grade(ledger, is_national)
    _compare_with_grade(ledger, is_national, is_appointed)
    has_grade = grade.is_not_null() & ~grade.is_in(_uncertified())
    is_bare = number.is_null() & pl.col("issued_on").is_null()
    not_sent = pl.col("sent.certificate_number").is_null() & pl.col("sent.issued_on").is_null()
    ledger.report("certificate_undated", "grade", has_grade & is_bare & not_sent)
    _drop_without_grade(ledger)


def _fill_grade(ledger: Ledger, is_national: pl.Expr) -> None:
    grades = {entry.digit: entry.code for entry in get_list("skill_grade").entries if entry.digit}
    digit = pl.col("certificate_number").str.slice(_DIGIT_AT, 1)
    was_blank = pl.col("grade").is_null() & pl.col("sent.grade").is_null()
    ledger.report(
        "grade_missing", "grade", was_blank & pl.col("certificate_number").is_not_null() & ~is_national
    )
    told = digit.replace_strict(grades, default=None, return_dtype=pl.String)
    ledger.change(grade=pl.when(was_blank & is_national).then(told).otherwise("grade"))


def _compare_with_grade(ledger: Ledger, is_national: pl.Expr, is_appointed: pl.Expr) -> None:
    grades = get_list("skill_grade")
    names = {entry.code: entry.zh for entry in grades.entries}
    digits = {entry.code: entry.digit for entry in grades.entries if entry.digit}
    appointed = [entry.code for entry in grades.entries if entry.rank >= APPOINTED_FROM_RANK]
    grade, number = pl.col("grade"), pl.col("certificate_number")
    expected = grade.replace_strict(digits, default=None, return_dtype=pl.String)
    is_other_digit = is_national & (number.str.slice(_DIGIT_AT, 1) != expected)
    is_certified_number = is_national & grade.is_in(appointed)
    is_appointed_number = is_appointed & expected.is_not_null()
    name = {"grade": grade.replace_strict(names, default=None, return_dtype=pl.String)}
    ledger.report(
        "certificate_contradicts_grade",
        "certificate_number",
        is_other_digit.fill_null(value=False) | is_certified_number | is_appointed_number,
        name,
    )
    ledger.report(
        "certificate_for_apprentice",
        "certificate_number",
        number.is_not_null() & grade.is_in(_uncertified()),
        name,
    )


def _uncertified() -> list[str]:
    return [
        entry.code
        for entry in get_list("skill_grade").entries
        if entry.digit is None and entry.rank < APPOINTED_FROM_RANK
    ]


def _drop_without_grade(ledger: Ledger) -> None:
    is_ungraded = (
        pl.col("grade").is_null() & pl.col("sent.grade").is_null() & pl.col("certificate_number").is_null()
    )
    for key in ("issued_on", "issuer"):
        ledger.report("certificate_without_grade", key, is_ungraded & pl.col(key).is_not_null())
        ledger.change(**{key: pl.when(~is_ungraded).then(pl.col(key))})
