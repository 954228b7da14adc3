"""Who finds which task and which report, as each of those who stand around a plan does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from tests.cast import OPENED, Cast
from tests.plans.builders import as_office, begin, enter, enter_in_force, renewed, share_out, submit

from tongxin.accounts.models import User
from tongxin.organisations.access import Action
from tongxin.organisations.models import Role
from tongxin.organisations.role_actions import grant_role
from tongxin.plans.access import (
    get_report_for,
    get_task_for,
    get_task_to_report,
    reports_visible_to,
    tasks_visible_to,
)
from tongxin.plans.models import Plan, Report, Task
from tongxin.plans.plan_actions import publish_plan
from tongxin.plans.report_actions import accept_report, return_report, submit_report, write_report
from tongxin.plans.task_actions import change_task

FOUND, FORBIDDEN, HIDDEN = 200, 403, 404


@dataclass
class World:
    """A plan of Hangzhou in force, and its own task with shares of two counties and of an enterprise."""

    plan: Plan
    task: Task
    xiaoshan: Task
    yuhang: Task
    alpha: Task

    def seen_by(self, user: User | AnonymousUser | None) -> str:
        """Name the tasks that somebody sees: T the plan's own, X and Y the shares of counties, A of Alpha."""
        keys = {"T": self.task, "X": self.xiaoshan, "Y": self.yuhang, "A": self.alpha}
        seen = set(tasks_visible_to(user).values_list("pk", flat=True))
        for each in keys.values():
            assert (answer(lambda each=each: get_task_for(user, each.pk)) == FOUND) == (each.pk in seen)
        return "".join(name for name, each in keys.items() if each.pk in seen)


def answer(act: Callable[[], object]) -> int:
    try:
        act()
    except Http404:
        return HIDDEN
    except PermissionDenied:
        return FORBIDDEN
    return FOUND


@pytest.fixture
def draft(cast: Cast) -> World:
    plan = begin(cast.hangzhou)
    task = enter(plan)
    xiaoshan, yuhang = share_out(task, cast.xiaoshan, cast.yuhang)
    (alpha,) = share_out(xiaoshan, cast.alpha)
    return World(plan, task, xiaoshan, yuhang, alpha)


@pytest.fixture
def world(draft: World) -> World:
    publish_plan(draft.plan, actor=None)
    return draft


def test_tasks_and_shares_are_seen_along_the_line_and_never_beside(cast: Cast, world: World) -> None:
    assert world.seen_by(None) == "TXYA"
    for user in (cast.office_of_hangzhou, cast.office_of_province):
        assert world.seen_by(user) == "TXYA"
    for user in (cast.office_of_xiaoshan, cast.viewer_of_xiaoshan, cast.reviewer_of_xiaoshan):
        assert world.seen_by(user) == "TXA"
    assert world.seen_by(cast.office_of_yuhang) == "TY"
    assert world.seen_by(cast.reporter_of_alpha) == "TXA"
    # Beta stands below Xiaoshan and beside Alpha, the town above Alpha.
    assert world.seen_by(cast.reporter_of_beta) == "TX"
    assert world.seen_by(as_office(cast.chengxiang)) == "TXA"
    assert world.seen_by(as_office(cast.linping)) == "TY"


def test_who_stands_outside_sees_nothing(cast: Cast, world: World) -> None:
    outside = [
        as_office(cast.ningbo),
        as_office(cast.haishu),
        cast.stranger,
        cast.auditor,
        cast.system_administrator,
        cast.security_administrator,
        AnonymousUser(),
    ]
    for user in outside:
        assert world.seen_by(user) == ""


def test_of_a_draft_nothing_is_seen_below(cast: Cast, draft: World) -> None:
    assert draft.seen_by(None) == "TXYA"
    for user in (cast.office_of_hangzhou, cast.office_of_province):
        assert draft.seen_by(user) == "TXYA"
    for user in (
        cast.office_of_xiaoshan,
        cast.viewer_of_xiaoshan,
        cast.office_of_yuhang,
        cast.reporter_of_alpha,
        cast.reporter_of_beta,
        cast.stranger,
    ):
        assert draft.seen_by(user) == ""


def test_of_a_closed_plan_as_much_is_seen_as_before(cast: Cast, world: World) -> None:
    Plan.objects.update(state="closed")

    assert world.seen_by(cast.office_of_xiaoshan) == "TXA"
    assert world.seen_by(cast.office_of_yuhang) == "TY"


def test_a_role_for_one_unit_only_sees_the_tasks_of_this_unit(cast: Cast, world: World) -> None:
    alone = as_office(cast.hangzhou, role="viewer", reach="unit")

    assert world.seen_by(alone) == "T"


def test_a_unit_that_leads_or_supports_a_share_beside_it_sees_that_share(cast: Cast, world: World) -> None:
    assert world.seen_by(cast.office_of_yuhang) == "TY"

    for lead, support in (([cast.yuhang.name_zh], []), ([], [cast.yuhang.name_zh])):
        change_task(world.xiaoshan, actor=None, measure=world.task.measure, lead=lead, support=support)
        assert world.seen_by(cast.office_of_yuhang) == "TXY"

    change_task(world.xiaoshan, actor=None, measure=world.task.measure, lead=[], support=[])
    assert world.seen_by(cast.office_of_yuhang) == "TY"


def test_a_unit_that_leads_a_task_of_a_draft_does_not_see_it_yet(cast: Cast) -> None:
    task = enter(begin(cast.hangzhou), lead=[cast.yuhang.name_zh])

    assert answer(lambda: get_task_for(cast.office_of_yuhang, task.pk)) == HIDDEN
    publish_plan(task.measure.plan, actor=None)
    assert answer(lambda: get_task_for(cast.office_of_yuhang, task.pk)) == FOUND


def test_each_task_is_listed_once(cast: Cast, world: World) -> None:
    as_office(cast.xiaoshan)
    change_task(
        world.xiaoshan,
        actor=None,
        measure=world.task.measure,
        lead=[cast.xiaoshan.name_zh],
        support=[cast.chengxiang.name_zh, cast.alpha.name_zh],
    )

    for user in (None, cast.office_of_xiaoshan, cast.office_of_province):
        seen = list(tasks_visible_to(user).values_list("pk", flat=True))
        assert len(seen) == len(set(seen))


# Of a share the unit that set it decides: Hangzhou on Xiaoshan's, Xiaoshan on Alpha's.
@pytest.mark.parametrize("action", [Action.CHANGE_PLANS, Action.REVIEW_PROGRESS])
@pytest.mark.parametrize(
    ("user", "task", "expected"),
    [
        ("office_of_hangzhou", "task", FOUND),
        ("office_of_hangzhou", "xiaoshan", FOUND),
        ("office_of_hangzhou", "alpha", FOUND),
        ("office_of_province", "xiaoshan", FOUND),
        ("office_of_xiaoshan", "task", FORBIDDEN),
        ("office_of_xiaoshan", "xiaoshan", FORBIDDEN),
        ("office_of_xiaoshan", "alpha", FOUND),
        ("office_of_xiaoshan", "yuhang", HIDDEN),
        ("office_of_yuhang", "alpha", HIDDEN),
        ("viewer_of_xiaoshan", "xiaoshan", FORBIDDEN),
        ("viewer_of_xiaoshan", "alpha", FORBIDDEN),
        ("reporter_of_alpha", "alpha", FORBIDDEN),
        ("reporter_of_alpha", "xiaoshan", FORBIDDEN),
        ("reporter_of_beta", "alpha", HIDDEN),
        ("stranger", "task", HIDDEN),
        ("auditor", "task", HIDDEN),
    ],
)
def test_what_is_hidden_is_not_found_and_what_is_seen_is_forbidden(
    cast: Cast, world: World, user: str, task: str, expected: int, action: Action
) -> None:
    key = getattr(world, task).pk

    assert answer(lambda: get_task_for(getattr(cast, user), key, action)) == expected


def test_who_only_reviews_decides_on_reports_and_changes_no_task(cast: Cast, world: World) -> None:
    reviewer = cast.reviewer_of_xiaoshan

    assert answer(lambda: get_task_for(reviewer, world.alpha.pk, Action.REVIEW_PROGRESS)) == FOUND
    assert answer(lambda: get_task_for(reviewer, world.alpha.pk, Action.CHANGE_PLANS)) == FORBIDDEN
    assert answer(lambda: get_task_for(reviewer, world.xiaoshan.pk, Action.REVIEW_PROGRESS)) == FORBIDDEN


@pytest.mark.parametrize(
    ("user", "task", "expected"),
    [
        ("reporter_of_alpha", "alpha", FOUND),
        ("office_of_xiaoshan", "alpha", FOUND),
        ("office_of_xiaoshan", "xiaoshan", FOUND),
        ("office_of_hangzhou", "task", FOUND),
        ("reporter_of_alpha", "xiaoshan", FORBIDDEN),
        ("reporter_of_alpha", "task", FORBIDDEN),
        ("office_of_xiaoshan", "task", FORBIDDEN),
        ("viewer_of_xiaoshan", "xiaoshan", FORBIDDEN),
        ("reviewer_of_xiaoshan", "xiaoshan", FORBIDDEN),
        ("reporter_of_beta", "alpha", HIDDEN),
        ("office_of_yuhang", "xiaoshan", HIDDEN),
        ("stranger", "alpha", HIDDEN),
    ],
)
def test_reports_are_written_at_the_unit_that_answers(
    cast: Cast, world: World, user: str, task: str, expected: int
) -> None:
    key = getattr(world, task).pk

    assert answer(lambda: get_task_to_report(getattr(cast, user), key)) == expected


def test_reports_are_written_at_a_unit_that_leads_and_not_at_one_that_supports(cast: Cast) -> None:
    task = enter_in_force(cast.hangzhou, lead=[cast.xiaoshan.name_zh], support=[cast.yuhang.name_zh])

    assert answer(lambda: get_task_to_report(cast.office_of_xiaoshan, task.pk)) == FOUND
    assert answer(lambda: get_task_to_report(cast.viewer_of_xiaoshan, task.pk)) == FORBIDDEN
    assert answer(lambda: get_task_to_report(cast.office_of_yuhang, task.pk)) == FORBIDDEN


def readers(cast: Cast, report: Report) -> set[str]:
    """Name those of the cast who find a report, the same through the list as by its key."""
    found = set()
    for name, user in vars(cast).items():
        if not isinstance(user, User):
            continue
        listed = reports_visible_to(user).filter(pk=report.pk).exists()
        assert listed == (answer(lambda user=user: get_report_for(user, report.pk)) == FOUND)
        if listed:
            found.add(name)
    return found


WRITERS = {"office_of_province", "office_of_hangzhou", "office_of_xiaoshan"}
READERS = WRITERS | {"viewer_of_xiaoshan", "reviewer_of_xiaoshan"}


def test_a_draft_is_found_by_who_may_write_it(cast: Cast, world: World) -> None:
    draft = write_report(world.xiaoshan, actor=None, text="走访了。")
    assert readers(cast, draft) == WRITERS

    submit_report(draft, actor=None)
    assert readers(cast, draft) == READERS
    return_report(draft, actor=None, reason="缺名单")
    assert readers(cast, draft) == READERS
    submit_report(draft, actor=None)
    accept_report(draft, actor=None)
    assert readers(cast, draft) == READERS


def test_a_report_of_a_share_is_not_found_beside_it(cast: Cast, world: World) -> None:
    report = submit(world.alpha)

    assert readers(cast, report) == READERS | {"reporter_of_alpha"}


def test_a_report_is_found_at_a_unit_that_leads_its_task(cast: Cast) -> None:
    task = enter_in_force(cast.hangzhou, lead=[cast.xiaoshan.name_zh], support=[cast.yuhang.name_zh])
    report = write_report(task, actor=cast.office_of_xiaoshan, text="走访了。")

    assert {"office_of_xiaoshan"} <= readers(cast, report)
    assert not readers(cast, report) & {"viewer_of_xiaoshan", "office_of_yuhang", "reporter_of_alpha"}
    submit_report(report, actor=cast.office_of_xiaoshan)
    assert {"office_of_xiaoshan", "office_of_hangzhou", "office_of_province"} <= readers(cast, report)


def test_who_reports_below_and_only_reads_here_finds_no_draft(cast: Cast, world: World) -> None:
    user = cast.reporter_of_alpha
    grant_role(user, actor=None, role=Role.VIEWER, organisation=cast.xiaoshan, valid_from=OPENED)
    draft = write_report(world.xiaoshan, actor=None, text="走访了。")

    assert answer(lambda: get_report_for(user, draft.pk)) == HIDDEN
    submit_report(draft, actor=None)
    assert answer(lambda: get_report_for(user, draft.pk)) == FOUND
    assert answer(lambda: get_report_for(user, draft.pk, Action.REPORT_PROGRESS)) == FORBIDDEN


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("office_of_hangzhou", FOUND),
        ("office_of_xiaoshan", FORBIDDEN),
        ("reviewer_of_xiaoshan", FORBIDDEN),
        ("viewer_of_xiaoshan", FORBIDDEN),
        ("office_of_yuhang", HIDDEN),
        ("reporter_of_alpha", HIDDEN),
        ("stranger", HIDDEN),
    ],
)
def test_a_report_on_a_share_is_decided_on_at_the_unit_that_set_it(
    cast: Cast, world: World, user: str, expected: int
) -> None:
    report = submit(world.xiaoshan)

    act = lambda: get_report_for(getattr(cast, user), report.pk, Action.REVIEW_PROGRESS)  # noqa: E731
    assert answer(act) == expected


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("office_of_xiaoshan", FOUND),
        ("office_of_hangzhou", FOUND),
        ("viewer_of_xiaoshan", FORBIDDEN),
        ("reviewer_of_xiaoshan", FORBIDDEN),
        ("office_of_yuhang", HIDDEN),
        ("stranger", HIDDEN),
    ],
)
def test_a_submitted_report_is_found_for_writing_by_who_may_report(
    cast: Cast, world: World, user: str, expected: int
) -> None:
    report = submit(world.xiaoshan)

    act = lambda: get_report_for(getattr(cast, user), report.pk, Action.REPORT_PROGRESS)  # noqa: E731
    assert answer(act) == expected


def test_what_does_not_exist_is_hidden(cast: Cast) -> None:
    user = cast.office_of_province

    assert answer(lambda: get_task_for(user, 0)) == HIDDEN
    assert answer(lambda: get_task_to_report(user, 0)) == HIDDEN
    assert answer(lambda: get_report_for(user, 0)) == HIDDEN


def test_the_operator_finds_all(world: World) -> None:
    draft = write_report(world.xiaoshan, actor=None, text="走访了。")

    assert list(reports_visible_to(None)) == [draft]
    assert answer(lambda: get_task_to_report(None, world.alpha.pk)) == FOUND
    assert renewed(world.alpha).parent == world.xiaoshan
