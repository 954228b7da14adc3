"""Taking enterprises and smaller groups into a group company, and letting them leave it again."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tongxin.audit import log
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.changes import end_spells, lock_unit, require_open, require_past, succeed
from tongxin.organisations.company_groups import MEMBERS, memberships
from tongxin.organisations.models import Hierarchy, Level, Organisation, Placement


@transaction.atomic
def join_group(member: Organisation, *, actor: Principal, group: Organisation, on: date) -> Placement:
    """Take an enterprise or a smaller group into a group company from a day, out of the one before.

    Refuses a circle, a member outside of the division that the group stands under, and a day before a
    change that is on record.
    """
    require(actor, Action.CHANGE_TREE, member)
    require(actor, Action.SEE_UNIT, group)
    require_past(actor, on)
    if member.level not in MEMBERS or group.level != Level.GROUP:
        raise ValidationError(_("Enterprises and smaller groups belong to a group company, nothing else."))
    member, group = lock_unit(member), lock_unit(group)
    require_open(member, on)
    require_open(group, on, "group")
    _refuse_outside(member, group)
    _refuse_circle(member, group, on)
    before = _open_spell(member)
    if before is not None and before.parent_id == group.pk:
        raise ValidationError({"group": _("The unit belongs to this group company already.")})
    _refuse_overlap(member, on)
    spell = Placement(organisation=member, hierarchy=Hierarchy.GROUP, parent=group)
    succeed(_spells(member), on, spell)
    _record(actor, member, "organisations.joined_group", (before.parent if before else None, group), on)
    return spell


@transaction.atomic
def leave_group(member: Organisation, *, actor: Principal, on: date) -> None:
    """Let a unit leave its group company on a day; refuses where it belongs to none."""
    require(actor, Action.CHANGE_TREE, member)
    require_past(actor, on)
    member = lock_unit(member)
    before = _open_spell(member)
    if before is None or before.parent is None:
        raise ValidationError(_("The unit belongs to no group company."))
    if before.valid_from == on:
        message = _("A later change, of %(day)s, is on record. Choose a day after it.")
        raise ValidationError({"on": message % {"day": on}})
    if member.level == Level.GROUP:
        succeed(_spells(member), on, Placement(organisation=member, hierarchy=Hierarchy.GROUP))
    else:
        end_spells(_spells(member), on)
    _record(actor, member, "organisations.left_group", (before.parent, None), on)


def _spells(member: Organisation) -> QuerySet[Placement]:
    return Placement.objects.filter(organisation=member, hierarchy=Hierarchy.GROUP)


def _open_spell(member: Organisation) -> Placement | None:
    return _spells(member).filter(valid_to=None).select_related("parent").first()


def _refuse_outside(member: Organisation, group: Organisation) -> None:
    division = group.parent
    if division is not None and not (member.path or "").startswith(division.path or "-"):
        message = _(
            "%(member)s lies outside of %(division)s, under which %(group)s stands. "
            "Move the group to a division that has all its members, then take the unit in."
        )
        named = {"member": member.name, "group": group.name, "division": division.name}
        raise ValidationError({"group": message % named})


def _refuse_circle(member: Organisation, group: Organisation, on: date) -> None:
    """Refuse a group that belongs to the member, today or on some day since."""
    since = Q(valid_to=None) | Q(valid_to__gt=on)
    seen, level = {group.pk}, {group.pk}
    while level:
        spells = memberships().filter(since, organisation_id__in=level)
        level = {pk for pk in spells.values_list("parent_id", flat=True) if pk} - seen
        seen |= level
    if member.pk in seen:
        message = _("%(group)s belongs to %(member)s, or did so after that day: no group belongs to itself.")
        raise ValidationError({"group": message % {"group": group.name, "member": member.name}})


def _refuse_overlap(member: Organisation, on: date) -> None:
    """Refuse a day on which the unit belonged to a group company that it has left since."""
    later = _spells(member).filter(valid_to__gt=on).order_by("valid_to").last()
    if later is not None:
        message = _("A later change, of %(day)s, is on record. Choose a day after it.")
        raise ValidationError({"on": message % {"day": later.valid_to}})


def _record(
    actor: Principal,
    member: Organisation,
    verb: str,
    group: tuple[Organisation | None, Organisation | None],
    on: date,
) -> None:
    log.record(actor=actor, action=verb, target=member, organisation_id=member.pk, group_company=group, on=on)
