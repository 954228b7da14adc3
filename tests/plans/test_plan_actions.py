"""A plan is put into force, its measures are changed, and it is closed once all its tasks have ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from tests.cast import Cast
from tests.plans.builders import (
    begin,
    bring_to,
    complete,
    enter,
    measure_of,
    renewed,
    rows,
    share_out,
    submit,
)

from tongxin.audit.models import LogEntry
from tongxin.plans.evidence_actions import attach_file, remove_evidence
from tongxin.plans.models import Evidence, Measure, Plan, Report, Task, TaskTarget
from tongxin.plans.plan_actions import (
    add_measure,
    change_measure,
    close_plan,
    make_plan,
    publish_plan,
    remove_measure,
)
from tongxin.plans.report_actions import accept_report, return_report, submit_report, write_report
from tongxin.plans.target_actions import Target, set_targets
from tongxin.plans.task_actions import change_task, make_task, reopen_task, withdraw_task


def titles(plan: Plan) -> list[str]:
    return [measure.title for measure in plan.measures.all()]


def refused(act: Callable[[], Any]) -> ValidationError:
    """Return what an action was refused with; nothing of it was written down."""
    before = LogEntry.objects.count()
    with pytest.raises(ValidationError) as refusal:
        act()
    assert LogEntry.objects.count() == before
    return refusal.value


def test_a_plan_in_force_whose_tasks_have_ended_is_closed(cast: Cast, plan: Plan) -> None:
    done, cancelled = enter(plan), bring_to(enter(plan, "作废"), "cancelled")
    bring_to(done, "completed")

    closed = close_plan(plan, actor=cast.office_of_xiaoshan)

    plan.refresh_from_db()
    (row,) = rows("plans.closed")
    assert closed.state == plan.state == "closed"
    assert (row.target_id, row.actor_name) == (str(plan.pk), "office_of_xiaoshan")
    assert row.organisation_id == cast.xiaoshan.pk
    assert renewed(cancelled).state == "cancelled"


def test_closing_says_how_many_tasks_are_open(plan: Plan) -> None:
    tasks = [enter(plan, f"任务{number}") for number in range(4)]
    bring_to(tasks[0], "completed")
    bring_to(tasks[1], "cancelled")
    bring_to(tasks[2], "under_way")

    assert "2 tasks are still open" in refused(lambda: close_plan(plan, actor=None)).messages[0]
    bring_to(tasks[2], "cancelled")
    assert "1 task is still open" in refused(lambda: close_plan(plan, actor=None)).messages[0]

    plan.refresh_from_db()
    assert plan.state == "published"


def test_a_draft_is_not_closed(plan: Plan) -> None:
    assert "draft is not closed" in refused(lambda: close_plan(plan, actor=None)).messages[0]

    plan.refresh_from_db()
    assert plan.state == "draft"


@dataclass
class Closed:
    """A closed plan with a task of each kind and a report of each state."""

    plan: Plan
    done: Task
    going: Task
    draft: Report
    submitted: Report
    proof: Evidence

    @property
    def measure(self) -> Measure:
        return measure_of(self.plan)


@pytest.fixture
def closed(cast: Cast, plan: Plan) -> Closed:
    done, writing, waiting = (enter(plan, title) for title in ("已办", "在写", "在审"))
    publish_plan(plan, actor=None)
    complete(done)
    draft = write_report(writing, actor=None, text="走访了。")
    proof = attach_file(draft, actor=None, name="记录.txt", content=b"1")
    submitted = submit(waiting)
    Plan.objects.filter(pk=plan.pk).update(state="closed")
    return Closed(plan, done, writing, draft, submitted, proof)


CHANGES: dict[str, Callable[[Closed, Cast], Any]] = {
    "close": lambda at, cast: close_plan(at.plan, actor=None),
    "publish": lambda at, cast: publish_plan(at.plan, actor=None),
    "add a measure": lambda at, cast: add_measure(at.plan, actor=None, title="新", dimension=""),
    "change a measure": lambda at, cast: change_measure(at.measure, actor=None, title="新", dimension=""),
    "remove a measure": lambda at, cast: remove_measure(measure_of(at.plan, "ranks"), actor=None),
    "add a task": lambda at, cast: make_task(at.measure, actor=None, title="新"),
    "change a task": lambda at, cast: change_task(
        at.going, actor=None, measure=at.measure, lead=[], support=[], title="新"
    ),
    "cancel a task": lambda at, cast: withdraw_task(at.going, actor=None, reason="x"),
    "take a task up": lambda at, cast: reopen_task(at.done, actor=None, reason="x"),
    "set targets": lambda at, cast: set_targets(at.going, actor=None, indicator="", targets=[]),
    "hand down": lambda at, cast: share_out(at.going, cast.chengxiang),
    "begin a report": lambda at, cast: write_report(at.going, actor=None, text="x"),
    "change a report": lambda at, cast: write_report(
        at.going, actor=None, text="x", seen_at=at.draft.changed_at
    ),
    "submit": lambda at, cast: submit_report(at.draft, actor=None),
    "accept": lambda at, cast: accept_report(at.submitted, actor=None),
    "return": lambda at, cast: return_report(at.submitted, actor=None, reason="x"),
    "add a proof": lambda at, cast: attach_file(at.draft, actor=None, name="a.txt", content=b"2"),
    "remove a proof": lambda at, cast: remove_evidence(at.proof, actor=None),
}


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_of_a_closed_plan_is_changed(cast: Cast, closed: Closed, change: str) -> None:
    def everything() -> list[Any]:
        models = (Plan, Measure, Task, TaskTarget, Report, Evidence)
        return [list(model.objects.order_by("pk").values()) for model in models]

    before = everything()

    (sentence,) = refused(lambda: CHANGES[change](closed, cast)).messages

    assert sentence == f"The plan “{closed.plan.title}” is closed."
    assert everything() == before


def test_a_measure_is_added_at_the_end(cast: Cast, plan: Plan) -> None:
    before = titles(plan)

    added = add_measure(plan, actor=cast.office_of_xiaoshan, title=" 技能竞赛 ", dimension="contribution")

    assert titles(plan) == [*before, "技能竞赛"]
    assert added.dimension == "contribution"
    (row,) = rows("measures.added")
    assert (row.target_id, row.target_label, row.actor_name) == (
        str(added.pk),
        "技能竞赛",
        "office_of_xiaoshan",
    )
    assert row.organisation_id == cast.xiaoshan.pk


def test_a_measure_is_added_behind_the_last_also_after_one_was_removed(plan: Plan) -> None:
    remove_measure(plan.measures.get(position=3), actor=None)

    first = add_measure(plan, actor=None, title="一", dimension="")
    second = add_measure(plan, actor=None, title="二", dimension="")

    assert titles(plan)[-2:] == ["一", "二"]
    assert first.position < second.position


def test_a_measure_is_renamed_and_moved_with_before_and_after(cast: Cast, plan: Plan) -> None:
    measure = measure_of(plan, "ranks")
    title = measure.title

    change_measure(measure, actor=cast.office_of_xiaoshan, title="壮大队伍", dimension="standing")

    measure.refresh_from_db()
    (row,) = rows("measures.changed")
    assert (measure.title, measure.dimension) == ("壮大队伍", "standing")
    assert row.changes == {"title": [title, "壮大队伍"], "dimension": ["ranks", "standing"]}
    assert row.actor_name == "office_of_xiaoshan"


def test_saving_a_measure_as_it_is_writes_no_row(plan: Plan) -> None:
    measure = measure_of(plan, "ranks")

    change_measure(measure, actor=None, title=f"{measure.title} ", dimension="ranks")

    assert not rows("measures.changed")


def test_tasks_stay_under_a_measure_that_is_moved(plan: Plan) -> None:
    task = enter(plan)

    change_measure(measure_of(plan), actor=None, title="组织", dimension="guidance")

    assert renewed(task).measure.dimension == "guidance"


def test_a_title_names_one_measure_of_a_plan(cast: Cast, plan: Plan) -> None:
    taken, other = titles(plan)[:2]
    second = plan.measures.get(title=other)

    for act in (
        lambda: add_measure(plan, actor=None, title=f" {taken}", dimension=""),
        lambda: change_measure(second, actor=None, title=taken, dimension=second.dimension),
    ):
        told = refused(act).message_dict
        assert set(told) == {"title"}
        assert f"“{taken}” already" in told["title"][0]

    assert titles(plan)[:2] == [taken, other]
    elsewhere = begin(cast.yuhang)
    assert add_measure(elsewhere, actor=None, title="另一举措", dimension="").pk
    assert add_measure(plan, actor=None, title="另一举措", dimension="").pk


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": "  ", "dimension": ""}, "title"),
        ({"title": "长" * 201, "dimension": ""}, "title"),
        ({"title": "新", "dimension": "unknown"}, "dimension"),
    ],
)
def test_a_measure_that_is_wrong_is_not_kept(plan: Plan, values: dict, field: str) -> None:
    before = titles(plan)

    assert set(refused(lambda: add_measure(plan, actor=None, **values)).message_dict) == {field}
    change = refused(lambda: change_measure(measure_of(plan), actor=None, **values))
    assert set(change.message_dict) == {field}

    assert titles(plan) == before


@pytest.mark.parametrize("state", ["planned", "cancelled"])
def test_a_measure_with_tasks_stays(plan: Plan, state: str) -> None:
    task = bring_to(enter(plan), state)

    told = refused(lambda: remove_measure(measure_of(plan), actor=None)).messages[0]

    assert "1 task stands under" in told
    assert renewed(task).measure == measure_of(plan)


def test_an_empty_measure_is_removed(cast: Cast, plan: Plan) -> None:
    measure = measure_of(plan, "ranks")
    title, key = measure.title, str(measure.pk)

    remove_measure(measure, actor=cast.office_of_xiaoshan)

    (row,) = rows("measures.removed")
    assert title not in titles(plan)
    assert (row.target_id, row.changes, row.actor_name) == (key, {"title": title}, "office_of_xiaoshan")


def test_the_actions_ask_for_the_right_themselves(cast: Cast, plan: Plan) -> None:
    enter(plan)
    publish_plan(plan, actor=None)
    measure = measure_of(plan, "ranks")
    acts: list[Callable] = [
        lambda user: make_plan(
            cast.xiaoshan, actor=user, title="x", starts_on=plan.starts_on, ends_on=plan.ends_on
        ),
        lambda user: publish_plan(plan, actor=user),
        lambda user: close_plan(plan, actor=user),
        lambda user: add_measure(plan, actor=user, title="x", dimension=""),
        lambda user: change_measure(measure, actor=user, title="x", dimension=""),
        lambda user: remove_measure(measure, actor=user),
        lambda user: set_targets(
            plan.measures.get(dimension="").tasks.get(),
            actor=user,
            indicator="staff",
            targets=[Target("2026", Decimal(1))],
        ),
    ]
    before = titles(plan)

    for act in acts:
        for user in (cast.viewer_of_xiaoshan, cast.reviewer_of_xiaoshan):
            with pytest.raises(PermissionDenied):
                act(user)
        for user in (cast.office_of_yuhang, cast.reporter_of_alpha, cast.stranger):
            with pytest.raises(Http404):
                act(user)

    assert titles(plan) == before
    assert Plan.objects.get().state == "published"


def test_the_office_above_may_change_a_plan(cast: Cast, plan: Plan) -> None:
    assert add_measure(plan, actor=cast.office_of_hangzhou, title="市里要求", dimension="").pk
