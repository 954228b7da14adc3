"""The three lenses on the real changes of Ningbo in 2016 and of Hangzhou in 2021; all numbers by hand."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from tests.cast import make_user
from tests.figures.real_changes import HANGZHOU, NINGBO, RealChanges

from tongxin.codes.periods import Period
from tongxin.figures.explaining import explain_figures
from tongxin.figures.queries import Release
from tongxin.figures.selection import Question, answer, open_store
from tongxin.figures.verifying import verify_release
from tongxin.organisations.models import Organisation, Role, RoleGrant
from tongxin.organisations.role_actions import grant_role

pytestmark = pytest.mark.django_db
Y2015, Y2017, Y2020, Y2022 = (date(year, 12, 31) for year in (2015, 2017, 2020, 2022))


def people(release: Release, code: str, period: str, as_of: date | None) -> float | str | None:
    """Return how many people a unit has in a period under a lens; the status where there is no number."""
    unit = Organisation.objects.get(code=code)
    question = Question(("people",), unit, None, (Period.parse(period),), None, as_of)
    figure = answer(release, question, user=None)[0].figure
    return figure.value if figure.status == "ok" else figure.status.value


# By hand from OWN and SHARED, as the enterprises stand in each tree. At the end of 2015 Ningbo has: baizhang
# 3, dongsheng 2 and who works at baizhang and zhonggongmiao in Jiangdong (6); gaoqiao 2, zhonggongmiao 4, two
# people with two jobs in Yinzhou (8); nanmen 1 and one with two jobs in Haishu (2); fenghua 5.
GONE = "not_applicable"
NINGBO_PEOPLE = [
    # unit; 2015: as it was then, as at the end of 2017, as it is now; 2017: as it was then, as in 2015
    ("330204", 6, GONE, GONE, GONE, 4),  # Jiangdong; in 2017 dongsheng is closed: 3 + 1
    ("330212", 8, 10, 10, 8, 8),  # Yinzhou; 2015 in the later tree: 3 + 2 + 4 + 1; 2017: 3 + 4 + 1
    ("330203", 2, 4, 4, 4, 2),  # Haishu: nanmen 1 + 1; with gaoqiao 2 more
    ("330283", 5, GONE, GONE, GONE, 5),  # the city of Fenghua
    ("330213", GONE, 5, 5, 5, GONE),  # the district of Fenghua
    ("330200", 19, 19, 19, 17, 17),  # Ningbo: 3 + 2 + 4 + 1 + 5 + 2 and two with two jobs; then without 2
]


@pytest.mark.parametrize(("code", "then", "later", "now", "then_2017", "earlier"), NINGBO_PEOPLE)
def test_ningbo_under_each_lens(real: RealChanges, code, then, later, now, then_2017, earlier):
    asked = [("2015", None), ("2015", Y2017), ("2015", Y2022), ("2017", None), ("2017", Y2015)]

    found = [people(real.release, code, period, as_of) for period, as_of in asked]

    assert found == [then, later, now, then_2017, earlier]


HANGZHOU_PEOPLE = [
    # unit, then in 2020, 2020 as it is now, then in 2022, 2022 as at the end of 2020
    ("330103", 3, GONE, GONE, 3),  # Xiacheng
    ("330105", 2, 5, 5, 2),  # Gongshu: its own 2, with Xiacheng 3 more
    ("330104", 7, GONE, GONE, 7),  # Jianggan: kaixuan 2, xiasha 4, one at both
    ("330102", 1, 4, 4, 1),  # Shangcheng: qingbo 1; with kaixuan 2 and who works there and at xiasha
    ("330114", GONE, 6, 6, GONE),  # Qiantang: xiasha 4, who works at both, hezhuang 1
    ("330109", 1, 0, 0, 1),  # Xiaoshan: hezhuang 1, which leaves
    (
        "330110",
        10,
        4,
        4,
        11,
    ),  # Yuhang: linping 6, stays 3, one at both; 2022 in the old tree with linping_new
    ("330113", GONE, 7, 8, GONE),  # Linping: 6 and one with two jobs; linping_new 1 from 2021
    (
        "330100",
        24,
        24,
        25,
        25,
    ),  # Hangzhou: 3 + 2 + 4 + 1 + 6 + 3 + 2 + 1 = 22 and two with two jobs; then 1 more
]


@pytest.mark.parametrize(("code", "then", "now", "then_2022", "earlier"), HANGZHOU_PEOPLE)
def test_hangzhou_under_each_lens(real: RealChanges, code, then, now, then_2022, earlier):
    asked = [("2020", None), ("2020", Y2022), ("2022", None), ("2022", Y2020)]

    found = [people(real.release, code, period, as_of) for period, as_of in asked]

    assert found == [then, now, then_2022, earlier]


@pytest.mark.parametrize(
    ("code", "period", "as_of", "expected"),
    [
        # fenghua_new was founded in 2018 under the district; in the tree of 2015 the city stands for it.
        ("330283", "2018", Y2015, 7),
        ("330283001", "2018", Y2015, 7),
        ("330213", "2018", None, 7),
        # nanyuan closed in 2020 in Yuhang; in today's tree its town, and it with it, is Linping's.
        ("330110", "2019", None, 12),
        ("330113", "2019", Y2022, 9),
        ("330113002", "2019", Y2022, 2),
        ("330110", "2019", Y2022, 4),
        # A town that moved under a new code: no such town before, the same people after.
        ("330212008", "2015", None, GONE),
        ("330212008", "2015", Y2017, 4),
        ("330204001", "2015", Y2017, GONE),
    ],
)
def test_who_did_not_exist_on_the_day_is_counted_where_their_unit_went_or_came_from(
    real: RealChanges, code, period, as_of, expected
):
    assert people(real.release, code, period, as_of) == expected


# Every enterprise that has people at the end of 2020 stands in the trees of both days.
STANDING = """
WITH RECURSIVE tree(root, node) AS (
    SELECT p.organisation_id, p.organisation_id FROM organisations_placement p
    WHERE p.hierarchy = 'administrative' AND p.valid_from <= %(tree)s
      AND (p.valid_to IS NULL OR p.valid_to > %(tree)s)
    UNION ALL
    SELECT tree.root, p.organisation_id FROM tree
    JOIN organisations_placement p ON p.parent_id = tree.node
    WHERE p.hierarchy = 'administrative' AND p.valid_from <= %(tree)s
      AND (p.valid_to IS NULL OR p.valid_to > %(tree)s)
)
SELECT tree.root, COUNT(DISTINCT e.worker_id) FROM tree
LEFT JOIN workforce_employment e ON e.organisation_id = tree.node AND e.started_on <= '2020-12-31'
 AND (e.ended_on IS NULL OR e.ended_on >= '2020-12-31')
GROUP BY tree.root
"""


@pytest.mark.parametrize("as_of", [None, Y2022])
def test_every_unit_of_the_province_agrees_with_sql_over_the_registry(real: RealChanges, as_of):
    with connection.cursor() as cursor:
        cursor.execute(STANDING, {"tree": (as_of or Y2020).isoformat()})
        expected = dict(cursor.fetchall())
    store = open_store(real.release, ["people"], as_of)

    figures = store.read("people", list(expected), [Period.parse("2020")])

    assert {each.organisation: each.value for each in figures} == expected


def test_a_release_with_successors_agrees_with_itself(real: RealChanges):
    assert verify_release(actor=None).agrees


def explained(real: RealChanges, code: str, period: str, as_of: date, indicator: str = "people", user=None):
    question = Question((indicator,), real.unit(code), None, (Period.parse(period),), None, as_of)
    (found,) = explain_figures(real.release, question, user=user)
    return found


def units_of(found: dict) -> dict[str, tuple]:
    return {
        each["organisation"]: (each["change"], each["elsewhere"], each["numerator"])
        for each in found["units"]
        if each["numerator"]
    }


def test_the_difference_of_yinzhou_is_explained_unit_by_unit_and_adds_up(real: RealChanges):
    found = explained(real, "330212", "2015", Y2017)

    assert (found["then"], found["harmonised"]) == (8, 10)
    assert units_of(found) == {
        "330212008": ("came_in", "330204", 4),
        "330212009": ("came_in", "330204", 2),
        "330212113": ("left", "330203", -3),
    }
    # Who works at baizhang and at zhonggongmiao was counted in Yinzhou already.
    assert found["overlap"]["numerator"] == -1
    assert 4 + 2 - 3 - 1 == found["difference"]["numerator"] == 2


def test_each_unit_that_came_or_went_has_its_event_with_day_and_document(real: RealChanges):
    found = explained(real, "330212", "2015", Y2017)
    events = {each["organisation"]: each["events"] for each in found["units"]}

    for code, kind in (("330212008", "merge"), ("330212113", "transfer")):
        (event,) = events[code]
        assert (event["on"], event["kind"]) == (NINGBO.isoformat(), kind)
        assert "2016" in event["source"]
    # All eight subdistricts of Jiangdong came, and nine towns went, with people or without.
    changes = [each["change"] for each in found["units"]]
    assert (changes.count("came_in"), changes.count("left")) == (8, 9)


def test_the_difference_of_qiantang_is_all_that_it_was_made_from(real: RealChanges):
    found = explained(real, "330114", "2022", Y2020)

    assert (found["then"], found["harmonised"]) == (6, None)
    assert units_of(found) == {
        "330114001": ("left", "330104", -5),
        "330114003": ("left", "330109", -1),
    }
    events = {each["organisation"]: each["events"] for each in found["units"]}
    assert {event["on"] for event in events["330114001"]} == {HANGZHOU.isoformat()}
    assert found["overlap"]["numerator"] == 0
    assert found["difference"]["numerator"] == -6


def test_both_parts_of_a_ratio_add_up(real: RealChanges):
    found = explained(real, "330212", "2015", Y2017, "skilled")

    # Of eight people nobody is highly skilled, with gaoqiao one was: 1 of 8 before, 1 of 10 after.
    assert (found["then"], found["harmonised"]) == (12.5, 10)
    for part in ("numerator", "denominator"):
        assert (
            sum(each[part] for each in found["units"]) + found["overlap"][part] == found["difference"][part]
        )
    assert found["difference"] == {"numerator": 0, "denominator": 2}


def test_a_median_has_units_but_no_contributions(real: RealChanges):
    found = explained(real, "330212", "2015", Y2017, "middle_wage")

    assert len(found["units"]) == 17
    assert {each["numerator"] for each in found["units"]} == {None}
    assert found["difference"] == {"numerator": None, "denominator": None}


def test_nothing_differs_where_no_unit_came_or_went(real: RealChanges):
    found = explained(real, "330200", "2015", Y2017)

    assert found["units"] == []
    assert found["difference"]["numerator"] == found["overlap"]["numerator"] == 0


def test_units_that_are_not_the_readers_are_counted_and_not_named(real: RealChanges):
    alone = make_user("viewer_of_yinzhou_alone")
    grant_role(
        alone, actor=None, role=Role.VIEWER, organisation=real.unit("330212"),
        reach=RoleGrant.Reach.UNIT, valid_from=date(2024, 1, 1),
    )  # fmt: skip

    found = explained(real, "330212", "2015", Y2017, user=alone)

    assert [(each["change"], each["organisation"], each["units"], each["numerator"], each["events"])
            for each in found["units"]] == [
        ("came_in", None, 8, 6, []),
        ("left", None, 9, -3, []),
    ]  # fmt: skip
    assert found["difference"]["numerator"] == 2
