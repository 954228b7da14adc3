"""What of tasks, reports and orders is on the first screen, and of whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from tests.cast import Cast
from tests.plans.builders import (
    as_office,
    begin,
    bring_to,
    enter,
    enter_in_force,
    share_out,
    submit,
)
from tests.supervision.builders import DUE, START, World, on, raise_world

from tongxin.accounts.models import User
from tongxin.home.plan_needs import plan_needs
from tongxin.organisations.models import RoleGrant
from tongxin.plans.models import Report, Task
from tongxin.plans.report_actions import return_report
from tongxin.supervision.order_actions import issue_order, reply_to_order

pytestmark = pytest.mark.django_db
LATE = date(2026, 5, 8)


@pytest.fixture
def plan(cast: Cast) -> World:
    """A plan of Hangzhou in force; Xiaoshan has a share that is due on 30 April 2026."""
    return raise_world(cast)


def said(user: User, day: date = LATE) -> list[str]:
    with on(day), translation.override("en"):
        return [need.text for need in plan_needs(user)]


def others(cast: Cast) -> list[User]:
    """Return who stands beside and far from Xiaoshan."""
    return [
        cast.stranger,
        cast.office_of_yuhang,
        cast.viewer_of_xiaoshan,
        cast.reporter_of_alpha,
        cast.auditor,
    ]


def test_late_tasks_concern_those_who_report_at_the_unit_alone(plan: World):
    cast = plan.cast

    assert said(cast.office_of_xiaoshan) == ["1 task of your unit is overdue."]
    for user in (*others(cast), cast.office_of_hangzhou, cast.office_of_province, cast.reviewer_of_xiaoshan):
        assert said(user) == []


def test_a_late_task_is_named_with_its_page(plan: World):
    with on(LATE), translation.override("en"):
        (need,) = plan_needs(plan.cast.office_of_xiaoshan)

    assert need.is_late
    assert need.url == "/supervision/?at=330109&kind=overdue"
    assert need.first == (("培育产业工人 · 30 April 2026", f"/tasks/{plan.share.pk}/"),)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 4, 22), []),
        (date(2026, 4, 23), ["1 task of your unit is due within 7 days."]),
        (DUE, ["1 task of your unit is due within 7 days."]),
        # From 1 to 5 May nobody works: it is late from the 6th on.
        (date(2026, 5, 5), ["1 task of your unit is due within 7 days."]),
        (date(2026, 5, 6), ["1 task of your unit is overdue."]),
    ],
)
def test_a_task_is_due_within_a_week_then_late_when_a_working_day_has_passed(
    plan: World, day: date, expected: list[str]
):
    assert said(plan.cast.office_of_xiaoshan, day) == (expected)


def test_a_task_that_another_unit_leads_concerns_it_too(plan: World):
    lead = as_office(plan.cast.chengxiang, role="reporter")
    with on(START):
        enter(plan.plan, "牵头的任务", due_on=DUE, lead=["城厢街道"])

    assert said(lead) == ["1 task of your unit is overdue."]


def test_tasks_that_ended_that_ask_for_closure_or_of_a_draft_ask_for_nothing(plan: World):
    cast = plan.cast
    with on(START):
        submit(plan.share, is_final=True)
        (other,) = share_out(enter(plan.plan, "取消的", due_on=date(2026, 12, 31)), cast.xiaoshan, due_on=DUE)
        bring_to(other, "cancelled")
        enter(begin(cast.xiaoshan, "草案"), due_on=DUE)

    assert said(cast.office_of_xiaoshan) == []


def test_a_report_waits_for_those_who_decide_but_not_for_who_sent_it(plan: World):
    cast = plan.cast
    second = as_office(cast.hangzhou)
    with on(START):
        task = enter_in_force(cast.hangzhou, "市里的", due_on=date(2026, 12, 31))
        submit(task, actor=cast.office_of_hangzhou)

    assert said(second, START) == ["1 report waits for your decision."]
    assert said(cast.office_of_hangzhou, START) == []
    for user in (*others(cast), cast.office_of_xiaoshan, cast.office_of_province):
        assert said(user, START) == []


def test_the_report_of_a_share_waits_for_the_unit_that_handed_it_down(plan: World):
    with on(START):
        submit(plan.share, is_final=True)

    assert said(plan.cast.office_of_hangzhou) == ["1 report waits for your decision."]
    assert said(plan.cast.reviewer_of_xiaoshan) == []
    assert said(plan.cast.office_of_province) == []


def test_where_nobody_decides_at_the_unit_the_next_above_has_it(plan: World):
    RoleGrant.objects.filter(user=plan.cast.office_of_hangzhou).delete()
    with on(START):
        submit(plan.share, is_final=True)

    assert said(plan.cast.office_of_province) == ["1 report waits for your decision."]


def test_a_report_that_came_back_concerns_its_unit(plan: World):
    cast = plan.cast
    with on(START):
        return_report(submit(plan.share), actor=cast.office_of_hangzhou, reason="请补充名单")

    assert said(cast.office_of_xiaoshan, START) == ["1 report of your unit came back and is to be completed."]
    for user in (*others(cast), cast.office_of_hangzhou, cast.office_of_province):
        assert said(user, START) == []


def test_an_order_waits_for_its_addressee_then_for_who_issued_it(plan: World):
    cast = plan.cast
    with on(START):
        order = issue_order(plan.share, actor=None, organisation=cast.xiaoshan, demand="请说明", reply_days=3)

    assert said(cast.office_of_xiaoshan, START) == ["1 order waits for your reply."]
    for user in (*others(cast), cast.office_of_hangzhou, cast.office_of_province):
        assert said(user, START) == []

    with on(START):
        reply_to_order(order, actor=cast.office_of_xiaoshan, text="已办")

    assert said(cast.office_of_hangzhou, START) == ["1 order was replied to and waits for your decision."]
    for user in (*others(cast), cast.office_of_xiaoshan, cast.office_of_province):
        assert said(user, START) == []


def test_of_many_the_first_three_are_named(plan: World):
    with on(START):
        add_shares(plan, 9)
    with on(LATE), translation.override("en"):
        (need,) = plan_needs(plan.cast.office_of_xiaoshan)

    assert (need.text, len(need.first), need.more) == ("10 tasks of your unit are overdue.", 3, 7)
    # The longest late stands first.
    assert need.first[0][0] == "任务0 · 20 April 2026"


def test_it_asks_as_often_for_many_as_for_few(plan: World):
    cast = plan.cast
    waiting = as_office(cast.hangzhou)

    def ask() -> list[int]:
        counts = []
        for user in (cast.office_of_xiaoshan, waiting, cast.office_of_province):
            with on(LATE), CaptureQueriesContext(connection) as asked:
                plan_needs(user)
            counts.append(len(asked))
        return counts

    with on(START):
        add_everything(plan, 5)
        few = ask()
        add_everything(plan, 45)

    assert said(cast.office_of_xiaoshan)[0] == "51 tasks of your unit are overdue."
    assert said(waiting)[0] == "50 reports wait for your decision."
    assert ask() == few


def add_shares(plan: World, count: int) -> list[Task]:
    there = Task.objects.count()
    return Task.objects.bulk_create(
        Task(
            measure=plan.task.measure,
            organisation=plan.cast.xiaoshan,
            title=f"任务{number}",
            due_on=DUE - timedelta(days=10 - number % 7),
            state=Task.State.ASSIGNED,
        )
        for number in range(there - 2, there - 2 + count)
    )


def add_everything(plan: World, count: int) -> None:
    """Add late tasks, each with a report that waits and an order to be answered."""
    for task in add_shares(plan, count):
        Report.objects.create(
            task=task, text="走访了。", state=Report.State.SUBMITTED, submitted_at="2026-04-20T09:00+08:00"
        )
        issue_order(task, actor=None, organisation=plan.cast.xiaoshan, demand="请办", reply_days=3)
