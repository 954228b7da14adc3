"""Who is told of a step, in which words, and that nobody is told twice."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import override_settings
from tests.plans.builders import as_office, enter, renewed, share_out, submit
from tests.supervision.builders import DUE, go, notices_of, on, set_rule, steps

from tongxin.notices.models import Notice
from tongxin.organisations.models import RoleGrant
from tongxin.supervision import telling
from tongxin.supervision.models import Step
from tongxin.supervision.telling import tell_untold

FIRST_LATE, ESCALATED, CIRCULATED = date(2026, 5, 6), date(2026, 5, 11), date(2026, 5, 14)


def test_the_unit_that_answers_is_told_in_chinese_with_a_link_to_the_task(world):
    go(FIRST_LATE)

    (notice,) = notices_of(world.cast.office_of_xiaoshan)
    assert notice.title == "逾期催办：培育产业工人"
    assert notice.text == (
        "“培育产业工人”（杭州市方案）应于2026年4月30日前完成，现已逾期1个工作日。"
        "请萧山区说明原因，尽快完成并报送进展。"
    )
    assert notice.link == f"/supervision/tasks/{world.share.pk}/"
    assert notice.organisation == world.cast.xiaoshan
    for other in (world.cast.office_of_hangzhou, world.cast.office_of_yuhang, world.cast.viewer_of_xiaoshan):
        assert notices_of(other) == []


def test_the_message_is_in_the_language_of_the_home(world):
    with override_settings(LANGUAGE_CODE="en"):
        go(FIRST_LATE)

    (notice,) = notices_of(world.cast.office_of_xiaoshan)
    assert notice.title == "Overdue: 培育产业工人"
    assert "was due on 30 April 2026 and is 1 working days late. Xiaoshan District is" in notice.text


def test_a_plan_says_it_in_its_own_words(world):
    set_rule(world.plan, texts={"overdue": "请{unit}办理{task}，已逾期{days}天，原定{due}。{decider}"})

    go(FIRST_LATE)

    (notice,) = notices_of(world.cast.office_of_xiaoshan)
    assert notice.text == "请萧山区办理培育产业工人，已逾期1天，原定2026年4月30日。杭州市"


def test_braces_in_the_name_of_a_task_stay_as_they_are(world):
    odd = enter(world.plan, "推进{unit}工程", due_on=DUE)

    go(FIRST_LATE)

    step = Step.objects.get(task=odd)
    assert step.title == "逾期催办：推进{unit}工程"


def test_several_tasks_of_a_unit_are_one_message(world):
    for number in range(12):
        own = enter(world.plan, f"任务{number:02}", due_on=date(2026, 12, 31))
        share_out(renewed(own), world.cast.xiaoshan, due_on=DUE)

    found = go(FIRST_LATE)

    (notice,) = notices_of(world.cast.office_of_xiaoshan)
    assert found.steps["overdue"] == 13
    assert notice.title == "逾期催办：13项任务"
    assert notice.text.count("现已逾期") == 10
    assert notice.text.endswith("另有3项，请到督办页面查看。")
    assert notice.link == "/supervision/?at=330109&kind=overdue"


def test_leads_of_a_task_are_told_with_the_unit_that_answers(world):
    lead = as_office(world.cast.chengxiang, role="reporter")
    task = enter(world.plan, "牵头的任务", due_on=DUE, lead=["城厢街道"])

    go(FIRST_LATE)

    assert [notice.title for notice in notices_of(lead)] == ["逾期催办：牵头的任务"]
    assert "逾期催办：牵头的任务" in [notice.title for notice in notices_of(world.cast.office_of_hangzhou)]
    assert Step.objects.get(task=task).n_told == 2


def test_an_escalation_goes_to_the_unit_that_decides_and_the_unit_above(world):
    own = enter(world.plan, "省里的任务", due_on=date(2026, 12, 31))
    (share,) = share_out(renewed(own), world.cast.chengxiang, due_on=DUE)

    go(ESCALATED)

    # Hangzhou decides; above Chengxiang stands Xiaoshan.
    step = Step.objects.get(task=share)
    assert (step.kind, step.organisation) == ("escalation", world.cast.hangzhou)
    titles = {
        user.username: [notice.title for notice in notices_of(user)]
        for user in (
            world.cast.office_of_hangzhou,
            world.cast.office_of_xiaoshan,
            world.cast.reviewer_of_xiaoshan,
        )
    }
    assert titles == {
        "office_of_hangzhou": ["提级督办：2项任务"],
        "office_of_xiaoshan": ["提级督办：省里的任务"],
        "reviewer_of_xiaoshan": ["提级督办：省里的任务"],
    }
    assert notices_of(world.cast.office_of_province) == []


def test_a_plans_own_task_is_escalated_to_the_unit_above_it(world):
    own = enter(world.plan, "市里的任务", due_on=DUE)

    go(ESCALATED)

    assert Step.objects.get(task=own).organisation == world.cast.province
    assert [notice.title for notice in notices_of(world.cast.office_of_province)] == ["提级督办：市里的任务"]


def test_a_report_that_waits_is_told_to_those_who_decide(world):
    with on(date(2026, 4, 30)):
        submit(world.share, is_final=True)

    go(date(2026, 5, 8))

    (notice,) = notices_of(world.cast.office_of_hangzhou)
    assert notice.title == "待审提醒：培育产业工人"
    assert (
        notice.text == "萧山区就“培育产业工人”（杭州市方案）报送的进展已等待审核3个工作日。请杭州市及时审核。"
    )
    assert notices_of(world.cast.office_of_xiaoshan) == []


def test_where_nobody_is_at_the_unit_the_next_above_is_told_and_reads_why(world):
    own = enter(world.plan, "海曙的任务", due_on=date(2026, 12, 31))
    (share,) = share_out(renewed(own), world.cast.linping, due_on=DUE)

    go(FIRST_LATE)

    (notice,) = notices_of(world.cast.office_of_yuhang)
    assert notice.text.endswith("（临平街道尚无承办人员，此件转发贵单位，请转告。）")
    step = Step.objects.get(task=share)
    assert (step.told_above, step.n_told) == (world.cast.yuhang, 1)


def test_where_nobody_is_anywhere_the_step_is_noted_all_the_same(world):
    RoleGrant.objects.all().delete()

    found = go(FIRST_LATE)

    step = Step.objects.get(task=world.share)
    assert (found.messages, step.n_told, step.told_at is not None) == (0, 0, True)


def test_a_round_that_died_before_telling_is_told_by_the_next(world, monkeypatch):
    def die(_day: date) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr("tongxin.supervision.compute.tell_untold", die)
        with pytest.raises(KeyboardInterrupt):
            go(FIRST_LATE)
    assert steps(world.share) == [("overdue", "05-06")]
    assert notices_of(world.cast.office_of_xiaoshan) == []

    go(FIRST_LATE)
    go(FIRST_LATE)

    assert len(notices_of(world.cast.office_of_xiaoshan)) == 1
    assert steps(world.share) == [("overdue", "05-06")]


def test_telling_goes_on_in_chunks(world, monkeypatch):
    monkeypatch.setattr(telling, "CHUNK", 2)
    for number in range(4):
        own = enter(world.plan, f"任务{number}", due_on=date(2026, 12, 31))
        share_out(renewed(own), world.cast.xiaoshan, due_on=DUE)

    go(FIRST_LATE)

    assert not Step.objects.filter(told_at=None).exists()
    assert len(notices_of(world.cast.office_of_xiaoshan)) == 3
    assert tell_untold(FIRST_LATE) == 0


def test_a_circulation_is_told_below_and_above(world):
    go(CIRCULATED)

    titles = [notice.title for notice in notices_of(world.cast.office_of_xiaoshan)]
    above = [notice.title for notice in notices_of(world.cast.office_of_hangzhou)]
    assert titles == ["逾期通报：培育产业工人"]
    assert sorted(above) == ["逾期任务通报：杭州市方案", "逾期通报：培育产业工人"]


def test_no_message_names_a_person(world):
    go(CIRCULATED)
    go(FIRST_LATE)

    names = {str(user) for user in type(world.cast.stranger).objects.all()}
    for notice in Notice.objects.all():
        assert not any(name in notice.title + notice.text for name in names)
