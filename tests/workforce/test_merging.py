from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from tests.cast import Cast
from tests.workforce.two_entries import NUMBER, all_rows, enter, pair_of, train

from tongxin.audit.models import LogEntry
from tongxin.workforce import identity
from tongxin.workforce.actions import propose_correction
from tongxin.workforce.duplicate_actions import call_different, propose_again
from tongxin.workforce.employment_actions import (
    correct_employment,
    end_employment,
    start_employment,
)
from tongxin.workforce.membership_actions import change_membership, join_union
from tongxin.workforce.merge_actions import merge_workers, undo_merge
from tongxin.workforce.merge_plans import FACTS
from tongxin.workforce.models import (
    Appointment,
    Certificate,
    DuplicatePair,
    Membership,
    Mentorship,
    RosterChange,
    Worker,
    WorkerMerge,
)
from tongxin.workforce.record_actions import add_certificate, appoint
from tongxin.workforce.sources import SOURCES

pytestmark = pytest.mark.usefixtures("english")


def certify(worker, unit, number="", grade="senior", on=date(2024, 6, 1)):
    return add_certificate(worker, actor=None, organisation=unit, grade=grade, issued_on=on, number=number)


def test_everything_goes_over_to_the_survivor(cast: Cast, pair, resident, traveller):
    train(traveller, cast.beta)
    join_union(traveller, actor=None, organisation=cast.beta, on=date(2024, 5, 1))

    made = merge_workers(pair, actor=cast.reviewer_of_xiaoshan, survivor=resident)

    assert {spell.organisation for spell in resident.employments.all()} == {cast.alpha, cast.beta}
    assert resident.trainings.count() == 1
    assert resident.memberships.count() == 1
    traveller.refresh_from_db()
    assert traveller.merged_into == resident
    assert not any(model.objects.filter(**{name: traveller}).exists() for model, name in FACTS)
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == ("merged", cast.reviewer_of_xiaoshan)
    entry = LogEntry.objects.get(action="workers.merged")
    assert entry.changes == {"other_entry": traveller.pk, "rows_taken_over": 3, "rows_set_aside": 0}
    assert b"bachelor" not in bytes(made.trace_sealed)


def test_the_lake_takes_the_facts_of_one_person(cast: Cast, pair, resident, traveller):
    merge_workers(pair, actor=None, survivor=resident)

    (employments,) = [source for source in SOURCES if source.name == "employments"]
    place = employments.schema.names.index("worker")
    assert {row[place] for row in employments.rows()} == {resident.pk}


def test_every_table_that_refers_to_a_person_takes_part():
    """A new kind of record must be named among what goes over."""
    referring = {
        (relation.related_model, relation.field.name)
        for relation in Worker._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete
    }
    keep = {
        (DuplicatePair, "left"),
        (DuplicatePair, "right"),
        (WorkerMerge, "survivor"),
        (WorkerMerge, "merged"),
    }
    keep |= {(RosterChange, "worker"), (Worker, "merged_into")}

    assert referring - keep == set(FACTS)


def test_particulars_are_taken_from_the_entry_that_was_chosen(cast: Cast, pair, resident, traveller):
    chosen = {"phone": traveller.pk, "education": traveller.pk, "name": resident.pk}

    merge_workers(pair, actor=None, survivor=resident, chosen=chosen)

    resident.refresh_from_db()
    assert identity.open_phone(resident.phone_sealed) == "13900000000"
    assert resident.education == "bachelor"
    changes = LogEntry.objects.get(action="workers.merged").changes
    assert changes["phone"] == ["138****5678", "139****0000"]


def test_the_documents_are_exchanged_where_the_other_one_is_chosen(cast: Cast, pair, resident, traveller):
    merge_workers(pair, actor=None, survivor=traveller, chosen={"document": resident.pk})

    traveller.refresh_from_db()
    resident.refresh_from_db()
    assert traveller.document_type == "resident_id"
    assert identity.open_number(traveller.document_sealed) == NUMBER
    assert identity.open_number(resident.document_sealed) == "E12345678"
    assert resident.merged_into == traveller


def test_a_particular_that_the_number_contradicts_is_not_taken(cast: Cast, resident):
    other = enter(cast.beta, "E12345678", born_on=date(1990, 10, 1))
    before = all_rows()

    with pytest.raises(ValidationError, match="1990-01-01"), transaction.atomic():
        merge_workers(pair_of(resident, other), actor=None, survivor=resident, chosen={"born_on": other.pk})

    assert all_rows() == before


def test_the_number_of_the_merged_entry_goes_on_leading_to_the_person(cast: Cast, pair, resident, traveller):
    merge_workers(pair, actor=None, survivor=resident)

    found = enter(cast.gamma, "E12345678")

    assert found == resident
    assert Worker.objects.count() == 2
    assert resident.employments.count() == 3


def test_the_same_spell_twice_is_one_and_its_terms_are_kept_for_undoing(cast: Cast, resident):
    other = enter(cast.alpha, "E12345678", wage_fen=700_000)
    pair = pair_of(resident, other)
    before = all_rows()

    made = merge_workers(pair, actor=None, survivor=resident)

    assert resident.employments.count() == 1
    undo_merge(made, actor=None)
    assert all_rows() == before


def test_spells_that_overlap_at_one_unit_are_corrected_first(cast: Cast, resident):
    other = enter(cast.alpha, "E12345678", started_on=date(2025, 1, 1))
    pair = pair_of(resident, other)

    with pytest.raises(ValidationError, match=r"2024-03-01 .* 2025-01-01"):
        merge_workers(pair, actor=None, survivor=resident)

    spell = other.employments.get()
    correct_employment(spell, actor=None, started_on=date(2024, 3, 1), ended_on=None, agency="")
    merge_workers(pair, actor=None, survivor=resident)
    assert resident.employments.count() == 1


def test_spells_one_after_the_other_are_both_kept(cast: Cast, resident):
    spell = resident.employments.get()
    end_employment(spell, actor=None, ended_on=date(2024, 12, 31))
    other = enter(cast.alpha, "E12345678", started_on=date(2025, 1, 1))

    merge_workers(pair_of(resident, other), actor=None, survivor=resident)

    assert resident.employments.count() == 2


@pytest.mark.parametrize(("ours", "theirs"), [("", "X1"), ("X1", ""), ("", "")])
def test_the_same_certificate_is_kept_once_with_its_number(
    cast: Cast, pair, resident, traveller, ours, theirs
):
    certify(resident, cast.alpha, ours)
    certify(traveller, cast.beta, theirs)

    merge_workers(pair, actor=None, survivor=resident)

    assert [each.number for each in resident.certificates.all()] == [ours or theirs]


def test_certificates_of_two_numbers_are_two(cast: Cast, pair, resident, traveller):
    certify(resident, cast.alpha, "X1")
    certify(traveller, cast.beta, "X2")

    merge_workers(pair, actor=None, survivor=resident)

    assert resident.certificates.count() == 2


def test_an_appointment_goes_over_with_its_certificate_and_back(cast: Cast, pair, resident, traveller):
    certify(traveller, cast.beta, "X1", grade="senior_technician")
    appoint(
        traveller,
        actor=None,
        organisation=cast.beta,
        grade="special_technician",
        appointed_on=date(2025, 1, 1),
    )
    before = all_rows()

    made = merge_workers(pair, actor=None, survivor=resident)

    assert Appointment.objects.get().worker == resident
    assert Certificate.objects.get().worker == resident
    undo_merge(made, actor=None)
    assert all_rows() == before


def test_of_two_memberships_at_one_unit_the_older_is_kept(cast: Cast, resident):
    other = enter(cast.alpha, "E12345678")
    join_union(resident, actor=None, organisation=cast.alpha, on=date(2025, 5, 1))
    join_union(other, actor=None, organisation=cast.alpha, on=date(2024, 5, 1))

    merge_workers(pair_of(resident, other), actor=None, survivor=resident)

    assert [each.valid_from for each in Membership.objects.all()] == [date(2024, 5, 1)]


def test_memberships_in_different_states_are_brought_together_first(cast: Cast, resident):
    other = enter(cast.alpha, "E12345678")
    join_union(resident, actor=None, organisation=cast.alpha, on=date(2024, 5, 1))
    join_union(other, actor=None, organisation=cast.alpha, on=date(2024, 5, 1))
    change_membership(other, actor=None, organisation=cast.alpha, state="withdrawn", on=date(2025, 5, 1))

    with pytest.raises(ValidationError, match="different states"):
        merge_workers(pair_of(resident, other), actor=None, survivor=resident)


def test_a_record_told_twice_is_kept_once(cast: Cast, resident):
    other = enter(cast.alpha, "E12345678")
    train(resident, cast.alpha)
    train(other, cast.alpha)
    train(other, cast.alpha, title="电工")

    merge_workers(pair_of(resident, other), actor=None, survivor=resident)

    assert {each.title for each in resident.trainings.all()} == {"焊接", "电工"}
    assert resident.trainings.count() == 2


def test_nobody_becomes_their_own_master(cast: Cast, resident, traveller, pair):
    Mentorship.objects.create(
        worker=resident, apprentice=traveller, organisation=cast.alpha, on=date(2025, 1, 1)
    )

    with pytest.raises(ValidationError, match="master"):
        merge_workers(pair, actor=None, survivor=resident)


def test_an_open_proposal_is_decided_before_merging(cast: Cast, pair, resident, traveller):
    start_employment(
        traveller, actor=None, organisation=cast.gamma, started_on=date(2025, 1, 1), form="contract"
    )
    propose_correction(traveller, actor=cast.reporter_of_beta, organisation=cast.beta, name="李国")

    with pytest.raises(ValidationError, match="waits for a review"):
        merge_workers(pair, actor=None, survivor=resident)


def test_of_two_reviewers_the_second_is_refused(cast: Cast, pair, resident, traveller):
    stale = DuplicatePair.objects.get(pk=pair.pk)
    merge_workers(pair, actor=cast.reviewer_of_xiaoshan, survivor=resident)

    for act in (
        lambda: merge_workers(stale, actor=cast.office_of_xiaoshan, survivor=traveller),
        lambda: call_different(stale, actor=cast.office_of_xiaoshan),
    ):
        with pytest.raises(ValidationError, match="decided already"):
            act()
    assert WorkerMerge.objects.count() == 1


def test_whoever_does_not_answer_for_both_merges_and_undoes_nothing(cast: Cast, pair, resident, traveller):
    """The reporter of one, the reviewer of another county, the viewer of this one."""
    others = (cast.reporter_of_alpha, cast.office_of_yuhang, cast.viewer_of_xiaoshan, cast.stranger)
    for user in others:
        for act in (
            lambda user=user: merge_workers(pair, actor=user, survivor=resident),
            lambda user=user: call_different(pair, actor=user),
        ):
            with pytest.raises(PermissionDenied):
                act()
    made = merge_workers(pair, actor=cast.office_of_hangzhou, survivor=resident)
    for user in others:
        with pytest.raises(PermissionDenied):
            undo_merge(made, actor=user)


def test_an_employment_elsewhere_even_a_past_one_takes_the_decision_out_of_reach(
    cast: Cast, pair, resident, traveller
):
    start_employment(
        traveller,
        actor=None,
        organisation=cast.gamma,
        started_on=date(2020, 1, 1),
        ended_on=date(2021, 1, 1),
        form="contract",
    )

    with pytest.raises(PermissionDenied):
        merge_workers(pair, actor=cast.reviewer_of_xiaoshan, survivor=resident)
    merge_workers(pair, actor=cast.office_of_hangzhou, survivor=resident)


def test_whoever_still_has_the_merged_entry_open_changes_nothing_of_it(cast: Cast, pair, resident, traveller):
    merge_workers(pair, actor=None, survivor=resident)

    with pytest.raises(ValidationError, match="merged into another"):
        start_employment(
            traveller, actor=None, organisation=cast.gamma, started_on=date(2025, 1, 1), form="contract"
        )


def test_different_people_can_be_put_back_for_review(cast: Cast, pair):
    call_different(pair, actor=cast.reviewer_of_xiaoshan)
    assert LogEntry.objects.filter(action="workers.found_different").count() == 1

    again = propose_again(pair, actor=cast.reviewer_of_xiaoshan)

    assert (again.state, again.decided_by) == ("open", None)
    with pytest.raises(ValidationError, match="decided already"):
        propose_again(pair, actor=cast.reviewer_of_xiaoshan)
