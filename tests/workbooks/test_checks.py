"""What a check accepts, normalises and finds in single rows."""

from __future__ import annotations

import json
from datetime import date

import polars as pl
import pytest
from tests.workbooks.builders import CASES, check_rows, codes_of, good_rows
from tests.workbooks.rosters import CREDIT_CODE, LAYOUT, TODAY, identity_number, label

from tongxin.codes.credit_codes import complete_credit_code
from tongxin.workbooks.findings import FINDINGS, fill_message

# Standard example of GB 11643-1999: female, born on 1949-12-31.
STANDARD_NUMBER = "11010519491231002X"
BORN = date(1990, 1, 1)
# 110105 1990-01-01 001 and a check character by hand: 1*7+1*9+0+1*5+0+5*4+1*2+9*1+9*6+0+0+1*9+0+1*5+0+0+1*2
# = 122, 122 mod 11 = 1, so the character is 0.
MAN = "110105199001010010"


def row_with(**changes):
    """Return a valid row of a man born on 1990-01-01 with some cells changed."""
    row = {
        "name": CASES["names"][0][1],
        "document_type": label("document_type", "resident_id"),
        "document_number": MAN,
        "form": label("employment_form", "contract"),
        "started_on": "2015-06-01",
    }
    return row | changes


def check_one(tmp_path, **changes):
    return check_rows(tmp_path, [row_with(**changes)])


def test_valid_rows_pass_without_findings(tmp_path):
    found = check_rows(tmp_path, good_rows(200))

    assert codes_of(found) == []
    assert (found.rows.height, found.n_rejected) == (200, 0)


def test_rows_are_typed_and_blanks_filled_from_the_number(tmp_path):
    row = row_with(
        phone="+86 138-0013-8000",
        education=label("education", "bachelor"),
        monthly_wage="6,928.50",
        is_member=label("yes_no", "yes"),
        grade=label("skill_grade", "senior"),
        certificate_number="y000033000001223000001",
        occupation="6310703",
    )

    accepted = check_rows(tmp_path, [row]).rows.row(0, named=True)

    assert accepted == {
        "row": 2,
        "name": CASES["names"][0][1],
        "document_type": "resident_id",
        "document_number": MAN,
        "sex": "male",
        "born_on": BORN,
        "phone": "13800138000",
        "education": "bachelor",
        "credit_code": None,
        "post": None,
        "occupation": "6-31-07-03",
        "form": "contract",
        "started_on": date(2015, 6, 1),
        "ended_on": None,
        "grade": "senior",
        "certificate_number": "Y000033000001223000001",
        "issued_on": None,
        "issuer": None,
        "is_member": True,
        "joined_union_on": None,
        "wage_fen": 692850,
    }


@pytest.mark.parametrize("key", [column.key for column in LAYOUT.required])
def test_required_cells_must_be_filled(tmp_path, key):
    found = check_rows(
        tmp_path, [row_with(), row_with(**{key: "", "document_number": STANDARD_NUMBER} | {key: ""})]
    )

    assert codes_of(found) == [(3, key, "required")]
    assert found.rows["row"].to_list() == [2]


@pytest.mark.parametrize("word", CASES["blank_words"])
def test_words_for_nothing_mean_blank(tmp_path, word):
    found = check_one(tmp_path, ended_on=word, phone=word, certificate_number=word, grade=word)

    assert codes_of(found) == []
    assert found.rows.select("ended_on", "phone", "certificate_number").row(0) == (None, None, None)


@pytest.mark.parametrize(("key", "text", "code"), CASES["codes"])
def test_national_names_and_short_forms_are_codes(tmp_path, key, text, code):
    number = STANDARD_NUMBER if key == "sex" else MAN

    assert check_one(tmp_path, **{"document_number": number, key: text}).rows[key].item() == code


def with_check_digit(first_seventeen):
    return identity_number(
        first_seventeen[:6], date.fromisoformat(first_seventeen[6:14]), int(first_seventeen[14:])
    )


ERRORS = [
    ("name", "12345", "name_unreadable"),
    ("name", "#REF!", "cell_error"),
    ("name", "=A2", "formula_without_value"),
    ("name", "x" * 101, "too_long"),
    ("form", "x", "code_unknown"),
    ("document_type", "x", "code_unknown"),
    ("occupation", "6-99-99-99", "code_unknown"),
    ("document_number", "3.30106E+17", "digits_lost"),
    ("document_number", MAN[:15] + "000", "digits_lost"),
    ("document_number", "110105900101001", "identity_fifteen_digits"),
    ("document_number", MAN[:-1], "identity_length"),
    ("document_number", MAN[:-2] + "A0", "identity_character"),
    ("document_number", "110105199002300010", "identity_birth_date"),
    ("document_number", MAN[:-1] + "1", "identity_check_digit"),
    ("document_number", "12", "identity_length"),
    ("sex", label("sex", "female"), "sex_contradicts_number"),
    ("born_on", "1990-01-02", "birth_contradicts_number"),
    ("born_on", "1990", "date_unreadable"),
    ("started_on", "2015-02-29", "date_impossible"),
    ("started_on", "3/4/2015", "date_ambiguous"),
    ("started_on", "2026-10-01", "date_in_future"),
    ("started_on", "2005-12-31", "before_sixteen"),
    ("ended_on", "2015-05-31", "ended_before_started"),
    ("issued_on", "2026-10-01", "date_in_future"),
    ("joined_union_on", "2026-10-01", "date_in_future"),
    ("phone", "1380013800", "phone_invalid"),
    ("phone", "12345678901", "phone_invalid"),
    ("phone", "1.38001E+10", "digits_lost"),
    ("credit_code", CREDIT_CODE[:-1] + "A", "credit_code_invalid"),
    ("credit_code", complete_credit_code("91330109MA27X0001"), "credit_code_of_another"),
    ("certificate_number", "Y00003300000122300000", "certificate_number_invalid"),
    ("certificate_number", "1633000000001234", "grade_missing"),
    ("monthly_wage", "-1", "wage_negative"),
    ("monthly_wage", "about 6000", "wage_unreadable"),
]


@pytest.mark.parametrize(("key", "sent", "code"), ERRORS)
def test_an_error_names_the_cell_and_keeps_the_row_out(tmp_path, key, sent, code):
    grade = {"grade": label("skill_grade", "senior")} if key == "issued_on" else {}
    found = check_rows(tmp_path, [row_with(**grade, **{key: sent})])

    place = "grade" if code == "grade_missing" else key
    assert (2, place, code) in codes_of(found)
    errors = found.findings.filter(severity="error")
    assert errors["code"].to_list() == [code]
    assert errors["column"].to_list() == [LAYOUT.header(place)]
    assert errors["found"].to_list() == [None if code == "grade_missing" else sent]
    assert found.rows.is_empty()


WARNINGS = [
    ({"document_number": identity_number("999999", BORN, 1)}, "document_number", "division_unknown"),
    ({"ended_on": "2027-01-01"}, "ended_on", "ended_in_future"),
    ({"phone": "0571-88888888"}, "phone", "phone_unusual"),
    ({"phone": "+852 9123 4567"}, "phone", "phone_unusual"),
    ({"monthly_wage": "12"}, "monthly_wage", "wage_implausible"),
    ({"monthly_wage": "69280000"}, "monthly_wage", "wage_implausible"),
    ({"joined_union_on": "2016-01-01"}, "joined_union_on", "membership_assumed"),
    ({"issued_on": "2016-01-01"}, "issued_on", "certificate_without_grade"),
    ({"grade": label("skill_grade", "senior")}, "grade", "certificate_undated"),
    (
        {"grade": label("skill_grade", "senior"), "certificate_number": "ZJ-2016-77"},
        "certificate_number",
        "certificate_number_unusual",
    ),
    ({"document_number": STANDARD_NUMBER, "started_on": "2020-01-01"}, "started_on", "age_unusual"),
]


@pytest.mark.parametrize(("changes", "key", "code"), WARNINGS)
def test_a_warning_lets_the_row_in(tmp_path, changes, key, code):
    found = check_rows(tmp_path, [row_with(**changes)])

    assert codes_of(found) == [(2, key, code)]
    assert found.rows.height == 1


@pytest.mark.parametrize("division", ["330113", "330114"])
def test_numbers_of_linping_and_qiantang_are_correct_and_only_warned_of(tmp_path, division):
    found = check_one(tmp_path, document_number=identity_number(division, BORN, 1))

    assert found.rows.height == 1
    assert [code for _, _, code in codes_of(found)] == ["division_unknown"]


def test_a_hire_before_registration_is_a_warning(tmp_path):
    found = check_rows(tmp_path, [row_with()], registered_on=date(2018, 1, 1))

    assert codes_of(found) == [(2, "started_on", "hired_before_registration")]
    assert json.loads(found.findings["params"].item()) == {"registered_on": "2018-01-01"}


@pytest.mark.parametrize(
    ("grade", "digit", "is_right"),
    [
        ("junior", "5", True),
        ("intermediate", "4", True),
        ("senior", "3", True),
        ("technician", "2", True),
        ("senior_technician", "1", True),
        ("junior", "1", False),
        ("senior", "4", False),
        ("special_technician", "1", False),
        ("special_technician", "T", True),
        ("chief_technician", "S", True),
        ("senior", "T", False),
    ],
)
def test_the_digit_of_a_certificate_runs_opposite_to_the_rank(tmp_path, grade, digit, is_right):
    number = f"Y00003300000122{digit}000001"

    found = check_one(tmp_path, grade=label("skill_grade", grade), certificate_number=number)

    assert codes_of(found) == (
        [] if is_right else [(2, "certificate_number", "certificate_contradicts_grade")]
    )


def test_a_blank_grade_follows_from_the_certificate_number(tmp_path):
    assert (
        check_one(tmp_path, certificate_number="S000033000001222000001").rows["grade"].item() == "technician"
    )


def test_two_letters_and_twenty_digits_are_an_appointment(tmp_path):
    grade = label("skill_grade", "chief_technician")

    assert codes_of(check_one(tmp_path, grade=grade, certificate_number="AB" + "1" * 20)) == []


def test_an_apprentice_has_no_certificate(tmp_path):
    grade = label("skill_grade", "apprentice")

    found = check_one(tmp_path, grade=grade, certificate_number="1633000000001234")

    assert codes_of(found) == [(2, "certificate_number", "certificate_for_apprentice")]


def test_who_is_no_member_has_not_joined(tmp_path):
    found = check_one(tmp_path, is_member=label("yes_no", "no"), joined_union_on="2016-01-01")

    assert codes_of(found) == [(2, "joined_union_on", "joined_without_membership")]


@pytest.mark.parametrize(("number", "is_right"), [("E12345678", True), ("h 1234567(8)", True), ("1", False)])
def test_other_documents_have_letters_and_digits(tmp_path, number, is_right):
    found = check_one(tmp_path, document_type=label("document_type", "passport"), document_number=number)

    assert codes_of(found) == ([] if is_right else [(2, "document_number", "document_number_invalid")])


def test_residence_permits_follow_the_same_check_digit(tmp_path):
    permit = label("document_type", "hmt_residence_permit")
    number = identity_number("810000", BORN, 1)

    assert codes_of(check_one(tmp_path, document_type=permit, document_number=number)) == []
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    assert codes_of(check_one(tmp_path, document_type=permit, document_number=wrong)) == [
        (2, "document_number", "identity_check_digit")
    ]


def test_an_unknown_code_comes_with_the_nearest(tmp_path):
    sent = label("education", "junior_college") + "X"

    params = check_one(tmp_path, education=sent).findings["params"].item()

    assert json.loads(params)["nearest"] == label("education", "junior_college")


def test_every_finding_can_be_said():
    names = "length limit nearest today started_on born_on digits expected grade rows sheet division age"
    names += " registered_on part reason state number starts_on changed_at"
    params = json.dumps(dict.fromkeys(names.split(), "x"))

    for finding in FINDINGS.values():
        assert "%" not in fill_message(f"{finding.message} {finding.remedy}", "x", params)


def test_findings_come_in_the_order_of_rows_and_columns(tmp_path):
    rows = [row_with(phone="1", name="1"), row_with(document_number="1"), row_with(form="x", name="2")]

    places = check_rows(tmp_path, rows).findings.select("row", "key")

    order = {key: i for i, key in enumerate(LAYOUT.keys)}
    pairs = [(row, order[key]) for row, key in places.rows()]
    assert pairs == sorted(pairs)
    assert places.height == 7


def test_an_empty_optional_column_costs_nothing(tmp_path):
    found = check_one(tmp_path)

    assert found.rows.schema["wage_fen"] == pl.Int64
    assert found.rows.schema["issued_on"] == pl.Date
    assert TODAY > BORN
