from __future__ import annotations

import pytest

from tongxin.files.vault import CannotDecrypt, blind_index, decrypt, encrypt


def test_a_value_comes_back_as_it_went_in():
    assert decrypt(encrypt("萧山".encode(), context="a"), context="a").decode() == "萧山"


def test_the_same_value_never_looks_the_same_twice():
    assert encrypt(b"330109", context="a") != encrypt(b"330109", context="a")


def test_nothing_of_the_value_stands_in_what_is_stored():
    assert b"330109199001011234" not in encrypt(b"330109199001011234", context="a")


def test_a_value_moved_to_another_column_does_not_open():
    with pytest.raises(CannotDecrypt, match="phone"):
        decrypt(encrypt(b"1", context="number"), context="phone")


def test_a_changed_byte_is_noticed():
    sealed = bytearray(encrypt(b"1", context="a"))
    sealed[-1] ^= 1

    with pytest.raises(CannotDecrypt):
        decrypt(bytes(sealed), context="a")


def test_another_key_does_not_open_it(settings):
    sealed = encrypt(b"1", context="a")
    settings.TONGXIN_FIELD_KEY = "00" * 32

    with pytest.raises(CannotDecrypt):
        decrypt(sealed, context="a")


def test_equal_values_have_equal_indexes_and_others_do_not(settings):
    first = blind_index("330109", context="a")

    assert first == blind_index("330109", context="a")
    assert len({first, blind_index("330108", context="a"), blind_index("330109", context="b")}) == 3
    assert len(first) == 16

    settings.TONGXIN_INDEX_KEY = "11" * 32
    assert blind_index("330109", context="a") != first
