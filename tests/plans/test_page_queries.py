"""Lists ask the database as often for many rows as for few."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast
from tests.plans.builders import enter, measure_of, proposal_of, receive
from tests.plans.texts import FIRST

from tongxin.plans.models import Document, Task
from tongxin.plans.proposal_actions import accept_into, accept_proposal


def numbers(answer) -> list[int]:
    """Return the numbers of the paragraphs that the page of a document shows."""
    return [row.clause.number for row in answer.context["rows"]]


def titles(answer) -> list[str]:
    return [task.title for group in answer.context["groups"] for task, _progress in group.tasks]


def ask(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(asked)


def test_the_list_of_documents_asks_as_often_for_many_as_for_few(cast: Cast, plan, office) -> None:
    def add(number: int) -> None:
        document = receive(cast.xiaoshan, f"{FIRST}第{number}份。\n")
        accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan))

    for number in range(5):
        add(number)
    few = ask(office, "/documents/")
    for number in range(5, 50):
        add(number)

    assert len(office.get("/documents/").context["page"].object_list) == 50
    assert ask(office, "/documents/") == few


def test_the_page_of_a_plan_asks_as_often_for_many_tasks_as_for_few(
    cast: Cast, document, plan, office
) -> None:
    proposals = ["20场", "建立", "完善", "报告", "活动"]

    def add(number: int) -> Task:
        return enter(plan, f"任务{number}", lead=["城厢街道"], support=["区总工会"])

    for number, words in enumerate(proposals):
        accept_into(proposal_of(document, words), actor=None, task=add(number))
    few = ask(office, f"/plans/{plan.pk}/")
    for number in range(5, 50):
        add(number)

    assert len(titles(office.get(f"/plans/{plan.pk}/"))) == 50
    assert ask(office, f"/plans/{plan.pk}/") == few


def test_the_page_of_a_document_asks_as_often_for_many_clauses_as_for_few(cast: Cast, plan, office) -> None:
    def make(count: int) -> Document:
        lines = [f"各单位要定期报告第{number}项工作进展情况。" for number in range(count)]
        document = receive(cast.xiaoshan, "关于做好服务工作的通知\n" + "\n".join(lines))
        for number in range(0, count, 2):
            proposal = proposal_of(document, f"第{number}项")
            accept_proposal(proposal, actor=cast.office_of_xiaoshan, measure=measure_of(plan))
        return document

    few, many = make(5), make(50)

    assert ask(office, f"/documents/{few.pk}/") == ask(office, f"/documents/{many.pk}/")
    assert len(numbers(office.get(f"/documents/{many.pk}/"))) == 51
