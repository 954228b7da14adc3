"""The list of all tasks: what it holds for whom, and what its filters keep."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast
from tests.clients import client_of
from tests.plans.builders import begin, enter, measure_of
from tests.plans.task_worlds import TODAY, many_tasks, people_of, raise_tasks

from tongxin.organisations.models import Organisation
from tongxin.plans import task_lists
from tongxin.plans.access import tasks_visible_to
from tongxin.plans.handing_actions import Share, hand_down
from tongxin.plans.models import Report, Task, TaskSource
from tongxin.plans.task_lists import Found, Wanted, matching, tasks_at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(f"{TODAY}T12:00:00+08:00", tick=False):
        yield


def exact(user, unit: Organisation) -> set[int]:
    """Work out task by task what the list of a unit holds: the rights, and who is named."""
    below = set(Organisation.objects.below(unit).values_list("pk", flat=True))
    return {
        task.pk
        for task in tasks_visible_to(user).prefetch_related("units")
        if task.organisation_id in below or below & {each.organisation_id for each in task.units.all()}
    }


def listed(user, address: str) -> set[str]:
    answer = client_of(user).get(address)
    assert answer.status_code == 200
    return {row.task.title for row in answer.context["rows"]}


@pytest.mark.parametrize("few", [0, 3, 2_000])
def test_the_list_holds_what_the_rights_and_the_names_say_task_by_task(cast: Cast, monkeypatch, few):
    """However many tasks stand elsewhere, the quick way and the exact one find the same."""
    monkeypatch.setattr(task_lists, "FEW", few or 1)
    raise_tasks(cast)
    units = [cast.province, cast.hangzhou, cast.xiaoshan, cast.yuhang, cast.chengxiang, cast.alpha]

    for user in [*people_of(cast).values(), None]:
        for unit in units:
            found = set(tasks_at(user, unit).values_list("pk", flat=True))
            assert found == exact(user, unit), (user, unit)


def test_a_unit_lists_its_own_its_shares_and_what_it_leads_elsewhere(cast: Cast):
    raise_tasks(cast)

    titles = listed(cast.office_of_xiaoshan, f"/tasks/?at={cast.xiaoshan.code}")

    # Of the city's task its share; of plans above in force what it leads; the neighbour city's draft not.
    assert titles == {
        "任务 xiaoshan",
        "由萧山牵头 xiaoshan",
        "任务 hangzhou",
        "由萧山牵头 hangzhou",
        "由萧山牵头 province",
        "草案任务",
    }


@pytest.mark.parametrize("view", ["", "board", "timeline"])
def test_nobody_sees_a_list_of_a_unit_that_is_hidden_from_them(cast: Cast, view):
    raise_tasks(cast)
    people = people_of(cast)
    at = f"/tasks/?at={cast.xiaoshan.code}&view={view}"

    for name in ("office_of_province", "office_of_hangzhou", "office_of_xiaoshan", "viewer_of_xiaoshan"):
        assert client_of(people[name]).get(at).status_code == 200, name
    for name in ("office_of_yuhang", "below", "reporter_of_alpha", "stranger"):
        assert client_of(people[name]).get(at).status_code == 404, name
    assert client_of(people["auditor"]).get(at).status_code == 403
    assert client_of(people["stranger"]).get("/tasks/").status_code == 403
    assert Client().get(at).status_code == 302


def test_a_draft_is_seen_at_its_unit_and_above_and_not_below(cast: Cast):
    raise_tasks(cast)
    people = people_of(cast)

    assert "草案任务" in listed(cast.office_of_hangzhou, f"/tasks/?at={cast.hangzhou.code}")
    assert "草案任务" not in listed(people["below"], f"/tasks/?at={cast.chengxiang.code}")


def test_a_share_in_a_draft_above_is_nobody_s_yet(cast: Cast):
    task = enter(begin(cast.province, "省草案"), "省里的草案任务")
    hand_down(task, [Share(cast.hangzhou)], actor=None)

    at = f"/tasks/?at={cast.hangzhou.code}&state=all"
    assert "省里的草案任务" not in listed(cast.office_of_hangzhou, at)
    assert "省里的草案任务" in listed(cast.office_of_province, at)


def test_filters_keep_what_they_say(cast: Cast):
    made = raise_tasks(cast)
    ended = made["xiaoshan"]
    Task.objects.filter(pk=ended.pk).update(state="completed")
    at = f"/tasks/?at={cast.xiaoshan.code}"
    user = cast.office_of_xiaoshan

    assert "任务 xiaoshan" not in listed(user, at)
    assert listed(user, f"{at}&state=completed") == {"任务 xiaoshan"}
    assert "任务 xiaoshan" in listed(user, f"{at}&state=all")
    assert listed(user, f"{at}&q=草案") == {"草案任务"}
    assert "由萧山牵头 province" in listed(user, f"{at}&q=总工会")
    assert listed(user, f"{at}&due=late") == {"任务 hangzhou"}
    assert listed(user, f"{at}&due=none") >= {"草案任务"}
    assert listed(user, f"{at}&plan={ended.measure.plan_id}") == {"由萧山牵头 xiaoshan"}
    assert listed(user, f"{at}&origin=resolution") == set()
    assert listed(user, f"{at}&dimension=ranks") == set()


def test_due_soon_is_within_thirty_days_and_late_is_before_today(cast: Cast):
    plan = begin(cast.xiaoshan)
    for days in (-1, 0, 30, 31):
        enter(plan, f"{days} days", due_on=TODAY + timedelta(days=days))
    at = f"/tasks/?at={cast.xiaoshan.code}"

    assert listed(cast.office_of_xiaoshan, f"{at}&due=late") == {"-1 days"}
    assert listed(cast.office_of_xiaoshan, f"{at}&due=soon") == {"0 days", "30 days"}


def test_the_person_is_who_wrote_or_sent_a_report_that_the_reader_may_read(cast: Cast):
    plan = begin(cast.xiaoshan)
    sent, drafted = enter(plan, "sent"), enter(plan, "drafted")
    reporter = cast.office_of_xiaoshan
    Report.objects.create(
        task=sent, text="x", made_by=reporter, state="submitted", submitted_at="2026-05-01T00:00Z"
    )
    Report.objects.create(task=drafted, text="x", made_by=reporter)
    at = f"/tasks/?at={cast.xiaoshan.code}&person=office of xiaoshan"

    assert listed(reporter, at) == {"sent", "drafted"}
    assert listed(cast.viewer_of_xiaoshan, at) == {"sent"}


def test_where_a_task_comes_from_is_asked_by_its_origin(cast: Cast):
    plan = begin(cast.xiaoshan)
    enter(plan, "own")
    ordered = enter(plan, "ordered")
    TaskSource.objects.filter(task=ordered).update(origin="instruction", identifier=7, words="请抓紧")
    at = f"/tasks/?at={cast.xiaoshan.code}"

    assert listed(cast.office_of_xiaoshan, f"{at}&origin=instruction") == {"ordered"}
    assert listed(cast.office_of_xiaoshan, f"{at}&origin=own") == {"own"}


@pytest.mark.parametrize("question", ["", "&q=任务", "&state=all&sort=title", "&due=none", "&sort=unit"])
def test_counts_are_those_of_the_filter_without_the_state(cast: Cast, question):
    plan = begin(cast.xiaoshan)
    made = many_tasks(plan, 7)
    for task, state in zip(
        made, ["planned", "assigned", "under_way", "under_way", "completed"], strict=False
    ):
        Task.objects.filter(pk=task.pk).update(state=state)

    answer = client_of(cast.office_of_xiaoshan).get(f"/tasks/?at={cast.xiaoshan.code}{question}")

    # By hand: seven begun as assigned, of which five were moved, one of them to assigned.
    assert [count for _name, count, _url, _now in answer.context["counts"]] == [1, 3, 2, 1, 0]
    assert answer.context["n_tasks"] == (7 if "all" in question else 6)


def test_a_filter_that_says_nonsense_is_told_and_the_rest_still_holds(cast: Cast):
    enter(begin(cast.xiaoshan), "走访")

    answer = client_of(cast.office_of_xiaoshan).get(
        f"/tasks/?at={cast.xiaoshan.code}&state=gone&plan=x&sort=-&page=zz&view=none"
    )

    assert answer.status_code == 200
    assert [row.task.title for row in answer.context["rows"]] == ["走访"]
    assert answer.context["form"].errors


def test_pages_keep_the_filter_in_their_address(cast: Cast):
    many_tasks(begin(cast.xiaoshan), 120)
    at = f"/tasks/?at={cast.xiaoshan.code}"
    client = client_of(cast.office_of_xiaoshan)

    first = client.get(f"{at}&q=任务&sort=title")
    second = client.get("/tasks/" + first.context["next_url"])

    assert len(first.context["rows"]) == len(second.context["rows"]) == 50
    assert not {row.task.pk for row in first.context["rows"]} & {
        row.task.pk for row in second.context["rows"]
    }
    assert len(client.get(f"{at}&page=99").context["rows"]) == 20


@pytest.mark.parametrize("sort", ["due", "due_last", "moved", "title", "unit"])
def test_every_order_shows_each_task_once(cast: Cast, sort):
    raise_tasks(cast)
    tasks = matching(tasks_at(None, cast.province), Wanted(), None, TODAY)

    for wanted in (Wanted(sort=sort), Wanted(sort=sort, text="任")):
        found = list(Found(tasks, wanted)[:])
        assert sorted(found) == sorted(set(found))
        assert len(found) == len(Found(tasks, wanted))


def test_tasks_without_a_day_come_after_those_with_one(cast: Cast):
    plan = begin(cast.xiaoshan)
    undated, later, sooner = (
        enter(plan, name, due_on=day)
        for name, day in (("none", None), ("later", date(2026, 9, 1)), ("sooner", date(2026, 7, 1)))
    )

    def order(sort: str) -> list[int]:
        return list(Found(tasks_at(None, cast.xiaoshan), Wanted(sort=sort))[:])

    assert order("due") == [sooner.pk, later.pk, undated.pk]
    assert order("due_last") == [later.pk, sooner.pk, undated.pk]


@pytest.mark.parametrize("view", ["", "board", "timeline"])
@pytest.mark.parametrize("question", ["", "&q=任务&dimension=&due=late&state=all"])
def test_a_list_asks_as_often_for_many_as_for_few(cast: Cast, view, question):
    plan = begin(cast.xiaoshan)
    address = f"/tasks/?at={cast.xiaoshan.code}&view={view}{question}"
    client = client_of(cast.office_of_xiaoshan)

    def ask() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    many_tasks(plan, 5, due_on=date(2026, 5, 1))
    few = ask()
    many_tasks(plan, 45, due_on=date(2026, 5, 1))

    assert ask() == few


def test_the_board_shows_some_of_each_state_and_says_how_many_more(cast: Cast):
    many_tasks(begin(cast.xiaoshan), 251)

    answer = client_of(cast.office_of_xiaoshan).get(f"/tasks/?at={cast.xiaoshan.code}&view=board")
    columns = {column.state: column for column in answer.context["columns"]}

    assert len(columns["assigned"].rows) == 20
    assert columns["assigned"].n_more == 231
    assert "and 231 more" in answer.text
    assert columns["planned"].rows == []
    assert client_of(cast.office_of_xiaoshan).get(columns["assigned"].url).context["n_tasks"] == 251


def test_who_has_no_task_is_told_how_they_come(cast: Cast):
    page = client_of(cast.office_of_xiaoshan).get(f"/tasks/?at={cast.xiaoshan.code}").text

    assert "No task here yet" in page


def test_a_title_is_text_in_every_view(cast: Cast):
    enter(
        begin(cast.xiaoshan),
        "<script>alert(1)</script>",
        due_on=TODAY,
        measure=measure_of(begin(cast.xiaoshan, "b")),
    )

    for view in ("", "board", "timeline"):
        page = client_of(cast.office_of_xiaoshan).get(f"/tasks/?at={cast.xiaoshan.code}&view={view}").text
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page
