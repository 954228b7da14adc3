from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from tests.cast import Cast
from tests.workforce.people import spell_of

from tongxin.organisations.access import Action
from tongxin.workforce.access import (
    employments_visible_to,
    get_employment_for,
    get_record_for,
    get_worker_for,
    records_seen,
    sight_of,
    workers_visible_to,
)
from tongxin.workforce.employment_actions import end_employment, start_employment
from tongxin.workforce.models import Certificate, Honour, Training, Worker
from tongxin.workforce.record_actions import add_certificate, add_honour, add_training, appoint
from tongxin.workforce.timeline import ladder_of, timeline_of


@pytest.mark.parametrize(
    ("user", "sees"),
    [
        ("reporter_of_alpha", True),
        ("reviewer_of_xiaoshan", True),
        ("office_of_xiaoshan", True),
        ("office_of_hangzhou", True),
        ("office_of_province", True),
        ("reporter_of_beta", False),
        ("office_of_yuhang", False),
        ("viewer_of_xiaoshan", False),
        ("auditor", False),
        ("system_administrator", False),
        ("security_administrator", False),
        ("stranger", False),
    ],
)
def test_people_are_seen_from_their_unit_upwards_by_roles_for_people(cast: Cast, li: Worker, user, sees):
    reader = getattr(cast, user)

    assert workers_visible_to(reader).filter(pk=li.pk).exists() is sees
    if sees:
        assert get_worker_for(reader, li.pk) == li
    else:
        with pytest.raises(Http404):
            get_worker_for(reader, li.pk)


def test_the_operator_sees_everybody_and_an_assessor_nobody(cast: Cast, li: Worker):
    assert workers_visible_to(None).get() == li
    assert get_worker_for(None, li.pk, Action.CHANGE_PEOPLE) == li
    assert Action.SEE_PEOPLE not in _allowed("assessor")
    assert Action.SEE_PEOPLE not in _allowed("service_worker")


def _allowed(role: str) -> frozenset[Action]:
    from tongxin.organisations.access import ALLOWS
    from tongxin.organisations.models import Role

    return ALLOWS[Role(role)]


def test_a_reviewer_sees_but_does_not_change(cast: Cast, li: Worker):
    with pytest.raises(PermissionDenied):
        get_worker_for(cast.reviewer_of_xiaoshan, li.pk, Action.CHANGE_PEOPLE)
    with pytest.raises(PermissionDenied):
        get_employment_for(cast.reviewer_of_xiaoshan, li, spell_of(li).pk, Action.CHANGE_PEOPLE)


def test_an_employer_does_not_learn_where_else_the_person_works(cast: Cast, wang: Worker):
    at_beta = wang.employments.get(organisation=cast.beta)
    training = add_training(wang, actor=None, organisation=cast.beta, on=date(2025, 2, 1), kind="safety")

    assert [spell.organisation for spell in employments_visible_to(cast.reporter_of_alpha)] == [cast.alpha]
    with pytest.raises(Http404):
        get_employment_for(cast.reporter_of_alpha, wang, at_beta.pk, Action.SEE_PEOPLE)
    with pytest.raises(Http404):
        get_record_for(cast.reporter_of_alpha, wang, Training, training.pk, Action.CHANGE_PEOPLE)
    sight = sight_of(cast.reporter_of_alpha, wang)
    assert not records_seen(sight, Training).exists()
    assert records_seen(sight_of(cast.reporter_of_beta, wang), Training).get() == training


def test_a_grade_is_seen_with_the_person_and_its_origin_stays_hidden(cast: Cast, wang: Worker):
    certificate = add_certificate(
        wang,
        actor=None,
        organisation=cast.beta,
        grade="senior_technician",
        issued_on=date(2025, 2, 1),
        number="Y000033000002511000001",
        issuer="同心示例二厂",
    )
    appoint(
        wang,
        actor=None,
        organisation=cast.beta,
        grade="special_technician",
        appointed_on=date(2025, 3, 1),
    )

    seen = timeline_of(sight_of(cast.reporter_of_alpha, wang))

    assert [moment.kind for moment in seen] == ["appointment", "certificate"]
    assert all(moment.unit is None for moment in seen)
    told = " ".join(f"{moment.title} {moment.detail}" for moment in seen)
    assert "二厂" not in told
    assert certificate.number not in told
    rungs = ladder_of(sight_of(cast.reporter_of_alpha, wang))
    assert [rung.rank for rung in rungs if rung.is_present] == [7]
    with pytest.raises(PermissionDenied):
        get_record_for(cast.reporter_of_alpha, wang, Certificate, certificate.pk, Action.CHANGE_PEOPLE)
    own = timeline_of(sight_of(cast.reporter_of_beta, wang))
    assert "二厂" in own[1].detail


def test_a_former_employer_sees_what_was_known_when_the_person_left(cast: Cast, li: Worker):
    add_certificate(li, actor=None, organisation=cast.alpha, grade="senior", issued_on=date(2024, 6, 1))
    end_employment(spell_of(li), actor=None, ended_on=date(2025, 1, 31))
    start_employment(li, actor=None, organisation=cast.beta, started_on=date(2025, 2, 1), form="contract")
    add_certificate(li, actor=None, organisation=cast.beta, grade="technician", issued_on=date(2025, 6, 1))
    add_honour(li, actor=None, organisation=None, on=date(2025, 7, 1), kind="artisan", level="province")

    sight = sight_of(cast.reporter_of_alpha, li)

    assert sight.until == date(2025, 1, 31)
    assert [record.grade for record in records_seen(sight, Certificate)] == ["senior"]
    assert not records_seen(sight, Honour).exists()
    assert [rung.code for rung in ladder_of(sight) if rung.is_present] == ["senior"]
    now = sight_of(cast.reporter_of_beta, li)
    assert now.until is None
    assert records_seen(now, Certificate).count() == 2
    assert records_seen(now, Honour).count() == 1
    both = sight_of(cast.office_of_xiaoshan, li)
    assert both.unit_ids == {cast.alpha.pk, cast.beta.pk}
    assert both.until is None


def test_the_ladder_says_what_was_reached_and_what_was_passed_without_a_record(cast: Cast, li: Worker):
    add_certificate(li, actor=None, organisation=cast.alpha, grade="intermediate", issued_on=date(2020, 1, 1))
    add_certificate(li, actor=None, organisation=cast.alpha, grade="technician", issued_on=date(2024, 1, 1))

    rungs = {rung.code: rung for rung in ladder_of(sight_of(None, li))}

    assert list(rungs) == [
        *("apprentice", "junior", "intermediate", "senior", "technician", "senior_technician"),
        *("special_technician", "chief_technician"),
    ]
    assert [code for code, rung in rungs.items() if rung.is_present] == ["technician"]
    assert rungs["intermediate"].reached_on == date(2020, 1, 1)
    assert (rungs["senior"].is_below, rungs["senior"].reached_on) == (True, None)
    assert (rungs["senior_technician"].is_below, rungs["senior_technician"].reached_on) == (False, None)


def test_the_timeline_has_the_latest_first(cast: Cast, li: Worker):
    add_training(li, actor=None, organisation=cast.alpha, on=date(2024, 5, 1), kind="safety", minutes=90)
    add_honour(li, actor=None, organisation=cast.alpha, on=date(2025, 5, 1), kind="artisan", level="city")

    moments = timeline_of(sight_of(None, li))

    assert [(moment.on, moment.kind) for moment in moments] == [
        (date(2025, 5, 1), "honour"),
        (date(2024, 5, 1), "training"),
    ]
    assert "1.5" in moments[1].detail
