"""A task is bound to an indicator with what its figure is to reach, period by period."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from tests.cast import Cast
from tests.plans.builders import FIGURES, bring_to, enter, measure_of, renewed, rows

from tongxin.audit.models import LogEntry
from tongxin.figures.actions import publish_definitions
from tongxin.figures.items import publish_items, starter_items
from tongxin.plans.models import Plan, Task, TaskTarget
from tongxin.plans.target_actions import MOST_TARGETS, Target, set_targets
from tongxin.plans.task_actions import change_task

TARGETS = [Target("2026Q2", Decimal(50), Decimal(40)), Target("2026Q4", Decimal("62.5"))]


@pytest.fixture
def task(cast: Cast, plan: Plan, settings, tmp_path) -> Task:
    """A task of Xiaoshan, where indicators are published and no figure was computed yet."""
    settings.TONGXIN_HOME = tmp_path
    publish_items(starter_items())
    publish_definitions(FIGURES)
    return enter(plan)


def bind(task: Task, *targets: Target, indicator: str = "staff", actor: Any = None) -> Task:
    return set_targets(task, actor=actor, indicator=indicator, targets=targets)


def kept(task: Task) -> tuple[str, list[tuple[str, Any, Any]]]:
    found = [(each.period, each.baseline, each.value) for each in task.targets.all()]
    return renewed(task).indicator, found


def refused(task: Task, *targets: Target, indicator: str = "staff") -> dict[str, list[str]]:
    """Return what was said under each field; nothing of the task has changed."""
    before, n_rows = kept(task), LogEntry.objects.count()
    with pytest.raises(ValidationError) as refusal:
        bind(task, *targets, indicator=indicator)
    assert (kept(task), LogEntry.objects.count()) == (before, n_rows)
    return refusal.value.message_dict


def test_a_task_is_bound_to_an_indicator_with_its_targets(cast: Cast, task: Task) -> None:
    bind(task, *TARGETS, actor=cast.office_of_xiaoshan)

    assert kept(task) == ("staff", [("2026Q2", 40, 50), ("2026Q4", None, Decimal("62.5"))])
    (row,) = rows("tasks.targeted")
    assert (row.target_id, row.actor_name) == (str(task.pk), "office_of_xiaoshan")
    assert row.organisation_id == cast.xiaoshan.pk
    assert row.changes["figure"] == ["", "staff"]
    assert row.changes["targets"][0] == []
    assert ["2026Q2" in each for each in row.changes["targets"][1]] == [True, False]


def test_new_targets_take_the_place_of_the_old(task: Task) -> None:
    bind(task, *TARGETS)

    bind(task, Target("2026", Decimal(70)))

    assert kept(task) == ("staff", [("2026", None, 70)])
    before, after = rows("tasks.targeted")[1].changes["targets"]
    assert (len(before), len(after)) == (2, 1)


def test_a_changed_baseline_is_a_change(task: Task) -> None:
    bind(task, Target("2026", Decimal(70), Decimal(40)))

    bind(task, Target("2026", Decimal(70), Decimal(45)))

    before, after = rows("tasks.targeted")[1].changes["targets"]
    assert before != after
    assert kept(task) == ("staff", [("2026", 45, 70)])


def test_the_same_targets_again_write_no_row(task: Task) -> None:
    bind(task, *TARGETS)

    bind(task, *reversed(TARGETS))

    assert len(rows("tasks.targeted")) == 1


def test_the_same_numbers_written_otherwise_write_no_row(task: Task) -> None:
    bind(task, Target("2026", Decimal("70.5"), Decimal(40)))

    bind(task, Target("2026", Decimal("70.5000"), Decimal("40.0")))

    assert len(rows("tasks.targeted")) == 1


def test_a_task_is_unbound(task: Task) -> None:
    bind(task, *TARGETS)

    bind(task, indicator="")

    assert kept(task) == ("", [])
    assert rows("tasks.targeted")[1].changes["figure"] == ["staff", ""]
    assert not TaskTarget.objects.exists()


def test_unbinding_what_is_not_bound_writes_no_row(task: Task) -> None:
    bind(task, indicator="")

    assert not rows("tasks.targeted")


def test_an_unknown_indicator_is_answered_with_the_nearest(task: Task) -> None:
    told = refused(task, *TARGETS, indicator="stafff")

    assert set(told) == {"indicator"}
    assert "stafff" in told["indicator"][0]
    assert "Did you mean staff?" in told["indicator"][0]


def test_an_indicator_like_no_other_is_answered_without_a_guess(task: Task) -> None:
    assert refused(task, *TARGETS, indicator="xxxxxxxx")["indicator"] == ["There is no indicator xxxxxxxx."]


def test_targets_without_an_indicator_are_refused(task: Task) -> None:
    assert refused(task, *TARGETS, indicator="").keys() & {"indicator", "targets"}


@pytest.mark.parametrize("text", ["2026年", "", "2026Q5", "2026-13", "0000", "明年"])
def test_what_is_no_period_is_said(task: Task, text: str) -> None:
    told = refused(task, TARGETS[0], Target(text, Decimal(1)))

    assert set(told) == {"targets"}
    assert f"“{text}” is not a period" in told["targets"][0]


def test_a_period_without_figures_is_said_with_those_that_have_some(task: Task) -> None:
    told = refused(task, Target("2026-09", Decimal(1)))

    assert set(told) == {"targets"}
    for word in ("2026-09", "staff", "quarter", "year"):
        assert word in told["targets"][0]


def test_a_period_of_a_kind_that_one_indicator_has_another_lacks(task: Task) -> None:
    bind(task, Target("2026", Decimal(1)))

    assert "2026" in refused(task, Target("2026", Decimal(1)), indicator="load")["targets"][0]


@pytest.mark.parametrize("again", ["2026Q2", " 2026q2 "])
def test_a_period_given_twice_is_said(task: Task, again: str) -> None:
    told = refused(
        task, Target("2026Q2", Decimal(1)), Target("2026Q4", Decimal(2)), Target(again, Decimal(3))
    )

    assert set(told) == {"targets"}
    assert "2026Q2 has two targets" in told["targets"][0]


def test_a_period_is_kept_as_periods_are_written(task: Task) -> None:
    bind(task, Target(" 2026q2 ", Decimal(1)))

    assert kept(task)[1][0][0] == "2026Q2"


def test_an_indicator_without_a_target_is_refused(task: Task) -> None:
    assert set(refused(task)) == {"targets"}


def quarters(count: int) -> list[Target]:
    return [Target(f"{2020 + number // 4}Q{number % 4 + 1}", Decimal(number)) for number in range(count)]


def test_a_task_has_at_most_forty_targets(task: Task) -> None:
    assert MOST_TARGETS == 40
    told = refused(task, *quarters(41))
    assert set(told) == {"targets"}
    assert "40" in told["targets"][0]
    assert "41" in told["targets"][0]

    bind(task, *quarters(40))

    assert task.targets.count() == 40


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e20", "0.00001"])
def test_a_number_that_cannot_be_kept_is_said_under_the_targets(task: Task, number: str) -> None:
    told = refused(task, Target("2026", Decimal(number)))

    assert set(told) == {"targets"}
    assert "2026" in told["targets"][0]


def test_a_task_with_a_number_to_be_reached_has_no_indicator(plan: Plan, task: Task) -> None:
    counted = enter(plan, "走访", goal=Decimal(100), goal_unit="家")

    assert refused(counted, *TARGETS)
    assert kept(counted) == ("", [])


def test_a_task_with_an_indicator_has_no_number_to_be_reached(plan: Plan, task: Task) -> None:
    bind(task, *TARGETS)

    with pytest.raises(ValidationError) as refusal:
        change_task(
            task, actor=None, measure=measure_of(plan), lead=[], support=[], goal=Decimal(5), goal_unit="家"
        )

    assert set(refusal.value.message_dict) == {"goal"}
    assert renewed(task).goal is None


@pytest.mark.parametrize("state", ["completed", "cancelled"])
def test_what_has_ended_gets_no_targets(task: Task, state: str) -> None:
    ended = bring_to(task, state)

    with pytest.raises(ValidationError, match=state):
        bind(ended, *TARGETS)

    assert kept(ended) == ("", [])
