"""Resident identity numbers (GB 11643-1999): check character, birth date, sex.

A division that the tables do not know is not a fault: they may be stale, a person is not.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
EARLIEST_BIRTH = date(1800, 1, 1)
"""The standard's own example was born in 1880; a year before 1800 is a slip of the pen."""
OLD_LENGTH = 15

_CHINA_TIME = timedelta(hours=8)


class IdentityNumberError(ValueError):
    """A number that cannot be anybody's: `fault` is length, fifteen, character, birth_date or check."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True)
class IdentityNumber:
    """A correct number and what it says; the number itself is kept out of logs."""

    number: str = field(repr=False)
    division: str
    born_on: date
    sex: str


def identity_check_character(first_seventeen: str) -> str:
    """Return the eighteenth character, a digit or X for ten.

    >>> identity_check_character("11010519491231002")
    'X'
    """
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, WEIGHTS, strict=True))
    return CHECK_CHARACTERS[total % 11]


def lengthen_identity_number(text: str | None) -> str | None:
    """Return the 18 characters of a number of 15 digits, as given until 1999; of anything else, nothing.

    The century is the nineteenth hundred, as in every number of that form but those of people over a hundred.

    >>> lengthen_identity_number("110105491231002")
    '11010519491231002X'
    >>> lengthen_identity_number("110105491331002") is None
    True
    """
    if text is None or len(text) != OLD_LENGTH or not (text.isascii() and text.isdigit()):
        return None
    body = f"{text[:6]}19{text[6:]}"
    try:
        date(int(body[6:10]), int(body[10:12]), int(body[12:14]))
    except ValueError:
        return None
    return body + identity_check_character(body)


def parse_identity_number(text: str, today: date | None = None) -> IdentityNumber:
    """Read an 18-character number, or raise IdentityNumberError with the first fault found.

    >>> parse_identity_number("11010519491231002x")
    IdentityNumber(division='110105', born_on=datetime.date(1949, 12, 31), sex='female')
    """
    number = unicodedata.normalize("NFKC", text).strip().upper()
    _refuse_wrong_form(number)
    born_on = _read_birth_date(number[6:14], today or (datetime.now(tz=UTC) + _CHINA_TIME).date())
    if identity_check_character(number[:17]) != number[17]:
        raise IdentityNumberError("check")
    sex = "male" if int(number[16]) % 2 else "female"
    return IdentityNumber(number=number, division=number[:6], born_on=born_on, sex=sex)


def _refuse_wrong_form(number: str) -> None:
    is_digits = number.isascii() and number.isdigit()
    if len(number) == 15 and is_digits:
        raise IdentityNumberError("fifteen")
    if len(number) != 18:
        raise IdentityNumberError("length")
    if not (number.isascii() and number[:17].isdigit() and (number[17].isdigit() or number[17] == "X")):
        raise IdentityNumberError("character")


def _read_birth_date(digits: str, today: date) -> date:
    try:
        born_on = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise IdentityNumberError("birth_date") from None
    if not EARLIEST_BIRTH <= born_on <= today:
        raise IdentityNumberError("birth_date")
    return born_on
