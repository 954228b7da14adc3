"""Lists and pages ask the database as often for many rows as for few."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast
from tests.clients import client_of
from tests.meetings.builders import DAY, bring, hold_a, instruct, resolve, task_of

from tongxin.meetings.models import Meeting
from tongxin.meetings.part_actions import add_agenda_item, add_contribution, add_members, add_visit


def ask(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(asked)


def test_the_list_of_meetings_asks_as_often_for_many_as_for_few(cast: Cast, plan, office) -> None:
    def add(number: int) -> None:
        made = bring(hold_a(cast.xiaoshan, f"第{number}次"), "held")
        task_of(resolve(made), plan, f"任务{number}")

    for number in range(5):
        add(number)
    few = ask(office, "/meetings/")
    for number in range(5, 50):
        add(number)

    assert len(office.get("/meetings/").context["rows"]) == 50
    assert ask(office, "/meetings/") == few


def test_the_list_of_instructions_asks_as_often_for_many_as_for_few(cast: Cast, plan, office) -> None:
    def add(number: int) -> None:
        task_of(instruct(cast.xiaoshan, f"第{number}次", asked=["城厢街道", "某局"]), plan, f"任务{number}")

    for number in range(5):
        add(number)
    few = ask(office, "/instructions/")
    for number in range(5, 50):
        add(number)

    assert len(office.get("/instructions/").context["rows"]) == 50
    assert ask(office, "/instructions/") == few


def test_the_page_of_a_meeting_asks_as_often_for_many_parts_as_for_few(cast: Cast, plan, office) -> None:
    def make(count: int) -> Meeting:
        made = bring(hold_a(cast.xiaoshan), "held")
        for number in range(count):
            add_agenda_item(made, actor=None, text=f"{number}")
            add_members(made, actor=None, names=[f"单位{number}"])
            file = ("a.txt", f"{number}".encode())
            add_contribution(made, actor=None, part="oral", name="城厢街道", title=f"题{number}", file=file)
            add_visit(made, actor=None, name="城厢街道", visited_on=DAY)
            task_of(resolve(made), plan, f"任务{made.pk} {number}")
        return made

    few, many = make(5), make(50)
    bring(few, "closed")
    bring(many, "closed")

    for client in (office, client_of(cast.viewer_of_xiaoshan)):
        assert ask(client, f"/meetings/{few.pk}/") == ask(client, f"/meetings/{many.pk}/")
    assert len(office.get(f"/meetings/{many.pk}/").context["rows"]) == 50
