from __future__ import annotations

from datetime import date

import pytest
from django.db.models import Q
from tests.cast import Cast
from tests.workforce.people import identity_number, register, spell_of

from tongxin.organisations.access import Action, reach_of
from tongxin.workforce import worker_list
from tongxin.workforce.employment_actions import change_employment, end_employment
from tongxin.workforce.membership_actions import change_membership, join_union
from tongxin.workforce.models import Worker
from tongxin.workforce.record_actions import add_certificate, appoint
from tongxin.workforce.worker_list import Wanted, count_up_to, lines_of, matching_workers, page_of

DAY = date(2026, 9, 30)


@pytest.fixture
def staff(cast: Cast) -> dict[str, Worker]:
    """Five people at Alpha and one at Gamma, each with what a filter looks for."""
    names = ["李建国", "王秀英", "张建", "赵敏", "周建国", "吴远"]
    staff = {}
    for place, name in enumerate(names):
        number = identity_number(f"3301091990010112{place}")
        staff[name] = register(cast.gamma if name == "吴远" else cast.alpha, name, number)
    alpha = {"actor": None, "organisation": cast.alpha}
    add_certificate(
        staff["李建国"], **alpha, grade="senior_technician", issued_on=date(2020, 1, 1), number="Y1"
    )
    appoint(staff["李建国"], **alpha, grade="chief_technician", appointed_on=date(2024, 6, 1))
    add_certificate(staff["王秀英"], **alpha, grade="senior", issued_on=date(2020, 1, 1))
    add_certificate(staff["王秀英"], **alpha, grade="junior", issued_on=date(2018, 1, 1))
    change_employment(spell_of(staff["王秀英"]), actor=None, valid_from=date(2025, 1, 1), form="dispatch")
    join_union(staff["王秀英"], **alpha, on=date(2024, 5, 1))
    join_union(staff["赵敏"], **alpha, on=date(2024, 5, 1))
    change_membership(staff["赵敏"], **alpha, state="withdrawn", on=date(2025, 5, 1))
    end_employment(spell_of(staff["周建国"]), actor=None, ended_on=date(2025, 12, 31))
    return staff


@pytest.mark.parametrize("few", [0, 2_000])
@pytest.mark.parametrize("rare", [0, 20_000])
@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Wanted(), {"李建国", "王秀英", "张建", "赵敏"}),
        (Wanted(text="建"), {"李建国", "张建"}),
        (Wanted(text="李建"), {"李建国"}),
        (Wanted(text="y1"), {"李建国"}),
        (Wanted(text="建国", standing="former"), {"周建国"}),
        (Wanted(grade="chief_technician"), {"李建国"}),
        (Wanted(grade="senior_technician"), set()),
        (Wanted(grade="senior"), {"王秀英"}),
        (Wanted(grade="junior"), set()),
        (Wanted(grade="none"), {"张建", "赵敏"}),
        (Wanted(form="dispatch"), {"王秀英"}),
        (Wanted(form="contract"), {"李建国", "张建", "赵敏"}),
        (Wanted(form="contract", standing="former"), {"周建国"}),
        (Wanted(sex="male"), {"王秀英", "赵敏"}),
        (Wanted(member="yes"), {"王秀英"}),
        (Wanted(member="no"), {"李建国", "张建", "赵敏"}),
        (Wanted(standing="former"), {"周建国"}),
        (Wanted(sex="male", member="yes", grade="senior", form="dispatch"), {"王秀英"}),
    ],
)
def test_a_filter_finds_who_answers_to_it(cast: Cast, staff, monkeypatch, wanted, names, few, rare):
    # Every way of searching finds the same people: by key or in order, from the rare form or from the unit.
    monkeypatch.setattr(worker_list, "FEW", few)
    monkeypatch.setattr(worker_list, "RARE", rare)
    within = reach_of(cast.reporter_of_alpha, Action.SEE_PEOPLE, "organisation__")

    found = matching_workers(within, wanted, DAY)

    assert {worker.name for worker in found} == names


def test_somebody_who_left_one_unit_of_two_in_reach_has_not_left(cast: Cast, wang: Worker):
    end_employment(wang.employments.get(organisation=cast.alpha), actor=None, ended_on=date(2025, 6, 30))
    county = reach_of(cast.office_of_xiaoshan, Action.SEE_PEOPLE, "organisation__")
    own = reach_of(cast.reporter_of_alpha, Action.SEE_PEOPLE, "organisation__")

    assert not matching_workers(county, Wanted(standing="former"), DAY).exists()
    assert matching_workers(own, Wanted(standing="former"), DAY).get() == wang


def test_a_former_persons_grade_is_that_of_their_last_day(cast: Cast, staff):
    left = staff["周建国"]
    add_certificate(left, actor=None, organisation=cast.alpha, grade="senior", issued_on=date(2026, 3, 1))
    within = reach_of(cast.reporter_of_alpha, Action.SEE_PEOPLE, "organisation__")

    (line,) = lines_of([left], within, DAY)

    assert line.grade.code == "none"
    assert not matching_workers(within, Wanted(standing="former", grade="senior"), DAY).exists()
    assert matching_workers(within, Wanted(standing="former", grade="none"), DAY).get() == left


def test_a_line_shows_the_present_terms_at_the_units_in_reach(cast: Cast, staff):
    within = reach_of(cast.reporter_of_alpha, Action.SEE_PEOPLE, "organisation__")

    first, second = lines_of([staff["王秀英"], staff["李建国"]], within, DAY)

    assert (first.state.form, first.grade.code, first.is_member, first.n_units) == (
        "dispatch",
        "senior",
        True,
        1,
    )
    assert (second.grade.code, second.is_member) == ("chief_technician", False)


@pytest.mark.parametrize("sort", ["newest", "name"])
def test_pages_follow_each_other_without_gap_or_repeat_and_lead_back(cast: Cast, monkeypatch, sort):
    monkeypatch.setattr(worker_list, "PAGE", 3)
    # Two of one name, so that the name alone does not order them.
    for place, name in enumerate(["丁", "甲", "乙", "甲", "丙", "戊", "己"]):
        register(cast.alpha, name, identity_number(f"3301091990010113{place}"))
    workers = matching_workers(Q(), Wanted(), DAY)
    expected = list(workers.order_by("name", "pk") if sort == "name" else workers.order_by("-pk"))

    seen, pages, key = [], [], None
    while True:
        page, following, previous = page_of(workers, sort=sort, after=key)
        seen += page
        pages.append((page, previous))
        if following is None:
            break
        key = following

    assert seen == expected
    assert [len(page) for page, _ in pages] == [3, 3, 1]
    assert pages[0][1] is None
    back, following, previous = page_of(workers, sort=sort, before=pages[2][1])
    assert back == pages[1][0]
    assert following is not None
    first, _, previous = page_of(workers, sort=sort, before=previous)
    assert first == pages[0][0]
    assert previous is None


def test_a_key_of_somebody_out_of_reach_leads_to_the_first_page(cast: Cast, staff):
    within = reach_of(cast.reporter_of_alpha, Action.SEE_PEOPLE, "organisation__")
    workers = matching_workers(within, Wanted(), DAY)

    assert page_of(workers, sort="name", after=staff["吴远"].pk) == page_of(workers, sort="name")
    assert page_of(workers.none(), sort="name") == ([], None, None)


def test_counting_stops_beyond_the_limit(cast: Cast, staff):
    workers = matching_workers(Q(), Wanted(), DAY)

    assert count_up_to(workers, 3) == 4
    assert count_up_to(workers, 100) == 5
