"""Closing a unit: what stands below it goes to a successor, what holds for it ends."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tongxin.audit import log
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.actions import move_organisation
from tongxin.organisations.changes import (
    end_spells,
    lock_unit,
    record_event,
    require_above,
    require_open,
    require_past,
)
from tongxin.organisations.company_groups import groups_last
from tongxin.organisations.models import (
    CoordinationGroup,
    GroupSeat,
    NameSpell,
    Organisation,
    OrganisationEvent,
    Particulars,
    Placement,
    UnionCover,
)


@transaction.atomic
def close_organisation(
    organisation: Organisation,
    *,
    actor: Principal,
    on: date,
    successor: Organisation | None = None,
    source: str = "",
) -> OrganisationEvent:
    """Close the unit from a day; what stands below goes to the successor; without one it must be empty."""
    require_above(actor, organisation)
    require_past(actor, on)
    organisation = lock_unit(organisation)
    require_open(organisation, on)
    if successor is not None:
        require(actor, Action.CHANGE_TREE, successor)
        successor = lock_unit(successor)
        _check_successor(organisation, successor, on)
    _hand_over_children(organisation, successor, actor=actor, on=on, source=source)
    end_unit(organisation, on)
    event = record_event(
        organisation,
        OrganisationEvent.Kind.MERGED if successor else OrganisationEvent.Kind.CLOSED,
        on,
        before={},
        after={"successor": successor.code} if successor else {},
        source=source,
    )
    if successor:
        event.others.add(successor)
    log.record(
        actor=actor,
        action="organisations.closed",
        target=organisation,
        organisation_id=organisation.pk,
        on=on,
        successor=successor,
    )
    return event


def _check_successor(organisation: Organisation, successor: Organisation, on: date) -> None:
    if (successor.path or "").startswith(organisation.path or "-"):
        raise ValidationError({"successor": _("A unit cannot be taken over by itself or a unit below it.")})
    require_open(successor, on, "successor")


def _hand_over_children(
    organisation: Organisation,
    successor: Organisation | None,
    *,
    actor: Principal,
    on: date,
    source: str,
) -> None:
    children = list(Organisation.objects.filter(parent=organisation, closed_on=None))
    if not children:
        return
    if successor is None:
        message = _(
            "%(count)d units still stand under it. Name the unit that takes them over, or move them first."
        )
        raise ValidationError({"successor": message % {"count": len(children)}})
    try:
        for child in groups_last(children):
            move_organisation(child, actor=actor, parent=successor, on=on, source=source)
    except ValidationError as refusal:
        message = _("%(unit)s cannot go to %(successor)s: %(reason)s")
        raise ValidationError(
            message % {"unit": child.name, "successor": successor.name, "reason": " ".join(refusal.messages)}
        ) from refusal


def end_unit(organisation: Organisation, on: date) -> None:
    """Close a locked unit from a day; refuses while, on that day or later, another stands under it."""
    later = Placement.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), parent=organisation)
    if (placement := later.select_related("organisation").order_by("valid_to").last()) is not None:
        below = placement.organisation
        message = (
            _("%(unit)s stood under it until %(day)s. Choose that day or a later one.")
            if placement.valid_to
            else _("%(unit)s still stands under it.")
        )
        raise ValidationError({"on": message % {"unit": below.name, "day": placement.valid_to}})
    _end_what_holds(organisation, on)
    organisation.closed_on = on
    organisation.full_clean(exclude=["path", "parent"])
    organisation.save(update_fields=["closed_on"])


def _end_what_holds(organisation: Organisation, on: date) -> None:
    """End name, place, particulars, union cover and coordination group with the unit itself."""
    end_spells(Placement.objects.filter(organisation=organisation), on)
    end_spells(NameSpell.objects.filter(organisation=organisation), on)
    end_spells(Particulars.objects.filter(organisation=organisation), on)
    end_spells(UnionCover.objects.filter(enterprise=organisation), on)
    end_spells(UnionCover.objects.filter(union=organisation), on)
    end_spells(GroupSeat.objects.filter(group__organisation=organisation), on)
    end_spells(CoordinationGroup.objects.filter(organisation=organisation), on)
