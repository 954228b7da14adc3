"""Expected codes: registered ones in public use, and check characters computed by python-stdnum 2.2."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.codes.credit_codes import (
    ALPHABET,
    check_character,
    complete_credit_code,
    find_credit_code_fault,
    is_valid_credit_code,
    organisation_code_check_character,
)

REGISTERED = [
    "91110000600037341L",
    "91350100M000100Y43",
    "91330000747735638J",
    "91330100799655058B",
    "914403001922038216",
    "9144030071526726XG",
]
COMPUTED_BY_STDNUM = [
    "91330109MA2CC0001R",
    "81330100MC0012345C",
    "92330182MA27YABCD4",
    "123300004700012347",
    "51330000501870912C",
    "93330281580507XTR8",
]
BODIES = st.builds(
    lambda head, division, tail: head + division + tail,
    st.text(ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9),
)


@pytest.mark.parametrize("code", REGISTERED + COMPUTED_BY_STDNUM)
def test_a_registered_code_is_correct(code):
    assert find_credit_code_fault(code) is None
    assert check_character(code[:17]) == code[17]
    assert complete_credit_code(code[:17]) == code


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("", "length"),
        ("91110000600037341", "length"),
        ("91110000600037341LL", "length"),
        ("91110000600037341l", "character"),
        ("9111000060003734IL", "character"),
        ("9111000060003734OL", "character"),
        ("91A10000600037341L", "character"),
        (chr(0xFF19) + "1110000600037341L", "character"),
        ("91110000600037341M", "check"),
        ("91110000600037314L", "check"),
    ],
)
def test_a_wrong_code_is_refused_with_its_fault(code, fault):
    assert find_credit_code_fault(code) == fault
    assert not is_valid_credit_code(code)


def test_letters_may_stand_before_the_division():
    assert is_valid_credit_code(complete_credit_code("N2330109MF0000001"))
    assert is_valid_credit_code(complete_credit_code("A1330109MF0000001"))


@given(BODIES, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_any_one_wrong_character_is_found(body, position, character):
    code = complete_credit_code(body)

    changed = code[:position] + character + code[position + 1 :]

    assert is_valid_credit_code(changed) == (changed == code)


@given(BODIES, st.integers(0, 16))
def test_two_neighbours_exchanged_are_found(body, position):
    code = complete_credit_code(body)

    changed = code[:position] + code[position + 1] + code[position] + code[position + 2 :]

    assert is_valid_credit_code(changed) == (changed == code)


@pytest.mark.parametrize(
    "organisation_code",
    # Characters 9 to 17 of registered credit codes; D2143569X is the example of GB 11714.
    ["600037341", "747735638", "799655058", "192203821", "71526726X", "D2143569X"],
)
def test_the_organisation_code_has_its_own_check_character(organisation_code):
    assert organisation_code_check_character(organisation_code[:8]) == organisation_code[8]


@pytest.mark.parametrize("beginning", ["", "9111000060003734", "91110000600037341L", "9111000060003734O"])
def test_no_check_character_for_what_is_no_beginning(beginning):
    with pytest.raises(ValueError, match="17 digits or capitals"):
        check_character(beginning)


@pytest.mark.parametrize("beginning", ["6000373", "6000373x"])
def test_no_organisation_check_character_for_what_is_no_beginning(beginning):
    with pytest.raises(ValueError, match="8 digits or capitals"):
        organisation_code_check_character(beginning)
