"""What a unit's page says of group companies: to which it belongs, or who belongs to it, over time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tongxin.organisations.access import Action, Principal, keep_visible
from tongxin.organisations.company_groups import MEMBERS, members_over_time, memberships_of
from tongxin.organisations.models import Level, Organisation, Placement


@dataclass(frozen=True)
class Belonging:
    """A spell at a group company, seen from one side: the other side, where it lies, if it may be opened."""

    other: Organisation
    spell: Placement
    place: str
    is_seen: bool


def describe_company_groups(user: Principal, unit: Organisation) -> dict[str, Any]:
    if unit.level not in MEMBERS:
        return {}
    spells, of_group = list(memberships_of(unit)), unit.level == Level.GROUP
    members = list(members_over_time(unit)) if of_group else []
    groups = [each.parent for each in spells if each.parent]
    others = {each.pk: each for each in [*groups, *(each.organisation for each in members)]}
    seen = {each.pk for each in keep_visible(user, others.values(), Action.SEE_UNIT)}
    places = _places_of(each.organisation for each in members)
    return {
        "may_belong": True,
        "is_group": of_group,
        "belongings": [
            Belonging(each.parent, each, "", each.parent.pk in seen) for each in spells if each.parent
        ],
        "members": [
            Belonging(
                each.organisation,
                each,
                places.get(each.organisation_id, ""),
                each.organisation_id in seen,
            )
            for each in members
        ],
    }


def _places_of(units: Iterable[Organisation]) -> dict[int, str]:
    """Return the city in which each unit lies; nothing for what stands above the cities."""
    above = {unit.pk: [int(part) for part in (unit.path or "").split("/") if part][:-1] for unit in units}
    cities = Organisation.objects.filter(level=Level.CITY).in_bulk(
        list({pk for path in above.values() for pk in path})
    )
    return {unit: next((cities[pk].name for pk in path if pk in cities), "") for unit, path in above.items()}
