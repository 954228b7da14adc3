"""How far tasks are: by their figure, else by accepted reports, above other units by what these have.

What was reported for the figures stands in `builders.REPORTED_ROWS`; every percentage is worked out by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast
from tests.plans.builders import (
    accept,
    begin,
    complete,
    enter,
    enter_in_force,
    raise_figures,
    renewed,
    share_out,
    submit,
)

from tongxin.organisations.models import Organisation
from tongxin.plans.access import tasks_visible_to
from tongxin.plans.handing_actions import Share, hand_down
from tongxin.plans.models import Report, Task
from tongxin.plans.plan_actions import publish_plan
from tongxin.plans.progress import Progress, progress_of
from tongxin.plans.report_actions import accept_report, return_report
from tongxin.plans.target_actions import Target, set_targets
from tongxin.plans.task_actions import withdraw_task

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def cast(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Cast]:
    """The cast with figures, raised once for the module in a transaction that its end takes back."""
    home = tmp_path_factory.mktemp("home")
    with django_db_blocker.unblock(), override_settings(TONGXIN_HOME=home), transaction.atomic():
        yield raise_figures(home)
        transaction.set_rollback(True)


def far(task: Task) -> Progress:
    return progress_of([renewed(task)])[task.pk]


def counted(unit: Organisation, goal: int = 100) -> Task:
    return enter_in_force(unit, "走访百家", goal=Decimal(goal), goal_unit="家")


def aimed(unit: Organisation, *targets: Target, indicator: str = "staff") -> Task:
    """Return a task of a unit that an indicator decides on."""
    return set_targets(enter_in_force(unit, "指标"), actor=None, indicator=indicator, targets=targets)


def target(period: str, value: Any, baseline: Any = None) -> Target:
    return Target(period, Decimal(value), None if baseline is None else Decimal(baseline))


@pytest.mark.parametrize(
    ("amount", "percent"),
    [
        ("0", Fraction(0)),
        ("40", Fraction(100, 3)),  # 40 of 120
        ("0.5", Fraction(5, 12)),  # 0.5 / 120 * 100
        ("120", Fraction(100)),
        ("130", Fraction(100)),
    ],
)
def test_of_a_number_what_the_accepted_report_says_counts(cast: Cast, amount: str, percent: Fraction) -> None:
    task = counted(cast.xiaoshan, 120)

    accept(task, amount=Decimal(amount))

    found = far(task)
    assert (found.percent, found.amount, found.basis) == (percent, Decimal(amount), "reports")
    assert (found.n_shares, found.n_completed, found.figure) == (0, 0, None)


def test_the_newest_accepted_report_counts_and_not_the_sum(cast: Cast) -> None:
    task = counted(cast.xiaoshan)

    accept(task, amount=Decimal(36))
    accept(task, amount=Decimal(30))

    assert far(task).percent == 30


@pytest.mark.parametrize("with_goal", [True, False])
def test_what_is_not_accepted_does_not_count(cast: Cast, with_goal: bool) -> None:
    task = counted(cast.xiaoshan) if with_goal else enter_in_force(cast.xiaoshan)
    said: dict[str, Any] = {"amount": Decimal(36)} if with_goal else {"percent": 36}
    assert (far(task).percent, far(task).basis) == (None, "none")

    report = submit(task, **said)
    assert far(task).percent is None
    return_report(report, actor=None, reason="缺名单")
    assert far(task).percent is None
    Report.objects.update(state="submitted")
    accept_report(report, actor=None)

    assert far(task).percent == 36


def test_without_a_number_the_percentage_counts(cast: Cast) -> None:
    task = enter_in_force(cast.xiaoshan)

    accept(task, percent=60)
    accept(task, percent=0)
    assert (far(task).percent, far(task).basis, far(task).amount) == (0, "reports", None)
    accept(task, percent=45)

    assert far(task).percent == 45


def test_without_a_number_a_final_report_is_all(cast: Cast) -> None:
    task = complete(enter_in_force(cast.xiaoshan), percent=40)

    assert (far(task).percent, far(task).basis) == (100, "reports")


def test_a_report_in_words_alone_says_no_percentage(cast: Cast) -> None:
    task = enter_in_force(cast.xiaoshan)

    accept(task)

    assert far(task).percent is None


def test_what_is_completed_with_nothing_said_is_all(cast: Cast) -> None:
    task = complete(counted(cast.xiaoshan))

    assert renewed(task).state == "completed"
    assert far(task).percent == 100


def test_above_the_numbers_of_the_shares_are_added_up(cast: Cast) -> None:
    task = counted(cast.hangzhou)
    xiaoshan, yuhang = hand_down(
        task, [Share(cast.xiaoshan, goal=Decimal(60)), Share(cast.yuhang, goal=Decimal(30))], actor=None
    )
    alpha, beta = share_out(xiaoshan, cast.alpha, cast.beta, goal=Decimal(30))
    accept(alpha, amount=Decimal(10))
    accept(beta, amount=Decimal(20))
    accept(yuhang, amount=Decimal(15))

    # Xiaoshan: 10 + 20 = 30 of 60. Hangzhou: 30 + 15 = 45 of its own 100, not of the 90 that it handed down.
    assert [far(each).amount for each in (task, xiaoshan, yuhang)] == [45, 30, 15]
    assert [far(each).percent for each in (task, xiaoshan, yuhang, alpha)] == [45, 50, 50, Fraction(100, 3)]
    assert [far(each).basis for each in (task, xiaoshan, yuhang)] == ["shares", "shares", "reports"]


def test_a_share_that_does_more_than_its_own_counts_in_full(cast: Cast) -> None:
    task = counted(cast.xiaoshan)
    alpha, beta = share_out(task, cast.alpha, cast.beta, goal=Decimal(50))
    accept(alpha, amount=Decimal(70))

    # 70 of 100, and nothing of Beta.
    assert (far(alpha).percent, far(task).percent, far(beta).percent) == (100, 70, None)


def test_above_without_a_number_the_percentages_are_averaged(cast: Cast) -> None:
    task = enter_in_force(cast.hangzhou)
    xiaoshan, yuhang = share_out(task, cast.xiaoshan, cast.yuhang)
    alpha, beta = share_out(xiaoshan, cast.alpha, cast.beta)
    accept(alpha, percent=50)

    # Of Beta and Yuhang nothing is known: (50 + 0) / 2 = 25, and (25 + 0) / 2 = 12.5 above.
    assert [far(each).percent for each in (xiaoshan, task)] == [25, Fraction(25, 2)]

    complete(beta)
    accept(yuhang, percent=10)

    # (50 + 100) / 2 = 75, (75 + 10) / 2 = 42.5
    assert [far(each).percent for each in (xiaoshan, task)] == [75, Fraction(85, 2)]
    assert far(task).basis == "shares"


def test_shares_of_which_nothing_is_known_have_done_nothing(cast: Cast) -> None:
    task = enter_in_force(cast.xiaoshan)
    share_out(task, cast.alpha, cast.beta)

    assert far(task).percent == 0


def test_cancelled_shares_do_not_count(cast: Cast) -> None:
    task, words = counted(cast.xiaoshan), enter_in_force(cast.xiaoshan)
    alpha, beta = share_out(task, cast.alpha, cast.beta, goal=Decimal(50))
    accept(alpha, amount=Decimal(30))
    accept(beta, amount=Decimal(20))
    first, second = share_out(words, cast.alpha, cast.beta)
    accept(first, percent=30)
    accept(second, percent=20)

    for share in (beta, second):
        withdraw_task(share, actor=None, reason="停产")

    assert [far(each).percent for each in (task, words)] == [30, 30]
    assert (far(task).n_shares, far(words).n_shares) == (1, 1)


def test_shares_and_those_that_are_completed_are_counted(cast: Cast) -> None:
    task = enter_in_force(cast.hangzhou)
    xiaoshan, _yuhang = share_out(task, cast.xiaoshan, cast.yuhang)
    alpha, beta = share_out(xiaoshan, cast.alpha, cast.beta)
    complete(alpha)
    complete(beta)
    assert (far(xiaoshan).n_shares, far(xiaoshan).n_completed) == (2, 2)
    complete(xiaoshan)

    assert (far(task).n_shares, far(task).n_completed) == (2, 1)


@pytest.mark.parametrize("with_goal", [True, False])
def test_what_was_accepted_above_does_not_count_beside_the_shares(cast: Cast, with_goal: bool) -> None:
    task = counted(cast.xiaoshan) if with_goal else enter_in_force(cast.xiaoshan)
    accept(task, **({"amount": Decimal(80)} if with_goal else {"percent": 80}))
    assert far(task).percent == 80

    (share,) = share_out(task, cast.alpha, **({"goal": Decimal(50)} if with_goal else {}))
    accept(share, **({"amount": Decimal(10)} if with_goal else {"percent": 10}))

    assert far(task).percent == 10

    accept(task, text="另有说明。")
    assert far(task).percent == 10


def test_several_tasks_are_answered_at_once_as_one_by_one(cast: Cast) -> None:
    task = counted(cast.hangzhou)
    xiaoshan, yuhang = share_out(task, cast.xiaoshan, cast.yuhang, goal=Decimal(50))
    accept(xiaoshan, amount=Decimal(20))
    lone = enter_in_force(cast.xiaoshan)
    accept(lone, percent=70)
    figure = aimed(cast.xiaoshan, target("2026Q4", 100))
    asked = [xiaoshan, lone, task, figure, yuhang]

    found = progress_of([renewed(each) for each in asked])

    assert list(found) == [each.pk for each in asked]
    assert [found[each.pk].percent for each in asked] == [40, 70, 20, 80, None]
    assert found == {each.pk: far(each) for each in asked}


def test_no_tasks_are_no_progress(cast: Cast) -> None:
    assert progress_of([]) == {}


# Xiaoshan has 50 persons employed in 2026Q2 and 80 in 2026Q3, the newest complete quarter; a load of 5 and 3;
# 50 persons in 2025, the newest complete year; wages of 900 + 300 = 1200 in 2026Q3.
@pytest.mark.parametrize(
    ("indicator", "targets", "period", "percent", "passed"),
    [
        ("staff", [target("2026Q4", 100)], "2026Q3", Fraction(80), False),
        ("staff", [target("2026Q4", 80)], "2026Q3", Fraction(100), True),
        ("staff", [target("2026Q4", 70)], "2026Q3", Fraction(100), True),
        # (80 - 40) / (100 - 40)
        ("staff", [target("2026Q4", 100, 40)], "2026Q3", Fraction(200, 3), False),
        # The last target, from the earliest baseline that was given: (80 - 50) / (110 - 50).
        (
            "staff",
            [target("2026Q4", 110, 70), target("2026Q1", 60), target("2026Q2", 75, 50)],
            "2026Q3",
            Fraction(50),
            False,
        ),
        # A target on the way does not count: 80 is more than 75 and less than 100.
        ("staff", [target("2026Q3", 75), target("2026Q4", 100)], "2026Q3", Fraction(80), False),
        ("staff", [target("2026Q4", 100, 90)], "2026Q3", Fraction(0), False),
        # Not after the last target: of 2026Q2 the figure is 50.
        ("staff", [target("2026Q2", 80)], "2026Q2", Fraction(125, 2), False),
        ("staff", [target("2026Q2", 50)], "2026Q2", Fraction(100), True),
        ("staff", [target("2026Q3", 160)], "2026Q3", Fraction(50), False),
        ("staff", [target("2026", 100, 0)], "2025", Fraction(50), False),
        # Lower is better: (3 - 5) / (2 - 5), and 3 is not more than 3.
        ("load", [target("2026Q4", 2, 5)], "2026Q3", Fraction(200, 3), False),
        ("load", [target("2026Q4", 3, 5)], "2026Q3", Fraction(100), True),
        ("load", [target("2026Q4", 4)], "2026Q3", Fraction(100), True),
        ("load", [target("2026Q4", 1, "2.5")], "2026Q3", Fraction(0), False),
        ("load", [target("2026Q4", 2)], "2026Q3", None, False),
        # Neither: as the target lies to the baseline, (1200 - 1400) / (1000 - 1400); without one it rises.
        ("wages", [target("2026Q4", 1000, 1400)], "2026Q3", Fraction(50), False),
        ("wages", [target("2026Q4", 1600, 1000)], "2026Q3", Fraction(100, 3), False),
        ("wages", [target("2026Q4", 1000)], "2026Q3", Fraction(100), True),
    ],
)
def test_a_figure_stands_against_its_last_target(
    cast: Cast, indicator: str, targets: list[Target], period: str, percent: Fraction | None, passed: bool
) -> None:
    found = far(aimed(cast.xiaoshan, *targets, indicator=indicator))

    assert found.basis == "figure"
    assert found.figure is not None
    assert found.figure.figure is not None
    assert (found.figure.figure.period, found.percent, found.figure.is_passed) == (period, percent, passed)


def test_where_a_figure_stood_is_looked_up_when_nobody_says_it(cast: Cast) -> None:
    """The plan begins on 2026-01-01: before it, in 2025, Xiaoshan had 50 persons employed."""
    task = aimed(cast.xiaoshan, target("2026", 100))
    said = aimed(cast.xiaoshan, target("2026", 100, 20))

    assert [each.targets.get().baseline for each in (task, said)] == [50, 20]
    # (50 - 50) / (100 - 50), and (50 - 20) / (100 - 20)
    assert [far(each).percent for each in (task, said)] == [0, Fraction(75, 2)]


def test_a_unit_with_nothing_to_count_has_come_nowhere(cast: Cast) -> None:
    found = far(aimed(cast.yuhang, target("2026Q4", 100)))

    assert (found.percent, found.figure.is_passed) == (0, False)


@pytest.mark.parametrize(
    ("unit", "indicator", "value"), [("haishu", "staff", 0), ("yuhang", "load", 100), ("haishu", "load", 100)]
)
def test_a_figure_without_a_value_says_nothing_and_does_not_pass(
    cast: Cast, unit: str, indicator: str, value: int
) -> None:
    """Not even where the target would be reached by nothing at all."""
    found = far(aimed(getattr(cast, unit), target("2026Q4", value), indicator=indicator))

    assert (found.percent, found.basis) == (None, "figure")
    assert not found.figure.is_passed


def test_without_a_release_a_figure_says_nothing(cast: Cast, settings, tmp_path) -> None:
    task = aimed(cast.xiaoshan, target("2026Q4", 10))
    settings.TONGXIN_HOME = tmp_path

    found = far(task)

    assert (found.percent, found.figure.is_passed) == (None, False)
    assert "no figure yet" in found.figure.sentence()


def test_a_period_before_the_data_has_no_figure(cast: Cast) -> None:
    found = far(aimed(cast.xiaoshan, target("2020Q1", 0)))

    assert (found.percent, found.figure.is_passed) == (None, False)


def test_each_share_has_the_figure_of_its_own_unit(cast: Cast) -> None:
    task = aimed(cast.xiaoshan, target("2026Q4", 100))
    alpha, beta = hand_down(
        task,
        [
            Share(cast.alpha, targets=(target("2026Q4", 80),)),
            Share(cast.beta, targets=(target("2026Q4", 40),)),
        ],
        actor=None,
    )

    # Alpha 60 of 80, Beta 20 of 40; Xiaoshan has its own figure: 80 of 100, not the mean of its shares.
    assert [far(each).percent for each in (alpha, beta, task)] == [75, 50, 80]
    assert far(task).n_shares == 2


def test_reports_do_not_move_what_a_figure_decides(cast: Cast) -> None:
    task = aimed(cast.xiaoshan, target("2026Q4", 100))

    accept(task, text="都办好了。")

    assert (far(task).percent, far(task).basis) == (80, "figure")


def test_a_figure_that_is_reached_completes_its_task_without_a_reason(cast: Cast) -> None:
    task = aimed(cast.xiaoshan, target("2026Q4", 80))

    accept(task, is_final=True, override="不需要")

    assert (renewed(task).state, renewed(task).override) == ("completed", "")


def test_a_figure_that_is_not_reached_asks_for_a_reason(cast: Cast) -> None:
    task = aimed(cast.xiaoshan, target("2026Q4", 100))
    report = submit(task, is_final=True)

    with pytest.raises(ValidationError) as refusal:
        accept_report(report, actor=None)

    (sentence,) = refusal.value.message_dict["override"]
    for word in ("Persons employed", "Xiaoshan District", "80", "2026Q3", "100", "2026Q4"):
        assert word in sentence
    assert (renewed(task).state, Report.objects.get(pk=report.pk).state) == ("under_way", "submitted")
    accept_report(report, actor=None, override="年底前可达到")
    assert (renewed(task).state, renewed(task).override) == ("completed", "年底前可达到")


def test_as_many_queries_are_asked_for_many_tasks_as_for_few(cast: Cast) -> None:
    plan = begin(cast.hangzhou, "很多任务")

    def add(number: int) -> None:
        task = enter(plan, f"任务{number}", goal=Decimal(10), goal_unit="家")
        alone = enter(plan, f"指标{number}")
        set_targets(alone, actor=None, indicator="staff", targets=[target("2026Q4", 100)])
        xiaoshan, _yuhang = share_out(task, cast.xiaoshan, cast.yuhang, goal=Decimal(5))
        share_out(xiaoshan, cast.alpha)

    def asked(count: int) -> int:
        tasks = list(tasks_visible_to(None).filter(measure__plan=plan, parent=None)[:count])
        assert len(tasks) == count
        with CaptureQueriesContext(connection) as queries:
            progress_of(tasks)
        return len(queries)

    for number in range(25):
        add(number)
    publish_plan(plan, actor=None)
    for share in Task.objects.filter(organisation=cast.yuhang, measure__plan=plan):
        accept(renewed(share), amount=Decimal(1))
    progress_of(tasks_visible_to(None)[:1])

    assert asked(5) == asked(50)
