from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from tests.cast import Cast, make_user

from tongxin.audit.models import LogEntry
from tongxin.organisations.models import Role
from tongxin.organisations.role_actions import grant_role
from tongxin.workforce import identity
from tongxin.workforce.access import get_proposal_for, proposals_visible_to
from tongxin.workforce.actions import accept_correction, propose_correction, refuse_correction
from tongxin.workforce.employment_actions import start_employment
from tongxin.workforce.models import CorrectionProposal, Worker


@pytest.fixture
def proposal(cast: Cast, wang: Worker) -> CorrectionProposal:
    """Alpha would change the phone of Wang, who works at Beta too."""
    (made,) = propose_correction(
        wang, actor=cast.reporter_of_alpha, organisation=cast.alpha, phone="139 8765 4321"
    )
    return made


def test_a_proposal_changes_nothing_and_is_sealed(proposal: CorrectionProposal, wang: Worker):
    wang.refresh_from_db()

    assert wang.phone_sealed is None
    assert b"139" not in bytes(proposal.value_sealed)
    changes = LogEntry.objects.get(action="workers.correction_proposed").changes
    assert changes == {"phone": "139****4321"}


def test_a_newer_proposal_takes_the_place_of_the_open_one(
    cast: Cast, proposal: CorrectionProposal, wang: Worker
):
    propose_correction(wang, actor=cast.reporter_of_alpha, organisation=cast.alpha, phone="13700000000")

    assert CorrectionProposal.objects.count() == 1


def test_a_reviewer_of_all_employers_accepts(cast: Cast, proposal: CorrectionProposal, wang: Worker):
    decided = accept_correction(proposal, actor=cast.reviewer_of_xiaoshan)

    wang.refresh_from_db()
    assert identity.open_phone(wang.phone_sealed) == "13987654321"
    assert (decided.state, decided.decided_by) == ("accepted", cast.reviewer_of_xiaoshan)
    entry = LogEntry.objects.get(action="workers.correction_accepted")
    assert entry.changes == {"phone": ["", "139****4321"]}
    with pytest.raises(ValidationError):
        refuse_correction(proposal, actor=cast.reviewer_of_xiaoshan)


def test_a_refused_proposal_leaves_the_person_as_they_are(
    cast: Cast, proposal: CorrectionProposal, wang: Worker
):
    decided = refuse_correction(proposal, actor=cast.reviewer_of_xiaoshan)

    wang.refresh_from_db()
    assert wang.phone_sealed is None
    assert decided.state == "refused"
    assert LogEntry.objects.filter(action="workers.correction_refused").count() == 1


def test_a_birth_date_is_proposed_and_accepted_as_a_date(cast: Cast):
    from tongxin.workforce.actions import register_worker

    given = {"document_type": "passport", "document_number": "E12345678", "name": "Anna", "form": "contract"}
    anna = register_worker(actor=None, organisation=cast.alpha, started_on=date(2024, 3, 1), **given)
    register_worker(
        actor=cast.reporter_of_beta,
        organisation=cast.beta,
        started_on=date(2024, 3, 1),
        born_on=date(1988, 8, 8),
        **given,
    )

    accept_correction(CorrectionProposal.objects.get(), actor=cast.reviewer_of_xiaoshan)

    anna.refresh_from_db()
    assert anna.born_on == date(1988, 8, 8)


def test_a_reviewer_who_misses_one_employer_neither_sees_nor_decides(
    cast: Cast, proposal: CorrectionProposal, wang: Worker
):
    start_employment(
        wang, actor=None, organisation=cast.gamma, started_on=date(2025, 6, 1), form="labour_service"
    )

    assert not proposals_visible_to(cast.reviewer_of_xiaoshan).exists()
    with pytest.raises(Http404):
        get_proposal_for(cast.reviewer_of_xiaoshan, proposal.pk)
    for decide in (accept_correction, refuse_correction):
        with pytest.raises(PermissionDenied):
            decide(proposal, actor=cast.reviewer_of_xiaoshan)
    assert get_proposal_for(cast.office_of_hangzhou, proposal.pk) == proposal


def test_two_reviewers_roles_add_up(cast: Cast, proposal: CorrectionProposal, wang: Worker):
    start_employment(wang, actor=None, organisation=cast.gamma, started_on=date(2025, 6, 1), form="contract")
    both = make_user("reviewer_of_both")
    for unit in (cast.xiaoshan, cast.yuhang):
        grant_role(both, actor=None, role=Role.REVIEWER, organisation=unit, valid_from=date(2020, 1, 1))

    assert accept_correction(get_proposal_for(both, proposal.pk), actor=both).state == "accepted"


def test_nobody_decides_on_their_own_proposal(cast: Cast, wang: Worker):
    (made,) = propose_correction(
        wang, actor=cast.office_of_xiaoshan, organisation=cast.alpha, education="bachelor"
    )

    with pytest.raises(PermissionDenied):
        accept_correction(made, actor=cast.office_of_xiaoshan)


def test_the_proposer_sees_their_proposal_and_the_other_employer_does_not(
    cast: Cast, proposal: CorrectionProposal
):
    assert list(proposals_visible_to(cast.reporter_of_alpha)) == [proposal]
    assert not proposals_visible_to(cast.reporter_of_beta).exists()
    with pytest.raises(PermissionDenied):
        get_proposal_for(cast.reporter_of_alpha, proposal.pk)


@pytest.mark.parametrize(
    "values",
    [
        {"document_number": "E99999999"},
        {"name": "王秀英"},
        {"phone": "12"},
        {"sex": "male"},
        {"education": "kindergarten"},
    ],
)
def test_what_could_not_be_accepted_is_not_proposed(cast: Cast, wang: Worker, values):
    with pytest.raises(ValidationError):
        propose_correction(wang, actor=cast.reporter_of_alpha, organisation=cast.alpha, **values)

    assert not CorrectionProposal.objects.exists()
    wang.refresh_from_db()
    assert (wang.sex, wang.education) == ("female", "")


def test_a_unit_proposes_about_its_own_people_alone(cast: Cast, li: Worker):
    with pytest.raises(ValidationError):
        propose_correction(li, actor=cast.reporter_of_beta, organisation=cast.beta, name="李四")
    with pytest.raises(Http404):
        propose_correction(li, actor=cast.reporter_of_beta, organisation=cast.alpha, name="李四")
