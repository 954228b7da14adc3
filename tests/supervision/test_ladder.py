"""What is late is reminded of, escalated and circulated, over a holiday; days counted by hand.

Working days: 27, 28, 29, 30 April; 1 to 5 May are off; 6, 7, 8, 9 (a Saturday that is worked) May, 10 is off;
11 to 15, 18 to 22 May.
"""

from __future__ import annotations

from datetime import date

import pytest
from tests.plans.builders import accept, bring_to, enter, renewed, submit
from tests.supervision.builders import go, go_daily, on, set_rule, steps

from tongxin.plans.models import Task
from tongxin.plans.report_actions import return_report
from tongxin.supervision.actions import remind
from tongxin.supervision.models import Step

WHOLE_LADDER = [
    # three working days before 30 April: 28, 29, 30
    ("due_soon", "04-27"),
    # the first working day after it
    ("overdue", "05-06"),
    # three working days on: 7, 8, 9
    ("overdue", "05-09"),
    # five working days late: 6, 7, 8, 9, 11
    ("escalation", "05-11"),
    # eight: 12, 13, 14; the reminder that would come that day, three after the 11th, gives way
    ("circulation", "05-14"),
    # three after the 14th: 15, 18, 19
    ("overdue", "05-19"),
]


def test_the_whole_ladder_over_a_holiday(world):
    go_daily(date(2026, 4, 20), date(2026, 5, 19))

    assert steps(world.share) == WHOLE_LADDER


def test_a_day_made_twice_adds_nothing(world):
    for day in (date(2026, 4, 27), date(2026, 5, 6), date(2026, 5, 11), date(2026, 5, 14)):
        first = go(day)
        again = go(day)
        assert sum(first.steps.values()) == 1
        assert sum(again.steps.values()) == 0
        assert (again.messages, again.circulars) == (0, 0)


def test_a_day_that_is_past_adds_nothing_after_later_ones(world):
    go_daily(date(2026, 5, 6), date(2026, 5, 14))
    before = steps(world.share)

    go_daily(date(2026, 5, 6), date(2026, 5, 14))

    assert steps(world.share) == before


def test_days_that_were_missed_are_caught_up_with_the_highest_step_alone(world):
    # On Friday 15 May it is nine working days late: due soon, overdue, escalation were missed.
    go(date(2026, 5, 15))
    assert steps(world.share) == [("circulation", "05-15")]

    go_daily(date(2026, 5, 16), date(2026, 5, 20))

    # three working days after it: 18, 19, 20
    assert steps(world.share)[1:] == [("overdue", "05-20")]


def test_on_a_day_off_nothing_is_done(world):
    for day in (date(2026, 5, 1), date(2026, 5, 5), date(2026, 5, 10)):
        found = go(day)
        assert not found.is_working_day
        assert found.looked_at == 0

    assert steps(world.share) == []


def test_another_due_day_begins_another_ladder(world):
    go(date(2026, 5, 6))
    Task.objects.filter(pk=world.share.pk).update(due_on=date(2026, 5, 8))

    go_daily(date(2026, 5, 6), date(2026, 5, 11))

    # Due on Friday 8 May: on the 6th two working days are left; on the worked Saturday it is late.
    assert steps(world.share) == [("overdue", "05-06"), ("due_soon", "05-06"), ("overdue", "05-09")]


@pytest.mark.parametrize("state", [Task.State.COMPLETED, Task.State.CANCELLED])
def test_a_task_that_ended_is_left_alone(world, state):
    with on(date(2026, 5, 6)):
        bring_to(world.share, state)

    go(date(2026, 5, 7))

    assert steps(world.share) == []


def test_a_draft_is_not_supervised(world):
    Task.objects.filter(pk=world.share.pk).update(state=Task.State.PLANNED)

    assert go(date(2026, 5, 7)).looked_at == 0


def test_a_plan_that_is_switched_off_is_silent_and_catches_up_when_switched_on(world):
    set_rule(world.plan, is_active=False)
    go_daily(date(2026, 4, 27), date(2026, 5, 7))
    assert steps(world.share) == []

    set_rule(world.plan)
    go(date(2026, 5, 8))

    assert steps(world.share) == [("overdue", "05-08")]


def test_the_defaults_hold_for_a_plan_without_a_rule(world):
    world.plan.supervision_rule.delete()

    # Five working days before 30 April: 24, 27, 28, 29, 30 lie after the 23rd.
    go(date(2026, 4, 22))
    assert steps(world.share) == []
    go(date(2026, 4, 23))
    assert steps(world.share) == [("due_soon", "04-23")]


def test_a_final_report_that_waits_reminds_the_reviewer_and_not_the_unit(world):
    with on(date(2026, 4, 30)):
        report = submit(world.share, is_final=True)

    # Three working days after 30 April: 6, 7, 8 May; again three on: 9, 11, 12.
    go_daily(date(2026, 5, 1), date(2026, 5, 12))

    assert steps(world.share) == [("review", "05-08"), ("review", "05-12")]
    step = Step.objects.filter(task=world.share).latest("pk")
    assert step.organisation == world.cast.hangzhou
    # When it is returned, the unit is late again: on 13 May by seven working days.
    return_report(report, actor=None, reason="缺少佐证")
    go(date(2026, 5, 13))
    assert steps(world.share)[2:] == [("escalation", "05-13")]


def test_a_report_on_the_way_does_not_excuse_lateness_and_the_reviewer_is_reminded_too(world):
    with on(date(2026, 4, 29)):
        submit(world.share)

    go_daily(date(2026, 4, 30), date(2026, 5, 8))

    # Overdue on the 6th; on the 7th the report has waited for three working days: 30 April, 6, 7 May.
    assert steps(world.share) == [("due_soon", "04-30"), ("overdue", "05-06"), ("review", "05-07")]


def test_what_stands_still_is_reminded_of_and_again_after_as_long(world):
    set_rule(world.plan, stalled_days=5)
    idle = enter(world.plan, "没有期限的任务")
    with on(date(2026, 4, 24)):
        Task.objects.filter(pk=idle.pk).update(moved_at="2026-04-24T10:00:00+08:00")

    # Five working days after Friday 24 April: 27, 28, 29, 30 April, 6 May; then 7, 8, 9, 11, 12.
    go_daily(date(2026, 4, 24), date(2026, 5, 12))

    assert steps(idle) == [("stalled", "05-06"), ("stalled", "05-12")]


def test_a_report_ends_a_standstill(world):
    set_rule(world.plan, stalled_days=5)
    idle = enter(world.plan, "没有期限的任务")
    Task.objects.filter(pk=idle.pk).update(moved_at="2026-04-24T10:00:00+08:00")
    with on(date(2026, 5, 6), hour=8):
        accept(renewed(idle))

    # Accepted on 6 May: five working days on is the 12th (7, 8, 9, 11, 12).
    go_daily(date(2026, 5, 6), date(2026, 5, 12))

    assert steps(idle) == [("stalled", "05-12")]


def test_what_is_to_begin_later_does_not_stand_still(world):
    set_rule(world.plan, stalled_days=5)
    later = enter(world.plan, "五月开始", starts_on=date(2026, 5, 11))
    Task.objects.filter(pk=later.pk).update(moved_at="2026-04-20T10:00:00+08:00")

    # From 11 May on five working days: 12, 13, 14, 15, 18.
    go_daily(date(2026, 5, 6), date(2026, 5, 18))

    assert steps(later) == [("stalled", "05-18")]


def test_a_reminder_by_hand_puts_the_next_one_off(world):
    go(date(2026, 5, 6))
    with on(date(2026, 5, 8)):
        remind(world.share, actor=None)

    go_daily(date(2026, 5, 9), date(2026, 5, 9))
    assert steps(world.share) == [("overdue", "05-06"), ("reminder", "05-08")]
