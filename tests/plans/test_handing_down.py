"""A unit hands its task down: units below answer for shares of it, which it sets, changes and decides on."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from tests.cast import Cast
from tests.plans.builders import (
    as_office,
    begin,
    bring_to,
    complete,
    enter,
    enter_in_force,
    measure_of,
    renewed,
    rows,
    share_out,
)

from tongxin.audit.models import LogEntry
from tongxin.figures.actions import publish_definitions
from tongxin.organisations.models import Organisation
from tongxin.plans.handing_actions import Share, hand_down
from tongxin.plans.models import Plan, Task, TaskTarget, TaskUnit
from tongxin.plans.plan_actions import publish_plan
from tongxin.plans.target_actions import Target, set_targets
from tongxin.plans.task_actions import change_task, reopen_task, withdraw_task

DUE = date(2026, 10, 31)
HEADCOUNT = """
code: headcount
name: {zh-hans: 职工人数, en: Workers}
unit: persons
value: {count: workers, at: period_end}
periods: [quarter, year]
"""


@pytest.fixture
def task(cast: Cast) -> Task:
    """A task of Hangzhou in force, to be done by the end of October."""
    return enter_in_force(
        cast.hangzhou,
        kind="service",
        deliverable="台账",
        starts_on=date(2026, 2, 1),
        due_on=DUE,
        due_text="10月底前",
        target="100家",
        goal=Decimal(100),
        goal_unit="家",
    )


def refused(task: Task, *shares: Share, actor: Any = None) -> ValidationError:
    """Return what handing down was refused with: none of the shares is made, and nothing written down."""
    before = [model.objects.count() for model in (Task, TaskUnit, TaskTarget, LogEntry)]
    with pytest.raises(ValidationError) as refusal:
        hand_down(task, shares, actor=actor)
    assert [model.objects.count() for model in (Task, TaskUnit, TaskTarget, LogEntry)] == before
    return refusal.value


def test_a_share_says_what_its_task_says(cast: Cast, task: Task) -> None:
    made = share_out(task, cast.xiaoshan, cast.yuhang, actor=cast.office_of_hangzhou, goal=Decimal(40))

    assert [share.organisation for share in made] == [cast.xiaoshan, cast.yuhang]
    for share in map(renewed, made):
        assert share.parent == task
        for name in ("title", "kind", "deliverable", "starts_on", "due_on", "goal_unit", "measure", "state"):
            assert getattr(share, name) == getattr(task, name), name
        assert share.goal == 40
        assert share.decided_by == cast.hangzhou
        (unit,) = share.units.all()
        assert (unit.part, unit.name, unit.organisation) == (
            "lead",
            share.organisation.name_zh,
            share.organisation,
        )


def test_each_share_is_written_down(cast: Cast, task: Task) -> None:
    made = share_out(task, cast.xiaoshan, cast.yuhang, actor=cast.office_of_hangzhou, goal=Decimal(40))

    written = rows("tasks.handed_down")
    assert [(row.target_id, row.organisation_id) for row in written] == [
        (str(share.pk), share.organisation_id) for share in made
    ]
    for row in written:
        assert row.actor_name == "office_of_hangzhou"
        assert row.changes == {"share_of": "走访企业", "due_on": "2026-10-31", "goal": "40"}


def test_a_share_of_a_figure_has_the_indicator_and_targets_of_its_own(cast: Cast) -> None:
    publish_definitions(HEADCOUNT)
    task = enter_in_force(cast.hangzhou)
    set_targets(task, actor=None, indicator="headcount", targets=[Target("2026", Decimal(100))])
    targets = (Target("2026Q2", Decimal(20), Decimal(15)), Target("2026", Decimal(40)))

    (share,) = hand_down(task, [Share(cast.xiaoshan, targets=targets)], actor=None)

    assert renewed(share).indicator == "headcount"
    assert [(each.period, each.baseline, each.value) for each in share.targets.all()] == [
        ("2026", None, 40),
        ("2026Q2", 15, 20),
    ]


@pytest.mark.parametrize(
    "targets",
    [
        (Target("2026年", Decimal(1)),),
        (Target("2026-09", Decimal(1)),),
        (Target("2026", Decimal(1)), Target("2026", Decimal(2))),
    ],
    ids=["no period", "no figure for months", "twice"],
)
def test_targets_of_a_share_are_checked_like_those_of_a_task(cast: Cast, targets: tuple) -> None:
    publish_definitions(HEADCOUNT)
    task = enter_in_force(cast.hangzhou)
    set_targets(task, actor=None, indicator="headcount", targets=[Target("2026", Decimal(100))])

    refusal = refused(task, Share(cast.xiaoshan, targets=targets))

    assert set(refusal.message_dict) == {"targets"}
    assert targets[-1].period in refusal.messages[0]


def test_a_share_of_a_task_without_an_indicator_has_no_targets(cast: Cast) -> None:
    assert refused(enter_in_force(cast.hangzhou), Share(cast.xiaoshan, targets=(Target("2026", Decimal(1)),)))


def test_a_share_of_a_draft_is_assigned_with_its_plan(cast: Cast) -> None:
    draft = begin(cast.hangzhou)
    (share,) = share_out(enter(draft), cast.xiaoshan)
    assert share.state == "planned"

    publish_plan(draft, actor=None)

    assert renewed(share).state == "assigned"


def test_a_share_is_handed_further_down_by_the_unit_that_has_it(cast: Cast) -> None:
    task = enter_in_force(cast.province)

    (hangzhou, ningbo) = share_out(task, cast.hangzhou, cast.ningbo, actor=cast.office_of_province)
    (xiaoshan,) = share_out(hangzhou, cast.xiaoshan, actor=cast.office_of_hangzhou)
    (town,) = share_out(xiaoshan, cast.chengxiang, actor=cast.office_of_xiaoshan)
    (alpha,) = share_out(town, cast.alpha, actor=as_office(cast.chengxiang))

    assert [each.parent for each in (hangzhou, ningbo, xiaoshan, town, alpha)] == [
        task,
        task,
        hangzhou,
        xiaoshan,
        town,
    ]
    assert alpha.measure == task.measure


def test_a_county_hands_its_share_to_enterprises_and_over_a_level(cast: Cast) -> None:
    (xiaoshan,) = share_out(enter_in_force(cast.hangzhou), cast.xiaoshan)

    made = share_out(xiaoshan, cast.alpha, cast.beta, actor=cast.office_of_xiaoshan)

    assert [share.organisation for share in made] == [cast.alpha, cast.beta]


def test_who_may_not_change_plans_at_the_unit_hands_nothing_down(cast: Cast) -> None:
    (xiaoshan,) = share_out(enter_in_force(cast.hangzhou), cast.xiaoshan)
    below = as_office(cast.chengxiang)

    for user in (cast.viewer_of_xiaoshan, cast.reviewer_of_xiaoshan):
        with pytest.raises(PermissionDenied):
            share_out(xiaoshan, cast.alpha, actor=user)
    for user in (cast.office_of_yuhang, below, cast.reporter_of_alpha, cast.stranger, cast.auditor):
        with pytest.raises((PermissionDenied, Http404)):
            share_out(xiaoshan, cast.alpha, actor=user)

    assert xiaoshan.children.count() == 0


def test_a_child_does_not_hand_down_the_task_above(cast: Cast) -> None:
    task = enter_in_force(cast.province)

    with pytest.raises((PermissionDenied, Http404)):
        share_out(task, cast.xiaoshan, actor=cast.office_of_hangzhou)


@pytest.mark.parametrize("unit", ["hangzhou", "province", "ningbo", "haishu"])
def test_only_units_below_have_a_share(cast: Cast, task: Task, unit: str) -> None:
    other: Organisation = getattr(cast, unit)

    told = refused(task, Share(cast.yuhang), Share(other)).messages[0]

    assert other.name in told
    assert "below" in told


def test_a_closed_unit_has_no_share(cast: Cast, task: Task) -> None:
    Organisation.objects.filter(pk=cast.xiaoshan.pk).update(closed_on=date(2026, 1, 1))
    closed = Organisation.objects.get(pk=cast.xiaoshan.pk)

    assert "is closed" in refused(task, Share(closed)).messages[0]


def test_a_unit_that_was_closed_meanwhile_has_no_share(cast: Cast, task: Task) -> None:
    """The page that was open while the unit was closed still names it."""
    Organisation.objects.filter(pk=cast.xiaoshan.pk).update(closed_on=date(2026, 1, 1))

    assert "is closed" in refused(task, Share(cast.xiaoshan)).messages[0]


def test_no_unit_is_no_handing_down(task: Task) -> None:
    assert "at least one unit" in refused(task).messages[0]


def test_a_unit_has_one_share_of_a_task(cast: Cast, task: Task) -> None:
    assert "already" in refused(task, Share(cast.xiaoshan), Share(cast.xiaoshan)).messages[0]
    share_out(task, cast.xiaoshan)
    assert "already" in refused(task, Share(cast.yuhang), Share(cast.xiaoshan)).messages[0]


def test_a_unit_whose_share_is_completed_gets_no_second(cast: Cast, task: Task) -> None:
    (share,) = share_out(task, cast.xiaoshan)
    complete(share)

    assert "already" in refused(task, Share(cast.xiaoshan)).messages[0]


def test_a_unit_whose_share_was_cancelled_gets_another(cast: Cast, task: Task) -> None:
    (first,) = share_out(task, cast.xiaoshan)
    withdraw_task(first, actor=None, reason="调整")

    (second,) = share_out(task, cast.xiaoshan)

    assert (renewed(first).state, second.state) == ("cancelled", "assigned")


@pytest.mark.parametrize(("first", "second"), [("xiaoshan", "alpha"), ("chengxiang", "xiaoshan")])
def test_units_of_which_one_lies_in_the_other_do_not_both_have_a_share(
    cast: Cast, task: Task, first: str, second: str
) -> None:
    one, other = getattr(cast, first), getattr(cast, second)

    together = refused(task, Share(one), Share(other)).messages[0]
    share_out(task, one)
    later = refused(task, Share(other)).messages[0]

    for told in (together, later):
        assert one.name in told
        assert other.name in told
        assert "count twice" in told


def test_a_unit_in_one_whose_share_was_cancelled_may_have_one(cast: Cast, task: Task) -> None:
    (share,) = share_out(task, cast.xiaoshan)
    withdraw_task(share, actor=None, reason="调整")

    assert share_out(task, cast.chengxiang)[0].pk


def test_a_share_is_not_due_after_its_task(cast: Cast, task: Task) -> None:
    late = refused(task, Share(cast.yuhang), Share(cast.xiaoshan, due_on=date(2026, 11, 1)))
    assert set(late.message_dict) == {"due_on"}
    assert "2026-10-31" in late.messages[0]

    (same, earlier) = hand_down(
        task, [Share(cast.yuhang, due_on=DUE), Share(cast.xiaoshan, due_on=date(2026, 6, 30))], actor=None
    )

    assert (same.due_on, earlier.due_on) == (DUE, date(2026, 6, 30))
    assert earlier.due_text == ""


def test_a_share_is_not_due_before_it_starts(cast: Cast, task: Task) -> None:
    assert set(refused(task, Share(cast.xiaoshan, due_on=date(2026, 1, 31))).message_dict) == {"due_on"}


def test_a_share_is_not_moved_behind_its_task(cast: Cast, task: Task) -> None:
    (share,) = share_out(task, cast.xiaoshan)

    with pytest.raises(ValidationError, match="not due later"):
        change_task(
            share, actor=None, measure=share.measure, lead=["萧山区"], support=[], due_on=date(2026, 12, 1)
        )

    assert renewed(share).due_on == DUE


def test_a_task_does_not_become_due_before_its_shares(cast: Cast, task: Task) -> None:
    """Whether it is refused or the shares come along: none is due after its task."""
    (share,) = share_out(task, cast.xiaoshan)

    with suppress(ValidationError):
        change_task(task, actor=None, measure=task.measure, lead=[], support=[], due_on=date(2026, 6, 30))

    assert renewed(share).due_on <= renewed(task).due_on


@pytest.mark.parametrize("goal", [Decimal(0), Decimal(-1)])
def test_a_quota_is_more_than_nothing(cast: Cast, task: Task, goal: Decimal) -> None:
    assert set(refused(task, Share(cast.yuhang), Share(cast.xiaoshan, goal=goal)).message_dict) == {"goal"}


def test_quotas_need_not_add_up(cast: Cast, task: Task) -> None:
    made = share_out(task, cast.xiaoshan, cast.yuhang, goal=Decimal(80))

    assert [share.goal for share in made] == [80, 80]


@pytest.mark.parametrize("state", ["completed", "cancelled"])
def test_what_has_ended_is_not_handed_down(cast: Cast, task: Task, state: str) -> None:
    ended = bring_to(task, state)

    assert state in refused(ended, Share(cast.xiaoshan)).messages[0]


def test_a_share_is_changed_by_the_unit_that_set_it_and_not_by_its_own(cast: Cast, task: Task) -> None:
    (share,) = share_out(task, cast.xiaoshan)
    own, above = cast.office_of_xiaoshan, cast.office_of_hangzhou
    kept: dict[str, Any] = {"measure": share.measure, "lead": ["萧山区"], "support": []}

    def change(user) -> None:
        change_task(share, actor=user, title="走访百家", **kept)

    def withdraw(user) -> None:
        withdraw_task(share, actor=user, reason="x")

    def target(user) -> None:
        set_targets(share, actor=user, indicator="", targets=[])

    for act in (change, target, withdraw):
        with pytest.raises((PermissionDenied, Http404)):
            act(own)
    assert (renewed(share).title, renewed(share).state) == ("走访企业", "assigned")
    for act in (change, target, withdraw):
        act(above)
    assert (renewed(share).title, renewed(share).state) == ("走访百家", "cancelled")


def test_a_completed_share_is_taken_up_by_the_unit_that_set_it(cast: Cast, task: Task) -> None:
    (share,) = share_out(task, cast.xiaoshan)
    complete(share)

    with pytest.raises((PermissionDenied, Http404)):
        reopen_task(share, actor=cast.office_of_xiaoshan, reason="补")
    assert reopen_task(share, actor=cast.office_of_hangzhou, reason="补").state == "under_way"


def test_another_measure_of_a_task_moves_all_its_shares(cast: Cast) -> None:
    task = enter_in_force(cast.hangzhou)
    xiaoshan, yuhang = share_out(task, cast.xiaoshan, cast.yuhang)
    (alpha,) = share_out(xiaoshan, cast.alpha)
    withdraw_task(yuhang, actor=None, reason="调整")
    other = measure_of(Plan.objects.get(), "standing")

    change_task(task, actor=cast.office_of_hangzhou, measure=other, lead=[], support=[])

    assert {renewed(each).measure for each in (task, xiaoshan, yuhang, alpha)} == {other}


def test_a_share_stays_under_the_measure_of_its_task(cast: Cast, task: Task) -> None:
    (share,) = share_out(task, cast.xiaoshan)
    other = measure_of(Plan.objects.get(), "standing")

    with pytest.raises(ValidationError):
        change_task(share, actor=None, measure=other, lead=["萧山区"], support=[])

    assert renewed(share).measure == renewed(task).measure
