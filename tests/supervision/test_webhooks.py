"""What a unit is told is posted to its chat groups, too."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.plans.builders import enter, renewed, share_out
from tests.supervision.builders import DUE, add_webhook, go, notices_of

from tongxin.notices.models import Delivery
from tongxin.organisations.models import Organisation, RoleGrant

FIRST_LATE, CIRCULATED = date(2026, 5, 6), date(2026, 5, 14)


def posted(unit: Organisation) -> list[tuple[str, str]]:
    """Return what was posted for a unit, as kind and title."""
    found = Delivery.objects.filter(webhook__organisation=unit).order_by("pk")
    return [(delivery.payload["kind"], delivery.payload["title"]) for delivery in found]


def test_the_late_unit_reads_it_in_its_group_once(world):
    add_webhook(world.cast.xiaoshan)

    go(FIRST_LATE)
    go(FIRST_LATE)

    (delivery,) = Delivery.objects.filter(channel="webhook")
    assert delivery.payload == {
        "kind": "supervision.overdue",
        "title": "逾期催办：培育产业工人",
        "text": (
            "“培育产业工人”（杭州市方案）应于2026年4月30日前完成，现已逾期1个工作日。"
            "请萧山区说明原因，尽快完成并报送进展。"
        ),
        "link": f"/supervision/tasks/{world.share.pk}/",
        "organisation": {"code": "330109", "name": "萧山区"},
    }


def test_units_beside_and_above_and_groups_that_are_switched_off_read_nothing(world):
    for unit in (world.cast.yuhang, world.cast.hangzhou, world.cast.province, world.cast.chengxiang):
        add_webhook(unit)
    add_webhook(world.cast.xiaoshan, is_active=False)

    go(FIRST_LATE)

    assert not Delivery.objects.filter(channel="webhook").exists()


def test_the_group_of_a_unit_without_readers_reads_what_is_its_own(world):
    own = enter(world.plan, "临平的任务", due_on=date(2026, 12, 31))
    share_out(renewed(own), world.cast.linping, due_on=DUE)
    RoleGrant.objects.filter(organisation=world.cast.linping).delete()
    add_webhook(world.cast.linping)

    go(FIRST_LATE)

    (delivery,) = Delivery.objects.filter(channel="webhook")
    assert "尚无承办人员" not in delivery.payload["text"]


def test_what_goes_to_two_sorts_of_people_of_a_unit_is_posted_once(world):
    # Hangzhou answers for the plan's own task and decides on it.
    enter(world.plan, "市里的任务", due_on=DUE)
    world.share.delete()
    add_webhook(world.cast.hangzhou)

    go(CIRCULATED)

    assert sorted(posted(world.cast.hangzhou)) == [
        ("supervision.circular", "逾期任务通报：杭州市方案"),
        ("supervision.circulation", "逾期通报：市里的任务"),
    ]
    # So is what goes to one person who does both.
    titles = [notice.title for notice in notices_of(world.cast.office_of_hangzhou)]
    assert sorted(titles) == ["逾期任务通报：杭州市方案", "逾期通报：市里的任务"]


def test_units_without_a_group_cost_nothing(world):
    def ask() -> int:
        with CaptureQueriesContext(connection) as asked:
            go(FIRST_LATE)
        return sum("notices_webhook" in query["sql"] for query in asked)

    for unit in (world.cast.chengxiang, world.cast.linping, world.cast.yuhang):
        own = enter(world.plan, f"{unit.name}的任务", due_on=date(2026, 12, 31))
        share_out(renewed(own), unit, due_on=DUE)

    assert ask() == 1
