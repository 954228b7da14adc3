from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from tests.cast import Cast
from tests.workforce.people import identity_number, register

from tongxin.audit.models import LogEntry
from tongxin.workforce import exports, identity
from tongxin.workforce.models import (
    Worker,
)
from tongxin.workforce.record_actions import add_training


@pytest.mark.parametrize(
    ("user", "status"),
    [
        ("reporter_of_alpha", 200),
        ("reviewer_of_xiaoshan", 200),
        ("office_of_hangzhou", 200),
        ("reporter_of_beta", 404),
        ("office_of_yuhang", 404),
        ("viewer_of_xiaoshan", 404),
        ("auditor", 404),
        ("system_administrator", 404),
        ("security_administrator", 404),
        ("stranger", 404),
    ],
)
def test_the_page_of_a_person_opens_from_their_unit_upwards(visit, li: Worker, user, status):
    assert visit(user, reverse("worker", args=[li.pk])).status_code == status
    viewed = LogEntry.objects.filter(action="workers.viewed", target_id=str(li.pk))
    assert viewed.count() == (1 if status == 200 else 0)


def test_nobody_sees_a_page_without_signing_in(client: Client, li: Worker):
    assert client.get(reverse("worker", args=[li.pk])).status_code == 302
    assert client.get(reverse("workers")).status_code == 302


def test_the_page_masks_the_number_and_keeps_the_birthday_that_would_complete_it(visit, li: Worker):
    number = identity.open_number(li.document_sealed)

    page = visit("reporter_of_alpha", reverse("worker", args=[li.pk])).content.decode()

    assert f"330109********{number[-4:]}" in page
    assert "138****5678" in page
    for secret in (number, "13812345678", "1990-01-01", "19900101"):
        assert secret not in page


def test_the_page_of_a_person_with_two_jobs_does_not_name_the_other(visit, cast: Cast, wang: Worker):
    add_training(
        wang, actor=None, organisation=cast.beta, on=date(2025, 3, 1), kind="digital", title="数控编程"
    )

    page = visit("reporter_of_alpha", reverse("worker", args=[wang.pk])).content.decode()

    assert cast.alpha.name in page
    assert cast.beta.name not in page
    assert "数控编程" not in page
    assert "Propose a correction" in page


def test_a_reviewer_is_offered_no_change(visit, li: Worker):
    page = visit("reviewer_of_xiaoshan", reverse("worker", args=[li.pk])).content.decode()

    assert "Add a record" not in page
    assert "End it" not in page


@pytest.mark.parametrize(
    ("user", "status", "sees"),
    [
        ("reporter_of_alpha", 200, True),
        ("office_of_province", 200, True),
        ("reporter_of_beta", 200, False),
        ("office_of_yuhang", 200, False),
        ("viewer_of_xiaoshan", 403, False),
        ("auditor", 403, False),
        ("system_administrator", 403, False),
        ("stranger", 403, False),
    ],
)
def test_the_list_shows_the_people_in_reach(visit, li: Worker, user, status, sees):
    response = visit(user, reverse("workers"))

    assert response.status_code == status
    assert ("李建国" in response.content.decode()) is sees


def test_the_list_of_another_unit_does_not_exist(visit, cast: Cast, li: Worker):
    assert visit("reporter_of_beta", reverse("workers"), unit=cast.alpha.code).status_code == 404
    page = visit("office_of_hangzhou", reverse("workers"), unit=cast.yuhang.code).content.decode()
    assert "Nobody is registered here yet" in page
    page = visit("office_of_hangzhou", reverse("workers"), unit=cast.xiaoshan.code).content.decode()
    assert "李建国" in page
    assert cast.chengxiang.name_en in page


def test_an_empty_answer_says_what_to_do(visit, li: Worker):
    page = visit("reporter_of_alpha", reverse("workers"), q="张三").content.decode()

    assert "Nobody answers to this" in page


def test_a_wrong_filter_or_key_does_no_harm(visit, li: Worker):
    response = visit("reporter_of_alpha", reverse("workers"), grade="wizard", after="x'")

    assert response.status_code == 200
    assert "李建国" in response.content.decode()


def test_the_list_and_the_page_ask_as_many_queries_for_many_people(
    cast: Cast, client: Client, django_assert_max_num_queries
):
    client.force_login(cast.reporter_of_alpha)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("workers")).status_code == 200
        return len(queries)

    def add(first: int, last: int) -> None:
        for place in range(first, last):
            register(cast.alpha, f"工人{place}", identity_number(f"3301091990010{place:04}"))

    add(1000, 1005)
    few = count()
    add(1005, 1050)

    assert count() == few
    with django_assert_max_num_queries(60):
        client.get(reverse("worker", args=[Worker.objects.first().pk]))


def test_a_number_leads_to_the_person_in_reach_alone(visit, li: Worker):
    number = identity.open_number(li.document_sealed)

    found = visit("reporter_of_alpha", reverse("find_worker"), {"number": f" {number.lower()} "})
    hidden = visit("reporter_of_beta", reverse("find_worker"), {"number": number}, follow=True)
    unknown = visit("reporter_of_beta", reverse("find_worker"), {"number": "E999999"}, follow=True)

    assert found.url == reverse("worker", args=[li.pk])
    for response in (hidden, unknown):
        assert "Nobody with this document works where you may look." in response.content.decode()
    assert visit("auditor", reverse("find_worker"), {"number": number}).status_code == 403


@pytest.mark.parametrize("written_as", ["csv", "xlsx"])
def test_the_list_is_exported_without_numbers_and_the_log_knows(visit, cast: Cast, li: Worker, written_as):
    register(cast.alpha, "=HYPERLINK", identity_number("33010919920202225"))

    response = visit("reporter_of_alpha", reverse("export_workers"), format=written_as)

    if written_as == "csv":
        rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
        formula = "'=HYPERLINK"
    else:
        sheet = load_workbook(io.BytesIO(response.content)).active
        rows = [[str(cell.value or "") for cell in row] for row in sheet.iter_rows()]
        formula = "=HYPERLINK"
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert [row[1] for row in rows] == ["Name", "李建国", formula]
    assert rows[1][3] == "1990"
    number = identity.open_number(li.document_sealed)
    assert all(secret not in str(rows) for secret in (number, "13812345678", "1990-01-01"))
    entry = LogEntry.objects.get(action="workers.exported")
    assert (entry.changes, entry.organisation_id) == ({"rows": 2, "format": written_as}, cast.alpha.pk)


def test_an_export_needs_the_right_to_change_and_a_known_format(visit, li: Worker):
    address = reverse("export_workers")
    assert visit("reviewer_of_xiaoshan", address, format="csv").status_code == 403
    assert visit("auditor", address, format="csv").status_code == 403
    assert visit("reporter_of_alpha", address, format="exe").status_code == 404
    assert b"\xe6\x9d\x8e" not in visit("reporter_of_beta", address, format="csv").content


def test_too_long_an_export_is_refused_with_what_to_do(visit, cast: Cast, li: Worker, monkeypatch):
    monkeypatch.setattr("tongxin.workforce.views.MOST_ROWS", 0)

    response = visit("reporter_of_alpha", reverse("export_workers") + "?format=csv", follow=True)

    assert "Choose a smaller unit" in response.content.decode()
    assert not LogEntry.objects.filter(action="workers.exported").exists()
    assert exports.MOST_ROWS == 20_000
