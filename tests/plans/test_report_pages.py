"""The pages of reports: written and proved by the unit, decided on above it, hidden beside it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.cast import Cast
from tests.clients import client_of
from tests.plans.builders import enter_in_force, renewed, share_out, submit

from tongxin.plans.models import Report, Task
from tongxin.plans.report_actions import write_report

PAGES = ("/reports/{report}/", "/reports/{report}/evidence/{proof}/")
WRITES = (
    "/reports/{report}/evidence/",
    "/reports/{report}/evidence/{proof}/remove/",
    "/reports/{report}/submit/",
)
DECISIONS = ("/reports/{report}/return/", "/reports/{report}/accept/")


@pytest.fixture
def share(cast: Cast, settings, tmp_path) -> Task:
    """Xiaoshan's share of a task of Hangzhou: 40 of 100 enterprises."""
    settings.TONGXIN_HOME = tmp_path
    whole = enter_in_force(cast.hangzhou, "走访百家企业", goal=Decimal(100), goal_unit="家")
    return share_out(whole, cast.xiaoshan, goal=Decimal(40))[0]


@pytest.fixture
def report(share: Task) -> Report:
    """A final report on the share, submitted, with a file."""
    return submit(share, amount=Decimal(25), is_final=True)


def place(address: str, report: Report) -> str:
    proof = report.evidence.first()
    return address.format(report=report.pk, proof=proof.pk if proof else 0)


def file_of(name: str, content: bytes) -> dict[str, object]:
    return {"file": SimpleUploadedFile(name, content), "passport": ""}


@pytest.mark.parametrize("address", PAGES)
def test_a_report_is_read_by_its_unit_and_above_and_hidden_beside(cast: Cast, report: Report, address):
    found = {
        name: client_of(getattr(cast, name)).get(place(address, report)).status_code
        for name in (
            "office_of_xiaoshan",
            "viewer_of_xiaoshan",
            "office_of_hangzhou",
            "office_of_province",
            "office_of_yuhang",
            "reporter_of_alpha",
            "auditor",
            "stranger",
        )
    }

    assert found == {
        "office_of_xiaoshan": 200,
        "viewer_of_xiaoshan": 200,
        "office_of_hangzhou": 200,
        "office_of_province": 200,
        "office_of_yuhang": 404,
        "reporter_of_alpha": 404,
        "auditor": 404,
        "stranger": 404,
    }


@pytest.mark.parametrize("address", WRITES)
def test_a_report_is_written_by_whoever_answers_for_the_task(cast: Cast, report: Report, address):
    """Units above may report there, too: their roles reach down."""
    for name, expected in (
        ("viewer_of_xiaoshan", 403),
        ("reviewer_of_xiaoshan", 403),
        ("office_of_yuhang", 404),
        ("stranger", 404),
    ):
        assert client_of(getattr(cast, name)).post(place(address, report)).status_code == expected, name
    assert report.evidence.count() == 1


@pytest.mark.parametrize("address", DECISIONS)
def test_a_report_is_decided_on_where_the_share_was_handed_down(cast: Cast, report: Report, address):
    for name, expected in (
        ("office_of_xiaoshan", 403),
        ("reviewer_of_xiaoshan", 403),
        ("viewer_of_xiaoshan", 403),
        ("office_of_yuhang", 404),
        ("stranger", 404),
    ):
        answer = client_of(getattr(cast, name)).post(place(address, report), {"note": "不齐"})
        assert answer.status_code == expected, name
    report.refresh_from_db()
    assert report.state == "submitted"


@pytest.mark.parametrize("address", [*WRITES, *DECISIONS])
def test_nothing_is_changed_by_following_a_link(cast: Cast, report: Report, address):
    assert client_of(cast.office_of_hangzhou).get(place(address, report)).status_code == 405


def test_a_unit_writes_proves_and_submits_a_report(cast: Cast, share: Task):
    office = client_of(cast.office_of_xiaoshan)

    written = office.post(
        f"/tasks/{share.pk}/report/", {"text": "走访了25家。", "amount": "25", "seen_at": ""}
    )
    report = Report.objects.get()
    proved = office.post(f"{written.url}evidence/", file_of("名单.csv", "企业\n甲\n".encode()))
    submitted = office.post(f"{written.url}submit/")

    assert written.url == proved.url == submitted.url == f"/reports/{report.pk}/"
    report.refresh_from_db()
    assert (report.state, report.amount, report.evidence.get().title) == ("submitted", 25, "名单.csv")
    assert renewed(share).state == "under_way"


def test_the_form_asks_only_for_what_nothing_else_says(cast: Cast, share: Task):
    """A share has a number of its own, the whole has what its shares have, another task percents."""
    office = client_of(cast.office_of_hangzhou)
    bare = enter_in_force(cast.hangzhou, "印发清单")

    asked = {
        task.pk: set(office.get(f"/tasks/{task.pk}/report/").context["form"].fields)
        for task in (share, share.parent, bare)
    }

    assert asked[share.pk] == {"text", "amount", "is_final", "seen_at"}
    assert asked[share.parent_id] == {"text", "is_final", "seen_at"}
    assert asked[bare.pk] == {"text", "percent", "is_final", "seen_at"}


def test_a_refused_file_is_told_beside_the_field_and_nothing_else_is_lost(cast: Cast, share: Task):
    report = write_report(share, actor=cast.office_of_xiaoshan, text="走访了。")
    office = client_of(cast.office_of_xiaoshan)

    answer = office.post(f"/reports/{report.pk}/evidence/", file_of("名单.pdf", b"MZ\x00\x01program"))

    assert answer.status_code == 422
    assert "a program" in answer.text
    assert "走访了。" in answer.text
    assert report.evidence.count() == 0


def test_neither_file_nor_figure_is_asked_for(cast: Cast, share: Task):
    report = write_report(share, actor=cast.office_of_xiaoshan, text="走访了。")

    answer = client_of(cast.office_of_xiaoshan).post(f"/reports/{report.pk}/evidence/", {"passport": ""})

    assert "Please choose a file, or give the address of a figure." in answer.text


def test_a_file_is_handed_out_as_it_was_sent(cast: Cast, report: Report):
    proof = report.evidence.get()

    answer = client_of(cast.office_of_hangzhou).get(f"/reports/{report.pk}/evidence/{proof.pk}/")

    assert answer.content == f"{report.pk}".encode()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "application/octet-stream"


def test_a_report_that_does_not_reach_the_number_is_accepted_for_a_reason_only(cast: Cast, report: Report):
    """25 of 40 are reached. What the reviewer wrote stays in the page."""
    office, accept = client_of(cast.office_of_hangzhou), f"/reports/{report.pk}/accept/"

    refused = office.post(accept, {"note": "继续努力", "override": ""})
    accepted = office.post(accept, {"note": "继续努力", "override": "其余企业已停产"})

    assert refused.status_code == 422
    assert "继续努力" in refused.text
    assert "25 of 40 家 are reached" in refused.text.replace(".00", "")
    assert accepted.url == f"/reports/{report.pk}/"
    task = Task.objects.get(pk=report.task_id)
    assert (task.state, task.override) == ("completed", "其余企业已停产")


def test_what_is_returned_says_what_is_missing_to_its_unit(cast: Cast, report: Report):
    client_of(cast.office_of_hangzhou).post(f"/reports/{report.pk}/return/", {"note": "缺少名单"})

    page = client_of(cast.office_of_xiaoshan).get(f"/reports/{report.pk}/")

    assert "缺少名单" in page.text
    assert page.context["may_write"]


def test_a_return_without_a_reason_is_told_and_nothing_changes(cast: Cast, report: Report):
    answer = client_of(cast.office_of_hangzhou).post(f"/reports/{report.pk}/return/", {"note": " "})

    assert "Please say what is missing." in answer.text
    report.refresh_from_db()
    assert report.state == "submitted"


def test_who_submitted_is_told_that_a_colleague_decides(cast: Cast, share: Task):
    own = enter_in_force(cast.hangzhou, "印发清单")
    report = submit(own, actor=cast.office_of_hangzhou)

    page = client_of(cast.office_of_hangzhou).get(f"/reports/{report.pk}/")

    assert "a colleague decides on it" in page.text
    assert "Decide</h2>" not in page.text


def test_an_older_form_of_a_report_is_refused_and_its_words_stay(cast: Cast, share: Task):
    write_report(share, actor=cast.office_of_xiaoshan, text="第一稿")
    office = client_of(cast.office_of_xiaoshan)

    answer = office.post(f"/tasks/{share.pk}/report/", {"text": "另一稿", "seen_at": ""})

    assert answer.status_code == 422
    assert "Somebody else has changed this report meanwhile" in answer.text
    assert "另一稿" in answer.text
    assert Report.objects.get().text == "第一稿"


def test_reporting_is_open_to_those_who_answer_for_the_task(cast: Cast, share: Task):
    found = {
        name: client_of(getattr(cast, name)).get(f"/tasks/{share.pk}/report/").status_code
        for name in ("office_of_xiaoshan", "viewer_of_xiaoshan", "office_of_yuhang", "stranger")
    }

    assert found == {
        "office_of_xiaoshan": 200,
        "viewer_of_xiaoshan": 403,
        "office_of_yuhang": 404,
        "stranger": 404,
    }
