"""Check characters of unified social credit codes (GB 32100-2015) and organisation codes (GB 11714-1997)."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Digits and capitals without I, O, S, V and Z, which are too easily misread."""

LENGTH = 18
WEIGHTS = tuple(pow(3, position, 31) for position in range(17))
DIGITS_ONLY = range(2, 8)
"""Positions of the registering office's division, the only part without letters."""

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def check_character(first_seventeen: str) -> str:
    """Return the eighteenth character of a credit code.

    >>> check_character("91110000600037341")
    'L'
    """
    if len(first_seventeen) != LENGTH - 1 or any(c not in _VALUES for c in first_seventeen):
        raise ValueError("A credit code begins with 17 digits or capitals other than I, O, S, V and Z.")
    total = sum(_VALUES[c] * weight for c, weight in zip(first_seventeen, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def complete_credit_code(first_seventeen: str) -> str:
    """Return the whole credit code that begins with these 17 characters."""
    return first_seventeen + check_character(first_seventeen)


def find_credit_code_fault(code: str) -> str | None:
    """Return what is wrong with a code, `length`, `character` or `check`, or None for a correct one.

    >>> find_credit_code_fault("91110000600037341L") is None
    True
    >>> find_credit_code_fault("911100006000373410")
    'check'
    """
    if len(code) != LENGTH:
        return "length"
    if any(c not in _VALUES for c in code) or any(_VALUES[code[i]] > 9 for i in DIGITS_ONLY):
        return "character"
    return None if check_character(code[:-1]) == code[-1] else "check"


def is_valid_credit_code(code: str) -> bool:
    return find_credit_code_fault(code) is None


def organisation_code_check_character(first_eight: str) -> str:
    """Return the ninth character of an organisation code, characters 9 to 17 of a credit code.

    Advisory only: not every valid credit code carries a correct one. Here all 26 letters have a value.

    >>> organisation_code_check_character("60003734")
    '1'
    """
    if len(first_eight) != 8 or any(c not in _ORGANISATION_ALPHABET for c in first_eight):
        raise ValueError("An organisation code begins with 8 digits or capitals.")
    total = sum(
        _ORGANISATION_ALPHABET.index(c) * weight
        for c, weight in zip(first_eight, _ORGANISATION_WEIGHTS, strict=True)
    )
    return "0123456789X"[-total % 11]
