"""Expected numbers: the examples of GB 11643-1999, and check characters computed by python-stdnum 2.2."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from tongxin.codes.identity_numbers import (
    IdentityNumberError,
    identity_check_character,
    parse_identity_number,
)

TODAY = date(2026, 11, 23)


def widen(text: str) -> str:
    """Return the full-width form of an ASCII text, as Chinese input methods write it."""
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


@pytest.mark.parametrize(
    ("number", "division", "born_on", "sex"),
    [
        ("11010519491231002X", "110105", date(1949, 12, 31), "female"),
        ("440524188001010014", "440524", date(1880, 1, 1), "male"),
        # Linping and Qiantang, founded in 2021; Xiaoshan as 330109 with a birth year before 2001.
        ("330113200002290014", "330113", date(2000, 2, 29), "male"),
        ("330114199512312341", "330114", date(1995, 12, 31), "female"),
        ("330109198505150027", "330109", date(1985, 5, 15), "female"),
        # Residents of Hong Kong, Macao and Taiwan.
        ("810000199001011230", "810000", date(1990, 1, 1), "male"),
        ("820000198807042228", "820000", date(1988, 7, 4), "female"),
        ("830000199203033335", "830000", date(1992, 3, 3), "male"),
        ("330106202611230012", "330106", TODAY, "male"),
    ],
)
def test_a_number_tells_division_birth_date_and_sex(number, division, born_on, sex):
    parsed = parse_identity_number(number, TODAY)

    assert (parsed.number, parsed.division, parsed.born_on, parsed.sex) == (number, division, born_on, sex)


@pytest.mark.parametrize("text", ["11010519491231002x", " 11010519491231002X\n", widen("11010519491231002x")])
def test_other_spellings_of_a_number_become_the_standard_one(text):
    assert parse_identity_number(text, TODAY).number == "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "length"),
        ("1101051949123100", "length"),
        ("11010519491231002XX", "length"),
        ("3.30106E+17", "length"),
        ("110105491231002", "fifteen"),
        ("11010549123100X", "length"),
        ("1101051949123100XX", "character"),
        ("11010519491231002A", "character"),
        ("11010519491231002²", "check"),
        ("1101O519491231002X", "character"),
        ("11010519490229002X", "birth_date"),
        ("330113200102290011", "birth_date"),
        ("330106202613010010", "birth_date"),
        ("330106202611240018", "birth_date"),
        ("330106179912310013", "birth_date"),
        ("110105000012310020", "birth_date"),
        ("110105194912310021", "check"),
        ("110105194912310020", "check"),
        ("11010519491231020X", "check"),
    ],
)
def test_a_wrong_number_is_refused_with_its_fault(text, fault):
    with pytest.raises(IdentityNumberError) as refusal:
        parse_identity_number(text, TODAY)

    assert refusal.value.fault == fault


def test_today_is_the_day_in_china():
    with time_machine.travel("2026-11-22T16:00:00+00:00", tick=False):
        assert parse_identity_number("330106202611230012").born_on == TODAY

    with (
        time_machine.travel("2026-11-22T15:59:59+00:00", tick=False),
        pytest.raises(IdentityNumberError, match="birth_date"),
    ):
        parse_identity_number("330106202611230012")


def test_a_number_stays_out_of_logs():
    assert "002X" not in repr(parse_identity_number("11010519491231002X", TODAY))


NUMBERS = st.builds(
    lambda division, born_on, order: f"{division:06}{born_on:%Y%m%d}{order:03}",
    st.integers(110000, 839999),
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
).map(lambda beginning: beginning + identity_check_character(beginning))


@given(NUMBERS)
def test_every_complete_number_is_read(number):
    parsed = parse_identity_number(number, TODAY)

    assert parsed.number == number
    assert (parsed.sex == "male") == (number[16] in "13579")


@given(NUMBERS, st.integers(0, 17), st.sampled_from("0123456789"))
def test_any_one_wrong_digit_is_found(number, position, digit):
    changed = number[:position] + digit + number[position + 1 :]

    if changed != number:
        with pytest.raises(IdentityNumberError):
            parse_identity_number(changed, TODAY)
