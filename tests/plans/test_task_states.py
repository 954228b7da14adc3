"""Planned, assigned with its plan, under way from the first report, completed, taken up again, cancelled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from tests.cast import Cast
from tests.plans.builders import (
    FIGURES,
    accept,
    as_office,
    bring_to,
    complete,
    enter,
    enter_in_force,
    measure_of,
    proposal_of,
    renewed,
    rows,
    share_out,
    submit,
)

from tongxin.audit.models import LogEntry
from tongxin.figures.actions import publish_definitions
from tongxin.figures.items import publish_items, starter_items
from tongxin.plans.models import Plan, Report, Task
from tongxin.plans.plan_actions import publish_plan
from tongxin.plans.proposal_actions import accept_proposal
from tongxin.plans.report_actions import accept_report, submit_report, write_report
from tongxin.plans.target_actions import Target, set_targets
from tongxin.plans.task_actions import move_task, reopen_task, withdraw_task

State = Task.State
ALLOWED = {
    (State.PLANNED, State.ASSIGNED),
    (State.ASSIGNED, State.UNDER_WAY),
    (State.UNDER_WAY, State.COMPLETED),
    (State.COMPLETED, State.UNDER_WAY),
    (State.PLANNED, State.CANCELLED),
    (State.ASSIGNED, State.CANCELLED),
    (State.UNDER_WAY, State.CANCELLED),
}
FORBIDDEN = [pair for pair in product(State, State) if pair not in ALLOWED]
VERB = "tasks.changed"


GOAL: dict[str, Any] = {"goal": Decimal(100), "goal_unit": "家"}


@pytest.fixture
def task(cast: Cast) -> Task:
    """A task of Xiaoshan in force, without a number to be reached."""
    return enter_in_force(cast.xiaoshan)


@pytest.fixture
def goal(cast: Cast) -> Task:
    """A task of Xiaoshan in force: 100 enterprises."""
    return enter_in_force(cast.xiaoshan, "走访百家", **GOAL)


def refused(report: Report, override: str = "") -> ValidationError:
    """Return why a report was not accepted: it stays submitted, and nothing is written down."""
    before, n_rows = list(Task.objects.order_by("pk").values()), LogEntry.objects.count()
    with pytest.raises(ValidationError) as refusal:
        accept_report(report, actor=None, override=override)
    assert list(Task.objects.order_by("pk").values()) == before
    assert Report.objects.get(pk=report.pk).state == "submitted"
    assert LogEntry.objects.count() == n_rows
    return refusal.value


@pytest.mark.parametrize(("state", "to"), FORBIDDEN)
def test_every_other_move_is_refused_with_both_states(plan: Plan, state: State, to: State) -> None:
    task = bring_to(enter(plan), state)
    before = LogEntry.objects.count()

    with pytest.raises(ValidationError) as refusal:
        move_task(task, to, None, VERB)

    (sentence,) = refusal.value.messages
    assert f"is {state.label}" in sentence
    assert f"become {to.label}" in sentence
    assert renewed(task).state == state
    assert LogEntry.objects.count() == before


@pytest.mark.parametrize(("state", "to"), sorted(ALLOWED))
def test_an_allowed_move_writes_one_row(
    cast: Cast, plan: Plan, time_machine, state: State, to: State
) -> None:
    task = bring_to(enter(plan), state)
    before = LogEntry.objects.count()
    time_machine.move_to(datetime(2027, 1, 1, tzinfo=UTC), tick=False)

    move_task(task, to, cast.office_of_xiaoshan, VERB)

    moved, (row,) = renewed(task), rows(VERB)
    assert LogEntry.objects.count() == before + 1
    assert (moved.state, moved.moved_at) == (to, datetime(2027, 1, 1, tzinfo=UTC))
    assert row.changes["state"] == [state, to]
    assert (row.actor_id, row.target_id) == (cast.office_of_xiaoshan.pk, str(task.pk))
    assert row.organisation_id == cast.xiaoshan.pk


@pytest.mark.parametrize(
    ("act", "state", "to"),
    [
        *((reopen_task, state, State.UNDER_WAY) for state in State if state != State.COMPLETED),
        (withdraw_task, State.COMPLETED, State.CANCELLED),
        (withdraw_task, State.CANCELLED, State.CANCELLED),
    ],
)
def test_an_action_out_of_turn_is_refused_with_both_states(
    plan: Plan, act: Callable, state: State, to: State
) -> None:
    task = bring_to(enter(plan), state)
    before = LogEntry.objects.count()

    with pytest.raises(ValidationError) as refusal:
        act(task, actor=None, reason="误")

    assert str(state.label) in refusal.value.messages[0]
    assert str(to.label) in refusal.value.messages[0]
    assert renewed(task).state == state
    assert LogEntry.objects.count() == before


def test_a_task_goes_its_whole_way_and_each_step_is_written_down(cast: Cast, plan: Plan) -> None:
    office, reviewer = cast.office_of_xiaoshan, cast.reviewer_of_xiaoshan
    task = enter(plan)

    publish_plan(plan, actor=office)
    accept(task, actor=reviewer)
    complete(task, actor=reviewer)
    reopen_task(task, actor=office, reason="还有两家")
    withdraw_task(task, actor=office, reason="并入新任务")

    steps = [
        (row.action, row.changes["state"], row.actor_name)
        for row in LogEntry.objects.filter(
            target_type="plans.task", target_id=str(task.pk), changes__has_key="state"
        ).order_by("pk")
    ]
    assert steps == [
        ("tasks.begun", ["assigned", "under_way"], "system"),
        ("tasks.completed", ["under_way", "completed"], "reviewer_of_xiaoshan"),
        ("tasks.reopened", ["completed", "under_way"], "office_of_xiaoshan"),
        ("tasks.cancelled", ["under_way", "cancelled"], "office_of_xiaoshan"),
    ]
    assert [row.actor_name for row in rows("plans.published")] == ["office_of_xiaoshan"]
    assert rows("tasks.reopened")[0].changes["reason"] == "还有两家"
    assert rows("tasks.cancelled")[0].changes["reason"] == "并入新任务"


def test_only_the_first_report_begins_a_task(cast: Cast) -> None:
    task = enter_in_force(cast.xiaoshan)

    accept(task)
    accept(task)

    assert renewed(task).state == State.UNDER_WAY
    assert len(rows("tasks.begun")) == 1


def test_a_first_report_that_is_final_completes_the_task_in_two_steps(cast: Cast) -> None:
    task = complete(enter_in_force(cast.xiaoshan))

    assert task.state == State.COMPLETED
    assert [len(rows(verb)) for verb in ("tasks.begun", "tasks.completed")] == [1, 1]


@pytest.mark.parametrize("reason", ["", "  \n"])
@pytest.mark.parametrize(("act", "state"), [(withdraw_task, "assigned"), (reopen_task, "completed")])
def test_ending_and_taking_up_again_need_a_reason(plan: Plan, act: Callable, state: str, reason: str) -> None:
    task = bring_to(enter(plan), state)

    with pytest.raises(ValidationError) as refusal:
        act(task, actor=None, reason=reason)

    assert set(refusal.value.message_dict) == {"reason"}
    assert renewed(task).state == state


@pytest.mark.parametrize(("act", "state"), [(withdraw_task, "assigned"), (reopen_task, "completed")])
def test_who_does_not_change_plans_moves_no_task(cast: Cast, plan: Plan, act: Callable, state: str) -> None:
    task = bring_to(enter(plan), state)

    for user in (cast.viewer_of_xiaoshan, cast.reviewer_of_xiaoshan):
        with pytest.raises(PermissionDenied):
            act(task, actor=user, reason="x")
    for user in (cast.office_of_yuhang, cast.stranger):
        with pytest.raises((PermissionDenied, Http404)):
            act(task, actor=user, reason="x")

    assert renewed(task).state == state


def test_cancelling_takes_the_open_shares_below_with_it(cast: Cast) -> None:
    task = enter_in_force(cast.hangzhou)
    xiaoshan, yuhang = share_out(task, cast.xiaoshan, cast.yuhang)
    alpha, beta = share_out(xiaoshan, cast.alpha, cast.beta)
    complete(beta)
    complete(yuhang)

    withdraw_task(task, actor=cast.office_of_hangzhou, reason="省里已办")

    states = [renewed(each).state for each in (task, xiaoshan, alpha, beta, yuhang)]
    assert states == ["cancelled", "cancelled", "cancelled", "completed", "completed"]
    found = {
        (row.target_id, row.changes["reason"], row.actor_name, row.organisation_id)
        for row in rows("tasks.cancelled")
    }
    assert len(rows("tasks.cancelled")) == 3
    assert found == {
        (str(each.pk), "省里已办", "office_of_hangzhou", each.organisation_id)
        for each in (task, xiaoshan, alpha)
    }


def test_who_is_office_for_one_unit_only_cancels_what_was_handed_further_down(cast: Cast) -> None:
    """The right to cancel a task is that at the unit that set it; its shares go with it, whoever set them."""
    alone = as_office(cast.xiaoshan, reach="unit")
    task = enter_in_force(cast.xiaoshan)
    (town,) = share_out(task, cast.chengxiang, actor=alone)
    (alpha,) = share_out(town, cast.alpha)

    withdraw_task(task, actor=alone, reason="重复")

    assert [renewed(each).state for each in (task, town, alpha)] == ["cancelled"] * 3


def test_cancelling_a_share_leaves_the_task_and_the_others(cast: Cast) -> None:
    task = enter_in_force(cast.hangzhou)
    xiaoshan, yuhang = share_out(task, cast.xiaoshan, cast.yuhang)

    withdraw_task(xiaoshan, actor=cast.office_of_hangzhou, reason="调整")

    assert [renewed(each).state for each in (task, xiaoshan, yuhang)] == ["assigned", "cancelled", "assigned"]


def test_proposals_of_a_cancelled_task_are_open_again_with_its_shares_gone(
    cast: Cast, document, plan: Plan
) -> None:
    proposal = proposal_of(document, "20场")
    task = accept_proposal(proposal, actor=None, measure=measure_of(plan))
    publish_plan(plan, actor=None)
    (share,) = share_out(task, cast.chengxiang)

    withdraw_task(task, actor=None, reason="重复")

    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_at, proposal.decided_by) == ("open", None, None)
    assert renewed(share).state == "cancelled"


def test_a_report_that_waits_is_not_decided_on_once_its_task_is_cancelled(cast: Cast) -> None:
    task = enter_in_force(cast.xiaoshan)
    report = submit(task, is_final=True)
    withdraw_task(task, actor=None, reason="重复")

    with pytest.raises(ValidationError):
        accept_report(report, actor=cast.reviewer_of_xiaoshan)

    assert renewed(task).state == "cancelled"
    assert Report.objects.get().state == "submitted"


def test_taking_up_again_clears_why_it_was_closed(cast: Cast) -> None:
    task = complete(enter_in_force(cast.xiaoshan, goal=100, goal_unit="家"), amount=90)
    assert task.override == "已办结"

    reopened = reopen_task(task, actor=cast.office_of_xiaoshan, reason="还差十家")

    assert (reopened.state, renewed(task).state, renewed(task).override) == ("under_way", "under_way", "")


def test_a_share_is_not_taken_up_while_its_task_is_completed(cast: Cast) -> None:
    task = enter_in_force(cast.hangzhou)
    (share,) = share_out(task, cast.xiaoshan)
    complete(share)
    complete(task)

    with pytest.raises(ValidationError, match=r"走访企业.*is completed"):
        reopen_task(share, actor=cast.office_of_hangzhou, reason="补")
    reopen_task(task, actor=cast.office_of_hangzhou, reason="补")
    reopen_task(share, actor=cast.office_of_hangzhou, reason="补")

    assert [renewed(each).state for each in (task, share)] == ["under_way", "under_way"]


def test_taking_up_a_task_leaves_its_shares_completed(cast: Cast) -> None:
    task = enter_in_force(cast.hangzhou)
    (share,) = share_out(task, cast.xiaoshan)
    complete(share)
    complete(task)

    reopen_task(task, actor=None, reason="补")

    assert renewed(share).state == "completed"


def test_an_accepted_report_on_the_way_leaves_the_task_under_way(task: Task) -> None:
    accept(task, percent=100)

    assert renewed(task).state == "under_way"


def test_an_accepted_final_report_completes_the_task(cast: Cast, task: Task) -> None:
    accept(task, actor=cast.reviewer_of_xiaoshan, is_final=True)

    done = renewed(task)
    (row,) = rows("tasks.completed")
    assert (done.state, done.override) == ("completed", "")
    assert row.changes["state"] == ["under_way", "completed"]
    assert (row.target_id, row.actor_name) == (str(task.pk), "reviewer_of_xiaoshan")


@pytest.mark.parametrize(("n_open", "words"), [(1, "1 unit has not"), (2, "2 units have not")])
def test_a_task_is_not_completed_before_its_open_shares(
    cast: Cast, task: Task, n_open: int, words: str
) -> None:
    shares = share_out(task, cast.alpha, cast.beta)
    if n_open == 1:
        withdraw_task(shares[0], actor=None, reason="停产")
    report = submit(task, is_final=True)

    for override in ("", "都好了"):
        refusal = refused(report, override)
        assert words in refusal.messages[0]


def test_a_task_is_completed_once_its_open_shares_are(cast: Cast, task: Task) -> None:
    alpha, beta = share_out(task, cast.alpha, cast.beta)
    withdraw_task(alpha, actor=None, reason="停产")
    complete(beta)

    accept(task, is_final=True)

    assert renewed(task).state == "completed"
    assert renewed(task).override == ""


@pytest.mark.parametrize("amount", [None, Decimal("99.99")])
def test_a_number_that_is_not_reached_does_not_complete_the_task(goal: Task, amount: Decimal | None) -> None:
    report = submit(goal, is_final=True, amount=amount)

    refusal = refused(report)

    assert set(refusal.message_dict) == {"override"}
    for word in ("100", "家", "0" if amount is None else "99.99"):
        assert word in refusal.messages[0]
    assert Report.objects.get().state == "submitted"


@pytest.mark.parametrize("amount", [Decimal(100), Decimal(120)])
def test_a_number_that_is_reached_completes_the_task_and_no_reason_is_kept(
    goal: Task, amount: Decimal
) -> None:
    accept(goal, is_final=True, amount=amount, override="不需要")

    assert (renewed(goal).state, renewed(goal).override) == ("completed", "")
    assert rows("tasks.completed")[0].changes["override"] == ""


def test_a_written_reason_completes_what_is_not_reached(goal: Task) -> None:
    accept(goal, is_final=True, amount=Decimal(90), override=" 十家已停产 ")

    assert (renewed(goal).state, renewed(goal).override) == ("completed", "十家已停产")
    assert rows("tasks.completed")[0].changes["override"] == "十家已停产"


def test_blanks_are_no_reason(goal: Task) -> None:
    report = submit(goal, is_final=True, amount=Decimal(90))

    assert set(refused(report, "  ").message_dict) == {"override"}


# By hand: 60 + 40 reach 100, 60 + 39 do not.
@pytest.mark.parametrize(("second", "done"), [(40, True), (39, False)])
def test_the_number_above_is_what_the_shares_have(cast: Cast, goal: Task, second: int, done: bool) -> None:
    alpha, beta = share_out(goal, cast.alpha, cast.beta, goal=Decimal(50))
    complete(alpha, amount=Decimal(60))
    complete(beta, amount=Decimal(second))
    report = submit(goal, is_final=True)

    if done:
        accept_report(report, actor=None)
    else:
        assert "99" in refused(report).messages[0]

    assert renewed(goal).state == ("completed" if done else "under_way")


def test_without_a_figure_a_task_of_one_is_closed_only_for_a_reason(cast: Cast, settings, tmp_path) -> None:
    settings.TONGXIN_HOME = tmp_path
    publish_items(starter_items())
    publish_definitions(FIGURES)
    figure = enter_in_force(cast.xiaoshan, "增加从业人员")
    set_targets(figure, actor=None, indicator="staff", targets=[Target("2026", Decimal(100))])
    report = submit_report(write_report(figure, actor=None, text="招了人。", is_final=True), actor=None)

    refusal = refused(report)
    assert set(refusal.message_dict) == {"override"}
    assert "no figure yet" in refusal.messages[0]

    accept_report(report, actor=None, override="数据未到")
    assert (renewed(figure).state, renewed(figure).override) == ("completed", "数据未到")


def test_a_share_of_a_cancelled_task_is_not_taken_up_again(cast: Cast) -> None:
    task = enter_in_force(cast.hangzhou)
    share = share_out(task, cast.xiaoshan)[0]
    complete(share)
    withdraw_task(renewed(task), actor=None, reason="重复")

    with pytest.raises(ValidationError, match="cancelled"):
        reopen_task(share, actor=None, reason="补")
    assert renewed(share).state == "completed"
