"""Changing the tree: each change is a dated event, and the past stays readable."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.audit import log
from tongxin.codes.industries import industry_named
from tongxin.codes.lists import get_list
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.changes import (
    lock_unit,
    record_event,
    require_above,
    require_open,
    require_past,
    succeed,
)
from tongxin.organisations.models import (
    Level,
    NameSpell,
    Organisation,
    OrganisationEvent,
    Particulars,
)
from tongxin.organisations.placing import open_unit, place_under

PARTICULARS = ("industry", "ownership", "size", "is_above_scale")


@transaction.atomic
def create_organisation(
    *,
    actor: Principal,
    code: str,
    level: str,
    name_zh: str,
    parent: Organisation | None,
    opened_on: date,
    name_en: str = "",
    source: str = "",
) -> Organisation:
    """Open a unit under a parent from a day; refuses a wrong code, a parent below it or not open yet."""
    if parent is not None:
        require(actor, Action.CHANGE_TREE, parent)
        # Read anew under the lock: where the parent stands is written into the path of the child.
        parent = lock_unit(parent)
    elif actor is not None:
        raise PermissionDenied(_("The root of the tree is changed by the operator alone."))
    require_past(actor, opened_on, "opened_on")
    organisation = Organisation(
        code=code, level=level, name_zh=name_zh, name_en=name_en, parent=parent, opened_on=opened_on
    )
    open_unit(organisation, source=source)
    log.record(
        actor=actor,
        action="organisations.created",
        target=organisation,
        organisation_id=organisation.pk,
        code=code,
        name=name_zh,
        parent=parent,
        opened_on=opened_on,
    )
    return organisation


@transaction.atomic
def rename_organisation(
    organisation: Organisation, *, actor: Principal, name_zh: str, name_en: str, on: date, source: str = ""
) -> OrganisationEvent:
    """Give the unit another name from a day; the name before it stays readable."""
    require_above(actor, organisation)
    require_past(actor, on)
    organisation = lock_unit(organisation)
    require_open(organisation, on)
    before = organisation.name_zh
    succeed(
        NameSpell.objects.filter(organisation=organisation),
        on,
        NameSpell(organisation=organisation, name_zh=name_zh, name_en=name_en),
    )
    organisation.name_zh, organisation.name_en = name_zh, name_en
    organisation.full_clean(exclude=["path", "parent"])
    organisation.save(update_fields=["name_zh", "name_en"])
    event = record_event(
        organisation,
        OrganisationEvent.Kind.RENAMED,
        on,
        before={"name": before},
        after={"name": name_zh},
        source=source,
    )
    log.record(
        actor=actor,
        action="organisations.renamed",
        target=organisation,
        organisation_id=organisation.pk,
        name=(before, name_zh),
        on=on,
    )
    return event


@transaction.atomic
def move_organisation(
    organisation: Organisation,
    *,
    actor: Principal,
    parent: Organisation,
    on: date,
    source: str = "",
    is_synthetic: bool = False,
) -> OrganisationEvent:
    """Put the unit, with all below it, under another parent from a day; refuses a loop and a lower parent."""
    require_above(actor, organisation)
    require(actor, Action.CHANGE_TREE, parent)
    require_past(actor, on)
    organisation, parent = lock_unit(organisation), lock_unit(parent)
    before = organisation.parent
    event = place_under(organisation, parent, on, source=source, is_synthetic=is_synthetic)
    log.record(
        actor=actor,
        action="organisations.moved",
        target=organisation,
        organisation_id=organisation.pk,
        parent=(before, parent),
        on=on,
    )
    return event


@transaction.atomic
def describe_enterprise(
    organisation: Organisation,
    *,
    actor: Principal,
    on: date,
    industry: str,
    ownership: str,
    size: str,
    is_above_scale: bool = False,
) -> Particulars:
    """Set the enterprise's industry (GB/T 4754, the letter is optional), ownership and size from a day."""
    require(actor, Action.CHANGE_TREE, organisation)
    require_past(actor, on)
    if organisation.level != Level.ENTERPRISE:
        raise ValidationError(_("Only an enterprise has an industry, an ownership and a size."))
    organisation = lock_unit(organisation)
    require_open(organisation, on)
    before = Particulars.objects.filter(organisation=organisation, valid_to=None).first()
    particulars = Particulars(
        organisation=organisation,
        industry=_check_particulars(industry, ownership, size),
        ownership=ownership,
        size=size,
        is_above_scale=is_above_scale,
        valid_from=on,
    )
    particulars.full_clean(exclude=["organisation"], validate_unique=False, validate_constraints=False)
    after = {name: getattr(particulars, name) for name in PARTICULARS}
    changes: dict[str, Any] = {
        name: (getattr(before, name, None), value)
        for name, value in after.items()
        if getattr(before, name, None) != value
    }
    succeed(Particulars.objects.filter(organisation=organisation), on, particulars)
    log.record(
        actor=actor,
        action="organisations.described",
        target=organisation,
        organisation_id=organisation.pk,
        on=on,
        **changes,
    )
    return particulars


def _check_particulars(industry: str, ownership: str, size: str) -> str:
    """Return the full code of the industry; refuses what the code lists do not know."""
    known = industry_named(industry)
    if known is None:
        raise ValidationError(
            {"industry": _("%(code)s is not an industry of GB/T 4754.") % {"code": industry}}
        )
    for name, code, codes in (
        ("ownership", ownership, get_list("ownership")),
        ("size", size, get_list("enterprise_size")),
    ):
        if code not in codes:
            raise ValidationError({name: _("%(code)s is not in the code list.") % {"code": code}})
    return known.code
