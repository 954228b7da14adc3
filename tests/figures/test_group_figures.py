"""Figures of group companies against hand counts; who worked where when is told in `world`."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from tests.clients import client_of
from tests.figures.group_world import GroupWorld
from tests.figures.pages import open_page

from tongxin.codes.periods import Period
from tongxin.figures.facts import facts_behind
from tongxin.figures.queries import GROUP_FIGURES
from tongxin.figures.selection import Question, answer, check_level, figure_at
from tongxin.figures.verifying import verify_release
from tongxin.organisations.listings import levels_below
from tongxin.organisations.models import Organisation

pytestmark = pytest.mark.django_db
BEFORE, AFTER = Period.parse("2026Q2"), Period.parse("2026Q3")


def value_of(
    grouped: GroupWorld, code: str, at: Organisation, period: Period, as_of: date | None = None
) -> float | None:
    return figure_at(grouped.release, code, at=at, period=period, user=None, as_of=as_of).figure.value


def members_of(
    grouped: GroupWorld, code: str, at: Organisation, period: Period, level: str = "enterprise"
) -> dict[str, float | None]:
    question = Question((code,), at, level, (period,))
    found = answer(grouped.release, question, user=None)
    return {each.organisation.code: each.figure.value for each in found}


def test_a_person_at_two_members_counts_once_in_the_group(grouped: GroupWorld):
    cast = grouped.world.cast

    # On 30 June: Li, Wang and Zhou at Alpha; Wang and, on her last day, Qian at Gamma.
    assert members_of(grouped, "headcount", grouped.g, BEFORE) == {cast.alpha.code: 3, cast.gamma.code: 2}
    assert value_of(grouped, "headcount", grouped.g, BEFORE) == 4


def test_the_tree_of_the_quarters_end_decides_to_which_group_an_enterprise_belongs(grouped: GroupWorld):
    cast = grouped.world.cast

    # Gamma, with Wang, went from G to H on 15 August.
    assert members_of(grouped, "headcount", grouped.g, AFTER) == {cast.alpha.code: 3}
    assert members_of(grouped, "headcount", grouped.h, AFTER) == {cast.beta.code: 1, cast.gamma.code: 1}
    assert [value_of(grouped, "headcount", each, AFTER) for each in (grouped.g, grouped.h)] == [3, 2]
    assert [value_of(grouped, "headcount", each, BEFORE) for each in (grouped.g, grouped.h)] == [4, 1]


def test_smaller_groups_are_rolled_up_with_nobody_counted_twice(grouped: GroupWorld):
    # Wang is at Alpha, of G, and at Gamma, of H.
    smaller = members_of(grouped, "headcount", grouped.top, AFTER, "group")

    assert smaller == {grouped.g.code: 3, grouped.h.code: 2}
    assert value_of(grouped, "headcount", grouped.top, AFTER) == 4
    assert set(members_of(grouped, "headcount", grouped.top, AFTER)) == {
        unit.code for unit in (grouped.world.cast.alpha, grouped.world.cast.beta, grouped.world.cast.gamma)
    }


def test_a_window_uses_the_tree_of_its_last_day(grouped: GroupWorld):
    # Eight hours or more in four quarters: Li and Wang at Alpha, Wang and Qian at Gamma, nobody at Beta.
    found = [
        figure_at(grouped.release, "training_reach", at=at, period=period, user=None).figure
        for at, period in ((grouped.g, BEFORE), (grouped.g, AFTER), (grouped.h, AFTER), (grouped.top, AFTER))
    ]

    assert [(each.numerator, each.denominator) for each in found] == [(3, 4), (2, 3), (2, 2), (3, 4)]


def test_reported_values_add_up_over_members(grouped: GroupWorld):
    found = figure_at(grouped.release, "sales_per_head", at=grouped.g, period=AFTER, user=None).figure
    other = figure_at(grouped.release, "sales_per_head", at=grouped.h, period=AFTER, user=None).figure

    # Alpha reported 1,234,567.50 yuan and 10 people; of H nobody did, and two were expected to.
    assert (found.value, found.reporting, found.expected) == (123_456.75, 1, 1)
    assert (other.value, other.reporting, other.expected) == (None, 0, 2)


def test_enterprises_count_where_they_belong(grouped: GroupWorld):
    assert [
        value_of(grouped, "enterprises", each, AFTER) for each in (grouped.g, grouped.h, grouped.top)
    ] == [
        1,
        2,
        3,
    ]


def test_the_figures_of_divisions_are_as_without_groups(grouped: GroupWorld):
    cast, old = grouped.world.cast, grouped.world.release

    for unit in (cast.hangzhou, cast.xiaoshan, cast.alpha):
        asked = {"at": unit, "period": AFTER, "user": None}
        assert (
            figure_at(grouped.release, "headcount", **asked).figure
            == figure_at(old, "headcount", **asked).figure
        )


def test_groups_of_a_division_stand_side_by_side(grouped: GroupWorld):
    cast = grouped.world.cast

    assert members_of(grouped, "headcount", cast.province, AFTER, "group") == {
        grouped.top.code: 4,
        grouped.g.code: 3,
        grouped.h.code: 2,
    }
    assert members_of(grouped, "headcount", cast.hangzhou, AFTER, "group") == {grouped.h.code: 2}


def test_a_division_offers_the_groups_under_it(grouped: GroupWorld):
    cast = grouped.world.cast

    assert levels_below(cast.province)[-1] == "group"
    assert levels_below(cast.xiaoshan)[-1] == "enterprise"
    assert levels_below(grouped.top) == ["enterprise", "group"]


def test_a_lens_takes_the_members_of_its_day_for_all_periods(grouped: GroupWorld):
    now, then = grouped.release.cut_on, date(2026, 6, 30)

    # With today's members G had Li, Wang and Zhou on 30 June; with those of June it has Wang's Gamma today.
    assert value_of(grouped, "headcount", grouped.g, BEFORE, now) == 3
    assert value_of(grouped, "headcount", grouped.h, BEFORE, now) == 3
    assert value_of(grouped, "headcount", grouped.g, AFTER, then) == 3
    assert value_of(grouped, "headcount", grouped.h, AFTER, then) == 1


def test_no_groups_cost_nothing_and_say_so(grouped: GroupWorld):
    old = grouped.world.release

    assert not (old.folder / GROUP_FIGURES).exists()
    assert not old.has_groups
    with pytest.raises(ValidationError, match="Build a new release"):
        figure_at(old, "headcount", at=grouped.g, period=AFTER, user=None)


def test_a_release_with_groups_is_verified_and_damage_is_found(grouped: GroupWorld):
    assert verify_release(grouped.release.id, actor=None).agrees
    path = grouped.release.folder / GROUP_FIGURES / "headcount.json"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"numerator", b"denominator"))

    try:
        assert verify_release(grouped.release.id, actor=None).differing == (
            f"{GROUP_FIGURES}/headcount.json",
        )
    finally:
        path.write_bytes(whole)


def test_a_level_that_no_group_has_is_refused(grouped: GroupWorld):
    with pytest.raises(ValidationError, match="enterprises and smaller groups"):
        check_level(Question(("headcount",), grouped.g, "county", (AFTER,)))


# Facts


def units_of(grouped: GroupWorld, at: Organisation, user, period: Period = AFTER) -> tuple[list[str], int]:
    found = facts_behind(grouped.release, "headcount", part="numerator", at=at, period=period, user=user)
    return sorted(row["organisation"] for row in found.rows), found.withheld


def test_the_rows_behind_a_group_are_those_of_its_members(grouped: GroupWorld):
    cast = grouped.world.cast

    assert units_of(grouped, grouped.h, cast.office_of_hangzhou) == (
        sorted([cast.beta.code, cast.gamma.code]),
        0,
    )
    assert units_of(grouped, grouped.g, None, BEFORE) == (
        sorted([cast.alpha.code] * 3 + [cast.gamma.code] * 2),
        0,
    )


def test_a_role_at_a_group_sees_nobody_though_it_may_see_people_elsewhere(grouped: GroupWorld):
    assert units_of(grouped, grouped.g, grouped.reporter_of_g) == ([], 3)


# Rights

EXPLORER, EXPORT, CATALOGUE = (reverse(name) for name in ("explorer", "figure_export", "catalogue"))
PASSPORT, FACTS = (reverse(name, args=["headcount"]) for name in ("passport", "figure_facts"))
WHO = ("office_of_province", "office_of_hangzhou", "viewer_of_xiaoshan", "auditor", "stranger")
STATUSES = {
    # G is of the province: a city sees it no more than a county does, though all its members are there.
    EXPLORER: (200, 404, 404, 403, 404),
    EXPORT: (200, 404, 404, 403, 404),
    CATALOGUE: (200, 404, 404, 403, 404),
    PASSPORT: (200, 404, 404, 403, 404),
    FACTS: (200, 404, 404, 403, 404),
}


@pytest.mark.parametrize("path", STATUSES)
def test_each_part_sees_of_a_group_what_its_role_allows(grouped: GroupWorld, path: str):
    cast = grouped.world.cast

    found = tuple(open_page(getattr(cast, name), path, at=grouped.g.code).status_code for name in WHO)

    assert found == STATUSES[path]


@pytest.mark.parametrize("path", STATUSES)
def test_the_division_of_a_group_sees_it_and_those_below_do_not(grouped: GroupWorld, path: str):
    cast = grouped.world.cast

    seen = [open_page(each, path, at=grouped.h.code).status_code for each in (
        cast.office_of_province, cast.office_of_hangzhou, cast.office_of_xiaoshan, cast.office_of_yuhang,
        cast.reporter_of_beta, grouped.viewer_of_g,
    )]  # fmt: skip

    assert seen == [200, 200, 404, 404, 404, 404]


def test_a_viewer_of_a_group_sees_its_figures_those_of_its_members_and_no_people(grouped: GroupWorld):
    cast, user = grouped.world.cast, grouped.viewer_of_g

    assert [open_page(user, path, at=grouped.g.code).status_code for path in STATUSES] == [
        200,
        200,
        200,
        200,
        403,
    ]
    assert [open_page(user, path, at=cast.alpha.code).status_code for path in STATUSES] == [
        200,
        200,
        200,
        200,
        403,
    ]
    # Gamma left the group, and what is above it was never theirs.
    for hidden in (cast.gamma, cast.beta, grouped.h, grouped.top, cast.chengxiang, cast.province):
        assert [open_page(user, path, at=hidden.code).status_code for path in STATUSES] == [404] * 5
    assert client_of(user).get(reverse("organisation", args=[cast.alpha.code])).status_code == 200
    assert client_of(user).get("/workers/", {"at": cast.alpha.code}).status_code in {403, 404}
    assert client_of(user).get("/").status_code == 200
    listed = open_page(
        user, EXPORT, at=grouped.g.code, i="headcount", level="enterprise", format="json"
    ).json()
    assert [each["organisation"] for each in listed["figures"]] == [cast.alpha.code]


def test_members_that_have_left_are_counted_then_and_hidden(grouped: GroupWorld):
    user, asked = grouped.viewer_of_g, {"i": "headcount", "to": "2026Q2", "from": "2026Q2", "format": "json"}

    total = open_page(user, EXPORT, at=grouped.g.code, **asked).json()["figures"]
    below = open_page(user, EXPORT, at=grouped.g.code, level="enterprise", **asked).json()["figures"]

    assert [each["value"] for each in total] == [4]
    assert [each["organisation"] for each in below] == [grouped.world.cast.alpha.code]


# Pages


def test_the_pages_of_a_group_show_its_members_and_that_they_need_not_add_up(grouped: GroupWorld):
    user = grouped.world.cast.office_of_province

    page = open_page(user, EXPLORER, at=grouped.top.code).content.decode()

    for unit in (grouped.world.cast.alpha, grouped.world.cast.beta, grouped.world.cast.gamma):
        assert unit.name in page
    assert "units need not add up" in page


def test_the_passport_of_a_group_says_why_a_lens_differs(grouped: GroupWorld):
    user, cast = grouped.world.cast.office_of_province, grouped.world.cast

    page = open_page(user, PASSPORT, at=grouped.g.code, period="2026Q2", lens="now").content.decode()
    found = open_page(user, PASSPORT, at=grouped.g.code, period="2026Q2", lens="now", format="json").json()[
        "difference"
    ]

    # Gamma's two, of whom Wang stays at Alpha: 4 become 3.
    assert "Why it differs" in page
    assert [(each["change"], each["organisation"], each["numerator"]) for each in found["units"]] == [
        ("left", cast.gamma.code, -2)
    ]
    assert (found["overlap"]["numerator"], found["difference"]["numerator"]) == (1, -1)


def test_a_trend_breaks_where_a_member_came_or_went(grouped: GroupWorld):
    user = grouped.world.cast.office_of_province

    page = open_page(user, PASSPORT, at=grouped.g.code, period="2026Q3").content.decode()

    # Alpha and Gamma came on the first day of 2024, Gamma went in the summer of 2026.
    assert '"marks": [{"label": "2024Q1", "text": "units"}, {"label": "2026Q3", "text": "units"}]' in page


def test_a_category_that_another_group_has_is_a_figure_of_nothing(grouped: GroupWorld):
    asked = {"period": AFTER, "user": None, "by": "sex", "category": "male"}

    # Both of H are women; Li and Zhou of G are men.
    assert figure_at(grouped.release, "headcount", at=grouped.h, **asked).figure.value == 0
    with pytest.raises(ValidationError, match="no category"):
        figure_at(grouped.release, "headcount", at=grouped.h, **{**asked, "category": "third"})


def test_what_changed_between_releases_is_not_told_of_groups(grouped: GroupWorld):
    user = grouped.world.cast.office_of_province

    page = open_page(user, reverse("changes"), at=grouped.g.code)

    assert page.status_code == 400
    assert "divisions and enterprises only" in page.content.decode()


def test_a_stranger_asks_for_nothing(grouped: GroupWorld):
    with pytest.raises(Http404):
        answer(grouped.release, Question(("headcount",), grouped.g), user=grouped.world.cast.stranger)
