"""What rows of one file say against each other."""

from __future__ import annotations

import json

from tests.workbooks.builders import CASES, check_rows, codes_of, good_rows
from tests.workbooks.rosters import label


def two_rows(**second):
    """Return a person's two rows, one employment after the other."""
    first = good_rows(1)[0]
    for key in ("grade", "certificate_number", "issued_on", "issuer", "joined_union_on"):
        first.pop(key, None)
    first |= {"started_on": "2015-01-01", "ended_on": "2016-12-31", "born_on": "", "sex": ""}
    first["is_member"] = ""
    return [first, first | {"started_on": "2018-01-01", "ended_on": ""} | second]


def test_a_person_may_come_back(tmp_path):
    assert codes_of(check_rows(tmp_path, two_rows())) == []


def test_the_same_employment_twice_is_an_error_on_both_rows(tmp_path):
    rows = two_rows(started_on="2015/1/1", ended_on="2016-12-31")

    found = check_rows(tmp_path, [*rows, *good_rows(3)[1:]])

    assert codes_of(found) == [
        (2, "document_number", "employment_twice"),
        (3, "document_number", "employment_twice"),
    ]
    assert json.loads(found.findings["params"][0]) == {"rows": "2, 3"}
    assert found.rows["row"].to_list() == [4, 5]


def test_the_same_employment_is_seen_even_where_a_row_has_other_errors(tmp_path):
    rows = two_rows(started_on="2015-01-01", ended_on="2016-12-31", phone="1")

    assert (2, "document_number", "employment_twice") in codes_of(check_rows(tmp_path, rows))


def test_one_person_has_one_name(tmp_path):
    found = check_rows(tmp_path, two_rows(name=CASES["other_surname"]))

    assert codes_of(found) == [(2, "name", "person_contradicts_row"), (3, "name", "person_contradicts_row")]


def test_one_person_of_a_foreign_document_has_one_sex_and_birth_date(tmp_path):
    foreign = {"document_type": label("document_type", "passport"), "document_number": "E12345678"}
    first, second = two_rows(sex=label("sex", "male"), born_on="1980-01-01", **foreign)
    first |= foreign | {"sex": label("sex", "female"), "born_on": "1980-01-02"}

    assert codes_of(check_rows(tmp_path, [first, second])) == [
        (row, key, "person_contradicts_row") for row in (2, 3) for key in ("sex", "born_on")
    ]


CERTIFICATE = {
    "grade": label("skill_grade", "senior"),
    "certificate_number": "Y000033000001163000001",
    "issued_on": "2016-05-01",
}


def test_one_certificate_cannot_belong_to_two_people(tmp_path):
    one, other = [row | CERTIFICATE for row in good_rows(2)]

    assert codes_of(check_rows(tmp_path, [one, other])) == [
        (2, "certificate_number", "certificate_of_two_people"),
        (3, "certificate_number", "certificate_of_two_people"),
    ]


def test_the_same_certificate_may_stand_with_each_employment(tmp_path):
    assert codes_of(check_rows(tmp_path, [row | CERTIFICATE for row in two_rows()])) == []


def test_the_same_certificate_cannot_have_two_dates(tmp_path):
    first, second = (row | CERTIFICATE for row in two_rows())

    assert codes_of(check_rows(tmp_path, [first, second | {"issued_on": "2016-05-02"}])) == [
        (2, "certificate_number", "certificate_contradicts_row"),
        (3, "certificate_number", "certificate_contradicts_row"),
    ]


def test_rows_without_a_number_are_not_each_others_copies(tmp_path):
    rows = [row | {"document_number": ""} for row in good_rows(2)]

    assert [code for _, _, code in codes_of(check_rows(tmp_path, rows))] == ["required", "required"]
