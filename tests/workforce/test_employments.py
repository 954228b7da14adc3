from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from tests.cast import Cast
from tests.workforce.people import spell_of

from tongxin.audit.models import LogEntry
from tongxin.organisations.models import Organisation
from tongxin.workforce.employment_actions import (
    change_employment,
    correct_employment,
    end_employment,
    start_employment,
)
from tongxin.workforce.models import Employment, EmploymentState, Worker
from tongxin.workforce.queries import state_on
from tongxin.workforce.record_actions import add_certificate, appoint


def test_a_changed_post_holds_from_its_day_and_the_past_stays(cast: Cast, li: Worker):
    spell = spell_of(li)
    change_employment(spell, actor=None, valid_from=date(2024, 3, 1), post="学徒", wage_fen=500_000)

    change_employment(spell, actor=cast.reporter_of_alpha, valid_from=date(2025, 1, 1), post="焊工")

    before, after = state_on(spell, date(2024, 12, 31)), state_on(spell, date(2025, 1, 1))
    assert (before.post, before.wage_fen) == ("学徒", 500_000)
    assert (after.post, after.wage_fen, after.form) == ("焊工", 500_000, "contract")
    assert state_on(spell, date(2024, 2, 29)) is None
    entry = LogEntry.objects.filter(action="employments.changed").first()
    assert entry.changes["post"] == ["学徒", "焊工"]
    assert "wage_fen" not in entry.changes


def test_a_second_change_of_one_day_takes_the_place_of_the_first(li: Worker):
    spell = spell_of(li)
    change_employment(spell, actor=None, valid_from=date(2025, 1, 1), post="焊工")
    change_employment(spell, actor=None, valid_from=date(2025, 1, 1), post="钳工")

    assert [state.post for state in spell.states.all()] == ["", "钳工"]


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2025, 7, 1)])
def test_a_change_outside_the_employment_is_refused(li: Worker, day):
    spell = end_employment(spell_of(li), actor=None, ended_on=date(2025, 6, 30))

    with pytest.raises(ValidationError) as refusal:
        change_employment(spell, actor=None, valid_from=day, post="焊工")

    assert "valid_from" in refusal.value.message_dict


def test_terms_that_hold_already_are_refused(li: Worker):
    with pytest.raises(ValidationError):
        change_employment(spell_of(li), actor=None, valid_from=date(2025, 1, 1), form="contract")


def test_an_employment_ends_with_its_last_day_once(cast: Cast, li: Worker):
    ended = end_employment(spell_of(li), actor=cast.reporter_of_alpha, ended_on=date(2025, 6, 30))

    assert Employment.objects.get().ended_on == date(2025, 6, 30)
    with pytest.raises(ValidationError) as refusal:
        end_employment(ended, actor=cast.reporter_of_alpha, ended_on=date(2025, 7, 31))
    assert "ended_on" in refusal.value.message_dict


def test_an_employment_cannot_end_before_it_began_or_before_its_last_change(li: Worker):
    spell = spell_of(li)
    with pytest.raises(ValidationError):
        end_employment(spell, actor=None, ended_on=date(2024, 2, 1))
    change_employment(spell, actor=None, valid_from=date(2025, 1, 1), post="焊工")

    with pytest.raises(ValidationError) as refusal:
        end_employment(spell, actor=None, ended_on=date(2024, 12, 31))

    assert "2025-01-01" in str(refusal.value)


def test_appointments_of_the_unit_lapse_with_the_employment(cast: Cast, li: Worker):
    add_certificate(
        li, actor=None, organisation=cast.alpha, grade="senior_technician", issued_on=date(2023, 1, 1)
    )
    appointment = appoint(
        li, actor=None, organisation=cast.alpha, grade="special_technician", appointed_on=date(2024, 6, 1)
    )

    end_employment(spell_of(li), actor=None, ended_on=date(2025, 6, 30))

    appointment.refresh_from_db()
    assert appointment.lapses_on == date(2025, 7, 1)


@pytest.mark.parametrize(
    ("started_on", "ended_on"),
    [
        (date(2024, 3, 1), None),
        (date(2020, 1, 1), date(2024, 3, 1)),
        (date(2020, 1, 1), None),
        (date(2024, 6, 1), date(2024, 7, 1)),
    ],
)
def test_two_spells_of_one_job_never_share_a_day(cast: Cast, li: Worker, started_on, ended_on):
    with pytest.raises(ValidationError) as refusal:
        start_employment(
            li, actor=None, organisation=cast.alpha, started_on=started_on, ended_on=ended_on, form="contract"
        )
    assert "started_on" in refusal.value.message_dict
    with pytest.raises(IntegrityError, match="employment_overlaps"), transaction.atomic():
        # What does not pass through the action meets the trigger.
        Employment.objects.create(
            worker=li,
            organisation=cast.alpha,
            started_on=date(2024, 3, 2),
            ended_on=ended_on and date(2024, 3, 2),
        )


def test_a_return_after_the_last_day_is_a_new_spell(cast: Cast, li: Worker):
    end_employment(spell_of(li), actor=None, ended_on=date(2025, 6, 30))

    start_employment(
        li,
        actor=cast.reporter_of_alpha,
        organisation=cast.alpha,
        started_on=date(2025, 7, 1),
        form="contract",
    )

    assert li.employments.count() == 2


def test_a_person_may_hold_two_jobs_at_once(cast: Cast, li: Worker):
    start_employment(
        li,
        actor=cast.reporter_of_beta,
        organisation=cast.beta,
        started_on=date(2025, 1, 1),
        form="dispatch",
        agency="某人力资源公司",
    )

    assert li.employments.count() == 2


def test_nobody_starts_at_a_closed_enterprise(cast: Cast, li: Worker):
    Organisation.objects.filter(pk=cast.beta.pk).update(closed_on=date(2025, 1, 1))
    cast.beta.refresh_from_db()

    with pytest.raises(ValidationError) as refusal:
        start_employment(li, actor=None, organisation=cast.beta, started_on=date(2025, 1, 1), form="contract")

    assert "started_on" in refusal.value.message_dict


def test_corrected_dates_take_the_first_terms_along(cast: Cast, li: Worker):
    spell = spell_of(li)

    correct_employment(
        spell, actor=cast.reporter_of_alpha, started_on=date(2023, 9, 1), ended_on=None, agency=""
    )

    assert EmploymentState.objects.get().valid_from == date(2023, 9, 1)
    entry = LogEntry.objects.filter(action="employments.changed").first()
    assert entry.changes["started_on"] == ["2024-03-01", "2023-09-01"]
    assert "ended_on" not in entry.changes


def test_corrected_dates_leave_no_change_outside_and_meet_no_other_spell(cast: Cast, li: Worker):
    spell = spell_of(li)
    change_employment(spell, actor=None, valid_from=date(2024, 6, 1), post="焊工")
    with pytest.raises(ValidationError) as refusal:
        correct_employment(spell, actor=None, started_on=date(2024, 7, 1), ended_on=None, agency="")
    assert "started_on" in refusal.value.message_dict
    with pytest.raises(ValidationError):
        correct_employment(spell, actor=None, started_on=date(2024, 3, 1), ended_on=None, agency="")

    spell = end_employment(spell, actor=None, ended_on=date(2024, 12, 31))
    start_employment(li, actor=None, organisation=cast.alpha, started_on=date(2025, 2, 1), form="contract")
    with pytest.raises(ValidationError):
        correct_employment(
            spell, actor=None, started_on=date(2024, 3, 1), ended_on=date(2025, 2, 1), agency=""
        )


@pytest.mark.parametrize("act", ["change", "end", "correct"])
def test_a_sibling_enterprise_and_a_reviewer_change_no_employment(cast: Cast, li: Worker, act):
    spell = spell_of(li)
    acts = {
        "change": lambda actor: change_employment(spell, actor=actor, valid_from=date(2025, 1, 1), post="x"),
        "end": lambda actor: end_employment(spell, actor=actor, ended_on=date(2025, 1, 1)),
        "correct": lambda actor: correct_employment(
            spell, actor=actor, started_on=date(2024, 1, 1), ended_on=None, agency=""
        ),
    }

    with pytest.raises(Http404):
        acts[act](cast.reporter_of_beta)
    with pytest.raises(PermissionDenied):
        acts[act](cast.reviewer_of_xiaoshan)
