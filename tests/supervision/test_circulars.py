from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from tests.plans.builders import as_office, enter, renewed, rows, share_out
from tests.supervision.builders import DUE, add_webhook, go, go_daily, on

from tongxin.notices.models import Delivery
from tongxin.plans.models import Task
from tongxin.supervision.actions import circulate
from tongxin.supervision.models import Circular, CircularLine

CIRCULATED = date(2026, 5, 14)


def lines(circular: Circular) -> list[tuple[int, str, int]]:
    return [(line.position, line.unit_zh, line.days_late) for line in circular.lines.all()]


def test_the_day_on_which_a_task_comes_on_the_list_has_the_plans_list(world):
    go_daily(date(2026, 5, 6), date(2026, 5, 19))

    (circular,) = Circular.objects.all()
    assert (circular.day, circular.after, circular.n_open) == (CIRCULATED, 8, 2)
    (line,) = circular.lines.all()
    assert (line.title, line.unit_zh, line.due_on, line.days_late) == ("培育产业工人", "萧山区", DUE, 8)
    assert line.done == [
        {"kind": "overdue", "day": "2026-05-06"},
        {"kind": "overdue", "day": "2026-05-09"},
        {"kind": "escalation", "day": "2026-05-11"},
        {"kind": "circulation", "day": "2026-05-14"},
    ]
    (row,) = rows("supervision.circulated")
    assert (row.actor_name, row.changes) == ("system", {"tasks": 1})


def test_units_stand_in_the_order_of_the_tree_and_not_by_how_late_they_are(world):
    own = enter(world.plan, "更晚的任务", due_on=date(2026, 12, 31))
    share_out(renewed(own), world.cast.yuhang, due_on=date(2026, 4, 23))
    share_out(renewed(own), world.cast.xiaoshan, due_on=date(2026, 4, 24))

    go(CIRCULATED)

    # Late by 8; from 23 April: 24, 27, 28, 29, 30, 6, 7, 8, 9, 11, 12, 13, 14 = 13; from the 24th 12.
    (circular,) = Circular.objects.all()
    assert lines(circular) == [(1, "萧山区", 12), (2, "萧山区", 8), (3, "余杭区", 13)]


def test_a_list_stays_as_it_was_circulated(world):
    go(CIRCULATED)
    before = list(CircularLine.objects.values())

    Task.objects.filter(pk=world.share.pk).update(title="改名", state=Task.State.COMPLETED)
    type(world.cast.xiaoshan).objects.filter(pk=world.cast.xiaoshan.pk).update(name_zh="新区")
    go_daily(CIRCULATED, date(2026, 5, 20))

    assert list(CircularLine.objects.values()) == before
    assert Circular.objects.count() == 1


def test_a_list_that_was_not_drawn_up_because_the_round_died_is_drawn_up_the_next_day(world, monkeypatch):
    def die(*_args, **_values):
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr("tongxin.supervision.compute.draw_up", die)
        with pytest.raises(KeyboardInterrupt):
            go(CIRCULATED)
    assert not Circular.objects.exists()

    go(date(2026, 5, 15))
    go(date(2026, 5, 15))

    (circular,) = Circular.objects.all()
    assert circular.day == date(2026, 5, 15)


def test_an_office_circulates_once_a_day_and_no_empty_list(world):
    office = world.cast.office_of_hangzhou
    with on(date(2026, 5, 13)), pytest.raises(ValidationError) as refused:
        circulate(world.plan, date(2026, 5, 13), actor=office)
    assert refused.value.messages == ["No task of this plan is late by 8 working days or more."]

    with on(CIRCULATED):
        found = circulate(world.plan, CIRCULATED, actor=office)
        with pytest.raises(ValidationError) as refused:
            circulate(world.plan, CIRCULATED, actor=office)

    assert found.made_by == office
    assert refused.value.messages == ["The list of this day has been circulated already; it stays as it is."]
    # The round of the same day makes the step and keeps to the list that is there.
    go(CIRCULATED)
    assert Circular.objects.count() == 1


def test_only_the_office_of_the_plan_circulates(world):
    reviewer = as_office(world.cast.hangzhou, role="reviewer")
    for user in (world.cast.office_of_xiaoshan, reviewer):
        with on(CIRCULATED), pytest.raises(Exception) as refused:  # noqa: PT011  # hidden or forbidden
            circulate(world.plan, CIRCULATED, actor=user)
        assert isinstance(refused.value, PermissionDenied) or refused.typename == "Http404"


def test_the_webhooks_of_the_plans_unit_are_told_once(world):
    add_webhook(world.cast.hangzhou)

    go(CIRCULATED)
    go(CIRCULATED)

    (delivery,) = Delivery.objects.filter(payload__kind="supervision.circular")
    assert delivery.payload["title"] == "逾期任务通报：杭州市方案"
    assert delivery.payload["text"] == "截至2026年5月14日，杭州市方案共有1项任务逾期较久，现予通报。"
