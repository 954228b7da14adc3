"""What every change of the tree does: lock the unit, keep the past readable, write the dated event."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation, OrganisationEvent


def lock_unit(organisation: Organisation) -> Organisation:
    return (
        Organisation.objects.select_for_update(of=("self",)).select_related("parent").get(pk=organisation.pk)
    )


def require_above(actor: Principal, organisation: Organisation) -> None:
    """Refuse unless the actor may change the tree at the unit above: nobody closes what they stand on."""
    require(actor, Action.CHANGE_TREE, organisation)
    if actor is None:
        return
    if organisation.parent is None:
        raise PermissionDenied(_("The root of the tree is changed by the operator alone."))
    try:
        require(actor, Action.CHANGE_TREE, organisation.parent)
    except Exception as refusal:
        raise PermissionDenied(
            _("This is decided at the unit above, %(unit)s.") % {"unit": organisation.parent.name}
        ) from refusal


def require_open(organisation: Organisation, on: date, name: str = "on") -> None:
    """Refuse a unit that is not there on the day, or that was closed after it: nothing may outlive it."""
    if not organisation.is_alive_on(on):
        message = _("%(unit)s does not exist on %(day)s.")
        raise ValidationError({name: message % {"unit": organisation.name, "day": on}})
    if organisation.closed_on is not None:
        message = _(
            "%(unit)s was closed on %(day)s, after the day of this change. Choose a unit that goes on."
        )
        raise ValidationError({name: message % {"unit": organisation.name, "day": organisation.closed_on}})


def require_past(actor: Principal, on: date, name: str = "on") -> None:
    """Refuse a day to come, since name and place of today change at once; the operator may enter one."""
    if actor is not None and on > timezone.localdate():
        raise ValidationError({name: _("This day has not come yet. Enter the change when it holds.")})


def succeed(spells: Any, on: date, following: Any) -> None:
    """End the open spell on the day and begin the following one; refuses a day before the open one began."""
    current = spells.filter(valid_to=None).first()
    if current is not None:
        if current.valid_from > on:
            message = _("A later change, of %(day)s, is on record. Choose a day after it.")
            raise ValidationError({"on": message % {"day": current.valid_from}})
        if current.valid_from == on:
            following.pk = current.pk
        else:
            spells.filter(pk=current.pk).update(valid_to=on)
    following.valid_from = on
    following.save()


def end_spells(spells: Any, on: date) -> None:
    """End the open spells on the day; refuses where one of them began on that day or after it."""
    latest = spells.filter(valid_to=None, valid_from__gte=on).order_by("-valid_from").first()
    if latest is not None:
        message = _("A later change, of %(day)s, is on record. Choose a day after it.")
        raise ValidationError({"on": message % {"day": latest.valid_from}})
    spells.filter(valid_to=None).update(valid_to=on)


def record_event(
    organisation: Organisation,
    kind: str,
    on: date,
    *,
    before: dict[str, Any],
    after: dict[str, Any],
    source: str = "",
    is_synthetic: bool = False,
) -> OrganisationEvent:
    return OrganisationEvent.objects.create(
        organisation=organisation,
        kind=kind,
        on=on,
        before=before,
        after=after,
        source=source,
        is_synthetic=is_synthetic,
    )
