from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from tests.cast import Cast
from tests.workforce.people import identity_number, register

from tongxin.audit.models import LogEntry
from tongxin.workforce import identity
from tongxin.workforce.actions import correct_worker, register_worker
from tongxin.workforce.models import CorrectionProposal, Employment, Worker

NUMBER = identity_number("33010919900101123")


def test_a_reporter_registers_a_person_at_their_enterprise(cast: Cast):
    worker = register(
        cast.alpha, "李建国", NUMBER, actor=cast.reporter_of_alpha, post="焊工", wage_fen=800_000
    )

    spell = Employment.objects.get(worker=worker)
    state = spell.states.get()
    assert (spell.organisation, spell.started_on, spell.ended_on) == (cast.alpha, date(2024, 3, 1), None)
    assert (state.valid_from, state.post, state.form, state.wage_fen) == (
        date(2024, 3, 1),
        "焊工",
        "contract",
        800_000,
    )
    entries = LogEntry.objects.filter(actor=cast.reporter_of_alpha, organisation_id=cast.alpha.pk)
    assert {entry.action for entry in entries} == {"workers.registered", "employments.started"}


def test_nobody_registers_people_where_they_may_not(cast: Cast):
    with pytest.raises(Http404):
        register(cast.beta, "李建国", NUMBER, actor=cast.reporter_of_alpha)
    with pytest.raises(PermissionDenied):
        register(cast.alpha, "李建国", NUMBER, actor=cast.reviewer_of_xiaoshan)

    assert not Worker.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"sex": "female"}, "sex"),
        ({"born_on": date(1991, 1, 1)}, "born_on"),
        ({"phone": "12"}, "phone"),
        ({"education": "kindergarten"}, "education"),
        ({"form": "slavery"}, "form"),
        ({"occupation": "9-99-99-99"}, "occupation"),
        ({"started_on": date(1989, 1, 1)}, "started_on"),
        ({"wage_fen": -1}, "__all__"),
    ],
)
def test_a_contradiction_or_an_unknown_code_is_refused(cast: Cast, values, field):
    with pytest.raises(ValidationError) as refusal:
        register(cast.alpha, "李建国", NUMBER, **values)

    assert field in refusal.value.message_dict
    assert not Worker.objects.exists()


def test_people_work_at_enterprises_alone(cast: Cast):
    with pytest.raises(ValidationError) as refusal:
        register(cast.chengxiang, "李建国", NUMBER)

    assert "organisation" in refusal.value.message_dict


def test_a_person_known_elsewhere_gets_an_employment_and_what_differs_is_proposed(cast: Cast, li: Worker):
    found = register(
        cast.beta,
        "李建囯",
        NUMBER,
        actor=cast.reporter_of_beta,
        started_on=date(2025, 6, 1),
        education="bachelor",
    )

    li.refresh_from_db()
    assert found == li
    assert (li.name, li.education) == ("李建国", "")
    assert li.employments.count() == 2
    proposals = CorrectionProposal.objects.filter(worker=li, organisation=cast.beta)
    assert {proposal.field for proposal in proposals} == {"name", "education"}


def test_who_answers_for_all_employers_corrects_a_known_person_at_once(cast: Cast, li: Worker):
    register(
        cast.beta,
        "李建国",
        NUMBER,
        actor=cast.office_of_xiaoshan,
        started_on=date(2025, 6, 1),
        education="bachelor",
    )

    li.refresh_from_db()
    assert li.education == "bachelor"
    assert not CorrectionProposal.objects.exists()


def test_a_correction_changes_the_past_and_the_log_holds_no_number(cast: Cast, li: Worker):
    correct_worker(li, actor=cast.reporter_of_alpha, name="李健国", phone="13987654321")

    li.refresh_from_db()
    entry = LogEntry.objects.get(action="workers.corrected")
    assert li.name == "李健国"
    assert identity.open_phone(li.phone_sealed) == "13987654321"
    assert entry.changes == {"name": ["李建国", "李健国"], "phone": ["138****5678", "139****4321"]}
    assert entry.organisation_id == cast.alpha.pk


def test_a_corrected_number_is_found_under_the_new_index_alone(cast: Cast, li: Worker):
    # Two digits of the birth date were exchanged: born 1990-10-01.
    right = identity_number("33010919901001123")

    correct_worker(li, actor=cast.reporter_of_alpha, document_number=right, born_on=date(1990, 10, 1))

    assert Worker.objects.get(document_index=identity.index_of("resident_id", right)) == li
    assert not Worker.objects.filter(document_index=identity.index_of("resident_id", NUMBER)).exists()
    changes = LogEntry.objects.get(action="workers.corrected").changes
    assert changes["document_number"] == [identity.mask_number(NUMBER), identity.mask_number(right)]
    assert "*" * 8 in changes["document_number"][1]


def test_a_number_of_somebody_else_is_refused(cast: Cast, li: Worker):
    other = identity_number("33010919920202226")
    register(cast.alpha, "赵敏", other)

    with pytest.raises(ValidationError) as refusal:
        correct_worker(li, actor=None, document_number=other, born_on=date(1992, 2, 2), sex="female")

    assert "document_number" in refusal.value.message_dict


def test_a_correction_without_a_change_is_refused(cast: Cast, li: Worker):
    with pytest.raises(ValidationError):
        correct_worker(li, actor=cast.reporter_of_alpha, name="李建国", phone="138 1234 5678")


def test_one_of_two_employers_cannot_correct_alone(cast: Cast, wang: Worker):
    with pytest.raises(PermissionDenied):
        correct_worker(wang, actor=cast.reporter_of_alpha, name="王秀莲")

    correct_worker(wang, actor=cast.office_of_xiaoshan, name="王秀莲")

    wang.refresh_from_db()
    assert wang.name == "王秀莲"


def test_a_foreign_document_says_nothing_of_sex_or_birth(cast: Cast):
    worker = register_worker(
        actor=None,
        organisation=cast.alpha,
        document_type="passport",
        document_number="e 12345678",
        name="Anna",
        started_on=date(2024, 3, 1),
        form="contract",
    )

    assert (worker.sex, worker.born_on) == ("", None)
    assert identity.open_number(worker.document_sealed) == "E12345678"
