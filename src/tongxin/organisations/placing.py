"""Where a unit may stand, opening it and putting it there; who may do so, and the log, are the actions'."""

from __future__ import annotations

from datetime import date
from posixpath import commonpath

from django.core.exceptions import ValidationError
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from tongxin.codes.credit_codes import is_valid_credit_code
from tongxin.organisations.changes import record_event, require_open, succeed
from tongxin.organisations.company_groups import groups_with, members_from
from tongxin.organisations.models import (
    Hierarchy,
    Level,
    NameSpell,
    Organisation,
    OrganisationEvent,
    Placement,
)

LEGAL_PERSONS = {Level.ENTERPRISE: "9", Level.UNION: "8", Level.GROUP: "9"}
"""The first character of the credit code, GB 32100: who registers an enterprise, who a union."""
HEADED = "-G"
"""Ends the code of a group company whose head is an enterprise that is registered here itself."""
RANK = {
    level: rank
    for rank, level in enumerate([Level.PROVINCE, Level.CITY, Level.COUNTY, Level.TOWN, Level.ENTERPRISE])
}


def levels_under(level: str) -> list[Level]:
    """Return the levels of the units that may stand directly under one of this level."""
    if level in {Level.ENTERPRISE, Level.UNION, Level.DEPARTMENT}:
        return [Level.DEPARTMENT]
    if level == Level.GROUP:
        return []
    lower = [below for below, rank in RANK.items() if rank > RANK[Level(level)]]
    if level == Level.PROVINCE:
        # Some counties answer to the province itself, and some cities have no counties; no town skips both.
        lower.remove(Level.TOWN)
    return [*lower, Level.UNION, Level.DEPARTMENT, Level.GROUP]


def check_code(code: str, level: str) -> None:
    first = LEGAL_PERSONS.get(Level(level))
    if first is None:
        return
    if level == Level.GROUP:
        code = code.removesuffix(HEADED)
    if not is_valid_credit_code(code):
        raise ValidationError({"code": _("%(code)s is not a unified social credit code.") % {"code": code}})
    if not code.startswith(first):
        message = _(
            "The credit code of an enterprise begins with 9, that of a union with 8; this one with %(first)s."
        )
        raise ValidationError({"code": message % {"first": code[0]}})


def check_parent(level: str, parent: Organisation | None, day: date) -> None:
    if parent is None:
        if Organisation.objects.filter(parent=None, level=level, closed_on=None).exists():
            raise ValidationError({"parent": _("Choose the unit above; the tree has its root already.")})
        return
    require_open(parent, day, "parent")
    if level not in levels_under(parent.level):
        message = _("A %(level)s cannot stand under a %(above)s.")
        labels = {"level": Level(level).label, "above": Level(parent.level).label}
        raise ValidationError({"parent": message % labels})


def open_unit(organisation: Organisation, *, source: str = "", is_synthetic: bool = False) -> None:
    """Store a new unit under its parent from the day on which it opens, with its first name and event."""
    parent, day = organisation.parent, organisation.opened_on
    check_code(organisation.code, organisation.level)
    check_parent(organisation.level, parent, day)
    organisation.full_clean(exclude=["path", "parent"])
    organisation.save()
    Placement.objects.create(organisation=organisation, parent=parent, valid_from=day)
    if organisation.level == Level.GROUP:
        Placement.objects.create(organisation=organisation, hierarchy=Hierarchy.GROUP, valid_from=day)
    NameSpell.objects.create(
        organisation=organisation,
        name_zh=organisation.name_zh,
        name_en=organisation.name_en,
        valid_from=day,
    )
    organisation.path = f"{parent.path if parent else '/'}{organisation.pk}/"
    organisation.save(update_fields=["path"])
    record_event(
        organisation,
        OrganisationEvent.Kind.CREATED,
        day,
        before={},
        after={"name": organisation.name_zh, "code": organisation.code},
        source=source,
        is_synthetic=is_synthetic,
    )


def place_under(
    organisation: Organisation,
    parent: Organisation,
    on: date,
    *,
    source: str = "",
    is_synthetic: bool = False,
    because: OrganisationEvent | None = None,
) -> OrganisationEvent:
    """Put a locked unit under another from a day; `because` is the merger or split that moves it."""
    require_open(organisation, on)
    _refuse_loop(organisation, parent, on)
    check_parent(organisation.level, parent, on)
    check_covers(organisation, parent, on)
    before = organisation.parent
    if before == parent:
        raise ValidationError({"parent": _("The unit stands there already.")})
    succeed(
        Placement.objects.filter(organisation=organisation, hierarchy=Hierarchy.ADMINISTRATIVE),
        on,
        Placement(organisation=organisation, parent=parent, hierarchy=Hierarchy.ADMINISTRATIVE),
    )
    _rebase(organisation, parent)
    after = {"parent": parent.code}
    event = record_event(
        organisation,
        OrganisationEvent.Kind.MOVED,
        on,
        before={"parent": before.code if before else None},
        after=after | {"event": because.pk} if because else after,
        source=source,
        is_synthetic=is_synthetic,
    )
    _lift_groups(organisation, because or event)
    return event


def check_covers(group: Organisation, division: Organisation, on: date) -> None:
    """Refuse a division for a group company with members elsewhere: who sees the one sees the other."""
    if group.level != Level.GROUP:
        return
    for member in members_from(group, on):
        if not (member.path or "").startswith(division.path or "-"):
            message = _("%(member)s, a member of %(group)s, lies outside of %(division)s.")
            named = {"member": member.name, "group": group.name, "division": division.name}
            raise ValidationError({"parent": message % named})


def _lift_groups(moved: Organisation, because: OrganisationEvent) -> None:
    """Put group companies under a division that covers all members, where a move has led one out of it."""
    for group in groups_with(Organisation.objects.below(moved), because.on):
        above = group.parent.path or "" if group.parent else ""
        shared = commonpath([above, *(member.path or "" for member in members_from(group, because.on))])
        if (shared := f"{shared}/") != above:
            began = group.placements.get(hierarchy=Hierarchy.ADMINISTRATIVE, valid_to=None).valid_from
            division = Organisation.objects.get(path=shared)
            place_under(group, division, max(because.on, began), source=because.source, because=because)


def _refuse_loop(organisation: Organisation, parent: Organisation, on: date) -> None:
    """Refuse a parent that stands below the unit today, or stood there on some day since."""
    if (parent.path or "").startswith(organisation.path or "-"):
        raise ValidationError({"parent": _("A unit cannot stand under itself or a unit below it.")})
    since = Q(valid_to=None) | Q(valid_to__gt=on)
    seen, level = {parent.pk}, {parent.pk}
    while level:
        placements = Placement.objects.filter(
            since, organisation__in=level, hierarchy=Hierarchy.ADMINISTRATIVE
        )
        level = {pk for pk in placements.values_list("parent_id", flat=True) if pk} - seen
        seen |= level
    if organisation.pk in seen:
        message = _("%(parent)s stood under %(unit)s for a time after that day. Choose a later day.")
        raise ValidationError({"on": message % {"parent": parent.name, "unit": organisation.name}})


def _rebase(organisation: Organisation, parent: Organisation) -> None:
    old = organisation.path or ""
    new = f"{parent.path}{organisation.pk}/"
    Organisation.objects.below(organisation).update(path=Concat(Value(new), Substr(F("path"), len(old) + 1)))
    organisation.parent, organisation.path = parent, new
    organisation.save(update_fields=["parent"])
