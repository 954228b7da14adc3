"""Expected weights are added up by hand from the shares in evidence.py."""

from __future__ import annotations

from datetime import date
from math import log2

import polars as pl
import pytest
from benchmarks.twice_registered import imagine_registry
from hypothesis import given
from hypothesis import strategies as st

from tongxin.analytics.engine import Engine
from tongxin.analytics.linkage.evidence import COMPARISONS
from tongxin.analytics.linkage.features import CROWD, describe_people
from tongxin.analytics.linkage.names import name_keys, name_sound
from tongxin.analytics.linkage.pairs import SECOND_ENTRIES, find_pairs
from tongxin.codes.identity_numbers import identity_check_character, lengthen_identity_number

TODAY = date(2026, 9, 30)
BODY = "33010919900101123"
NUMBER = BODY + identity_check_character(BODY)
LEVELS = {each.name: {level.name: level for level in each.levels} for each in COMPARISONS}


def person(key: int, number: str, **values) -> dict:
    usual = {"name": "李建国", "sex": "male", "born_on": date(1990, 1, 1), "phone": "13812345678"}
    return {"id": key, "document_number": number, **usual, **values}


def features(*people: dict) -> pl.DataFrame:
    schema = {
        "id": pl.Int64, "document_number": pl.String, "name": pl.String, "sex": pl.String, "born_on": pl.Date,
        "phone": pl.String,
    }  # fmt: skip
    return describe_people(pl.DataFrame(list(people), schema=schema), secret=b"x" * 32, today=TODAY)


def pairs(*people: dict, least: float = -100) -> list[dict]:
    with Engine(threads=1) as engine:
        return find_pairs(features(*people), engine, least_weight=least).to_dicts()


def strangers(n: int) -> list[dict]:
    """People with nothing in common with anybody."""
    return [
        person(
            100 + i,
            f"E9{i:06}",
            name=f"甲{chr(0x4E00 + i)}",
            born_on=date(1960, 1, 1 + i % 28),
            phone=f"139{i:08}",
        )
        for i in range(n)
    ]


def test_the_weights_of_a_pair_add_up():
    """Two of four have the name, so its share is a half; the prior odds are 2 x 1 % / (4 - 1)."""
    (found,) = pairs(person(1, NUMBER), person(2, "E12345678"), *strangers(2))

    prior = 2 * SECOND_ENTRIES / 3
    met = (("document", "other"), ("birth_date", "same"), ("sex", "same"), ("phone", "same"))
    shares = [(LEVELS[name][level].m, LEVELS[name][level].u) for name, level in met]
    expected = log2(prior / (1 - prior)) + sum(log2(m / u) for m, u in shares)
    expected += log2(LEVELS["name"]["same"].m / (2 / 4))
    assert found["weight"] == pytest.approx(expected, abs=1e-6)
    assert (found["left"], found["right"]) == (1, 2)


@pytest.mark.parametrize(
    ("second", "level"),
    [
        ({"name": "李健国"}, ("name", "sound")),
        ({"name": "黎剑国"}, ("name", "sound")),
        ({"name": "李 建國"}, ("name", "same")),
        ({"name": "李建民"}, ("name", "one_letter")),
        ({"name": "李国"}, ("name", "surname")),
        ({"name": "赵云"}, ("name", "other")),
        ({"born_on": date(1990, 10, 1)}, ("birth_date", "one_slip")),
        ({"born_on": None}, ("birth_date", "unknown")),
        ({"born_on": date(1975, 7, 9)}, ("birth_date", "other")),
        ({"sex": ""}, ("sex", "unknown")),
        ({"document_number": NUMBER[:6] + NUMBER[8:17]}, ("document", "same")),
        ({"document_number": NUMBER[:15] + NUMBER[16] + NUMBER[15] + NUMBER[17]}, ("document", "nearly")),
    ],
)
def test_each_kind_of_slip_has_its_level(second, level):
    (found,) = pairs(
        person(1, NUMBER), person(2, **{"number": "E12345678", **_renamed(second)}), *strangers(2)
    )

    assert found[level[0]] == level[1]


def _renamed(values: dict) -> dict:
    return {"number" if name == "document_number" else name: value for name, value in values.items()}


def test_day_and_month_exchanged_is_a_level_of_its_own():
    born = {"born_on": date(1990, 3, 11)}

    (found,) = pairs(person(1, "E12345678", **born), person(2, "G12345678", born_on=date(1990, 11, 3)))

    assert found["birth_date"] == "swapped"


def test_two_correct_identity_numbers_are_not_compared():
    twin_body = "33010919900101125"

    assert pairs(person(1, NUMBER), person(2, twin_body + identity_check_character(twin_body))) == []


def test_the_phone_of_an_office_says_nothing():
    staff = [{**each, "phone": "057188888888"} for each in strangers(CROWD)]

    assert pairs(*staff) == []
    assert features(*staff)["phone"].null_count() == CROWD


def test_a_rare_name_in_common_says_more():
    common = [person(10 + i, f"H{i:08}", phone=None, born_on=date(1970 + i, 1, 1)) for i in range(8)]
    rare = {"name": "诸葛明", "phone": None, "born_on": date(1985, 5, 5)}
    met = pairs(*common, person(1, "E1234567", **rare), person(2, "E7654321", **rare),
                person(3, "E1111111", phone=None), person(4, "E2222222", phone=None))  # fmt: skip

    weights = {(each["left"], each["right"]): each["weight"] for each in met}
    assert weights[1, 2] - weights[3, 4] == pytest.approx(log2(10 / 2), abs=1e-6)


def test_features_of_two_secrets_have_no_number_in_common():
    people = pl.DataFrame([person(1, NUMBER), person(2, "E12345678")])
    one, other = (describe_people(people, secret=secret, today=TODAY) for secret in (b"a" * 32, b"b" * 32))

    for name in ("phone", "number", "head", "born", "tail"):
        assert not set(one[name].drop_nulls()) & set(other[name].drop_nulls())


@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=12)
)
def test_making_a_name_comparable_twice_changes_nothing(name: str):
    (once,) = name_keys([name])

    assert name_keys([once]) == [once]
    assert name_sound(once) == name_sound(name_keys([name])[0])


@given(st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(0, 999))
def test_fifteen_digits_become_the_eighteen_of_the_same_person(born_on: date, sequence: int):
    body = f"330109{born_on:%Y%m%d}{sequence:03}"

    assert lengthen_identity_number(body[:6] + body[8:]) == body + identity_check_character(body)


@pytest.mark.parametrize("text", [None, "", "E12345678", NUMBER, "330109901301123", "33010990010112٣"])
def test_what_is_no_number_of_fifteen_digits_is_not_lengthened(text):
    assert lengthen_identity_number(text) is None


def test_a_generated_registry_is_searched_well():
    """The figures of a million are in docs/performance.md; here that nothing is lost to a change."""
    truth = imagine_registry(5_000, seed=7)
    with Engine(threads=1) as engine:
        found = find_pairs(
            describe_people(truth.people, secret=b"x" * 32, today=TODAY), engine, least_weight=1.0
        )

    right = found.join(truth.pairs, on=["left", "right"], how="semi").height
    assert right / found.height > 0.93
    assert right / truth.pairs.height > 0.97
