"""Dated facts about a person, from certificates to honours; each change with its row in the log."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.audit import log
from tongxin.organisations.access import Principal
from tongxin.organisations.models import Organisation
from tongxin.workforce.access import covers_employers
from tongxin.workforce.checks import (
    lock_worker,
    refuse_future,
    require_employed,
)
from tongxin.workforce.models import (
    Appointment,
    Certificate,
    Competition,
    Honour,
    Innovation,
    Mentorship,
    Training,
    Worker,
)
from tongxin.workforce.queries import held_on
from tongxin.workforce.record_keeping import change, keep, open_for, reopen

CERTIFIED = ("junior", "intermediate", "senior", "technician", "senior_technician")
"""Grades 2 to 6: the ones for which certificates are issued."""
BASIS = "senior_technician"


@transaction.atomic
def add_certificate(
    worker: Worker,
    *,
    actor: Principal,
    organisation: Organisation,
    grade: str,
    issued_on: date,
    number: str = "",
    occupation: str = "",
    issuer: str = "",
    held_to: date | None = None,
) -> Certificate:
    """Record a certificate, held from its issue; refuses grades that are appointed, and a number known."""
    worker = open_for(worker, actor, organisation)
    if grade not in CERTIFIED:
        raise ValidationError(
            {"grade": _("Certificates are issued for grades 2 to 6; grades 7 and 8 are appointed.")}
        )
    refuse_future(issued_on, "issued_on")
    number = "".join(number.split()).upper()
    if number and Certificate.objects.filter(number=number).exists():
        raise ValidationError(
            {"number": _("The certificate %(number)s is on record already.") % {"number": number}}
        )
    if worker.born_on and issued_on <= worker.born_on:
        raise ValidationError({"issued_on": _("%(worker)s was not born then.") % {"worker": worker.name}})
    certificate = Certificate(
        worker=worker,
        organisation=organisation,
        grade=grade,
        number=number,
        occupation=occupation,
        issued_on=issued_on,
        issuer=issuer,
        held_from=issued_on,
        held_to=held_to,
    )
    return keep(certificate, actor, grade=grade, issued_on=issued_on)


@transaction.atomic
def appoint(
    worker: Worker,
    *,
    actor: Principal,
    organisation: Organisation,
    grade: str,
    appointed_on: date,
    lapses_on: date | None = None,
) -> Appointment:
    """Appoint to grade 7 or 8; refuses without a senior technician's certificate held on the day."""
    worker = open_for(worker, actor, organisation)
    refuse_future(appointed_on, "appointed_on")
    require_employed(worker, organisation, appointed_on, "appointed_on")
    if not Certificate.objects.filter(held_on(appointed_on), worker=worker, grade=BASIS).exists():
        message = _("%(worker)s held no senior technician's certificate on %(day)s. Record it first.")
        raise ValidationError({"appointed_on": message % {"worker": worker.name, "day": appointed_on}})
    appointment = Appointment(
        worker=worker, organisation=organisation, grade=grade, appointed_on=appointed_on, lapses_on=lapses_on
    )
    return keep(appointment, actor, grade=grade, appointed_on=appointed_on, lapses_on=lapses_on)


@transaction.atomic
def end_appointment(appointment: Appointment, *, actor: Principal, lapses_on: date) -> Appointment:
    """Let an appointment lapse from a day (the first without it); refuses one that lapsed before."""
    appointment = reopen(appointment, actor)
    if appointment.lapses_on and appointment.lapses_on <= lapses_on:
        message = _("This appointment lapses on %(day)s already.")
        raise ValidationError({"lapses_on": message % {"day": appointment.lapses_on}})
    return change(appointment, actor, lapses_on=lapses_on)


@transaction.atomic
def add_training(
    worker: Worker,
    *,
    actor: Principal,
    organisation: Organisation,
    on: date,
    kind: str,
    title: str = "",
    minutes: int | None = None,
    is_subsidised: bool | None = None,
) -> Training:
    """Record a finished course; refuses a day on which the person did not work at the unit."""
    worker = open_for(worker, actor, organisation, on)
    training = Training(
        worker=worker,
        organisation=organisation,
        on=on,
        kind=kind,
        title=title,
        minutes=minutes,
        is_subsidised=is_subsidised,
    )
    return keep(training, actor, on=on, kind=kind, title=title, minutes=minutes)


@transaction.atomic
def add_competition(
    worker: Worker,
    *,
    actor: Principal,
    organisation: Organisation,
    on: date,
    level: str,
    title: str = "",
    occupation: str = "",
    place: int | None = None,
) -> Competition:
    """Record part in a competition; refuses a day on which the person did not work at the unit."""
    worker = open_for(worker, actor, organisation, on)
    competition = Competition(
        worker=worker,
        organisation=organisation,
        on=on,
        level=level,
        title=title,
        occupation=occupation,
        place=place,
    )
    return keep(competition, actor, on=on, level=level, title=title, place=place)


@transaction.atomic
def add_innovation(
    worker: Worker,
    *,
    actor: Principal,
    organisation: Organisation,
    on: date,
    kind: str,
    title: str = "",
) -> Innovation:
    """Record one of the five smalls; refuses a day on which the person did not work at the unit."""
    worker = open_for(worker, actor, organisation, on)
    innovation = Innovation(worker=worker, organisation=organisation, on=on, kind=kind, title=title)
    return keep(innovation, actor, on=on, kind=kind, title=title)


@transaction.atomic
def adopt_innovation(
    innovation: Innovation, *, actor: Principal, adopted_on: date, benefit_fen: int | None = None
) -> Innovation:
    """Record that an innovation went into use, with its yearly benefit; refuses one adopted before."""
    innovation = reopen(innovation, actor)
    if innovation.adopted_on:
        message = _("This was adopted on %(day)s already.")
        raise ValidationError({"adopted_on": message % {"day": innovation.adopted_on}})
    refuse_future(adopted_on, "adopted_on")
    return change(innovation, actor, adopted_on=adopted_on, benefit_fen=benefit_fen)


@transaction.atomic
def add_honour(
    worker: Worker,
    *,
    actor: Principal,
    organisation: Organisation | None,
    on: date,
    kind: str,
    level: str,
    issuer: str = "",
) -> Honour:
    """Record an honour: of a unit where the person worked that day, or of another time without a unit."""
    if organisation is None:
        if not covers_employers(actor, worker):
            raise PermissionDenied(_("Only who answers for all employers records an honour without a unit."))
        worker = lock_worker(worker)
        refuse_future(on)
    else:
        worker = open_for(worker, actor, organisation, on)
    honour = Honour(worker=worker, organisation=organisation, on=on, kind=kind, level=level, issuer=issuer)
    return keep(honour, actor, on=on, kind=kind, level=level)


@transaction.atomic
def start_mentorship(
    worker: Worker, *, actor: Principal, organisation: Organisation, on: date, apprentice: Worker
) -> Mentorship:
    """Bind a master (`worker`) and an apprentice of one unit; refuses a pair that is bound already."""
    for person in sorted((worker, apprentice), key=lambda person: person.pk):
        lock_worker(person)
    worker = open_for(worker, actor, organisation, on)
    require_employed(apprentice, organisation, on, "apprentice")
    if Mentorship.objects.filter(worker=worker, apprentice=apprentice, ended_on=None).exists():
        raise ValidationError({"apprentice": _("The two are bound already.")})
    mentorship = Mentorship(worker=worker, organisation=organisation, on=on, apprentice=apprentice)
    return keep(mentorship, actor, on=on, apprentice=apprentice)


@transaction.atomic
def end_mentorship(mentorship: Mentorship, *, actor: Principal, ended_on: date) -> Mentorship:
    """End the bond of a master and an apprentice; refuses one that ended before."""
    mentorship = reopen(mentorship, actor)
    if mentorship.ended_on:
        raise ValidationError(
            {"ended_on": _("This ended on %(day)s already.") % {"day": mentorship.ended_on}}
        )
    refuse_future(ended_on, "ended_on")
    return change(mentorship, actor, ended_on=ended_on)


@transaction.atomic
def remove_record(record: Any, *, actor: Principal) -> None:
    """Take back a record entered wrongly; the log keeps what it said. Refuses one that others stand on."""
    record = reopen(record, actor)
    if isinstance(record, Certificate):
        _refuse_if_carried(record)
    values = {
        field.name: getattr(record, field.name)
        for field in record._meta.concrete_fields
        if field.name not in {"id", "worker", "organisation"}
    }
    log.record(
        actor=actor,
        action="records.removed",
        target=record,
        organisation_id=record.organisation_id,
        worker=record.worker_id,
        record=record._meta.model_name,
        **{name: (value, None) for name, value in values.items() if value not in (None, "")},
    )
    record.delete()


def _refuse_if_carried(certificate: Certificate) -> None:
    others = Certificate.objects.filter(worker=certificate.worker, grade=BASIS).exclude(pk=certificate.pk)
    for appointment in Appointment.objects.filter(worker=certificate.worker):
        if certificate.grade == BASIS and not others.filter(held_on(appointment.appointed_on)).exists():
            message = _(
                "The appointment of %(day)s stands on this certificate. Remove the appointment first."
            )
            raise ValidationError(message % {"day": appointment.appointed_on})
