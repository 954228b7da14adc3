from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from tongxin.audit.models import LogEntry
from tongxin.workforce import identity
from tongxin.workforce.models import Worker

# The example of GB 11643-1999 itself.
STANDARD = "11010519491231002X"


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("33010919900101123X", "330109********123X"),
        (STANDARD, "110105********002X"),
        ("E12345678", "E1*****78"),
        ("A12", "***"),
    ],
)
def test_a_document_number_is_shown_in_part(number, masked):
    assert identity.mask_number(number) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("13812345678", "138****5678"), ("057182345678", "057*****5678"), ("1234567", "*******"), ("", "")],
)
def test_a_phone_is_shown_in_part(phone, masked):
    assert identity.mask_phone(phone) == masked


def test_numbers_that_differ_in_width_case_or_spaces_have_one_index():
    plain = identity.index_of("resident_id", STANDARD)

    assert identity.index_of("resident_id", " 110105 19491231 002x ") == plain
    full_width = "".join(chr(ord(character) + 0xFEE0) for character in STANDARD)
    assert identity.index_of("resident_id", full_width) == plain
    assert len(plain) == 16


def test_the_same_number_on_another_kind_of_document_is_another_document():
    assert identity.index_of("passport", "E12345678") != identity.index_of("taiwan_permit", "E12345678")


def test_an_index_says_nothing_without_the_key(settings):
    before = identity.index_of("resident_id", STANDARD)
    settings.TONGXIN_INDEX_KEY = "00" * 32

    assert identity.index_of("resident_id", STANDARD) != before


def test_what_is_sealed_opens_again_and_never_looks_the_same_twice():
    first, second = identity.seal_number(STANDARD), identity.seal_number(STANDARD)

    assert first != second
    assert identity.open_number(first) == identity.open_number(memoryview(second)) == STANDARD
    assert identity.open_phone(identity.seal_phone("+86 138-1234-5678")) == "13812345678"
    assert identity.open_phone(identity.seal_phone("")) == ""


@pytest.mark.parametrize(
    ("document_type", "number", "words"),
    [
        ("resident_id", "110105194912310021", "last character"),
        ("resident_id", "110105491231002", "18 characters of the present card"),
        ("resident_id", "1101051949123100", "18 characters"),
        ("resident_id", "11010519491331002X", "birth date"),
        ("resident_id", "1101051949123100AX", "17 digits"),
        ("passport", "E1", "5 to 30"),
    ],
)
def test_a_wrong_number_is_refused_with_what_is_wrong(document_type, number, words, english):
    with pytest.raises(ValidationError, match=words):
        identity.check_document(document_type, number)


def test_an_unknown_kind_of_document_is_refused(english):
    with pytest.raises(ValidationError, match="kind of document"):
        identity.check_document("library_card", STANDARD)


@pytest.mark.parametrize("phone", ["1381234567", "23812345678", "abc"])
def test_a_wrong_phone_is_refused(phone):
    with pytest.raises(ValidationError):
        identity.check_phone(phone)


def test_the_database_and_the_log_never_hold_the_number_or_the_phone(li: Worker, tmp_path: Path):
    number = identity.open_number(li.document_sealed)
    assert number.startswith("33010919900101123")
    copy = tmp_path / "copy.sqlite3"
    target = sqlite3.connect(copy)
    connection.ensure_connection()
    target.executescript("\n".join(connection.connection.iterdump()))
    target.close()

    body = copy.read_bytes()

    assert "李建国".encode() in body
    for secret in (number, number[:17], "13812345678"):
        assert secret.encode() not in body
        assert secret.encode().hex().encode() not in body
    assert all(number not in str(entry.changes) for entry in LogEntry.objects.all())


def test_sex_and_birth_date_come_from_the_number(li: Worker):
    # 17th digit 3: odd, a man; digits 7 to 14: 1990-01-01.
    assert (li.sex, li.born_on) == ("male", date(1990, 1, 1))
