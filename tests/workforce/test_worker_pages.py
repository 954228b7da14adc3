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
from tests.workforce.people import identity_number, register, spell_of

from tongxin.audit.models import LogEntry
from tongxin.workforce import exports, identity
from tongxin.workforce.actions import propose_correction
from tongxin.workforce.employment_actions import end_employment
from tongxin.workforce.models import (
    Agreement,
    Certificate,
    CorrectionProposal,
    Employment,
    Innovation,
    Membership,
    Mentorship,
    Training,
    Worker,
)
from tongxin.workforce.record_actions import add_innovation, add_training, appoint


@pytest.fixture
def visit(cast: Cast, english):
    """Fetch or send a page as one of the cast, in English."""

    def go(user: str, address: str, data=None, *, follow=False, **query):
        client = Client(HTTP_ACCEPT_LANGUAGE="en")
        client.force_login(getattr(cast, user))
        if data is None:
            return client.get(address, query, follow=follow)
        return client.post(address, data, follow=follow)

    return go


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


NEW = {
    "name": "孙强",
    "document_type": "resident_id",
    "document_number": identity_number("33010919880808115"),
    "started_on": "2026-03-01",
    "form": "contract",
    "occupation": "6-31-07-03",
    "wage": "8123.45",
}


def test_a_reporter_adds_a_person_by_form(visit, cast: Cast):
    page = visit("reporter_of_alpha", reverse("new_worker"))
    assert page.status_code == 200

    response = visit("reporter_of_alpha", reverse("new_worker"), NEW | {"organisation": cast.alpha.code})

    assert response.status_code == 302
    state = Employment.objects.get(worker__name="孙强", organisation=cast.alpha).states.get()
    assert (state.wage_fen, state.occupation) == (812_345, "6-31-07-03")


def test_the_form_says_what_is_wrong_beside_the_field_and_keeps_the_rest(visit, cast: Cast):
    wrong = NEW | {
        "organisation": cast.alpha.code,
        "document_number": "330109198808081150",
        "occupation": "侠客",
    }

    first = visit("reporter_of_alpha", reverse("new_worker"), wrong)
    second = visit("reporter_of_alpha", reverse("new_worker"), wrong | {"occupation": ""})

    assert first.status_code == second.status_code == 422
    assert "no single occupation" in first.content.decode()
    assert "last character does not fit" in second.content.decode()
    assert "孙强" in second.content.decode()
    assert not Worker.objects.exists()


def test_the_form_adds_nobody_elsewhere(visit, cast: Cast):
    response = visit("reporter_of_alpha", reverse("new_worker"), NEW | {"organisation": cast.beta.code})
    assert response.status_code == 422
    for user in ("reviewer_of_xiaoshan", "viewer_of_xiaoshan", "stranger"):
        assert visit(user, reverse("new_worker")).status_code == 403


def test_of_very_many_units_the_code_is_typed(visit, cast: Cast, monkeypatch):
    monkeypatch.setattr("tongxin.workforce.forms.MOST_CHOICES", 1)

    page = visit("office_of_xiaoshan", reverse("new_worker")).content.decode()
    sent = visit("office_of_xiaoshan", reverse("new_worker"), NEW | {"organisation": cast.beta.code})

    assert "unified social credit code" in page
    assert sent.status_code == 302


def test_a_correction_by_form_keeps_the_numbers_left_empty(visit, cast: Cast, li: Worker):
    address = reverse("correct_worker", args=[li.pk])
    page = visit("reporter_of_alpha", address).content.decode()
    assert "1990-01-01" not in page
    given = {"name": "李健国", "sex": "male", "education": "bachelor", "document_type": "resident_id"}

    assert visit("reporter_of_alpha", address, given).status_code == 302

    li.refresh_from_db()
    assert (li.name, li.education, li.born_on) == ("李健国", "bachelor", date(1990, 1, 1))
    assert identity.open_phone(li.phone_sealed) == "13812345678"
    assert visit("reporter_of_alpha", address, given).status_code == 422


def test_a_correction_of_a_person_with_two_jobs_is_proposed_and_decided(visit, cast: Cast, wang: Worker):
    address = reverse("correct_worker", args=[wang.pk])
    given = {"name": "王秀英", "sex": "female", "education": "bachelor"}
    page = visit("reporter_of_alpha", address).content.decode()
    assert "document_number" not in page

    assert visit("reporter_of_alpha", address, given).status_code == 302

    proposal = CorrectionProposal.objects.get()
    decide = reverse("decide_proposal", args=[proposal.pk])
    assert "Bachelor" in visit("reviewer_of_xiaoshan", reverse("proposals")).content.decode()
    assert visit("reporter_of_alpha", decide, {"verdict": "accept"}).status_code == 403
    assert visit("reporter_of_beta", decide, {"verdict": "accept"}).status_code == 404
    assert visit("stranger", reverse("proposals")).status_code == 403
    assert "王秀英" not in visit("reporter_of_beta", reverse("proposals")).content.decode()

    assert visit("reviewer_of_xiaoshan", decide, {"verdict": "accept"}).status_code == 302

    wang.refresh_from_db()
    assert wang.education == "bachelor"
    again = visit("reviewer_of_xiaoshan", decide, {"verdict": "refuse"}, follow=True).content.decode()
    assert "decided already" in again


def test_a_proposal_is_refused_by_page(visit, cast: Cast, wang: Worker):
    (made,) = propose_correction(
        wang, actor=cast.reporter_of_alpha, organisation=cast.alpha, education="master"
    )

    visit("reviewer_of_xiaoshan", reverse("decide_proposal", args=[made.pk]), {"verdict": "refuse"})

    made.refresh_from_db()
    assert made.state == "refused"


def test_employments_change_by_form(visit, cast: Cast, li: Worker):
    spell = spell_of(li)
    own = [li.pk, spell.pk]
    change, end, dates = (reverse(f"{verb}_employment", args=own) for verb in ("change", "end", "correct"))
    for address in (change, end, dates):
        assert visit("reporter_of_alpha", address).status_code == 200
        assert visit("reporter_of_beta", address).status_code == 404
        assert visit("reviewer_of_xiaoshan", address).status_code == 403

    given = {"valid_from": "2025-01-01", "form": "contract", "post": "焊工", "wage": "9000"}
    assert visit("reporter_of_alpha", change, given).status_code == 302
    assert visit("reporter_of_alpha", dates, {"started_on": "2024-02-01"}).status_code == 302
    assert visit("reporter_of_alpha", end, {"ended_on": "2023-01-01"}).status_code == 422
    assert visit("reporter_of_alpha", end, {"ended_on": "2026-08-31"}).status_code == 302

    spell.refresh_from_db()
    assert (spell.started_on, spell.ended_on) == (date(2024, 2, 1), date(2026, 8, 31))
    assert [state.post for state in spell.states.all()] == ["", "焊工"]
    assert visit("reporter_of_alpha", end).status_code == 302
    page = visit("reporter_of_alpha", reverse("worker", args=[li.pk])).content.decode()
    assert "What came later is not shown" in page
    again = {"organisation": cast.alpha.code, "started_on": "2026-09-15", "form": "retiree"}
    address = reverse("new_employment", args=[li.pk])
    assert visit("reporter_of_alpha", address, again).status_code == 302
    assert li.employments.count() == 2


RECORDS = {
    "certificate": (Certificate, {"grade": "senior_technician", "issued_on": "2024-04-01", "number": "Y2"}),
    "training": (Training, {"on": "2024-05-01", "kind": "safety", "hours": "1.5", "is_subsidised": "true"}),
    "competition": (None, {"on": "2024-05-01", "level": "county", "place": "2"}),
    "innovation": (Innovation, {"on": "2024-05-01", "kind": "design", "title": "夹具"}),
    "honour": (None, {"on": "2024-05-01", "kind": "artisan", "level": "city"}),
    "membership": (Membership, {"on": "2024-05-01", "state": "registered"}),
}


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_is_added_by_form_and_stands_on_the_timeline(visit, cast: Cast, li: Worker, kind):
    _, given = RECORDS[kind]
    address = reverse("new_record", args=[li.pk, kind])
    assert visit("reporter_of_alpha", address).status_code == 200

    sent = visit("reporter_of_alpha", address, given | {"organisation": cast.alpha.code}, follow=True)

    assert f"moment-{kind}" in sent.content.decode()
    assert visit("reporter_of_alpha", address, given | {"organisation": cast.alpha.code}).status_code == 422
    assert visit("reporter_of_beta", address).status_code == 404
    assert visit("reviewer_of_xiaoshan", address).status_code == 403


def test_hours_are_kept_in_minutes(visit, cast: Cast, li: Worker):
    _, given = RECORDS["training"]

    visit(
        "reporter_of_alpha",
        reverse("new_record", args=[li.pk, "training"]),
        given | {"organisation": cast.alpha.code},
    )

    training = Training.objects.get()
    assert (training.minutes, training.is_subsidised) == (90, True)


def test_an_appointment_by_form_waits_for_the_certificate_and_lapses(visit, cast: Cast, li: Worker):
    address = reverse("new_record", args=[li.pk, "appointment"])
    given = {
        "organisation": cast.alpha.code,
        "grade": "special_technician",
        "appointed_on": "2024-06-01",
    }
    assert visit("reporter_of_alpha", address, given).status_code == 422
    certificate = RECORDS["certificate"][1] | {"organisation": cast.alpha.code}
    visit("reporter_of_alpha", reverse("new_record", args=[li.pk, "certificate"]), certificate)
    assert visit("reporter_of_alpha", address, given).status_code == 302
    appointment = li.appointments.get()
    held = Certificate.objects.get()

    removal = reverse("remove_record", args=[li.pk, "certificate", held.pk])
    assert visit("reporter_of_alpha", removal).status_code == 200
    refused = visit("reporter_of_alpha", removal, {}, follow=True).content.decode()
    assert "stands on this certificate" in refused
    step = reverse("step_record", args=[li.pk, "appointment", appointment.pk])
    assert visit("reporter_of_alpha", step).status_code == 200
    assert visit("reporter_of_beta", step).status_code == 404
    assert visit("reporter_of_alpha", step, {"lapses_on": "2026-06-01"}).status_code == 302

    appointment.refresh_from_db()
    assert appointment.lapses_on == date(2026, 6, 1)


def test_an_apprentice_is_named_by_name_or_record_number(visit, cast: Cast, li: Worker):
    address = reverse("new_record", args=[li.pk, "mentorship"])
    given = {"organisation": cast.alpha.code, "on": "2024-06-01"}
    twins = [register(cast.alpha, "周明", identity_number(f"3301092003030331{n}")) for n in (1, 3)]
    register(cast.gamma, "吴远", identity_number("33011019930405337"))

    many = visit("reporter_of_alpha", address, given | {"apprentice": "周明"})
    none = visit("reporter_of_alpha", address, given | {"apprentice": "吴远"})
    one = visit("reporter_of_alpha", address, given | {"apprentice": str(twins[1].pk)})

    assert f"{twins[0].pk}、{twins[1].pk}" in many.content.decode()
    assert "Nobody of this name" in none.content.decode()
    assert one.status_code == 302
    bond = Mentorship.objects.get()
    assert bond.apprentice == twins[1]
    page = visit("reporter_of_alpha", reverse("worker", args=[twins[1].pk])).content.decode()
    assert "Apprentice of 李建国" in page
    step = reverse("step_record", args=[li.pk, "mentorship", bond.pk])
    assert visit("reporter_of_alpha", step, {"ended_on": "2026-01-01"}).status_code == 302


def test_an_innovation_is_adopted_and_taken_back_by_page(visit, cast: Cast, li: Worker):
    made = add_innovation(
        li, actor=None, organisation=cast.alpha, on=date(2024, 5, 1), kind="design", title="夹具"
    )
    step = reverse("step_record", args=[li.pk, "innovation", made.pk])
    given = {"adopted_on": "2024-09-01", "benefit": "126500"}
    assert visit("reporter_of_alpha", step, given).status_code == 302
    made.refresh_from_db()
    assert made.benefit_fen == 12_650_000
    assert visit("reporter_of_alpha", step, given).status_code == 422

    removal = reverse("remove_record", args=[li.pk, "innovation", made.pk])
    assert visit("reporter_of_beta", removal, {}).status_code == 404
    assert visit("reviewer_of_xiaoshan", removal, {}).status_code == 403
    assert visit("reporter_of_alpha", removal, {}).status_code == 302

    assert not Innovation.objects.exists()


def test_kinds_that_do_not_exist_are_not_found(visit, cast: Cast, li: Worker):
    for address in (
        reverse("new_record", args=[li.pk, "score"]),
        reverse("step_record", args=[li.pk, "honour", 1]),
        reverse("remove_record", args=[li.pk, "score", 1]),
        reverse("new_enterprise_record", args=[cast.alpha.code, "party"]),
        reverse("enterprise_records", args=[cast.chengxiang.code]),
    ):
        assert visit("office_of_xiaoshan", address).status_code == 404


@pytest.mark.parametrize(
    ("user", "status"),
    [
        ("reporter_of_alpha", 200),
        ("viewer_of_xiaoshan", 200),
        ("office_of_hangzhou", 200),
        ("reporter_of_beta", 404),
        ("office_of_yuhang", 404),
        ("stranger", 404),
        ("system_administrator", 403),
    ],
)
def test_the_records_of_an_enterprise_open_to_who_sees_its_figures(visit, cast: Cast, user, status):
    response = visit(user, reverse("enterprise_records", args=[cast.alpha.code]))

    assert response.status_code == status
    if status == 200:
        assert ("Add" in response.content.decode()) is (user != "viewer_of_xiaoshan")


def test_an_agreement_is_recorded_and_taken_back_by_page(visit, cast: Cast):
    address = reverse("new_enterprise_record", args=[cast.alpha.code, "agreement"])
    given = {"kind": "skill_pay", "on": "2025-03-01", "expires_on": "2028-02-29", "n_covered": "1200"}
    assert visit("reporter_of_alpha", address).status_code == 200
    assert visit("viewer_of_xiaoshan", address).status_code == 403
    assert visit("reporter_of_beta", address).status_code == 404

    page = visit("reporter_of_alpha", address, given, follow=True).content.decode()

    assert "1,200 workers covered" in page
    record = Agreement.objects.get()
    removal = reverse("remove_enterprise_record", args=[cast.alpha.code, "agreement", record.pk])
    assert visit("reporter_of_alpha", removal).status_code == 200
    assert visit("reporter_of_alpha", removal, {}).status_code == 302
    assert not Agreement.objects.exists()


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        ("congress", {"on": "2026-01-20", "n_delegates": "60", "n_worker_delegates": "38"}, "60 delegates"),
        (
            "insurance",
            {"on": "2026-06-30", "n_workers": "130", "n_insured": "128"},
            "128 of 130 workers insured",
        ),
        ("activity", {"on": "2026-05-01", "kind": "lecture", "n_attended": "60"}, "60 attended"),
    ],
)
def test_the_other_records_are_shown_in_words(visit, cast: Cast, kind, given, words):
    address = reverse("new_enterprise_record", args=[cast.alpha.code, kind])

    page = visit("reporter_of_alpha", address, given, follow=True).content.decode()

    assert words in page


def test_a_grade_seven_shows_as_the_present_step(visit, cast: Cast, li: Worker):
    certificate = RECORDS["certificate"][1] | {"organisation": cast.alpha.code}
    visit("reporter_of_alpha", reverse("new_record", args=[li.pk, "certificate"]), certificate)
    appoint(li, actor=None, organisation=cast.alpha, grade="chief_technician", appointed_on=date(2024, 6, 1))

    page = visit("reporter_of_alpha", reverse("worker", args=[li.pk])).content.decode()

    assert page.count('aria-current="step"') == 1
    assert "rung-8 rung-present" in page
    assert "rung-6 rung-reached" in page
    assert "rung-7 rung-passed" in page


def test_a_person_who_left_everywhere_is_still_on_the_list_of_former_people(visit, li: Worker):
    end_employment(spell_of(li), actor=None, ended_on=date(2025, 1, 31))

    now = visit("reporter_of_alpha", reverse("workers")).content.decode()
    before = visit("reporter_of_alpha", reverse("workers"), standing="former").content.decode()

    assert "李建国" not in now
    assert "李建国" in before
    assert "2025-01-31" in before
