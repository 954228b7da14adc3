"""A person's facts in order of time, and the grades as a ladder, as far as the reader sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tongxin.codes.lists import get_list
from tongxin.organisations.models import Organisation
from tongxin.ui.formats import day_short, number
from tongxin.workforce.access import Sight, records_seen
from tongxin.workforce.labels import name_of, name_of_occupation
from tongxin.workforce.models import (
    Appointment,
    Certificate,
    Competition,
    Honour,
    Innovation,
    Membership,
    Mentorship,
    Training,
)
from tongxin.workforce.queries import highest_grade, registry_day


@dataclass(frozen=True)
class Moment:
    """One fact on the timeline."""

    on: date
    kind: str
    title: str
    detail: str
    until: date | None
    unit: Organisation | None
    """The unit that keeps the fact; None where it is out of the reader's reach."""
    record: Any


@dataclass(frozen=True)
class Told:
    """What a record says in words; `ours` are the words that would tell where else the person works."""

    on: date
    title: str
    details: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    until: date | None = None


@dataclass(frozen=True)
class Rung:
    """One of the eight grades: reached with a record, passed without one, or still ahead."""

    rank: int
    code: str
    name: str
    reached_on: date | None
    until: date | None
    is_present: bool
    is_below: bool


def timeline_of(sight: Sight) -> list[Moment]:
    """Return every record that the reader sees, the latest first."""
    moments = [moment for model, tell in TELLERS.items() for moment in _moments(sight, model, tell)]
    moments += [_moment_of_bond(bond) for bond in _bonds_as_apprentice(sight)]
    return sorted(moments, key=lambda moment: (moment.on, moment.kind, moment.record.pk), reverse=True)


def _moments(sight: Sight, model: type[Any], tell: Callable[[Any], Told]) -> Iterator[Moment]:
    related = ("organisation", "apprentice") if model is Mentorship else ("organisation",)
    for record in records_seen(sight, model).select_related(*related):
        told = tell(record)
        is_ours = record.organisation_id is None or sight.includes(record.organisation_id)
        yield Moment(
            on=told.on,
            until=told.until,
            kind=str(model._meta.model_name),
            title=told.title,
            detail=" · ".join(part for part in told.details + (told.ours if is_ours else ()) if part),
            unit=record.organisation if is_ours else None,
            record=record,
        )


def _bonds_as_apprentice(sight: Sight) -> Iterator[Mentorship]:
    bonds = Mentorship.objects.filter(apprentice=sight.worker, organisation__in=sight.unit_ids)
    return bonds.select_related("worker", "organisation").iterator()


def _moment_of_bond(bond: Mentorship) -> Moment:
    title = _("Apprentice of %(name)s") % {"name": bond.worker.name}
    return Moment(bond.on, "apprenticeship", title, "", bond.ended_on, bond.organisation, bond)


def _tell_certificate(record: Certificate) -> Told:
    grade = name_of("skill_grade", record.grade)
    return Told(
        on=record.held_from,
        title=_("Certificate: %(grade)s") % {"grade": grade} if record.issued_on else grade,
        details=(
            name_of_occupation(record.occupation),
            "" if record.issued_on else _("as declared by the unit"),
        ),
        ours=(record.number, record.issuer),
        until=record.held_to,
    )


def _tell_appointment(record: Appointment) -> Told:
    title = _("Appointed: %(grade)s") % {"grade": name_of("skill_grade", record.grade)}
    return Told(
        on=record.appointed_on,
        title=title,
        details=(_("day not stated") if record.is_day_assumed else "",),
        ours=(record.number,),
        until=record.lapses_on,
    )


def _tell_training(record: Training) -> Told:
    kind = name_of("training_kind", record.kind)
    hours = _("%(hours)s hours") % {"hours": number(record.hours)} if record.minutes else ""
    subsidised = _("subsidised") if record.is_subsidised else ""
    return Told(record.on, record.title or kind, (kind if record.title else "", hours, subsidised))


def _tell_competition(record: Competition) -> Told:
    level = name_of("competition_level", record.level)
    place = _("place %(place)d") % {"place": record.place} if record.place else ""
    title = record.title or _("Competition")
    return Told(record.on, title, (level, name_of_occupation(record.occupation), place))


def _tell_innovation(record: Innovation) -> Told:
    kind = name_of("innovation_kind", record.kind)
    adopted = _("adopted on %(day)s") % {"day": day_short(record.adopted_on)} if record.adopted_on else ""
    benefit = (
        _("benefit %(yuan)s yuan") % {"yuan": number(record.benefit_yuan)}
        if record.benefit_fen is not None
        else ""
    )
    return Told(record.on, record.title or kind, (kind if record.title else "", adopted, benefit))


def _tell_honour(record: Honour) -> Told:
    level = name_of("honour_level", record.level)
    return Told(record.on, name_of("honour_kind", record.kind), (level, record.issuer))


def _tell_mentorship(record: Mentorship) -> Told:
    return Told(record.on, _("Master of %(name)s") % {"name": record.apprentice.name}, until=record.ended_on)


def _tell_membership(record: Membership) -> Told:
    state = name_of("union_membership_state", record.state)
    return Told(record.valid_from, _("Union membership: %(state)s") % {"state": state}, until=record.valid_to)


TELLERS: dict[type[Any], Callable[[Any], Told]] = {
    Certificate: _tell_certificate,
    Appointment: _tell_appointment,
    Training: _tell_training,
    Competition: _tell_competition,
    Innovation: _tell_innovation,
    Honour: _tell_honour,
    Mentorship: _tell_mentorship,
    Membership: _tell_membership,
}


def in_words(record: Any) -> str:
    """Return one record on a line: its day and what it says."""
    told = TELLERS[type(record)](record)
    return " · ".join(part for part in (day_short(told.on), told.title, *told.details, *told.ours) if part)


def ladder_of(sight: Sight) -> list[Rung]:
    """Return the eight grades from the lowest, with the day from which each was first held or appointed."""
    day = sight.until or registry_day()
    facts: list[Any] = [*records_seen(sight, Certificate), *records_seen(sight, Appointment)]
    reached: dict[str, Any] = {}
    for fact in sorted(facts, key=lambda fact: fact.since, reverse=True):
        if fact.since <= day and (fact.holds_on(day) or fact.grade not in reached):
            reached[fact.grade] = fact
    present = highest_grade(fact.grade for fact in facts if fact.holds_on(day))
    return [
        Rung(
            rank=entry.rank,
            code=entry.code,
            name=name_of("skill_grade", entry.code),
            reached_on=reached[entry.code].since if entry.code in reached else None,
            until=reached[entry.code].until if entry.code in reached else None,
            is_present=entry.code == present.code,
            is_below=entry.rank < present.rank,
        )
        for entry in get_list("skill_grade").entries
        if entry.rank > 0
    ]
