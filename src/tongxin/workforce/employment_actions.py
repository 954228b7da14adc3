"""Spells at enterprises: started, changed from a day, ended, corrected; each with its row in the log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tongxin.audit import log
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation
from tongxin.workforce.checks import lock_worker, refuse_overlap, require_enterprise
from tongxin.workforce.models import Appointment, Employment, EmploymentState, Worker
from tongxin.workforce.queries import state_on


class Terms(TypedDict, total=False):
    """What is dated inside an employment: a changed value holds from a day."""

    post: str
    occupation: str
    form: str
    wage_fen: int | None


TERMS = ("post", "occupation", "form", "wage_fen")
ONE_DAY = timedelta(days=1)


@transaction.atomic
def start_employment(
    worker: Worker,
    *,
    actor: Principal,
    organisation: Organisation,
    started_on: date,
    ended_on: date | None = None,
    agency: str = "",
    **terms: Unpack[Terms],
) -> Employment:
    """Begin a spell at an enterprise; refuses one that overlaps another there, and a closed unit."""
    require(actor, Action.CHANGE_PEOPLE, organisation)
    require_enterprise(organisation)
    worker = lock_worker(worker)
    _refuse_day(worker, organisation, started_on)
    refuse_overlap(worker, organisation, started_on, ended_on)
    employment = Employment(
        worker=worker, organisation=organisation, started_on=started_on, ended_on=ended_on, agency=agency
    )
    employment.full_clean()
    employment.save()
    state = EmploymentState(employment=employment, valid_from=started_on, **terms)
    state.full_clean()
    state.save()
    log.record(
        actor=actor,
        action="employments.started",
        target=employment,
        organisation_id=organisation.pk,
        worker=worker.pk,
        started_on=started_on,
        ended_on=ended_on,
        agency=agency,
        **terms,
    )
    return employment


def _refuse_day(worker: Worker, organisation: Organisation, started_on: date) -> None:
    if organisation.closed_on and organisation.closed_on <= started_on:
        message = _("%(unit)s closed on %(day)s.")
        raise ValidationError(
            {"started_on": message % {"unit": organisation.name, "day": organisation.closed_on}}
        )
    if worker.born_on and started_on <= worker.born_on:
        raise ValidationError({"started_on": _("%(worker)s was not born then.") % {"worker": worker.name}})


@transaction.atomic
def change_employment(
    employment: Employment, *, actor: Principal, valid_from: date, **terms: Unpack[Terms]
) -> EmploymentState:
    """Let post, occupation, form or wage hold from a day on; refuses a day outside the spell."""
    require(actor, Action.CHANGE_PEOPLE, employment.organisation)
    employment = _lock_employment(employment)
    if valid_from < employment.started_on or (employment.ended_on and valid_from > employment.ended_on):
        raise ValidationError(
            {"valid_from": _("The employment does not hold on %(day)s.") % {"day": valid_from}}
        )
    current = state_on(employment, valid_from)
    before = {name: getattr(current, name) for name in TERMS} if current else {}
    after = {**before, **terms}
    if after == before:
        raise ValidationError(_("Nothing was changed."))
    state = (
        current if current and current.valid_from == valid_from else EmploymentState(employment=employment)
    )
    state.valid_from = valid_from
    for name, value in after.items():
        setattr(state, name, value)
    state.full_clean()
    state.save()
    _carry_on(employment, valid_from, before, after)
    log.record(
        actor=actor,
        action="employments.changed",
        target=employment,
        organisation_id=employment.organisation_id,
        worker=employment.worker_id,
        valid_from=valid_from,
        **{name: (before.get(name), value) for name, value in after.items() if before.get(name) != value},
    )
    return state


def _carry_on(employment: Employment, day: date, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Let a changed value run on until that value itself next changes, through states that only repeat it."""
    running = {name for name in before if before[name] != after[name]}
    for later in employment.states.filter(valid_from__gt=day).order_by("valid_from"):
        running = {name for name in running if getattr(later, name) == before[name]}
        if not running:
            return
        for name in running:
            setattr(later, name, after[name])
        later.save(update_fields=sorted(running))


@transaction.atomic
def end_employment(employment: Employment, *, actor: Principal, ended_on: date) -> Employment:
    """End a spell with its last day; the unit's appointments of the person lapse with it."""
    require(actor, Action.CHANGE_PEOPLE, employment.organisation)
    employment = _lock_employment(employment)
    if employment.ended_on:
        message = _("This employment ended on %(day)s already.")
        raise ValidationError({"ended_on": message % {"day": employment.ended_on}})
    _refuse_states_outside(employment, employment.started_on, ended_on)
    employment.ended_on = ended_on
    employment.full_clean()
    employment.save(update_fields=["ended_on"])
    lapsed = Appointment.objects.filter(
        Q(lapses_on=None) | Q(lapses_on__gt=ended_on),
        worker=employment.worker_id,
        organisation=employment.organisation_id,
        appointed_on__range=(employment.started_on, ended_on),
    ).update(lapses_on=ended_on + ONE_DAY)
    log.record(
        actor=actor,
        action="employments.ended",
        target=employment,
        organisation_id=employment.organisation_id,
        worker=employment.worker_id,
        ended_on=(None, ended_on),
        appointments_lapsed=lapsed,
    )
    return employment


@transaction.atomic
def correct_employment(
    employment: Employment, *, actor: Principal, started_on: date, ended_on: date | None, agency: str
) -> Employment:
    """Correct dates or agency written down wrongly; refuses an overlap, and a change left outside."""
    require(actor, Action.CHANGE_PEOPLE, employment.organisation)
    employment = _lock_employment(employment)
    refuse_overlap(employment.worker, employment.organisation, started_on, ended_on, but=employment.pk)
    wanted = {"started_on": started_on, "ended_on": ended_on, "agency": agency}
    changes = {name: (getattr(employment, name), value) for name, value in wanted.items()}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if not changes:
        raise ValidationError(_("Nothing was changed."))
    # The terms agreed at the start go with the start.
    employment.states.filter(valid_from=employment.started_on).update(valid_from=started_on)
    _refuse_states_outside(employment, started_on, ended_on)
    for name, value in wanted.items():
        setattr(employment, name, value)
    employment.full_clean()
    employment.save()
    log.record(
        actor=actor,
        action="employments.changed",
        target=employment,
        organisation_id=employment.organisation_id,
        worker=employment.worker_id,
        **changes,
    )
    return employment


def _lock_employment(employment: Employment) -> Employment:
    lock_worker(employment.worker)
    return Employment.objects.select_related("worker", "organisation").get(pk=employment.pk)


def _refuse_states_outside(employment: Employment, started_on: date, ended_on: date | None) -> None:
    outside = Q(valid_from__lt=started_on) | (Q(valid_from__gt=ended_on) if ended_on else Q())
    state = employment.states.filter(outside).first()
    if state is None:
        return
    field = "started_on" if state.valid_from < started_on else "ended_on"
    message = _("A change of %(day)s is on record inside this employment. Choose dates around it.")
    raise ValidationError({field: message % {"day": state.valid_from}})
