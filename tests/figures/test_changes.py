"""What changed since the last release and why; every number by hand.

Xiaoshan's people with a high wage in the third quarter of 2026, in two releases between which all four things
happen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from django.db import transaction
from django.test import override_settings
from django.urls import reverse
from tests.cast import Cast, raise_cast
from tests.figures.pages import open_page
from tests.workforce.people import identity_number, register, spell_of

from tongxin.codes.periods import Period
from tongxin.figures.actions import publish_definitions
from tongxin.figures.change_pages import changed_at, changed_below
from tongxin.figures.compute import build_release
from tongxin.figures.queries import Release, read_release
from tongxin.figures.selection import Question, answer
from tongxin.figures.verifying import verify_release
from tongxin.organisations.actions import move_organisation
from tongxin.organisations.models import Organisation
from tongxin.workforce.employment_actions import end_employment

pytestmark = pytest.mark.django_db
CHANGES = reverse("changes")
QUARTER = Period.parse("2026Q3")
FIRST = """
code: well_paid
value: {count: employments, where: "employment.wage >= 5000.0", at: period_end}
---
code: paid_share
unit: percent
numerator:   {count: employments, where: "employment.wage >= 6000.0", at: period_end}
denominator: {count: employments, at: period_end}
---
code: people
value: {count: workers, where: "worker.employed", at: period_end}
"""
SECOND = """
code: well_paid
valid_from: 2026-07-01
value: {count: employments, where: "employment.wage >= 6000.0", at: period_end}
"""


@dataclass(frozen=True)
class Two:
    cast: Cast
    first: Release
    second: Release


@pytest.fixture(scope="module")
def two(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Two]:
    home = tmp_path_factory.mktemp("two")
    with django_db_blocker.unblock(), override_settings(TONGXIN_HOME=home), transaction.atomic():
        yield raise_two()
        transaction.set_rollback(True)


def raise_two() -> Two:
    cast, numbers = raise_cast(), iter(range(1, 99))

    def hire(unit: Organisation, wage: int, since: date = date(2025, 1, 1)):
        number = next(numbers)
        key = identity_number(f"33010919800101{number:03d}")
        return register(unit, f"Worker {number}", key, started_on=since, wage_fen=wage * 100)

    publish_definitions(FIRST)
    hire(cast.alpha, 4500)
    hire(cast.alpha, 5500)
    left = hire(cast.alpha, 7000)
    hire(cast.beta, 5200)
    hire(cast.beta, 6500)
    first = build_release(actor=None)

    publish_definitions(SECOND)
    move_organisation(cast.beta, actor=None, on=date(2026, 9, 1), parent=cast.linping)
    end_employment(spell_of(left), actor=None, ended_on=date(2026, 4, 30))
    hire(cast.alpha, 8000, date(2026, 5, 1))
    leaving = hire(cast.alpha, 6100, date(2026, 6, 1))
    hire(cast.alpha, 9000, date(2026, 8, 15))
    hire(cast.alpha, 6200, date(2026, 7, 1))
    end_employment(spell_of(leaving), actor=None, ended_on=date(2026, 9, 10))
    return Two(cast, first, build_release(actor=None))


def value(release: Release, code: str, unit: Organisation) -> float | None:
    return answer(release, Question((code,), unit, None, (QUARTER,)), user=None)[0].figure.value


def steps(two: Two, code: str, unit: Organisation) -> list[float | None]:
    found = {
        each.answer.figure.indicator: each for each in changed_at(two.first, two.second, unit, QUARTER, None)
    }
    return [effect.value for effect in found[code].effects]


def test_each_step_has_its_part_of_the_difference_and_they_add_up(two: Two):
    # Before: 5,500, 7,000, 5,200, 6,500. The new definition leaves 7,000 and 6,500; Beta takes 6,500 away;
    # it is corrected that 7,000 had left; new are 8,000, 9,000, 6,200, and 6,100 who has left again.
    assert value(two.first, "well_paid", two.cast.xiaoshan) == 4
    assert value(two.second, "well_paid", two.cast.xiaoshan) == 3

    assert steps(two, "well_paid", two.cast.xiaoshan) == [-2, -1, -1, 3]


def test_a_figure_whose_definition_stays_has_no_part_for_it(two: Two):
    # 5 people; Beta's two go; one had left: 2; three new ones: 5.
    question = Question(("people",), two.cast.xiaoshan, None, (QUARTER,))
    assert [answer(each, question, user=None)[0].figure.value for each in (two.first, two.second)] == [5, 5]

    found = changed_below(two.first, two.second, "people", two.cast.hangzhou, QUARTER, None)

    # Xiaoshan is where it was, so it is not among the changed.
    assert [(each.answer.organisation.code, [effect.value for effect in each.effects]) for each in found] == [
        ("330110", [0, 2, 0, 0])
    ]


def test_both_parts_of_a_ratio_add_up_exactly(two: Two):
    (found,) = [
        each
        for each in changed_at(two.first, two.second, two.cast.xiaoshan, QUARTER, None)
        if each.answer.figure.indicator == "paid_share"
    ]

    # 2 of 5; without Beta 1 of 3; corrected 0 of 2; with what is new 3 of 5.
    assert [effect.parts for effect in found.effects] == [(0, 0), (-1, -2), (-1, -1), (3, 3)]
    assert (found.before.figure.value, found.answer.figure.value) == (40.0, 60.0)
    assert sum(effect.value or 0 for effect in found.effects) == pytest.approx(20.0)


def test_late_facts_change_only_releases_built_after_them(two: Two):
    again = read_release(two.first.id)

    assert value(again, "well_paid", two.cast.xiaoshan) == 4
    assert verify_release(two.first.id, actor=None).agrees
    assert verify_release(two.second.id, actor=None).agrees


def test_records_entered_late_are_new(two: Two):
    found = changed_at(two.first, two.second, two.cast.xiaoshan, Period.parse("2026Q2"), None)

    # On 30 June Beta still stood here and the old definition held: 7,000 had left, 8,000 and 6,100 had come.
    (paid,) = [each for each in found if each.answer.figure.indicator == "well_paid"]
    assert [effect.value for effect in paid.effects] == [0, 0, -1, 2]


def test_the_page_shows_each_step_and_leads_down_and_to_the_passport(two: Two):
    page = open_page(two.cast.office_of_province, CHANGES, at="330109", period="2026Q3").content.decode()

    row = page.split('<th scope="row">')[1].split("</tr>")[0]
    cells = [
        re.sub("<[^>]*>", "", each.split(">", 1)[1]).split()[0]
        for each in row.split('<td class="number')[1:6]
    ]
    assert cells == ["4", "\N{MINUS SIGN}2", "\N{MINUS SIGN}1", "\N{MINUS SIGN}1", "+3"]
    assert "i=well_paid" in row
    assert "/figures/well_paid/passport/?at=330109&amp;period=2026Q3" in row
    assert "also those entered late" in page


def test_the_units_below_are_shown_for_one_indicator(two: Two):
    asked = {"at": "330100", "period": "2026Q3", "i": "well_paid"}
    page = open_page(two.cast.office_of_hangzhou, CHANGES, **asked).content.decode()
    found = open_page(two.cast.office_of_hangzhou, CHANGES, **asked, format="json").json()

    assert "Xiaoshan District" in page
    assert {
        each["organisation"]: [step["value"] for step in each["steps"].values()] for each in found["changes"]
    } == {
        "330109": [-2, -1, -1, 3],
        "330110": [0, 1, 0, 0],
    }  # fmt: skip
    assert (found["before"], found["after"]) == (two.first.id, two.second.id)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("office_of_province", 200), ("office_of_hangzhou", 200), ("viewer_of_xiaoshan", 200),
        ("office_of_yuhang", 404), ("reporter_of_alpha", 404), ("auditor", 403), ("stranger", 404),
    ],
)  # fmt: skip
def test_who_may_see_the_figures_of_the_unit_sees_why_they_changed(two: Two, name: str, status: int):
    for extra in ({}, {"i": "well_paid"}, {"format": "json"}):
        assert open_page(getattr(two.cast, name), CHANGES, at="330109", **extra).status_code == status


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"before": "20200101-000000-abc"}, "no earlier release"),
        ({"before": "../../etc"}, "no earlier release"),
        ({"i": "well_pad"}, "Did you mean well_paid?"),
        ({"period": "2019"}, "no figures for the period"),
    ],
)
def test_a_wrong_address_is_refused(two: Two, values: dict[str, str], message: str):
    response = open_page(two.cast.office_of_province, CHANGES, **values)

    assert response.status_code == 400
    assert message in response.content.decode()


def test_the_first_screen_leads_there(two: Two):
    page = open_page(
        two.cast.office_of_province, reverse("home"), at="330109", period="2026Q3"
    ).content.decode()

    assert "/figures/changes/?at=330109&amp;period=2026Q3" in page
