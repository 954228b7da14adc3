from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from tests.plans.builders import bring_to, rows
from tests.supervision.builders import notices_of, on

from tongxin.plans.models import Task
from tongxin.supervision.actions import remind
from tongxin.supervision.models import Step

DAY = date(2026, 5, 8)


def test_a_reminder_is_told_at_once_and_recorded(world):
    with on(DAY):
        step, is_new = remind(world.share, actor=world.cast.office_of_hangzhou)

    assert is_new
    assert (step.kind, step.n_told, step.made_by) == ("reminder", 1, world.cast.office_of_hangzhou)
    (notice,) = notices_of(world.cast.office_of_xiaoshan)
    assert notice.text == (
        "杭州市请萧山区关注“培育产业工人”（杭州市方案），完成时限：2026年4月30日。"
        "请抓紧推进，并及时报送进展。"
    )
    (row,) = rows("supervision.reminded")
    assert (row.actor_name, row.changes["people"]) == ("office_of_hangzhou", 1)


def test_within_an_hour_none_is_sent_a_second_time_also_across_the_hour(world):
    with on(DAY, hour=9):
        first, _ = remind(world.share, actor=world.cast.office_of_hangzhou)
    with on(DAY, hour=9) as _moment:
        again, is_new = remind(world.share, actor=world.cast.office_of_province)
        assert (again, is_new) == (first, False)
    with on(DAY, hour=11):
        _, is_new = remind(world.share, actor=world.cast.office_of_hangzhou)
        assert is_new

    assert Step.objects.filter(kind="reminder").count() == 2
    assert len(notices_of(world.cast.office_of_xiaoshan)) == 2


def test_a_task_that_ended_is_not_reminded_of(world):
    with on(DAY):
        bring_to(world.share, Task.State.CANCELLED)
        with pytest.raises(ValidationError) as refused:
            remind(world.share, actor=None)

    assert refused.value.messages == [
        "“培育产业工人” is cancelled; supervised are tasks assigned or under way, of a plan in force."
    ]


def test_only_who_decides_on_a_task_reminds_of_it(world):
    with on(DAY), pytest.raises(Http404):
        # Xiaoshan answers for the share; its office sends no reminder in the name of Hangzhou.
        remind(world.share, actor=world.cast.office_of_xiaoshan)
