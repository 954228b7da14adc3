"""Reports: written, changed, submitted, returned with what is missing or accepted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from tests.cast import Cast
from tests.plans.builders import (
    FIGURES,
    accept,
    as_office,
    begin,
    bring_to,
    enter,
    enter_in_force,
    renewed,
    rows,
    share_out,
    submit,
)

from tongxin.accounts.models import User
from tongxin.audit.models import LogEntry
from tongxin.figures.actions import publish_definitions
from tongxin.figures.items import publish_items, starter_items
from tongxin.plans.evidence_actions import attach_file
from tongxin.plans.models import Report, Task
from tongxin.plans.report_actions import accept_report, return_report, submit_report, write_report
from tongxin.plans.target_actions import Target, set_targets
from tongxin.plans.task_actions import withdraw_task

GOAL: dict[str, Any] = {"goal": Decimal(100), "goal_unit": "家"}
ENDINGS = [("completed", "completed"), ("cancelled", "cancelled")]


@pytest.fixture
def task(cast: Cast) -> Task:
    """A task of Xiaoshan in force, without a number to be reached."""
    return enter_in_force(cast.xiaoshan)


@pytest.fixture
def goal(cast: Cast) -> Task:
    """A task of Xiaoshan in force: 100 enterprises."""
    return enter_in_force(cast.xiaoshan, "走访百家", **GOAL)


@pytest.fixture
def figure(cast: Cast, settings, tmp_path) -> Task:
    """A task of Xiaoshan in force that a figure decides on; no figure was computed yet."""
    settings.TONGXIN_HOME = tmp_path
    publish_items(starter_items())
    publish_definitions(FIGURES)
    task = enter_in_force(cast.xiaoshan, "增加从业人员")
    return set_targets(task, actor=None, indicator="staff", targets=[Target("2026", Decimal(100))])


def write(task: Task, text: str = "走访了36家。", *, actor: Any = None, **values: Any) -> Report:
    return write_report(task, actor=actor, text=text, **values)


def prove(report: Report) -> Report:
    attach_file(report, actor=None, name="记录.txt", content=b"1")
    return report


def refused(act: Callable[[], Any]) -> ValidationError:
    """Return what an action was refused with; nothing of it is kept or written down."""
    before = list(Report.objects.order_by("pk").values()), list(Task.objects.order_by("pk").values())
    n_rows = LogEntry.objects.count()
    with pytest.raises(ValidationError) as refusal:
        act()
    assert before == (
        list(Report.objects.order_by("pk").values()),
        list(Task.objects.order_by("pk").values()),
    )
    assert LogEntry.objects.count() == n_rows
    return refusal.value


def test_a_report_is_begun_and_changed(cast: Cast, goal: Task) -> None:
    office = cast.office_of_xiaoshan

    begun = write(goal, " 走访了36家。 ", actor=office, amount=Decimal(36))
    changed = write(goal, "走访了40家。", actor=office, amount=Decimal(40), seen_at=begun.changed_at)

    report = Report.objects.get()
    assert begun.text == "走访了36家。"
    assert (changed.pk, report.text, report.amount) == (begun.pk, "走访了40家。", 40)
    assert (report.state, report.made_by, report.submitted_at) == ("draft", office, None)
    for verb in ("reports.begun", "reports.changed"):
        (row,) = rows(verb)
        assert (row.target_id, row.actor_name) == (str(report.pk), "office_of_xiaoshan")
        assert row.organisation_id == cast.xiaoshan.pk


def test_what_a_change_of_a_report_was_is_written_down_with_before_and_after(cast: Cast, goal: Task) -> None:
    begun = write(goal, amount=Decimal(36))

    write(goal, amount=Decimal(40), is_final=True, seen_at=begun.changed_at)

    changes = rows("reports.changed")[0].changes
    assert [Decimal(each) for each in changes["amount"]] == [36, 40]
    assert changes["is_final"] == [False, True]


def test_a_draft_leaves_its_task_where_it_is(task: Task) -> None:
    write(task)

    assert renewed(task).state == "assigned"


@pytest.mark.parametrize("seen", ["never", "before"])
def test_what_somebody_else_wrote_meanwhile_is_not_lost(cast: Cast, task: Task, seen: str) -> None:
    first = write(task, "甲", actor=cast.office_of_xiaoshan)
    mine = None if seen == "never" else first.changed_at
    write(task, "乙", actor=cast.office_of_hangzhou, seen_at=first.changed_at)

    refusal = refused(lambda: write(task, "丙", actor=cast.office_of_xiaoshan, seen_at=mine))

    assert "Somebody else" in refusal.messages[0]
    assert Report.objects.get().text == "乙"


def test_after_an_accepted_report_another_is_begun(task: Task) -> None:
    first = accept(task)

    second = write(task, "又走访了。")

    assert second.pk != first.pk
    assert list(Report.objects.order_by("pk").values_list("state", flat=True)) == ["accepted", "draft"]


def test_reports_are_written_at_the_unit_that_answers(cast: Cast) -> None:
    (share,) = share_out(enter_in_force(cast.xiaoshan), cast.alpha)
    reviewer = as_office(cast.alpha, role="reviewer")
    viewer = as_office(cast.alpha, role="viewer")

    for user in (viewer, reviewer):
        with pytest.raises(PermissionDenied):
            write(share, actor=user)
    for user in (cast.reporter_of_beta, cast.office_of_yuhang, cast.stranger, cast.auditor):
        with pytest.raises((PermissionDenied, Http404)):
            write(share, actor=user)
    assert not Report.objects.exists()

    report = write(share, actor=cast.reporter_of_alpha)
    report = write(share, actor=as_office(cast.alpha), seen_at=report.changed_at)
    submit_report(report, actor=cast.reporter_of_alpha)

    assert Report.objects.get().state == "submitted"


def test_a_unit_that_leads_a_task_reports_on_it_and_one_that_supports_does_not(cast: Cast) -> None:
    task = enter_in_force(cast.xiaoshan, lead=[cast.chengxiang.name_zh], support=[cast.alpha.name_zh])
    supports = as_office(cast.alpha, role="reporter")

    with pytest.raises(PermissionDenied):
        write(task, actor=supports)
    report = write(task, actor=as_office(cast.chengxiang))

    assert report.pk
    with pytest.raises(PermissionDenied):
        submit_report(report, actor=supports)


def test_nothing_is_reported_before_the_plan_is_in_force(cast: Cast) -> None:
    task = enter(begin(cast.xiaoshan))

    assert "not in force" in refused(lambda: write(task)).messages[0]


def test_nothing_is_reported_on_a_planned_task(task: Task) -> None:
    Task.objects.update(state="planned")

    assert refused(lambda: write(task))


@pytest.mark.parametrize(("state", "word"), ENDINGS)
def test_nothing_is_reported_on_what_has_ended(task: Task, state: str, word: str) -> None:
    ended = bring_to(task, state)

    assert f"is {word}" in refused(lambda: write(ended)).messages[0]


def test_a_draft_of_an_ended_task_is_not_submitted(task: Task) -> None:
    report = write(task)
    withdraw_task(task, actor=None, reason="重复")

    assert "is cancelled" in refused(lambda: submit_report(report, actor=None)).messages[0]


def test_a_number_is_reported_where_one_is_to_be_reached(task: Task, goal: Task) -> None:
    assert write(goal, amount=Decimal("36.5")).amount == Decimal("36.5")
    assert set(refused(lambda: write(task, amount=Decimal(1))).message_dict) == {"amount"}


def test_a_percentage_is_reported_where_no_number_is_to_be_reached(task: Task, goal: Task) -> None:
    assert write(task, percent=60).percent == 60
    assert set(refused(lambda: write(goal, percent=60)).message_dict) == {"percent"}


@pytest.mark.parametrize("percent", [0, 100])
def test_nothing_and_all_are_percentages(task: Task, percent: int) -> None:
    assert write(task, percent=percent).percent == percent


@pytest.mark.parametrize("percent", [-1, 101, 40_000])
def test_a_percentage_lies_between_0_and_100(task: Task, percent: int) -> None:
    refusal = refused(lambda: write(task, percent=percent))

    assert set(refusal.message_dict) == {"percent"}
    assert "constraint" not in refusal.messages[0].lower()


@pytest.mark.parametrize("amount", ["-1", "NaN", "1e20", "0.001"])
def test_a_number_that_cannot_be_is_refused_beside_it(goal: Task, amount: str) -> None:
    refusal = refused(lambda: write(goal, amount=Decimal(amount)))

    assert set(refusal.message_dict) == {"amount"}
    assert "constraint" not in refusal.messages[0].lower()


@pytest.mark.parametrize("values", [{"amount": Decimal(1)}, {"percent": 1}])
def test_nothing_is_typed_where_a_figure_says_it(figure: Task, values: dict) -> None:
    assert set(refused(lambda: write(figure, **values)).message_dict) == set(values)


@pytest.mark.parametrize("values", [{"amount": Decimal(1)}, {"percent": 1}])
def test_nothing_is_typed_above_the_units_below(cast: Cast, goal: Task, task: Task, values: dict) -> None:
    asked = goal if "amount" in values else task
    (share,) = share_out(asked, cast.chengxiang)

    assert set(refused(lambda: write(asked, **values)).message_dict) == set(values)

    withdraw_task(share, actor=None, reason="调整")
    assert write(asked, **values).pk


def test_a_number_that_was_typed_before_the_task_was_handed_down_is_not_submitted(
    cast: Cast, goal: Task
) -> None:
    """What was open when the units below got their shares does not stay beside what they say."""
    report = write(goal, amount=Decimal(50))
    share_out(goal, cast.chengxiang)

    assert refused(lambda: submit_report(report, actor=None))


def test_a_report_says_what_was_done_before_it_is_submitted(task: Task) -> None:
    refusal = refused(lambda: submit_report(write(task, " \n "), actor=None))

    assert set(refusal.message_dict) == {"text"}


def test_a_final_report_needs_a_proof(task: Task) -> None:
    report = write(task, is_final=True)
    assert "proof" in refused(lambda: submit_report(report, actor=None)).messages[0]

    assert submit_report(prove(report), actor=None).state == "submitted"


def test_a_final_report_needs_no_proof_where_a_figure_is_the_proof(figure: Task) -> None:
    assert submit_report(write(figure, is_final=True), actor=None).state == "submitted"


def test_a_report_on_the_way_needs_no_proof(task: Task) -> None:
    assert submit_report(write(task), actor=None).state == "submitted"


def test_submitting_is_written_down_and_begins_the_task(cast: Cast, task: Task, time_machine) -> None:
    report = write(task)
    time_machine.move_to(datetime(2027, 1, 1, tzinfo=UTC), tick=False)

    submit_report(report, actor=cast.office_of_xiaoshan)

    report.refresh_from_db()
    (row,) = rows("reports.submitted")
    assert row.changes == {"state": ["draft", "submitted"]}
    assert (row.target_id, row.actor_name) == (str(report.pk), "office_of_xiaoshan")
    assert report.submitted_by == cast.office_of_xiaoshan
    assert report.submitted_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert renewed(task).state == "under_way"
    assert rows("tasks.begun")[0].changes["state"] == ["assigned", "under_way"]


def test_what_is_submitted_is_not_changed_until_it_is_returned(cast: Cast, task: Task) -> None:
    report = submit(task)

    for act in (
        lambda: write(task, "新", seen_at=report.changed_at),
        lambda: submit_report(report, actor=None),
        lambda: attach_file(report, actor=None, name="a.txt", content=b"1"),
    ):
        assert "submitted" in refused(act).messages[0]
    return_report(report, actor=cast.reviewer_of_xiaoshan, reason="缺名单")

    changed = write(task, "附名单。", seen_at=Report.objects.get().changed_at)
    submit_report(changed, actor=None)

    report.refresh_from_db()
    assert (report.text, report.state, report.decision) == ("附名单。", "submitted", "")
    assert rows("reports.submitted")[1].changes == {"state": ["returned", "submitted"]}
    assert len(rows("tasks.begun")) == 1


def test_what_is_accepted_is_not_changed(cast: Cast, task: Task) -> None:
    report = accept(task, actor=cast.reviewer_of_xiaoshan)

    told = refused(lambda: submit_report(report, actor=None)).messages[0]

    assert "accepted by reviewer of xiaoshan" in told


@pytest.mark.parametrize("act", [accept_report, return_report])
def test_a_draft_is_not_decided_on(task: Task, act: Callable) -> None:
    report = write(task)

    assert "draft" in refused(lambda: _decide(act, report, None)).messages[0]


def _decide(act: Callable, report: Report, actor: User | None) -> Report:
    return act(report, actor=actor) if act is accept_report else act(report, actor=actor, reason="缺名单")


DECISIONS = [(accept_report, "accepted"), (return_report, "returned")]


@pytest.mark.parametrize(("act", "state"), DECISIONS)
def test_a_decision_is_written_down(cast: Cast, task: Task, act: Callable, state: str) -> None:
    report = submit(task)

    _decide(act, report, cast.reviewer_of_xiaoshan)

    report.refresh_from_db()
    (row,) = rows(f"reports.{state}")
    assert (report.state, report.decided_by) == (state, cast.reviewer_of_xiaoshan)
    assert report.decided_at is not None
    assert row.changes["state"] == ["submitted", state]
    assert row.changes["decision"] == report.decision == ("缺名单" if state == "returned" else "")
    assert (row.target_id, row.actor_name) == (str(report.pk), "reviewer_of_xiaoshan")


@pytest.mark.parametrize(("act", "state"), DECISIONS)
def test_reports_on_a_plan_s_own_task_are_decided_on_at_its_unit(
    cast: Cast, task: Task, act: Callable, state: str
) -> None:
    report = submit(task)

    for user in (cast.viewer_of_xiaoshan, as_office(cast.xiaoshan, role="reporter")):
        with pytest.raises(PermissionDenied):
            _decide(act, report, user)
    for user in (cast.office_of_yuhang, as_office(cast.chengxiang), cast.stranger):
        with pytest.raises((PermissionDenied, Http404)):
            _decide(act, report, user)
    assert Report.objects.get().state == "submitted"

    assert _decide(act, report, cast.office_of_hangzhou).state == state


@pytest.mark.parametrize(("act", "state"), DECISIONS)
def test_reports_on_a_share_are_decided_on_at_the_unit_that_set_it(
    cast: Cast, act: Callable, state: str
) -> None:
    (xiaoshan,) = share_out(enter_in_force(cast.hangzhou), cast.xiaoshan)
    (alpha,) = share_out(xiaoshan, cast.alpha)
    report, below = submit(xiaoshan), submit(alpha)

    for user in (cast.office_of_xiaoshan, cast.reviewer_of_xiaoshan):
        with pytest.raises((PermissionDenied, Http404)):
            _decide(act, report, user)

    assert _decide(act, below, cast.reviewer_of_xiaoshan).state == state
    assert _decide(act, report, cast.office_of_hangzhou).state == state


@pytest.mark.parametrize("act", [accept_report, return_report])
def test_nobody_decides_on_what_they_submitted(cast: Cast, task: Task, act: Callable) -> None:
    report = submit(task, actor=cast.office_of_xiaoshan)

    refusal = refused(lambda: _decide(act, report, cast.office_of_xiaoshan))

    assert "submitted this report yourself" in refusal.messages[0]
    assert _decide(act, report, cast.reviewer_of_xiaoshan).pk


@pytest.mark.parametrize("reason", ["", " \n"])
def test_returning_needs_a_reason(task: Task, reason: str) -> None:
    report = submit(task)

    refusal = refused(lambda: return_report(report, actor=None, reason=reason))

    assert set(refusal.message_dict) == {"reason"}


@pytest.mark.parametrize("act", [accept_report, return_report])
@pytest.mark.parametrize(("first", "state"), DECISIONS)
def test_of_two_reviewers_the_second_is_told_of_the_first(
    cast: Cast, task: Task, time_machine, first: Callable, state: str, act: Callable
) -> None:
    report = submit(task)
    time_machine.move_to(datetime(2026, 11, 20, 6, 30, tzinfo=UTC), tick=False)
    _decide(first, report, cast.reviewer_of_xiaoshan)

    told = refused(lambda: _decide(act, report, cast.office_of_hangzhou)).messages[0]

    # 06:30 in UTC is 14:30 in Zhejiang.
    assert f"was {state} by reviewer of xiaoshan at 2026-11-20 14:30" in told


def test_the_day_of_a_report_is_not_the_day_on_which_its_task_is_due(cast: Cast, time_machine) -> None:
    """A task that is late is still reported on."""
    task = enter_in_force(cast.xiaoshan, due_on=date(2026, 6, 30))
    time_machine.move_to(datetime(2026, 12, 1, tzinfo=UTC))

    assert submit(task).state == "submitted"
