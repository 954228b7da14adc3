"""Ages and age bands on the day a row is looked at: derived, never stored."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from tongxin.codes.lists import get_list

BIRTH_DATE, AGE, AGE_BAND = "birth_date", "age", "age_band"
DERIVED = (AGE, AGE_BAND)


def add_ages(rows: ir.Table, day: str) -> ir.Table:
    """Return the rows with `<variable>.age` and `<variable>.age_band` beside each `<variable>.birth_date`.

    Completed years on the date in the column `day`; null where the birth date is missing or lies behind it.
    """
    added = {}
    for column in rows.columns:
        variable, _, name = column.rpartition(".")
        if name == BIRTH_DATE:
            age = _years(rows[column], rows[day])
            added[f"{variable}.{AGE}"] = age
            added[f"{variable}.{AGE_BAND}"] = _band(age)
    return rows.mutate(**{name: made for name, made in added.items() if name not in rows.columns})


def derived_from(column: str) -> str:
    """Return the stored column behind a column: the birth date for an age, else the column itself."""
    variable, _, name = column.rpartition(".")
    return f"{variable}.{BIRTH_DATE}" if name in DERIVED else column


def age_bands() -> list[str]:
    """Return the codes of all age bands."""
    return [entry.code for entry in get_list(AGE_BAND).entries]


def band_of_age(age: int) -> str:
    """Return the band of a whole age.

    Examples
    --------
    >>> band_of_age(24), band_of_age(25), band_of_age(99)
    ('under_25', '25_34', '55_over')
    """
    entries = get_list(AGE_BAND).entries
    return next(entry.code for entry in entries if entry.upper is None or age <= entry.upper)


def _years(born: ir.DateColumn, day: ir.DateColumn) -> ir.IntegerColumn:
    reached = day.month() * 100 + day.day() >= born.month() * 100 + born.day()
    years = day.year() - born.year() - reached.ifelse(0, 1)
    return (born <= day).ifelse(years, ibis.null("int64")).cast("int64")


def _band(age: ir.IntegerColumn) -> ir.StringColumn:
    entries = get_list(AGE_BAND).entries
    branches = [(age <= entry.upper, entry.code) for entry in entries if entry.upper is not None]
    oldest = next(entry.code for entry in entries if entry.upper is None)
    return ibis.cases((age.isnull(), ibis.null("string")), *branches, else_=oldest)
