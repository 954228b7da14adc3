"""Files and forms of the lists of tasks, as each of those who stand around finds them."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import Cast
from tests.clients import client_of
from tests.plans.builders import enter, measure_of, proposal_of
from tests.plans.task_books import changed, rows_in, sent, taken
from tests.plans.task_worlds import people_of, raise_tasks

from tongxin.plans.access import tasks_visible_to
from tongxin.plans.models import Plan, Task, TaskImport
from tongxin.plans.plan_actions import publish_plan
from tongxin.plans.proposal_actions import accept_proposal
from tongxin.plans.task_workbook_jobs import apply_tasks_task

pytestmark = pytest.mark.django_db


@pytest.fixture
def sending(cast: Cast, plan: Plan) -> TaskImport:
    """A check of a workbook with a row that is wrong."""
    enter(plan, "一")
    user = cast.office_of_xiaoshan
    body = changed(taken(plan, user), lambda rows: rows.append({"measure": "x", "title": "<b>二</b>"}))
    return sent(plan, user, body, is_dry_run=True)


def test_the_workbook_of_a_list_holds_what_its_reader_may_see_and_nothing_else(cast: Cast):
    raise_tasks(cast)
    for name, user in people_of(cast).items():
        answer = client_of(user).get("/tasks/workbook/?state=all")
        visible = {str(pk) for pk in tasks_visible_to(user).values_list("pk", flat=True)}
        if answer.status_code != 200:
            assert name in {"auditor", "stranger"}
            continue
        found = {row["key"] for row in rows_in(answer.content)}
        assert found <= visible, name
    everything = rows_in(client_of(cast.office_of_province).get("/tasks/workbook/?state=all").content)
    assert len(everything) == Task.objects.count()


def test_the_workbook_keeps_the_filter(cast: Cast):
    raise_tasks(cast)
    at = f"/tasks/workbook/?at={cast.xiaoshan.code}&q=草案"

    assert [row["title"] for row in rows_in(client_of(cast.office_of_xiaoshan).get(at).content)] == [
        "草案任务"
    ]
    assert client_of(cast.office_of_yuhang).get(at).status_code == 404


def test_words_of_a_document_that_is_closed_to_the_reader_are_not_exported(cast: Cast, document, plan):
    accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan))
    publish_plan(plan, actor=None)
    below = people_of(cast)["below"]

    assert "20场" in rows_in(taken(plan, cast.office_of_xiaoshan))[0]["sources"]
    assert rows_in(taken(plan, below))[0]["sources"] is None


@pytest.mark.parametrize(
    "address", ["plans/{plan}/workbook/", "task-imports/{sent}/", "task-imports/{sent}/verdicts/"]
)
def test_workbooks_are_taken_back_from_who_changes_plans(cast: Cast, plan, sending, address):
    place = "/" + address.format(plan=plan.pk, sent=sending.pk)
    below = people_of(cast)["below"]

    for user in (cast.office_of_xiaoshan, cast.office_of_hangzhou, cast.office_of_province):
        assert client_of(user).get(place).status_code == 200
    for user in (cast.viewer_of_xiaoshan, cast.reviewer_of_xiaoshan):
        assert client_of(user).get(place).status_code == 403
    for user in (cast.office_of_yuhang, cast.reporter_of_alpha, cast.stranger, below):
        assert client_of(user).get(place).status_code == 404
    assert Client().get(place).url.startswith("/accounts/login/")
    Plan.objects.update(state="published")
    assert client_of(below).get(place).status_code == 403


def test_storing_what_was_checked_is_refused_to_all_others_and_by_a_link(cast: Cast, sending):
    place = f"/task-imports/{sending.pk}/again/"

    assert client_of(cast.office_of_xiaoshan).get(place).status_code == 405
    assert client_of(cast.viewer_of_xiaoshan).post(place).status_code == 403
    assert client_of(cast.office_of_yuhang).post(place).status_code == 404
    assert TaskImport.objects.count() == 1
    assert client_of(cast.office_of_xiaoshan).get("/task-imports/0/").status_code == 404


def test_a_workbook_is_sent_checked_and_confirmed_by_pages(cast: Cast, plan: Plan):
    task = enter(plan, "一")
    client = client_of(cast.office_of_xiaoshan)
    body = changed(taken(plan, cast.office_of_xiaoshan), lambda rows: rows[0].update(title="二"))

    answer = client.post(f"/plans/{plan.pk}/workbook/", {"file": SimpleUploadedFile("t.xlsx", body)})
    checked = TaskImport.objects.get()
    assert answer.url == f"/task-imports/{checked.pk}/"
    assert "Waiting for its turn" in client.get(answer.url).text
    apply_tasks_task.func(checked.job_id)
    assert "This was a check" in client.get(answer.url).text
    task.refresh_from_db()
    assert task.title == "一"

    confirmed = client.post(f"/task-imports/{checked.pk}/again/")
    stored = TaskImport.objects.latest("pk")
    apply_tasks_task.func(stored.job_id)

    task.refresh_from_db()
    assert (confirmed.url, task.title) == (f"/task-imports/{stored.pk}/", "二")
    assert client.get(confirmed.url).context["counts"][2] == ("Changed", 1)
    assert "t.xlsx" in client.get(f"/plans/{plan.pk}/workbook/").text


def test_rejected_rows_come_back_with_what_is_wrong(cast: Cast, sending):
    client = client_of(cast.office_of_xiaoshan)

    page = client.get(f"/task-imports/{sending.pk}/").text
    book = client.get(f"/task-imports/{sending.pk}/verdicts/").content

    assert "The plan has no measure “x”." in page
    assert "<b>二</b>" not in page
    rows = list(openpyxl.load_workbook(io.BytesIO(book)).worksheets[0].iter_rows(values_only=True))
    assert len(rows) == 2
    assert "The plan has no measure “x”." in rows[1][-1]


def test_a_file_that_cannot_be_read_is_told_on_its_page(cast: Cast, plan: Plan):
    found = sent(plan, cast.office_of_xiaoshan, b"not a workbook at all\n")

    page = client_of(cast.office_of_xiaoshan).get(f"/task-imports/{found.pk}/").text

    assert "The file could not be read" in page
    assert found.refusal["message"] in page


def test_no_file_is_no_import(cast: Cast, plan: Plan):
    answer = client_of(cast.office_of_xiaoshan).post(f"/plans/{plan.pk}/workbook/", {})

    assert answer.status_code == 422
    assert not TaskImport.objects.exists()
