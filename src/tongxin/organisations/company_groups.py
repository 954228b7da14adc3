"""Group companies: which enterprises and smaller groups belong to one, over time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from tongxin.organisations.models import Hierarchy, Level, Organisation, Placement
from tongxin.organisations.queries import on_day

MEMBERS = (Level.ENTERPRISE, Level.GROUP)
"""What may belong to a group company."""


def memberships() -> QuerySet[Placement]:
    """Return all spells at a group company; where a group stands by itself is none."""
    return Placement.objects.filter(hierarchy=Hierarchy.GROUP, parent__isnull=False)


def memberships_of(unit: Organisation) -> QuerySet[Placement]:
    """Return to which group companies a unit belonged, the present one first."""
    return memberships().filter(organisation=unit).select_related("parent").order_by("-valid_from")


def members_over_time(group: Organisation) -> QuerySet[Placement]:
    """Return who belonged to a group company directly, the present members first."""
    present_first = F("valid_to").desc(nulls_first=True)
    found = memberships().filter(parent=group).select_related("organisation")
    return found.order_by(present_first, "organisation__code", "-valid_from")


def group_of_unit(unit: Organisation, day: date) -> Organisation | None:
    """Return the group company to which a unit belonged on a day."""
    found = memberships().filter(on_day(day), organisation=unit).select_related("parent").first()
    return found.parent if found else None


def members_of(group: Organisation) -> QuerySet[Organisation]:
    """Return who belongs to a group company directly today."""
    spells = memberships().filter(on_day(timezone.localdate()), parent=group)
    return Organisation.objects.filter(pk__in=spells.values("organisation_id")).order_by("code")


def members_from(group: Organisation, day: date) -> list[Organisation]:
    """Return who belongs to a group company directly on a day or after it."""
    spells = memberships().filter(Q(valid_to=None) | Q(valid_to__gt=day), parent=group)
    return list(Organisation.objects.filter(pk__in=spells.values("organisation_id")).order_by("pk"))


def groups_with(units: QuerySet[Organisation], day: date) -> list[Organisation]:
    """Return the group companies to which one of the units belongs on a day or after it."""
    spells = memberships().filter(Q(valid_to=None) | Q(valid_to__gt=day), organisation__in=units)
    groups = Organisation.objects.select_for_update(of=("self",)).select_related("parent")
    return list(groups.filter(pk__in=spells.values("parent_id")).order_by("pk"))


def groups_last(units: Iterable[Organisation]) -> list[Organisation]:
    """Return units in the order in which they go elsewhere: groups once their members are there."""
    return sorted(units, key=lambda unit: unit.level == Level.GROUP)


def members_under(groups: Collection[int], day: date | None = None) -> set[int]:
    """Return all that belong to group companies on a day, today without one, through smaller groups too."""
    holds = on_day(day or timezone.localdate())
    found: set[int] = set()
    level = set(groups)
    while level:
        spells = memberships().filter(holds, parent_id__in=level)
        level = set(spells.values_list("organisation_id", flat=True)) - found
        found |= level
    return found
