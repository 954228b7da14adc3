"""Founding coordination groups and filling their seats."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tongxin.audit import log
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.changes import end_spells, lock_unit, require_open
from tongxin.organisations.models import CoordinationGroup, GroupSeat, Level, Organisation

SINGLE = {GroupSeat.Kind.CHAIR, GroupSeat.Kind.OFFICE, GroupSeat.Kind.OFFICE_DIRECTOR}
DIVISIONS = {Level.PROVINCE, Level.CITY, Level.COUNTY, Level.TOWN}


@transaction.atomic
def found_group(organisation: Organisation, *, actor: Principal, name: str, on: date) -> CoordinationGroup:
    """Found the coordination group of a division; it has one at a time."""
    require(actor, Action.CHANGE_GROUP, organisation)
    if organisation.level not in DIVISIONS:
        raise ValidationError(_("A coordination group belongs to a province, city, county or town."))
    organisation = lock_unit(organisation)
    require_open(organisation, on)
    if organisation.groups.filter(Q(valid_to=None) | Q(valid_to__gt=on)).exists():
        raise ValidationError({"on": _("The unit has a coordination group on that day already.")})
    group = CoordinationGroup(organisation=organisation, name=name, valid_from=on)
    group.full_clean()
    group.save()
    log.record(
        actor=actor, action="groups.founded", target=group, organisation_id=organisation.pk, name=name, on=on
    )
    return group


@transaction.atomic
def close_group(group: CoordinationGroup, *, actor: Principal, on: date) -> CoordinationGroup:
    """Close the group on a day, and with it every seat still held."""
    require(actor, Action.CHANGE_GROUP, group.organisation)
    lock_unit(group.organisation)
    group.refresh_from_db(fields=["valid_to"])
    if group.valid_to is not None:
        raise ValidationError({"on": _("The group was closed on %(day)s.") % {"day": group.valid_to}})
    end_spells(group.seats.all(), on)
    end_spells(CoordinationGroup.objects.filter(pk=group.pk), on)
    group.refresh_from_db(fields=["valid_to"])
    log.record(
        actor=actor, action="groups.closed", target=group, organisation_id=group.organisation_id, on=on
    )
    return group


@transaction.atomic
def fill_seat(
    group: CoordinationGroup,
    *,
    actor: Principal,
    kind: str,
    on: date,
    person: str = "",
    title: str = "",
    unit: Organisation | None = None,
    unit_name: str = "",
) -> GroupSeat:
    """Fill a seat from a day; a seat that only one can hold ends for its holder on that day."""
    require(actor, Action.CHANGE_GROUP, group.organisation)
    lock_unit(group.organisation)
    if on < group.valid_from:
        raise ValidationError({"on": _("The group was founded on %(day)s.") % {"day": group.valid_from}})
    if group.valid_to is not None and on >= group.valid_to:
        raise ValidationError({"on": _("The group was closed on %(day)s.") % {"day": group.valid_to}})
    if kind in SINGLE:
        _end_current(group, kind, on)
    seat = GroupSeat(
        group=group, kind=kind, person=person, title=title, unit=unit, unit_name=unit_name, valid_from=on
    )
    seat.full_clean()
    seat.save()
    log.record(
        actor=actor,
        action="groups.seated",
        target=group,
        organisation_id=group.organisation_id,
        seat=str(seat),
        on=on,
    )
    return seat


def _end_current(group: CoordinationGroup, kind: str, on: date) -> None:
    """End the seat of today's holder; refuses a day on which, or after which, somebody began to hold it."""
    later = (
        group.seats.filter(Q(valid_from__gte=on) | Q(valid_to__gt=on), kind=kind)
        .order_by("valid_from")
        .last()
    )
    if later is not None:
        raise ValidationError(
            {"on": _("%(seat)s has held the seat since %(day)s.") % {"seat": later, "day": later.valid_from}}
        )
    group.seats.filter(kind=kind, valid_to=None).update(valid_to=on)


@transaction.atomic
def end_seat(seat: GroupSeat, *, actor: Principal, on: date) -> GroupSeat:
    """End a seat on a day; the row stays as history."""
    require(actor, Action.CHANGE_GROUP, seat.group.organisation)
    lock_unit(seat.group.organisation)
    seat.refresh_from_db(fields=["valid_to"])
    if seat.valid_to is not None:
        raise ValidationError({"on": _("The seat ended on %(day)s.") % {"day": seat.valid_to}})
    if on <= seat.valid_from:
        raise ValidationError(
            {"on": _("The seat began on %(day)s; it ends later.") % {"day": seat.valid_from}}
        )
    seat.valid_to = on
    seat.full_clean()
    seat.save(update_fields=["valid_to"])
    log.record(
        actor=actor,
        action="groups.unseated",
        target=seat.group,
        organisation_id=seat.group.organisation_id,
        seat=str(seat),
        on=on,
    )
    return seat
