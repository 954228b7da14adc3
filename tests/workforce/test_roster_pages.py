"""The pages about rosters: sending, following, what came of it, and for whom."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.workforce.rosters import LI, WANG, person, receive, send, write_csv

from tongxin.jobs.models import Job
from tongxin.workforce.models import ColumnMapping, RosterImport, Worker
from tongxin.workforce.roster_actions import queue_roster
from tongxin.workforce.tasks import apply_roster_task

pytestmark = pytest.mark.usefixtures("english")
WRONG = LI[:-1] + ("1" if LI[-1] != "1" else "2")


@pytest.fixture
def act_as(client):
    def sign_in(user):
        client.force_login(user)
        client.cookies["django_language"] = "en"
        return client

    return sign_in


def post_roster(client, unit, rows, **values):
    upload = SimpleUploadedFile("ours.csv", values.pop("body", None) or write_csv(rows))
    fields = {"organisation": unit.code, "file": upload, "effective_on": "2026-05-01"} | values
    return client.post(reverse("roster_send"), fields)


def work_off(roster: RosterImport) -> None:
    """Do what the background worker does."""
    roster.refresh_from_db()
    assert roster.job_id is not None
    apply_roster_task.func(roster.job_id)


@time_machine.travel("2026-09-17 09:00:00+08:00")
def test_the_only_enterprise_is_chosen_and_the_first_of_the_month_filled_in(cast, act_as):
    page = act_as(cast.reporter_of_alpha).get(reverse("roster_send")).content.decode()

    assert f'type="hidden" name="organisation" value="{cast.alpha.code}"' in page
    assert 'value="2026-09-01"' in page
    assert reverse("roster_template", args=[cast.alpha.code]) in page


def test_a_roster_is_sent_read_in_the_background_and_shown(cast, act_as):
    client = act_as(cast.reporter_of_alpha)

    answer = post_roster(client, cast.alpha, [person(), person(WRONG, "王秀英")])
    roster = RosterImport.objects.get()
    assert answer.headers["Location"] == reverse("roster", args=[roster.pk])

    waiting = client.get(answer.headers["Location"]).content.decode()
    assert "Waiting for its turn" in waiting
    assert 'http-equiv="refresh"' in waiting

    work_off(roster)
    page = client.get(answer.headers["Location"]).content.decode()
    assert "1 row has to be corrected" in page
    assert "check digit" in page
    assert reverse("roster_verdicts", args=[roster.pk]) in page
    assert f"{reverse('workers')}?unit={cast.alpha.code}" in page


def test_the_progress_is_polled_and_the_page_refreshed_when_it_is_over(cast, act_as):
    client = act_as(cast.reporter_of_alpha)
    post_roster(client, cast.alpha, [person()])
    roster = RosterImport.objects.get()
    Job.objects.update(state="running", stage="compare", percent=40)
    address = reverse("roster", args=[roster.pk])

    part = client.get(address, headers={"HX-Request": "true"})
    assert 'value="40"' in part.content.decode()
    assert "Comparing with the registry" in part.content.decode()
    assert "<html" not in part.content.decode()

    work_off(roster)
    assert client.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_the_same_file_posted_twice_is_one_import(cast, act_as):
    client = act_as(cast.reporter_of_alpha)

    first = post_roster(client, cast.alpha, [person()])
    second = post_roster(client, cast.alpha, [person()])

    assert first.headers["Location"] == second.headers["Location"]
    assert RosterImport.objects.count() == Job.objects.count() == 1


def test_a_wrong_form_keeps_what_was_typed(cast, act_as):
    answer = act_as(cast.reporter_of_alpha).post(
        reverse("roster_send"),
        {"organisation": cast.alpha.code, "effective_on": "2026-03-05", "is_dry_run": "on"},
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="2026-03-05"' in page
    assert "checked" in page
    assert not RosterImport.objects.exists()


def test_a_checked_file_is_imported_from_its_page(cast, act_as):
    client = act_as(cast.reporter_of_alpha)
    checked = send(cast.alpha, person(), actor=cast.reporter_of_alpha, is_dry_run=True)
    assert "Import it now" in client.get(reverse("roster", args=[checked.pk])).content.decode()

    client.post(reverse("roster_again", args=[checked.pk]))
    again = RosterImport.objects.exclude(pk=checked.pk).get()
    work_off(again)

    again.refresh_from_db()
    assert (again.state, again.effective_on) == ("applied", date(2026, 5, 1))
    assert Worker.objects.count() == 1


def test_an_interrupted_import_is_read_again(cast, act_as):
    client = act_as(cast.reporter_of_alpha)
    roster = receive(cast.alpha, person(), actor=cast.reporter_of_alpha)
    assert "Reading was interrupted" in client.get(reverse("roster", args=[roster.pk])).content.decode()

    client.post(reverse("roster_again", args=[roster.pk]))
    work_off(roster)

    roster.refresh_from_db()
    assert roster.state == "applied"


def test_own_headers_are_mapped_remembered_and_the_file_read_again(cast, act_as):
    client = act_as(cast.reporter_of_alpha)
    body = write_csv([person()]).replace("证件号码".encode(), "身份编码".encode())
    refused = send(cast.alpha, body=body, actor=cast.reporter_of_alpha)
    form = client.get(reverse("roster", args=[refused.pk])).context["mapping_form"]
    field = next(name for name, each in form.fields.items() if each.label == "身份编码")

    nothing = client.post(reverse("roster_columns", args=[refused.pk]), {})
    assert nothing.status_code == 422
    client.post(reverse("roster_columns", args=[refused.pk]), {field: "document_number"})

    again = RosterImport.objects.exclude(pk=refused.pk).get()
    work_off(again)
    again.refresh_from_db()
    assert (again.state, again.n_added) == ("applied", 1)
    assert ColumnMapping.objects.get(column="document_number").header == "身份编码"


def test_findings_are_filtered_by_column_and_kind(cast, act_as):
    roster = send(cast.alpha, person(WRONG, phone="123"), person(WANG, "王秀英", phone="0571-87654321"))
    client = act_as(cast.reporter_of_alpha)

    page = client.get(reverse("roster", args=[roster.pk]), {"column": "手机号码", "code": "phone_invalid"})

    listed = page.context["findings"]
    assert [(each.row, each.column, each.code) for each in listed] == [(2, "手机号码", "phone_invalid")]
    assert {(group.code, group.count) for group in page.context["groups"]} == {
        ("identity_check_digit", 1),
        ("phone_invalid", 1),
        ("phone_unusual", 1),
    }


def test_the_list_shows_imports_in_reach_and_pages_by_key(cast, act_as, django_assert_max_num_queries):
    for _ in range(32):
        receive(cast.alpha, person())
    receive(cast.gamma, person())
    client = act_as(cast.office_of_xiaoshan)

    with django_assert_max_num_queries(25):
        first = client.get(reverse("imports"))
    second = client.get(reverse("imports") + first.context["next_url"])
    back = client.get(reverse("imports") + second.context["previous_url"])

    assert (len(first.context["rosters"]), len(second.context["rosters"])) == (30, 2)
    assert back.context["rosters"] == first.context["rosters"]
    assert cast.gamma.name_zh not in first.content.decode() + second.content.decode()


PAGES = ("roster", "roster_verdicts")
POSTS = ("roster_again", "roster_columns")


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("reporter_of_alpha", 200),
        ("office_of_xiaoshan", 200),
        ("office_of_province", 200),
        ("reporter_of_beta", 404),
        ("office_of_yuhang", 404),
        ("stranger", 404),
        ("auditor", 403),
        ("viewer_of_xiaoshan", 403),
        ("reviewer_of_xiaoshan", 403),
    ],
)
def test_an_import_and_its_files_are_for_who_may_change_the_people(cast, act_as, who, status):
    roster = send(cast.alpha, person(WRONG))
    client = act_as(getattr(cast, who))

    for name in PAGES:
        assert client.get(reverse(name, args=[roster.pk])).status_code == status, name
    assert client.get(reverse("roster_template", args=[cast.alpha.code])).status_code == status
    for name in POSTS:
        expected = 302 if status == 200 else status
        assert client.post(reverse(name, args=[roster.pk])).status_code == expected, name


@pytest.mark.parametrize(
    ("who", "status"),
    [("reporter_of_alpha", 200), ("stranger", 403), ("auditor", 403), ("viewer_of_xiaoshan", 403)],
)
def test_the_list_and_the_form_are_for_who_may_send_somewhere(cast, act_as, who, status):
    client = act_as(getattr(cast, who))

    assert client.get(reverse("imports")).status_code == status
    assert client.get(reverse("roster_send")).status_code == status


def test_nobody_sends_for_an_enterprise_out_of_reach(cast, act_as):
    answer = post_roster(act_as(cast.reporter_of_alpha), cast.beta, [person()])

    assert answer.status_code == 422
    assert not RosterImport.objects.exists()


def test_a_job_names_the_sender_in_the_log(cast):
    roster = receive(cast.alpha, person(), actor=cast.reporter_of_alpha)
    queue_roster(roster, actor=cast.reporter_of_alpha)
    work_off(roster)

    roster.refresh_from_db()
    assert roster.sent_by == cast.reporter_of_alpha
