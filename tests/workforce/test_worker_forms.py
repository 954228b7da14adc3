from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from tests.cast import Cast
from tests.workforce.people import identity_number, register, spell_of

from tongxin.workforce import identity
from tongxin.workforce.actions import propose_correction
from tongxin.workforce.employment_actions import end_employment
from tongxin.workforce.models import (
    Certificate,
    CorrectionProposal,
    Employment,
    Innovation,
    Membership,
    Mentorship,
    Training,
    Worker,
)
from tongxin.workforce.record_actions import add_innovation, appoint

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
