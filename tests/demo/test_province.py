"""The synthetic province in columns: its anchors are published totals, named in each test."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from tongxin.codes.credit_codes import find_credit_code_fault, organisation_code_check_character
from tongxin.codes.divisions import divisions_on, is_division_known
from tongxin.codes.identity_numbers import parse_identity_number
from tongxin.codes.industries import industry_named
from tongxin.codes.lists import get_list
from tongxin.codes.occupations import load_occupations
from tongxin.demo.people import imagine_people, resident_bodies
from tongxin.demo.province import FEWEST_WORKERS, Province, make_province
from tongxin.demo.vocabulary import read_words

ANCHOR = date(2025, 8, 31)
END = date(2026, 9, 30)
RANKS = {entry.code: entry.rank for entry in get_list("skill_grade").entries}


@pytest.fixture(scope="module")
def province() -> Province:
    return make_province(n_workers=20_000, seed=1)


@pytest.fixture(scope="module")
def small() -> Province:
    return make_province(n_workers=1_000, seed=7)


def is_there(day: date | pl.Expr) -> pl.Expr:
    """Return whether an employment holds on a day; its last day is worked."""
    return (pl.col("started_on") <= day) & (pl.col("ended_on").is_null() | (pl.col("ended_on") >= day))


def employed_on(province: Province, day: date) -> pl.DataFrame:
    return province.facts["employments"].filter(is_there(day))


def skill_shares(province: Province, day: date) -> tuple[float, float]:
    """Return the skilled share of the employed, and the highly skilled share of the skilled."""
    employed = set(employed_on(province, day)["worker_id"])
    held = province.facts["certificates"].filter(pl.col("held_from") <= day)
    ranks: dict[int, int] = {}
    for worker, grade in held.select("worker_id", "grade").iter_rows():
        ranks[worker] = max(ranks.get(worker, 0), RANKS[grade])
    skilled = [ranks[worker] for worker in employed if worker in ranks]
    return len(skilled) / len(employed), sum(rank >= 4 for rank in skilled) / len(skilled)


def test_the_same_arguments_give_the_same_rows():
    first, second = (make_province(n_workers=FEWEST_WORKERS, seed=3) for _ in range(2))
    assert all(frame.equals(second.facts[name]) for name, frame in first.facts.items())
    assert first.people.document_number.tolist() == second.people.document_number.tolist()
    assert first.enterprises.name_zh.tolist() == second.enterprises.name_zh.tolist()


def test_another_seed_gives_other_people(small: Province):
    other = make_province(n_workers=1_000, seed=8)
    assert set(other.people.document_number).isdisjoint(small.people.document_number)


def test_people_made_in_parts_are_numbered_on_and_nobody_stands_twice():
    province = make_province(n_workers=1_000, seed=7, part_size=300)

    people, certificates = province.people, province.facts["certificates"]
    assert len(people) == len(set(people.document_number)) == 1_000
    assert all(frame["id"].to_list() == list(range(1, len(frame) + 1)) for frame in province.facts.values())
    numbered = certificates.filter(pl.col("number") != "")
    assert numbered["number"].is_unique().all()
    jobs = province.facts["employments"]
    assert set(jobs["worker_id"]) == set(range(1, 1_001))
    assert set(province.facts["employment_states"]["employment_id"]) == set(jobs["id"])
    # A certificate is held where its holder worked, of whatever part.
    held = certificates.drop_nulls("organisation_id").join(
        jobs, on=["worker_id", "organisation_id"], how="semi"
    )
    assert len(held) == certificates["organisation_id"].count()


def test_resident_numbers_that_are_taken_are_not_given_again():
    first = imagine_people(np.random.default_rng(5), np.full(50, 0.5))
    taken = np.sort(resident_bodies(first))

    second = imagine_people(np.random.default_rng(5), np.full(50, 0.5), before=50, taken=taken)

    assert set(first.document_number).isdisjoint(second.document_number)
    assert first.born_on.tolist() == second.born_on.tolist()


def test_a_province_too_small_for_its_counties_is_refused():
    with pytest.raises(ValueError, match="90 counties"):
        make_province(n_workers=FEWEST_WORKERS - 1, seed=1)


def test_skill_shares_of_august_2025_are_those_published(province: Province):
    # Published for August 2025: 34.6 percent of the employed are skilled, 35.2 percent of these highly.
    skilled, highly = skill_shares(province, ANCHOR)
    assert skilled == pytest.approx(0.346, abs=0.005)
    assert highly == pytest.approx(0.352, abs=0.01)


def test_skill_shares_rise_from_the_end_of_2023(province: Province):
    days = [date(2023, 12, 31), date(2024, 12, 31), ANCHOR, END]
    shares = [skill_shares(province, day) for day in days]
    assert [skilled for skilled, _ in shares] == sorted(skilled for skilled, _ in shares)
    assert shares[0][1] < shares[2][1] < shares[3][1]


@pytest.mark.parametrize("name", ["province", "small"])
def test_every_county_has_an_enterprise_and_none_is_too_large(name: str, request: pytest.FixtureRequest):
    made: Province = request.getfixturevalue(name)
    counties = {each.code for each in divisions_on(date(2023, 10, 1)) if each.level == "county"}
    assert set(made.enterprises.county) == counties
    assert len(counties) == 90
    staff = employed_on(made, END).group_by("organisation_id").len()["len"]
    assert staff.max() < 0.04 * employed_on(made, END)["worker_id"].n_unique()


def test_about_three_hundred_enterprises_have_twenty_thousand_workers(province: Province):
    assert 280 <= len(province.enterprises) <= 320
    assert len(province.people) == 20_000


def test_enterprises_stand_in_towns_that_were_there(province: Province):
    towns = {town.code: town for town in divisions_on(date(2023, 10, 1)) if town.level == "town"}
    for code, county, opened in zip(
        province.enterprises.town, province.enterprises.county, province.enterprises.opened_on, strict=True
    ):
        assert towns[code].parent == county
        assert towns[code].valid_from <= opened.item()


def test_credit_codes_are_valid_inside_and_out(province: Province):
    codes = [*province.enterprises.code, *province.unions.code]
    assert len(set(codes)) == len(codes)
    for code in codes:
        assert find_credit_code_fault(code) is None
        assert organisation_code_check_character(code[8:16]) == code[16]


def test_names_say_that_they_are_synthetic(province: Province):
    label = read_words("texts")["label"]
    assert all(label["zh"] in name for name in [*province.enterprises.name_zh, *province.unions.name_zh])
    assert all(label["en"] in name for name in province.enterprises.name_en)


def test_industries_are_classes_of_the_sections_of_industrial_workers(province: Province):
    classes = [industry_named(code) for code in province.enterprises.industry]
    assert {each.level for each in classes if each} == {"class"}
    assert {each.code[0] for each in classes if each} <= set("BCDEFGI")
    assert sum(each is not None and each.code[0] == "C" for each in classes) > len(classes) / 2


def test_identity_numbers_say_what_the_columns_say(small: Province):
    people = small.people
    rows = zip(people.document_type, people.document_number, people.born_on, people.sex, strict=True)
    numbers = [row for row in rows if row[0] == "resident_id"]
    assert len(numbers) > 950
    for _, number, born_on, sex in numbers:
        read = parse_identity_number(number, today=END)
        assert (read.born_on, read.sex) == (born_on.item(), sex)
        assert is_division_known(read.division, read.born_on)


def test_nobody_shares_a_document(province: Province):
    documents = list(zip(province.people.document_type, province.people.document_number, strict=True))
    assert len(set(documents)) == len(documents)


def test_one_in_twenty_has_several_jobs(province: Province):
    jobs = (
        province.facts["employments"]
        .group_by("worker_id")
        .agg(pl.len(), pl.col("organisation_id").n_unique())
    )
    share = jobs.filter(pl.col("len") > 1).height / len(province.people)
    assert 0.04 <= share <= 0.07


def test_some_people_work_in_two_cities_and_some_in_two_places_at_once(province: Province):
    jobs = province.facts["employments"].with_columns(
        city=pl.Series(
            province.enterprises.city[province.facts["employments"]["organisation_id"].to_numpy() - 1]
        )
    )
    assert jobs.group_by("worker_id").agg(pl.col("city").n_unique()).filter(pl.col("city") > 1).height > 100
    now = employed_on(province, END)
    assert now.height - now["worker_id"].n_unique() > 100


def test_spells_at_one_enterprise_never_overlap(province: Province):
    jobs = province.facts["employments"].sort("worker_id", "organisation_id", "started_on")
    jobs = jobs.with_columns(before=pl.col("ended_on").shift(1).over("worker_id", "organisation_id"))
    again = jobs.filter(pl.struct("worker_id", "organisation_id").is_duplicated())
    assert again.height > 0
    later = again.filter(
        pl.col("started_on") != pl.col("started_on").min().over("worker_id", "organisation_id")
    )
    assert later.filter(pl.col("before").is_null() | (pl.col("before") >= pl.col("started_on"))).height == 0


@pytest.mark.parametrize("name", ["trainings", "competitions", "innovations", "honours", "mentorships"])
def test_records_are_kept_where_the_person_worked_on_the_day(province: Province, name: str):
    rows = province.facts[name].select("id", "worker_id", "organisation_id", "on")
    jobs = province.facts["employments"].drop("id")
    met = rows.join(jobs, on=["worker_id", "organisation_id"]).filter(
        (pl.col("started_on") <= pl.col("on"))
        & (pl.col("ended_on").is_null() | (pl.col("ended_on") >= pl.col("on")))
    )
    assert met["id"].n_unique() == rows.height > 0
    assert rows["on"].max() <= END


def test_apprentices_work_beside_their_masters(province: Province):
    rows = province.facts["mentorships"].select("id", "apprentice_id", "organisation_id", "on")
    jobs = province.facts["employments"].drop("id")
    met = rows.join(
        jobs, left_on=["apprentice_id", "organisation_id"], right_on=["worker_id", "organisation_id"]
    )
    there = (pl.col("started_on") <= pl.col("on")) & (
        pl.col("ended_on").is_null() | (pl.col("ended_on") >= pl.col("on"))
    )
    assert met.filter(there)["id"].n_unique() == rows.height


def test_a_certificate_number_ends_in_the_digit_of_its_grade(small: Province):
    digits = {entry.code: entry.digit for entry in get_list("skill_grade").entries}
    rows = small.facts["certificates"].filter(pl.col("number") != "")
    assert rows["number"].str.contains(r"^[YS]\d{4}33\d{6}\d{2}[1-5]\d{6}$").all()
    assert [number[15] for number in rows["number"]] == [digits[grade] for grade in rows["grade"]]
    assert rows["number"].is_unique().all()


def test_some_values_are_missing_and_sex_never_is(province: Province):
    states = province.facts["employment_states"]
    assert 0.01 < states["wage_fen"].null_count() / states.height < 0.06
    assert 0.01 < np.mean(province.people.education == "") < 0.06
    assert "" not in set(province.people.sex)


def test_codes_are_those_of_the_lists(province: Province):
    used = {
        ("employment_states", "form"): "employment_form",
        ("trainings", "kind"): "training_kind",
        ("competitions", "level"): "competition_level",
        ("innovations", "kind"): "innovation_kind",
        ("honours", "kind"): "honour_kind",
        ("honours", "level"): "honour_level",
        ("memberships", "state"): "union_membership_state",
        ("agreements", "kind"): "agreement_kind",
        ("activities", "kind"): "activity_kind",
    }
    for (frame, column), code_list in used.items():
        assert set(province.facts[frame][column]) <= set(get_list(code_list).codes())
    people = province.people
    assert set(people.education) - {""} <= set(get_list("education").codes())
    assert set(people.document_type) <= set(get_list("document_type").codes())
    assert set(province.enterprises.ownership) <= set(get_list("ownership").codes())
    assert set(province.enterprises.size) == set(get_list("enterprise_size").codes())
    assert set(province.facts["employment_states"]["occupation"]) - {""} <= set(load_occupations())


def test_wages_grow(province: Province):
    states = province.facts["employment_states"].with_columns(pl.col("valid_from").dt.year().alias("year"))
    means = dict(states.group_by("year").agg(pl.col("wage_fen").mean()).iter_rows())
    assert means[2024] < means[2025] < means[2026]
    # The front line earned 6,928 yuan a month in 2021, 45.1 percent more than in 2017: some 9.7% a year.
    assert 6_928 < means[2026] / 100 < 6_928 * 1.097**5
