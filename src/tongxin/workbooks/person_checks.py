"""Checks of who a person is: name, document, sex, birth date."""

from __future__ import annotations

from datetime import date

import polars as pl

from tongxin.codes import divisions, frames, identity_numbers
from tongxin.workbooks.ledger import Ledger

NUMBERED_TYPES = ("resident_id", "hmt_residence_permit")
"""Document types whose numbers follow GB 11643."""

_NAME = "^[\\p{L}\\p{Co}\u3007][\\p{L}\\p{M}\\p{Co}\u3007\u00b7.' -]*[\\p{L}\\p{M}\\p{Co}\u3007.]$"
_OTHER_NUMBER = r"^[A-Z0-9]{5,20}$"
_FAULTS = {
    "fifteen": "identity_fifteen_digits",
    "length": "identity_length",
    "character": "identity_character",
    "birth_date": "identity_birth_date",
    "check": "identity_check_digit",
}


def check_people(ledger: Ledger, today: date) -> None:
    """Check names and documents, compare sex and birth date with the number, and fill them from it."""
    ledger.refuse("name_unreadable", "name", ~pl.col("name").str.contains(_NAME))
    _check_numbers(ledger, today)
    _compare_with_number(ledger)
    _warn_of_divisions(ledger)
    ledger.report(
        "date_in_future", "born_on", pl.col("born_on") > today, {"today": pl.lit(today.isoformat())}
    )
    ledger.table = ledger.table.drop("is_numbered")


def _check_numbers(ledger: Ledger, today: date) -> None:
    is_national = pl.col("document_type").is_in(NUMBERED_TYPES)
    is_valid = frames.identity_valid_expr("document_number", today)
    ledger.change(is_numbered=(is_national & is_valid).fill_null(value=False))
    wrong = ledger.table.filter(
        is_national & pl.col("document_number").is_not_null() & ~pl.col("is_numbered")
    )
    faults = {number: _name_fault(number, today) for number in wrong["document_number"].unique().to_list()}
    ledger.change(
        __fault=pl.when(is_national & ~pl.col("is_numbered")).then(
            pl.col("document_number").replace_strict(faults, default=None, return_dtype=pl.String)
        )
    )
    params = {
        "length": pl.col("document_number").str.len_chars(),
        "digits": pl.col("document_number").str.slice(6, 8),
    }
    for code in (*_FAULTS.values(), "digits_lost"):
        ledger.report(code, "document_number", pl.col("__fault") == code, params)
    is_other = ~is_national & ~pl.col("document_number").str.contains(_OTHER_NUMBER)
    ledger.report("document_number_invalid", "document_number", is_other)


def _name_fault(number: str, today: date) -> str:
    try:
        identity_numbers.parse_identity_number(number, today)
    except identity_numbers.IdentityNumberError as error:
        # A spreadsheet keeps 15 digits; whoever then shows the number in full sees three zeros at its end.
        return "digits_lost" if error.fault == "check" and number.endswith("000") else _FAULTS[error.fault]
    raise AssertionError(f"Two readings of one identity number differ: {number[:6]}…")


def _compare_with_number(ledger: Ledger) -> None:
    ledger.change(
        __sex=pl.when("is_numbered").then(frames.identity_sex_expr("document_number")),
        __born_on=pl.when("is_numbered").then(frames.identity_born_on_expr("document_number")),
    )
    ledger.report("sex_contradicts_number", "sex", pl.col("sex") != pl.col("__sex"))
    ledger.report(
        "birth_contradicts_number",
        "born_on",
        pl.col("born_on") != pl.col("__born_on"),
        {"expected": pl.col("__born_on")},
    )
    ledger.change(sex=pl.coalesce("sex", "__sex"), born_on=pl.coalesce("born_on", "__born_on"))
    ledger.table = ledger.table.drop("__sex", "__born_on", "__fault")


def _warn_of_divisions(ledger: Ledger) -> None:
    """Warn, not refuse: tables of divisions have gaps, and people keep their numbers."""
    number = pl.col("document_number")
    ledger.change(
        __division=number.str.slice(0, 6), __year=number.str.slice(6, 4).cast(pl.Int32, strict=False)
    )
    pairs = ledger.table.filter("is_numbered").select("__division", "__year").unique()
    # Whether a division is known is a matter of the birth year.
    unknown = pairs.filter(
        pl.Series(
            [not divisions.is_division_known(code, date(year, 7, 1)) for code, year in pairs.rows()],
            dtype=pl.Boolean,
        )
    ).with_columns(__is_unknown=pl.lit(value=True))
    ledger.table = ledger.table.join(unknown, on=["__division", "__year"], how="left", maintain_order="left")
    ledger.report(
        "division_unknown",
        "document_number",
        pl.col("is_numbered") & pl.col("__is_unknown"),
        {"division": pl.col("__division")},
    )
    ledger.table = ledger.table.drop("__division", "__year", "__is_unknown")
