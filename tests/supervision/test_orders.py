from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import translation
from tests.plans.builders import bring_to, enter, renewed, rows, share_out
from tests.supervision.builders import on

from tongxin.notices.models import Notice
from tongxin.plans.models import Task
from tongxin.supervision.models import SupervisionOrder
from tongxin.supervision.order_actions import (
    NEXT,
    close_order,
    issue_order,
    reply_to_order,
    return_order,
    withdraw_order,
)

DAY = date(2026, 4, 29)
State = SupervisionOrder.State


def issue(world, task=None, **values):
    told = {
        "actor": world.cast.office_of_hangzhou,
        "organisation": world.cast.xiaoshan,
        "demand": "请说明逾期原因",
        "reply_days": 5,
    }
    with on(values.pop("day", DAY)):
        return issue_order(task or world.share, **{**told, **values})


def another_share(world, number: int) -> Task:
    own = enter(world.plan, f"任务{number}", due_on=date(2026, 12, 31))
    return share_out(renewed(own), world.cast.xiaoshan)[0]


def told_of(order: SupervisionOrder) -> list[tuple[str, str]]:
    link = f"/supervision/orders/{order.pk}/"
    found = Notice.objects.filter(link=link).order_by("pk")
    return [(notice.recipient.username, notice.kind) for notice in found]


def test_an_order_has_its_number_and_the_day_by_which_to_reply(world):
    order = issue(world)

    # Five working days after Wednesday 29 April: 30 April, 6, 7, 8 and the worked Saturday 9 May.
    assert (order.issued_on, order.reply_by) == (DAY, date(2026, 5, 9))
    assert (order.issuer, order.year, order.number) == (world.cast.hangzhou, 2026, 1)
    assert str(order) == "Order [2026] No. 1"
    assert order.state == State.ISSUED
    (row,) = rows("orders.issued")
    assert (row.actor_name, row.changes["unit"]) == ("office_of_hangzhou", "Xiaoshan District")


def test_numbers_run_without_gaps_within_the_issuer_and_the_year(world):
    first = issue(world)
    with pytest.raises(ValidationError):
        issue(world, demand=" ")
    second = issue(world, another_share(world, 1))
    withdraw_order(second, actor=None, text="发错")
    third = issue(world, another_share(world, 2))
    next_year = issue(world, another_share(world, 3), day=date(2027, 1, 4))
    own = enter(world.plan, "萧山的任务", due_on=date(2026, 12, 31))
    (share,) = share_out(renewed(own), world.cast.xiaoshan)
    (below,) = share_out(renewed(share), world.cast.chengxiang)
    other = issue(
        world, renewed(below), actor=world.cast.office_of_xiaoshan, organisation=world.cast.chengxiang
    )

    assert [each.number for each in (first, second, third, next_year, other)] == [1, 2, 3, 1, 1]
    assert (next_year.year, other.issuer) == (2027, world.cast.xiaoshan)
    with pytest.raises(IntegrityError), transaction.atomic():
        SupervisionOrder.objects.filter(pk=third.pk).update(number=1)


def test_from_issue_over_a_better_reply_to_closure(world):
    cast, order = world.cast, issue(world)

    with on(date(2026, 5, 6)):
        order = reply_to_order(order, actor=cast.office_of_xiaoshan, text="正在办理")
    with on(date(2026, 5, 7)):
        order = return_order(order, actor=cast.office_of_hangzhou, text="请写明时限", reply_days=2)
    # Two working days after Thursday 7 May: 8 and 9 May.
    assert order.reply_by == date(2026, 5, 9)
    with on(date(2026, 5, 8)):
        order = reply_to_order(order, actor=cast.office_of_xiaoshan, text="5月20日前完成")
        order = close_order(order, actor=cast.office_of_hangzhou)

    assert order.state == State.CLOSED
    assert [(turn.state, turn.organisation.code, turn.text) for turn in order.turns.all()] == [
        ("issued", "330100", "请说明逾期原因"),
        ("replied", "330109", "正在办理"),
        ("returned", "330100", "请写明时限"),
        ("replied", "330109", "5月20日前完成"),
        ("closed", "330100", ""),
    ]
    assert told_of(order) == [
        ("office_of_xiaoshan", "orders.issued"),
        ("office_of_hangzhou", "orders.replied"),
        ("office_of_xiaoshan", "orders.returned"),
        ("office_of_hangzhou", "orders.replied"),
        ("office_of_xiaoshan", "orders.closed"),
    ]
    assert [row.changes["state"] for row in rows("orders.replied")] == [
        ["issued", "replied"],
        ["returned", "replied"],
    ]


def test_the_notice_names_the_order_as_offices_do(world):
    with translation.override("zh-hans"):
        order = issue(world)

    notice = Notice.objects.get(kind="orders.issued")
    assert "请萧山区于2026年5月9日前回复。督办要求：请说明逾期原因" in notice.text
    assert order.number == 1


def bring_order_to(world, state: str) -> SupervisionOrder:
    order = issue(world)
    if state in {State.REPLIED, State.RETURNED, State.CLOSED}:
        order = reply_to_order(order, actor=None, text="办了")
    if state == State.RETURNED:
        order = return_order(order, actor=None, text="缺少佐证", reply_days=3)
    if state == State.CLOSED:
        order = close_order(order, actor=None)
    if state == State.WITHDRAWN:
        order = withdraw_order(order, actor=None, text="发错")
    return order


ACTS = {
    State.REPLIED: lambda order: reply_to_order(order, actor=None, text="办了"),
    State.RETURNED: lambda order: return_order(order, actor=None, text="缺", reply_days=3),
    State.CLOSED: lambda order: close_order(order, actor=None),
    State.WITHDRAWN: lambda order: withdraw_order(order, actor=None, text="发错"),
}


@pytest.mark.parametrize("now", State)
@pytest.mark.parametrize("then", ACTS)
def test_an_order_goes_only_where_it_may(world, now, then):
    allowed = {
        (State.ISSUED, State.REPLIED),
        (State.ISSUED, State.WITHDRAWN),
        (State.REPLIED, State.RETURNED),
        (State.REPLIED, State.CLOSED),
        (State.REPLIED, State.WITHDRAWN),
        (State.RETURNED, State.REPLIED),
        (State.RETURNED, State.WITHDRAWN),
    }
    order = bring_order_to(world, now)
    turns = order.turns.count()

    if (now, then) in allowed:
        assert ACTS[then](order).state == then
        return
    with pytest.raises(ValidationError) as refused:
        ACTS[then](order)
    label = SupervisionOrder.State
    assert refused.value.messages == [
        f"Order [2026] No. 1 is {label(now).label}; it cannot become {label(then).label}."
    ]
    order.refresh_from_db()
    assert (order.state, order.turns.count()) == (now, turns)
    assert set(NEXT) == set(State)


def test_each_act_asks_for_its_words(world):
    order = issue(world)
    for act in (
        lambda: reply_to_order(order, actor=None, text=" "),
        lambda: withdraw_order(order, actor=None, text=""),
    ):
        with pytest.raises(ValidationError) as refused:
            act()
        assert set(refused.value.message_dict) == {"text"}
    order = reply_to_order(order, actor=None, text="办了")
    with pytest.raises(ValidationError):
        return_order(order, actor=None, text="", reply_days=3)
    with pytest.raises(ValidationError) as refused:
        return_order(order, actor=None, text="缺", reply_days=0)
    assert refused.value.message_dict == {
        "reply_days": ["Please give from 1 to 250 working days for the reply."]
    }


def test_a_second_click_issues_no_second_order(world):
    issue(world)

    with pytest.raises(ValidationError) as refused:
        issue(world)

    assert refused.value.messages == [
        "Order [2026] No. 1 to Xiaoshan District about this task is still open; "
        "please close or withdraw it first."
    ]
    assert SupervisionOrder.objects.count() == 1


def test_an_order_goes_to_a_unit_of_the_task_and_about_a_task_that_is_open(world):
    with pytest.raises(ValidationError) as refused:
        issue(world, organisation=world.cast.yuhang)
    assert refused.value.message_dict == {
        "organisation": ["Yuhang District neither answers for “培育产业工人” nor leads it."]
    }

    bring_to(world.share, Task.State.CANCELLED)
    with pytest.raises(ValidationError):
        issue(world)


def test_who_decides_issues_and_closes_and_who_is_addressed_replies(world):
    cast = world.cast
    for user in (cast.office_of_xiaoshan, cast.reviewer_of_xiaoshan):
        with pytest.raises((PermissionDenied, Http404)):
            issue(world, actor=user)
    order = issue(world)
    for user in (cast.office_of_yuhang, cast.reviewer_of_xiaoshan, cast.viewer_of_xiaoshan, cast.stranger):
        with pytest.raises((PermissionDenied, Http404)):
            reply_to_order(order, actor=user, text="办了")
    order = reply_to_order(order, actor=cast.office_of_xiaoshan, text="办了")
    for act in (return_order, close_order, withdraw_order):
        more = {"reply_days": 3} if act is return_order else {}
        with pytest.raises((PermissionDenied, Http404)):
            act(order, actor=cast.office_of_xiaoshan, text="好", **more)
    assert close_order(order, actor=cast.office_of_province).state == State.CLOSED
