"""Pages and rounds ask the database as often for many tasks as for few."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.clients import client_of
from tests.supervision.builders import DUE, START, go, on

from tongxin.plans.models import Task
from tongxin.supervision import compute
from tongxin.supervision.models import Step, SupervisionOrder
from tongxin.supervision.order_actions import issue_order

LATE = date(2026, 5, 8)


def add_tasks(world, count: int, unit=None) -> None:
    with on(START):
        Task.objects.bulk_create(
            Task(
                measure=world.task.measure,
                organisation=unit or world.cast.xiaoshan,
                title=f"任务{number}",
                due_on=DUE - timedelta(days=number % 7),
                state=Task.State.ASSIGNED,
            )
            for number in range(count)
        )


def count_queries(act) -> int:
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


def count_reads(act) -> int:
    """Count what is read; what is written goes in packets of as many rows as the database takes."""
    with CaptureQueriesContext(connection) as asked:
        act()
    return sum(query["sql"].startswith("SELECT") for query in asked)


def test_the_office_page_asks_as_often_for_many_as_for_few(world):
    client = client_of(world.cast.office_of_hangzhou)

    def ask() -> int:
        with on(LATE):
            for task in Task.objects.filter(orders=None, organisation=world.cast.xiaoshan)[:3]:
                issue_order(task, actor=None, organisation=task.organisation, demand="请办", reply_days=3)
            client.get("/supervision/?at=330100")
            return count_queries(lambda: client.get("/supervision/?at=330100"))

    add_tasks(world, 5)
    go(date(2026, 5, 6))
    few = ask()
    add_tasks(world, 60)
    add_tasks(world, 20, world.cast.yuhang)
    go(date(2026, 5, 7))

    assert ask() == few


def test_lists_of_orders_ask_as_often_for_many_as_for_few(world):
    client = client_of(world.cast.office_of_hangzhou)

    def issue(count: int) -> None:
        for task in Task.objects.filter(orders=None, organisation=world.cast.xiaoshan)[:count]:
            issue_order(task, actor=None, organisation=task.organisation, demand="请办", reply_days=3)

    add_tasks(world, 60)
    with on(LATE):
        issue(5)
        client.get("/supervision/orders/?at=330100")
        few = count_queries(lambda: client.get("/supervision/orders/?at=330100"))
        issue(45)

        assert count_queries(lambda: client.get("/supervision/orders/?at=330100")) == few
    assert SupervisionOrder.objects.count() == 50


def test_a_round_asks_as_often_for_many_tasks_of_a_batch_as_for_few(world):
    # Fourteen are of every kind that there will be, so that as many messages go out.
    add_tasks(world, 14)
    few = count_reads(lambda: go(date(2026, 5, 6)))
    Step.objects.all().delete()
    add_tasks(world, 400)

    many = count_reads(lambda: go(date(2026, 5, 6)))

    assert Step.objects.count() == 415
    assert many == few


def test_each_further_batch_costs_as_much_as_another(world, monkeypatch):
    monkeypatch.setattr(compute, "tell_untold", lambda _day: 0)
    add_tasks(world, 99)

    def cost(batch: int) -> int:
        Step.objects.all().delete()
        return count_reads(lambda: go(date(2026, 5, 6), batch=batch))

    one, two, four = cost(100), cost(50), cost(25)

    assert (four - two) == 2 * (two - one) > 0


def test_a_round_of_a_killed_process_goes_on_where_it_stopped(world, monkeypatch):
    add_tasks(world, 30)
    made = []

    def die_at_the_third(steps):
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(steps)
        return store(steps)

    store = compute._store
    with monkeypatch.context() as killed:
        killed.setattr(compute, "_store", die_at_the_third)
        with pytest.raises(KeyboardInterrupt):
            go(date(2026, 5, 6), batch=10)
    assert Step.objects.count() == 20

    found = go(date(2026, 5, 6), batch=10)

    assert (Step.objects.count(), sum(found.steps.values())) == (31, 11)
    assert not Step.objects.filter(told_at=None).exists()
