"""Who is told when a task is handed down, a report is submitted, returned or accepted."""

from __future__ import annotations

import pytest
from tests.cast import Cast
from tests.plans.builders import accept, begin, enter, enter_in_force, share_out, submit

from tongxin.notices.models import Notice
from tongxin.plans.models import Task
from tongxin.plans.plan_actions import publish_plan
from tongxin.plans.report_actions import return_report


@pytest.fixture
def share(cast: Cast) -> Task:
    """Xiaoshan's share of a task of Hangzhou."""
    return share_out(enter_in_force(cast.hangzhou), cast.xiaoshan)[0]


def told(kind: str) -> set[str]:
    """Return who was told of a kind of thing."""
    return set(Notice.objects.filter(kind=kind).values_list("recipient__username", flat=True))


def test_a_unit_is_told_of_its_share(cast: Cast, share: Task):
    """Its office may report; its viewer and reviewer may not, and those above and below have no share."""
    assert told("tasks.handed_down") == {"office_of_xiaoshan"}
    notice = Notice.objects.get(kind="tasks.handed_down")
    assert (notice.link, notice.organisation) == (f"/tasks/{share.pk}/", cast.xiaoshan)
    assert share.title in notice.title


def test_nobody_is_told_of_the_shares_of_a_draft_until_it_is_in_force(cast: Cast):
    plan = begin(cast.hangzhou)
    tasks = [enter(plan, "走访企业"), enter(plan, "印发清单")]
    for task in tasks:
        share_out(task, cast.xiaoshan)
    before = told("tasks.handed_down")

    publish_plan(plan, actor=None)

    assert before == set()
    notice = Notice.objects.get(kind="tasks.handed_down")
    assert notice.recipient == cast.office_of_xiaoshan
    assert "走访企业\n印发清单" in notice.text
    assert notice.link == f"/tasks/?at={cast.xiaoshan.code}"


def test_those_who_decide_are_told_that_a_report_waits(cast: Cast, share: Task):
    submit(share, actor=cast.office_of_xiaoshan, text="走访了25家。")

    assert told("reports.submitted") == {"office_of_hangzhou"}
    assert Notice.objects.get(kind="reports.submitted").text == "走访了25家。"


def test_who_submits_is_not_told_of_it(cast: Cast):
    """The city's own task: its one office submits it, and nobody else of the city decides."""
    submit(enter_in_force(cast.hangzhou), actor=cast.office_of_hangzhou)

    assert told("reports.submitted") == set()


def test_the_unit_is_told_what_is_missing_each_time_it_is_returned(cast: Cast, share: Task):
    for reason in ("缺少名单", "名单不全"):
        return_report(submit_again(share, cast), actor=cast.office_of_hangzhou, reason=reason)

    notices = Notice.objects.filter(kind="reports.returned", recipient=cast.office_of_xiaoshan)
    assert sorted(notice.text for notice in notices) == ["名单不全", "缺少名单"]
    assert told("reports.submitted") == {"office_of_hangzhou"}
    assert Notice.objects.filter(kind="reports.submitted").count() == 2


def submit_again(share: Task, cast: Cast):
    """Write and submit, or, what was returned, write again."""
    report = share.reports.exclude(state="accepted").first()
    seen = report.changed_at if report else None
    return submit(share, actor=cast.office_of_xiaoshan, text="走访了。", seen_at=seen)


def test_the_unit_is_told_that_its_task_is_completed(cast: Cast, share: Task):
    accept(share, is_final=True)

    notice = Notice.objects.get(kind="reports.accepted", recipient=cast.office_of_xiaoshan)
    assert share.title in notice.title


def test_a_refused_acceptance_tells_nobody(cast: Cast, share: Task):
    share_out(share, cast.chengxiang)
    with pytest.raises(Exception, match="share"):
        accept(share, is_final=True)

    assert told("reports.accepted") == set()
