from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from tests.cast import Cast
from tests.workforce.people import identity_number, register, spell_of

from tongxin.audit.models import LogEntry
from tongxin.workforce import record_actions as actions
from tongxin.workforce.employment_actions import end_employment
from tongxin.workforce.models import Appointment, Certificate, Mentorship, Training, Worker
from tongxin.workforce.queries import grade_on

CERTIFIED_ON = date(2023, 5, 1)


@pytest.fixture
def master(cast: Cast, li: Worker) -> Worker:
    """Li with the certificate on which an appointment stands."""
    actions.add_certificate(
        li,
        actor=None,
        organisation=cast.alpha,
        grade="senior_technician",
        issued_on=CERTIFIED_ON,
        number="Y000033000001231000001",
    )
    return li


def test_a_certificate_is_held_from_its_issue(cast: Cast, li: Worker):
    certificate = actions.add_certificate(
        li,
        actor=cast.reporter_of_alpha,
        organisation=cast.alpha,
        grade="senior",
        issued_on=CERTIFIED_ON,
        number="s0000 33000001233000001",
    )

    assert (certificate.held_from, certificate.held_to) == (CERTIFIED_ON, None)
    assert certificate.number == "S000033000001233000001"
    assert LogEntry.objects.filter(action="records.added", organisation_id=cast.alpha.pk).count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"grade": "special_technician"}, "grade"),
        ({"grade": "apprentice"}, "grade"),
        ({"issued_on": date(2999, 1, 1)}, "issued_on"),
        ({"issued_on": date(1980, 1, 1)}, "issued_on"),
        ({"occupation": "6-31"}, "occupation"),
        ({"number": "Y000033000001231000001"}, "number"),
    ],
)
def test_an_impossible_certificate_is_refused(cast: Cast, master: Worker, values, field):
    given = {"grade": "senior", "issued_on": CERTIFIED_ON, "number": ""} | values

    with pytest.raises(ValidationError) as refusal:
        actions.add_certificate(master, actor=None, organisation=cast.alpha, **given)

    assert field in refusal.value.message_dict


def test_an_appointment_stands_on_a_certificate_and_lapses(cast: Cast, master: Worker):
    appointment = actions.appoint(
        master,
        actor=cast.reporter_of_alpha,
        organisation=cast.alpha,
        grade="chief_technician",
        appointed_on=date(2024, 6, 1),
    )
    assert grade_on(master, date(2024, 5, 31)).code == "senior_technician"
    assert grade_on(master, date(2024, 6, 1)).code == "chief_technician"

    actions.end_appointment(appointment, actor=cast.reporter_of_alpha, lapses_on=date(2025, 6, 1))

    assert grade_on(master, date(2025, 5, 31)).code == "chief_technician"
    assert grade_on(master, date(2025, 6, 1)).code == "senior_technician"
    with pytest.raises(ValidationError) as refusal:
        actions.end_appointment(appointment, actor=None, lapses_on=date(2026, 1, 1))
    assert "lapses_on" in refusal.value.message_dict


def test_no_appointment_without_the_certificate_held_by_then(cast: Cast, li: Worker):
    wanted = {"organisation": cast.alpha, "grade": "special_technician", "appointed_on": date(2024, 6, 1)}
    with pytest.raises(ValidationError) as refusal:
        actions.appoint(li, actor=None, **wanted)
    assert "appointed_on" in refusal.value.message_dict
    actions.add_certificate(
        li, actor=None, organisation=cast.alpha, grade="technician", issued_on=date(2020, 1, 1)
    )
    actions.add_certificate(
        li, actor=None, organisation=cast.alpha, grade="senior_technician", issued_on=date(2024, 6, 2)
    )
    with pytest.raises(ValidationError):
        actions.appoint(li, actor=None, **wanted)
    with pytest.raises(IntegrityError, match="appointment_without_certificate"), transaction.atomic():
        Appointment.objects.create(worker=li, **wanted)


def test_an_appointment_needs_an_employment_and_a_known_grade(cast: Cast, master: Worker):
    with pytest.raises(ValidationError, match="2024-02-01"):
        actions.appoint(
            master,
            actor=None,
            organisation=cast.alpha,
            grade="special_technician",
            appointed_on=date(2024, 2, 1),
        )
    with pytest.raises(ValidationError):
        actions.appoint(
            master, actor=None, organisation=cast.alpha, grade="senior", appointed_on=date(2024, 6, 1)
        )


def test_a_certificate_that_carries_an_appointment_stays(cast: Cast, master: Worker):
    actions.appoint(
        master,
        actor=None,
        organisation=cast.alpha,
        grade="special_technician",
        appointed_on=date(2024, 6, 1),
    )
    certificate = Certificate.objects.get()

    with pytest.raises(ValidationError, match="2024-06-01"):
        actions.remove_record(certificate, actor=None)
    with pytest.raises(IntegrityError, match="certificate_carries_appointment"), transaction.atomic():
        certificate.delete()
    with pytest.raises(IntegrityError, match="certificate_carries_appointment"), transaction.atomic():
        Certificate.objects.update(held_from=date(2024, 7, 1))


def test_the_grade_is_the_highest_rank_whatever_the_digit_on_the_certificate(cast: Cast, li: Worker):
    # Level four (intermediate) carries the digit 4, level three (senior) the digit 3; senior is the higher.
    for grade, issued_on in (("senior", date(2022, 1, 1)), ("intermediate", date(2023, 1, 1))):
        actions.add_certificate(li, actor=None, organisation=cast.alpha, grade=grade, issued_on=issued_on)

    assert grade_on(li, date(2021, 12, 31)).code == "none"
    assert grade_on(li, date(2024, 1, 1)).code == "senior"
    assert grade_on(li, date(2024, 1, 1)).rank == 4


def test_a_certificate_given_back_no_longer_counts(cast: Cast, li: Worker):
    actions.add_certificate(
        li,
        actor=None,
        organisation=cast.alpha,
        grade="senior",
        issued_on=date(2022, 1, 1),
        held_to=date(2025, 1, 1),
    )

    assert grade_on(li, date(2024, 12, 31)).code == "senior"
    assert grade_on(li, date(2025, 1, 1)).code == "none"


ADD = {
    "training": lambda worker, **at: actions.add_training(
        worker, kind="safety", title="动火作业", minutes=480, **at
    ),
    "competition": lambda worker, **at: actions.add_competition(
        worker, level="county", title="焊工比武", place=3, **at
    ),
    "innovation": lambda worker, **at: actions.add_innovation(worker, kind="suggestion", title="夹具", **at),
    "honour": lambda worker, **at: actions.add_honour(worker, kind="artisan", level="city", **at),
}


@pytest.mark.parametrize("kind", ADD)
def test_a_record_is_added_where_the_person_worked_that_day(cast: Cast, li: Worker, kind):
    add = ADD[kind]

    record = add(li, actor=cast.reporter_of_alpha, organisation=cast.alpha, on=date(2024, 5, 1))

    assert (record.worker, record.organisation, record.on) == (li, cast.alpha, date(2024, 5, 1))
    entry = LogEntry.objects.get(action="records.added")
    assert entry.changes["record"] == kind
    with pytest.raises(ValidationError):
        # Sent twice.
        add(li, actor=cast.reporter_of_alpha, organisation=cast.alpha, on=date(2024, 5, 1))
    for day in (date(2024, 2, 29), date(2999, 1, 1)):
        with pytest.raises(ValidationError) as refusal:
            add(li, actor=cast.reporter_of_alpha, organisation=cast.alpha, on=day)
        assert "on" in refusal.value.message_dict
    with pytest.raises(ValidationError):
        add(li, actor=cast.reporter_of_beta, organisation=cast.beta, on=date(2024, 5, 1))
    with pytest.raises(Http404):
        add(li, actor=cast.reporter_of_beta, organisation=cast.alpha, on=date(2024, 5, 2))
    with pytest.raises(PermissionDenied):
        add(li, actor=cast.reviewer_of_xiaoshan, organisation=cast.alpha, on=date(2024, 5, 2))


@pytest.mark.parametrize(
    ("add", "values"),
    [
        (actions.add_training, {"kind": "dancing"}),
        (actions.add_training, {"kind": "safety", "minutes": 0}),
        (actions.add_competition, {"level": "galactic"}),
        (actions.add_competition, {"level": "city", "place": 0}),
        (actions.add_innovation, {"kind": "revolution"}),
        (actions.add_honour, {"kind": "artisan", "level": "street"}),
    ],
)
def test_unknown_codes_and_impossible_numbers_are_refused(cast: Cast, li: Worker, add, values):
    with pytest.raises(ValidationError):
        add(li, actor=None, organisation=cast.alpha, on=date(2024, 5, 1), **values)


def test_an_honour_from_another_time_needs_who_answers_for_all_employers(cast: Cast, wang: Worker):
    given = {"organisation": None, "on": date(2015, 5, 1), "kind": "model_worker", "level": "province"}
    with pytest.raises(PermissionDenied):
        actions.add_honour(wang, actor=cast.reporter_of_alpha, **given)

    honour = actions.add_honour(wang, actor=cast.office_of_xiaoshan, **given)

    assert honour.organisation is None
    with pytest.raises(PermissionDenied):
        actions.remove_record(honour, actor=cast.reporter_of_alpha)
    actions.remove_record(honour, actor=cast.office_of_xiaoshan)


def test_an_innovation_is_adopted_once_and_after_it_was_made(cast: Cast, li: Worker):
    innovation = ADD["innovation"](li, actor=None, organisation=cast.alpha, on=date(2024, 5, 1))
    with pytest.raises(ValidationError):
        actions.adopt_innovation(innovation, actor=None, adopted_on=date(2024, 4, 30))

    adopted = actions.adopt_innovation(
        innovation, actor=cast.reporter_of_alpha, adopted_on=date(2024, 9, 1), benefit_fen=1_200_050
    )

    assert str(adopted.benefit_yuan) == "12000.5"
    entry = LogEntry.objects.get(action="records.changed")
    assert entry.changes["adopted_on"] == [None, "2024-09-01"]
    with pytest.raises(ValidationError) as refusal:
        actions.adopt_innovation(innovation, actor=None, adopted_on=date(2024, 10, 1))
    assert "adopted_on" in refusal.value.message_dict


def test_a_master_and_an_apprentice_are_bound_once_at_a_time(cast: Cast, li: Worker):
    apprentice = register(cast.alpha, "周小明", identity_number("33010920030303317"))
    given = {"actor": cast.reporter_of_alpha, "organisation": cast.alpha, "apprentice": apprentice}

    bond = actions.start_mentorship(li, on=date(2024, 4, 1), **given)

    with pytest.raises(ValidationError) as refusal:
        actions.start_mentorship(li, on=date(2024, 5, 1), **given)
    assert "apprentice" in refusal.value.message_dict
    with pytest.raises(IntegrityError), transaction.atomic():
        Mentorship.objects.create(
            worker=li, apprentice=apprentice, organisation=cast.alpha, on=date(2024, 6, 1)
        )
    ended = actions.end_mentorship(bond, actor=cast.reporter_of_alpha, ended_on=date(2025, 4, 1))
    assert ended.ended_on == date(2025, 4, 1)
    with pytest.raises(ValidationError):
        actions.end_mentorship(bond, actor=None, ended_on=date(2025, 5, 1))
    actions.start_mentorship(li, on=date(2025, 4, 2), **given)


def test_nobody_is_their_own_apprentice_nor_the_apprentice_of_another_works(cast: Cast, li: Worker):
    stranger = register(cast.gamma, "吴远", identity_number("33011019930405337"))
    for apprentice in (li, stranger):
        with pytest.raises(ValidationError):
            actions.start_mentorship(
                li, actor=None, organisation=cast.alpha, on=date(2024, 4, 1), apprentice=apprentice
            )


def test_a_record_entered_by_mistake_is_taken_back_and_the_log_keeps_it(cast: Cast, li: Worker):
    training = ADD["training"](li, actor=None, organisation=cast.alpha, on=date(2024, 5, 1))
    with pytest.raises(PermissionDenied):
        actions.remove_record(training, actor=cast.reporter_of_beta)

    actions.remove_record(training, actor=cast.reporter_of_alpha)

    assert not Training.objects.exists()
    entry = LogEntry.objects.get(action="records.removed")
    assert entry.changes["title"] == ["动火作业", None]


def test_a_unit_where_the_person_never_worked_keeps_no_certificate_of_theirs(cast: Cast, li: Worker):
    with pytest.raises(ValidationError) as refusal:
        actions.add_certificate(
            li, actor=cast.reporter_of_beta, organisation=cast.beta, grade="junior", issued_on=CERTIFIED_ON
        )
    assert "organisation" in refusal.value.message_dict


def test_a_former_employer_still_records_what_happened_there(cast: Cast, li: Worker):
    end_employment(spell_of(li), actor=None, ended_on=date(2025, 1, 31))

    ADD["training"](li, actor=cast.reporter_of_alpha, organisation=cast.alpha, on=date(2025, 1, 31))
    with pytest.raises(ValidationError):
        ADD["training"](li, actor=cast.reporter_of_alpha, organisation=cast.alpha, on=date(2025, 2, 1))
