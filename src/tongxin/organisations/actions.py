"""Changing the tree: each change is a dated event, and the past stays readable."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from tongxin.audit import log
from tongxin.codes.credit_codes import is_valid_credit_code
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
    Hierarchy,
    Level,
    NameSpell,
    Organisation,
    OrganisationEvent,
    Particulars,
    Placement,
)

LEGAL_PERSONS = {Level.ENTERPRISE: "9", Level.UNION: "8"}
"""The first character of the credit code, GB 32100: who registers an enterprise, who a union."""
PARTICULARS = ("industry", "ownership", "size", "is_above_scale")
RANK = {
    level: rank
    for rank, level in enumerate([Level.PROVINCE, Level.CITY, Level.COUNTY, Level.TOWN, Level.ENTERPRISE])
}


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
    _check_code(code, level)
    _check_parent(level, parent, opened_on)
    organisation = Organisation(
        code=code, level=level, name_zh=name_zh, name_en=name_en, parent=parent, opened_on=opened_on
    )
    organisation.full_clean(exclude=["path", "parent"])
    organisation.save()
    Placement.objects.create(organisation=organisation, parent=parent, valid_from=opened_on)
    NameSpell.objects.create(
        organisation=organisation, name_zh=name_zh, name_en=name_en, valid_from=opened_on
    )
    organisation.path = f"{parent.path if parent else '/'}{organisation.pk}/"
    organisation.save(update_fields=["path"])
    record_event(
        organisation,
        OrganisationEvent.Kind.CREATED,
        opened_on,
        before={},
        after={"name": name_zh, "code": code},
        source=source,
    )
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


def _check_code(code: str, level: str) -> None:
    first = LEGAL_PERSONS.get(Level(level))
    if first is None:
        return
    if not is_valid_credit_code(code):
        raise ValidationError({"code": _("%(code)s is not a unified social credit code.") % {"code": code}})
    if not code.startswith(first):
        message = _(
            "The credit code of an enterprise begins with 9, that of a union with 8; this one with %(first)s."
        )
        raise ValidationError({"code": message % {"first": code[0]}})


def _check_parent(level: str, parent: Organisation | None, day: date) -> None:
    if parent is None:
        if Organisation.objects.filter(parent=None, level=level, closed_on=None).exists():
            raise ValidationError({"parent": _("Choose the unit above; the tree has its root already.")})
        return
    if not parent.is_alive_on(day):
        message = _("%(parent)s does not exist on %(day)s.")
        raise ValidationError({"parent": message % {"parent": parent.name, "day": day}})
    if level not in levels_under(parent.level):
        message = _("A %(level)s cannot stand under a %(above)s.")
        labels = {"level": Level(level).label, "above": Level(parent.level).label}
        raise ValidationError({"parent": message % labels})


def levels_under(level: str) -> list[Level]:
    """Return the levels of the units that may stand directly under one of this level."""
    if level in {Level.ENTERPRISE, Level.UNION, Level.DEPARTMENT}:
        return [Level.DEPARTMENT]
    lower = [below for below, rank in RANK.items() if rank > RANK[Level(level)]]
    return [*lower, Level.UNION, Level.DEPARTMENT]


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
    require_open(organisation, on)
    if (parent.path or "").startswith(organisation.path or "-"):
        raise ValidationError({"parent": _("A unit cannot stand under itself or a unit below it.")})
    _check_parent(organisation.level, parent, on)
    before = organisation.parent
    if before == parent:
        raise ValidationError({"parent": _("The unit stands there already.")})
    succeed(
        Placement.objects.filter(organisation=organisation, hierarchy=Hierarchy.ADMINISTRATIVE),
        on,
        Placement(organisation=organisation, parent=parent, hierarchy=Hierarchy.ADMINISTRATIVE),
    )
    _rebase(organisation, parent)
    event = record_event(
        organisation,
        OrganisationEvent.Kind.MOVED,
        on,
        before={"parent": before.code if before else None},
        after={"parent": parent.code},
        source=source,
        is_synthetic=is_synthetic,
    )
    log.record(
        actor=actor,
        action="organisations.moved",
        target=organisation,
        organisation_id=organisation.pk,
        parent=(before, parent),
        on=on,
    )
    return event


def _rebase(organisation: Organisation, parent: Organisation) -> None:
    old = organisation.path or ""
    new = f"{parent.path}{organisation.pk}/"
    Organisation.objects.below(organisation).update(path=Concat(Value(new), Substr(F("path"), len(old) + 1)))
    organisation.parent, organisation.path = parent, new
    organisation.save(update_fields=["parent"])


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
