"""Check digits for whole columns: the same answers as the functions for one code, many at once."""

from __future__ import annotations

from datetime import date

import polars as pl

from tongxin.codes import credit_codes, identity_numbers


def credit_code_valid_expr(column: str) -> pl.Expr:
    """Return an expression: does the column hold a correct credit code (null stays null)?"""
    code = pl.col(column)
    alphabet = f"[{credit_codes.ALPHABET}]"
    form = code.str.contains(f"^{alphabet}{{2}}[0-9]{{6}}{alphabet}{{10}}$")
    # The check character has weight 1 and brings the weighted sum to 0 (mod 31).
    return form & (_weighted_sum(code, credit_codes.ALPHABET, (*credit_codes.WEIGHTS, 1)) % 31 == 0)


def identity_valid_expr(column: str, today: date) -> pl.Expr:
    """Return an expression: does the column hold a correct identity number (null stays null)?

    The number must be written with ASCII digits and a capital X.
    """
    number = pl.col(column)
    form = number.str.contains("^[0-9]{17}[0-9X]$")
    is_born = identity_born_on_expr(column).is_between(identity_numbers.EARLIEST_BIRTH, today)
    # With X = 10 the check character has weight 1, and the whole sum leaves 1 (mod 11).
    is_checked = _weighted_sum(number, "0123456789X", (*identity_numbers.WEIGHTS, 1)) % 11 == 1
    return pl.when(number.is_not_null()).then((form & is_born & is_checked).fill_null(value=False))


def identity_born_on_expr(column: str) -> pl.Expr:
    """Return an expression: the birth date in the number, null where it is none."""
    return pl.col(column).str.slice(6, 8).str.to_date("%Y%m%d", strict=False)


def identity_sex_expr(column: str) -> pl.Expr:
    """Return an expression: `male` or `female`, by the seventeenth digit."""
    digit = pl.col(column).str.slice(16, 1).cast(pl.UInt8, strict=False)
    return pl.when(digit % 2 == 1).then(pl.lit("male")).when(digit % 2 == 0).then(pl.lit("female"))


def _weighted_sum(code: pl.Expr, alphabet: str, weights: tuple[int, ...]) -> pl.Expr:
    values = {character: value for value, character in enumerate(alphabet)}
    total = pl.lit(0, dtype=pl.UInt32)
    for position, weight in enumerate(weights):
        value = code.str.slice(position, 1).replace_strict(values, default=0, return_dtype=pl.UInt32)
        total = total + value * weight
    return total
