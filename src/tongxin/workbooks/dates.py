"""Dates as people write them, as spreadsheets count them, and as they cannot be."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

import polars as pl

UNREADABLE = "date_unreadable"
AMBIGUOUS = "date_ambiguous"
IMPOSSIBLE = "date_impossible"

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2100, 12, 31)
LAST_SERIAL = 73_415
"""31 December 2100."""
SHIFT_1904 = 1_462

_EPOCH = date(1899, 12, 30)
_ISO = r"^(\d{4}-\d{2}-\d{2})(?:[ T]00:00:00(?:\.0+)?)?$"
_TIME = re.compile(r"[T ]*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(AM|PM)?\s*(Z|[+-]\d\d:?\d\d)?$", re.IGNORECASE)
_HAN_UNITS = str.maketrans({"\u5e74": "-", "\u6708": "-", "\u65e5": " ", "\u53f7": " "})
"""The Chinese words for year, month and day (two)."""
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.\\,\s]\s*(\d{1,2})\s*[-/.\\,\s]\s*(\d{1,2})[-.,\s]*")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0+)?")
_SERIAL = re.compile(r"(\d{4,5})(?:\.\d+)?")
_NAMED_MONTH = re.compile(
    r"(\d{1,2})[-\s./]*([A-Z]{3,9})[-\s./,]*(\d{4})|([A-Z]{3,9})[-\s./]*(\d{1,2})[-\s./,]+(\d{4})"
)
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def read_date(text: str, *, is_1904: bool = False) -> date | str:
    """Return the day that a clean text means, or the code of what is wrong with it.

    >>> read_date("2024.3.1"), read_date("45352"), read_date("13/4/2024")
    (datetime.date(2024, 3, 1), datetime.date(2024, 3, 1), datetime.date(2024, 4, 13))
    >>> read_date("3/4/2024"), read_date("2023-02-30"), read_date("2024-03")
    ('date_ambiguous', 'date_impossible', 'date_unreadable')
    """
    plain = _TIME.sub("", _write_digits(text).translate(_HAN_UNITS).strip().upper()).strip()
    if found := _COMPACT.fullmatch(plain) or _YEAR_FIRST.fullmatch(plain):
        return _make_date(*map(int, found.groups()))
    if found := _SERIAL.fullmatch(plain):
        return _read_serial(int(found.group(1)) + (SHIFT_1904 if is_1904 else 0))
    if found := _YEAR_LAST.fullmatch(plain):
        return _read_year_last(*map(int, found.groups()))
    if found := _NAMED_MONTH.fullmatch(plain):
        first, name, year, name_first, day, last = found.groups()
        return _read_named_month(int(year or last), name or name_first, int(first or day))
    return UNREADABLE


def _write_digits(text: str) -> str:
    """Write Chinese numerals as digits."""
    if all(character.isascii() or not unicodedata.numeric(character, None) for character in text) and (
        "\u3007" not in text and "\u96f6" not in text
    ):
        return text
    return re.sub(r"[^\W\da-zA-Z_]+|\u3007+", lambda found: _write_run(found.group()), text)


def _write_run(run: str) -> str:
    parts = re.split(r"([\u5e74\u6708\u65e5\u53f7])", run)
    return "".join(_write_numeral(part) for part in parts)


def _write_numeral(numeral: str) -> str:
    values = [unicodedata.numeric(character, None) for character in numeral]
    if not values or any(value is None for value in values):
        return numeral
    digits = [int(value) for value in values if value is not None]
    if 10 not in digits:
        return "".join(map(str, digits))
    ten = digits.index(10)
    tens, ones = digits[:ten] or [1], digits[ten + 1 :] or [0]
    return str(tens[0] * 10 + ones[0])


def _make_date(year: int, month: int, day: int) -> date | str:
    try:
        made = date(year, month, day)
    except ValueError:
        return IMPOSSIBLE
    return made if FIRST_DAY <= made <= LAST_DAY else IMPOSSIBLE


def _read_serial(number: int) -> date | str:
    # Four digits are a year without a day far more often than a day before 1927.
    if not 10_000 <= number <= LAST_SERIAL:
        return UNREADABLE
    return _EPOCH + timedelta(days=number)


def _read_year_last(first: int, second: int, year: int) -> date | str:
    if first > 12:
        return _make_date(year, second, first)
    if second > 12 or first == second:
        return _make_date(year, first, second)
    return AMBIGUOUS


def _read_named_month(year: int, name: str, day: int) -> date | str:
    month = next((i for i, known in enumerate(_MONTHS, start=1) if name.startswith(known)), None)
    return UNREADABLE if month is None else _make_date(year, month, day)


def parse_dates(texts: pl.Series, *, is_1904: bool = False) -> tuple[pl.Series, pl.Series]:
    """Return the days of a column of clean texts and, where there is none, the code of what is wrong.

    >>> days, faults = parse_dates(pl.Series(["2024-03-01", "2024/3/1", "soon", None]))
    >>> days.to_list()[1], faults.to_list()
    (datetime.date(2024, 3, 1), [None, None, 'date_unreadable', None])
    """
    days = texts.str.extract(_ISO).str.to_date("%Y-%m-%d", strict=False)
    days = days.set(~days.is_between(FIRST_DAY, LAST_DAY), None)
    rest = texts.filter(days.is_null() & texts.is_not_null()).unique().to_list()
    read = {text: read_date(text, is_1904=is_1904) for text in rest}
    dated = {text: day for text, day in read.items() if isinstance(day, date)}
    faulty = {text: fault for text, fault in read.items() if isinstance(fault, str)}
    days = days.fill_null(texts.replace_strict(dated, default=None, return_dtype=pl.Date)) if dated else days
    faults = texts.replace_strict(faulty, default=None, return_dtype=pl.String)
    return days, faults
