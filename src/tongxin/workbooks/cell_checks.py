"""Checks that look at one cell at a time, by the kind of its column."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

import polars as pl

from tongxin.codes import lists, occupations
from tongxin.workbooks import cells, dates
from tongxin.workbooks.layouts import Column
from tongxin.workbooks.ledger import Ledger

MAX_LENGTHS: Mapping[str, int] = {"name": 100, "post": 100, "issuer": 200, "certificate_number": 40}
OCCUPATION_LEVEL = 4
_SUGGESTED = 300
"""So many different unknown values get a suggestion; a file with more has another problem."""


def check_cells(ledger: Ledger) -> None:
    """Clean every cell, refuse what cannot be read, and demand what is required."""
    ledger.change(**{key: cells.clean_texts(ledger.table[key]) for key in ledger.layout.keys})
    for column in ledger.layout.columns:
        _refuse_broken(ledger, column)
        _drop_blank_words(ledger, column)
        missing = pl.col(column.key).is_null() & pl.col(f"was_blank.{column.key}")
        if column.required:
            ledger.report("required", column.key, missing)
        _CHECKS[column.kind](ledger, column)
    ledger.table = ledger.table.drop(f"was_blank.{key}" for key in ledger.layout.keys)


def _refuse_broken(ledger: Ledger, column: Column) -> None:
    key, text = column.key, pl.col(column.key)
    ledger.change(**{f"was_blank.{key}": text.is_null()})
    if ledger.table[key].null_count() == ledger.table.height:
        return
    ledger.refuse("cell_error", key, text.str.to_uppercase().str.contains(cells.ERROR_VALUE))
    ledger.refuse("formula_without_value", key, text.str.starts_with("="))
    if column.kind in {"identity", "phone", "credit_code", "certificate"}:
        ledger.refuse("digits_lost", key, text.str.contains(cells.LOST_DIGITS))


def _drop_blank_words(ledger: Ledger, column: Column) -> None:
    words = set(ledger.layout.blanks)
    if column.code_list and column.kind == "code":
        words -= {word for word in words if lists.get_list(column.code_list).find(word)}
    is_blank = pl.col(column.key).is_in(list(words)).fill_null(value=False)
    ledger.change(
        **{
            column.key: pl.when(~is_blank).then(pl.col(column.key)),
            f"was_blank.{column.key}": pl.col(f"was_blank.{column.key}") | is_blank,
        }
    )


def _check_text(ledger: Ledger, column: Column) -> None:
    if column.key == "name":
        ledger.change(name=cells.clean_name(pl.col("name")))
    _refuse_long(ledger, column)


def _refuse_long(ledger: Ledger, column: Column) -> None:
    limit = MAX_LENGTHS.get(column.key, 200)
    length = pl.col(column.key).str.len_chars()
    ledger.refuse(
        "too_long",
        column.key,
        length > limit,
        {"length": pl.col(f"sent.{column.key}").str.len_chars(), "limit": pl.lit(limit)},
    )


def _check_code(ledger: Ledger, column: Column) -> None:
    known = lists.get_list(column.code_list or "")
    unique = ledger.table[column.key].drop_nulls().unique().to_list()
    found = {text: known.find(text) for text in unique}
    unknown = [text for text, entry in found.items() if entry is None]
    names = {folded: entry.zh for folded, entry in known.texts().items()}
    nearest = {text: names[_find_nearest(text, names)] for text in unknown[:_SUGGESTED]}
    _refuse_unknown(ledger, column, unknown, nearest)
    codes = {text: entry.code for text, entry in found.items() if entry is not None}
    ledger.change(**{column.key: _replace(column.key, codes)})


def _check_occupation(ledger: Ledger, column: Column) -> None:
    ledger.change(**{column.key: cells.clean_occupation(pl.col(column.key))})
    unique = ledger.table[column.key].drop_nulls().unique().to_list()
    found = {text: occupations.find_occupation(text) for text in unique}
    codes = {text: entry.code for text, entry in found.items() if entry and entry.level == OCCUPATION_LEVEL}
    unknown = [text for text in unique if text not in codes]
    names = {
        entry.code: f"{entry.code} {entry.name_zh}"
        for entry in occupations.load_occupations().values()
        if entry.level == OCCUPATION_LEVEL
    }
    nearest = {text: names[_find_alike(text, names)] for text in unknown[:_SUGGESTED]}
    _refuse_unknown(ledger, column, unknown, nearest)
    ledger.change(**{column.key: _replace(column.key, codes)})


def _refuse_unknown(ledger: Ledger, column: Column, unknown: list[str], nearest: Mapping[str, str]) -> None:
    if unknown:
        suggestion = pl.col(column.key).replace_strict(nearest, default="", return_dtype=pl.String)
        is_unknown = pl.col(column.key).is_in(unknown)
        ledger.refuse("code_unknown", column.key, is_unknown, {"nearest": suggestion})


def _replace(key: str, codes: Mapping[str, str]) -> pl.Expr:
    return pl.col(key).replace_strict(codes, default=None, return_dtype=pl.String)


def _find_nearest(text: str, names: Iterable[str]) -> str:
    folded = lists.fold(text)
    return max(names, key=lambda name: difflib.SequenceMatcher(None, folded, name).ratio())


def _find_alike(text: str, names: Mapping[str, str]) -> str:
    """Return the code that shares the longest beginning, or for a name the code with the likest name."""
    if text[:1].isdigit():
        return max(names, key=lambda code: _count_shared(text, code))
    letters = set(text)
    return max(names, key=lambda code: len(letters & set(names[code])) / (len(names[code]) + len(text)))


def _count_shared(left: str, right: str) -> int:
    return next(
        (i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right))
    )


def _check_date(ledger: Ledger, column: Column) -> None:
    key = column.key
    days, faults = dates.parse_dates(ledger.table[key], is_1904=ledger.sheet.is_1904)
    ledger.change(__fault=faults)
    for code in (dates.UNREADABLE, dates.AMBIGUOUS, dates.IMPOSSIBLE):
        ledger.report(code, key, pl.col("__fault") == code)
    ledger.change(**{key: days})


def _check_identity(ledger: Ledger, column: Column) -> None:
    ledger.change(**{column.key: cells.clean_number(pl.col(column.key))})


def _check_certificate(ledger: Ledger, column: Column) -> None:
    ledger.change(**{column.key: cells.clean_certificate_number(pl.col(column.key))})
    _refuse_long(ledger, column)


def _check_phone(ledger: Ledger, column: Column) -> None:
    affixes = ledger.layout.affixes.get("phone", ())
    ledger.change(**{column.key: cells.clean_phone(pl.col(column.key), affixes)})
    is_mobile = pl.col(column.key).str.contains(r"^1[3-9]\d{9}$")
    is_other = pl.col(column.key).str.contains(r"^(?:0[1-9]\d{8,10}|(?:\+|00)[1-9]\d{6,14})$")
    ledger.report("phone_unusual", column.key, is_other & ~is_mobile)
    ledger.refuse("phone_invalid", column.key, ~is_mobile & ~is_other)


def _check_money(ledger: Ledger, column: Column) -> None:
    amount = cells.clean_amount(pl.col(column.key), ledger.layout.affixes.get("money", ()))
    ledger.change(**{column.key: amount})
    ledger.refuse(
        "wage_unreadable",
        column.key,
        cells.amount_in_fen(pl.col(column.key)).is_null() & pl.col(column.key).is_not_null(),
    )
    ledger.change(**{column.key: cells.amount_in_fen(pl.col(column.key))})


_CHECKS = {
    "text": _check_text,
    "code": _check_code,
    "occupation": _check_occupation,
    "date": _check_date,
    "identity": _check_identity,
    "credit_code": _check_identity,
    "certificate": _check_certificate,
    "phone": _check_phone,
    "money": _check_money,
}
