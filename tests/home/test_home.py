from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.cast import make_user
from tests.clients import client_of
from tests.figures.world import World
from tests.plans.builders import enter, renewed, share_out
from tests.supervision.builders import DUE, START, on
from tests.supervision.builders import raise_world as raise_plan
from tests.workforce.people import identity_number, register
from tests.workforce.two_entries import pair_of

from tongxin.accounts.models import User
from tongxin.figures.compute import build_release
from tongxin.jobs.models import Job
from tongxin.organisations.models import Organisation, Programme
from tongxin.workforce.models import CorrectionProposal, RosterImport

pytestmark = pytest.mark.django_db
HOME = reverse("home")


def open_home(user: User, **values: object):
    return client_of(user).get(f"{HOME}?{urlencode(values)}")


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("auditor", "audit"),
        ("system_administrator", "accounts"),
        ("security_administrator", "roles"),
    ],
)
def test_who_sees_no_figures_begins_with_their_own_work(world: World, name: str, page: str):
    response = open_home(getattr(world.cast, name))

    assert response["Location"] == reverse(page)


def test_who_holds_no_role_is_told_so(world: World):
    response = open_home(world.cast.stranger)

    assert response.status_code == 200
    assert "You hold no role yet" in response.content.decode()


def test_who_must_choose_a_password_begins_there(world: World):
    user = make_user("newcomer", must_change_password=True)

    assert open_home(user)["Location"] == reverse("account_change_password")


def test_a_visitor_signs_in_first():
    response = Client().get(HOME)

    assert response.status_code == 302
    assert reverse("account_login") in response["Location"]


@pytest.mark.parametrize("hidden", ["hangzhou", "yuhang", "province"])
def test_units_out_of_reach_are_hidden(world: World, hidden: str):
    unit: Organisation = getattr(world.cast, hidden)

    assert open_home(world.cast.viewer_of_xiaoshan, at=unit.code).status_code == 404


def test_an_office_sees_its_unit_with_its_dimensions_and_those_below(world: World):
    page = open_home(world.cast.office_of_province).content.decode()

    # By hand: of the three with a grade at work (Li, Wang, Zhao) Li is highly skilled; four are employed.
    for words in ("33.3%", "75.0%", "Hangzhou City", "Ningbo City", "tile-map", "Five dimensions"):
        assert words in page
    assert page.index("What changed since the last release") < page.index("Five dimensions at a glance")


def test_the_first_release_has_nothing_to_be_compared_with(world: World):
    assert "This is the first release" in open_home(world.cast.office_of_xiaoshan).content.decode()


def test_what_the_next_release_changed_is_listed(world: World):
    register(world.cast.alpha, "孙丽", identity_number("33010919910202442"))
    built = build_release(actor=None)
    try:
        page = open_home(world.cast.office_of_xiaoshan).content.decode()
    finally:
        (built.folder.parent / "current").write_text(world.release.id, encoding="ascii")

    listed = page[page.index("changed-title") : page.index("needs-title")]
    assert "Workers employed" in listed
    # Three people before, four with Sun.
    assert ">4</a>" in listed
    assert "Enterprises on the register" not in listed


def test_what_waits_is_said_to_whom_it_concerns(world: World):
    cast = world.cast
    CorrectionProposal.objects.create(
        worker=world.li,
        organisation=cast.alpha,
        field="name",
        value_sealed=b"",
        proposed_by=cast.reporter_of_alpha,
    )
    RosterImport.objects.create(
        organisation=cast.alpha,
        file_name="people.xlsx",
        effective_on="2026-09-01",
        state=RosterImport.State.APPLIED,
        sent_by=cast.reporter_of_alpha,
        n_rejected=3,
    )

    pair_of(register(cast.alpha, "赵敏", identity_number("33010919850203001")), world.li)

    reviewer = open_home(cast.reviewer_of_xiaoshan).content.decode()
    reporter = open_home(cast.reporter_of_alpha).content.decode()
    viewer = open_home(cast.viewer_of_xiaoshan).content.decode()

    assert "1 proposed correction waits" in reviewer
    assert "people.xlsx: 3 rows need correction" in reporter
    assert "1 pair of entries is perhaps one person." in reviewer
    assert "proposed correction" not in reporter
    assert "perhaps one person" not in reporter
    assert "Nothing waits for you" in viewer


def test_late_tasks_of_the_unit_are_listed_with_the_first_few(world: World):
    plan = raise_plan(world.cast)
    with on(START):
        for number in range(4):
            own = enter(plan.plan, f"任务{number}", due_on=date(2026, 12, 31))
            share_out(renewed(own), world.cast.xiaoshan, due_on=DUE)
    with on(date(2026, 5, 8)):
        page = open_home(world.cast.office_of_xiaoshan).content.decode()

    listed = page[page.index("needs-title") : page.index("glance-title")]
    assert "5 tasks of your unit are overdue." in listed
    assert listed.count("</a></li>") == 3
    assert "and 2 more" in listed
    assert 'href="/supervision/?at=330109&amp;kind=overdue"' in listed


def test_a_failed_release_and_a_period_without_figures_are_late(world: World):
    Job.objects.create(kind="figures.release", argument=1, state=Job.State.FAILED)
    Programme.objects.update(facts_until=None)

    office = open_home(world.cast.office_of_province).content.decode()
    county = open_home(world.cast.office_of_xiaoshan).content.decode()

    assert "The last release could not be built" in office
    assert "could not be built" not in county


def test_the_units_below_are_sorted_by_a_column(world: World):
    province = world.cast.office_of_province

    for sort, first in (
        ("-skilled_rate", "Hangzhou City"),
        ("", "Hangzhou City"),
        ("nonsense", "Hangzhou City"),
    ):
        page = open_home(province, sort=sort).content.decode()
        table = page[page.index('id="compared"') :]
        assert table.index(first) < table.index("Ningbo City")
    up = open_home(world.cast.office_of_hangzhou, sort="skilled_rate").content.decode()
    table = up[up.index('id="compared"') :]
    # Yuhang 2 of 2 (Wang, Zhao), Xiaoshan 2 of 3 (Li, Wang; Zhou has no grade).
    assert table.index("Xiaoshan District") < table.index("Yuhang District")
    down = open_home(world.cast.office_of_hangzhou, sort="-skilled_rate").content.decode()
    table = down[down.index('id="compared"') :]
    assert table.index("Yuhang District") < table.index("Xiaoshan District")


def test_a_wrong_period_is_refused_with_a_message(world: World):
    response = open_home(world.cast.office_of_province, period="2026Q7")

    assert response.status_code == 400
    assert "is not a period" in response.content.decode()


def test_an_unknown_indicator_gives_way_to_the_usual_one(world: World):
    assert open_home(world.cast.office_of_province, i="nothing").status_code == 200


def test_an_enterprise_has_a_home_without_units_below(world: World):
    page = open_home(world.cast.reporter_of_alpha).content.decode()

    assert "同心示例一厂" in page
    assert 'id="compared"' not in page


def test_the_number_of_queries_does_not_grow_with_the_units_below(world: World):
    counts = []
    for unit in (world.cast.ningbo, world.cast.hangzhou):
        open_home(world.cast.office_of_province, at=unit.code)
        with CaptureQueriesContext(connection) as captured:
            open_home(world.cast.office_of_province, at=unit.code)
        counts.append(len(captured))

    # Ningbo has one county, Hangzhou two.
    assert counts[0] == counts[1]


def test_without_a_release_the_office_is_shown_how_to_begin(world: World, settings, tmp_path):
    settings.TONGXIN_HOME = tmp_path

    assert "Build the first release" in open_home(world.cast.office_of_province).content.decode()
