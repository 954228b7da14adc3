"""To whom a message to a unit goes: those who hold a role for it there, else those at the next unit above."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from tongxin.accounts.models import User
from tongxin.organisations.access import Action, roles_that_allow
from tongxin.organisations.models import Organisation, RoleGrant
from tongxin.organisations.queries import on_day


@dataclass(frozen=True)
class Readers:
    """The people who read what goes to a unit, and the unit at which they hold their role."""

    unit: Organisation
    users: tuple[User, ...] = ()
    at: Organisation | None = None

    @property
    def above(self) -> Organisation | None:
        """The unit above that was told instead, if it was."""
        return None if self.at is None or self.at.pk == self.unit.pk else self.at


def readers_of(unit_ids: Collection[int], action: Action, day: date) -> dict[int, Readers]:
    """Return who may do a thing at each unit by a role held exactly there, else above it, in two queries."""
    units = Organisation.objects.in_bulk(unit_ids)
    ways = {pk: _way_up(unit) for pk, unit in units.items()}
    grants = RoleGrant.objects.filter(
        on_day(day),
        organisation__in={step for way in ways.values() for step in way},
        role__in=roles_that_allow(action),
        user__is_active=True,
        user__must_change_password=False,
    ).select_related("user", "organisation")
    by_unit: dict[int, list[RoleGrant]] = defaultdict(list)
    for grant in grants.order_by("pk"):
        by_unit[grant.organisation_id].append(grant)
    return {pk: _readers(unit, ways[pk], by_unit) for pk, unit in units.items()}


def _way_up(unit: Organisation) -> list[int]:
    """Return the unit and those above it, the nearest first."""
    above = [int(part) for part in (unit.path or "").split("/") if part]
    return [unit.pk, *(pk for pk in reversed(above) if pk != unit.pk)]


def _readers(unit: Organisation, way: list[int], grants: dict[int, list[RoleGrant]]) -> Readers:
    for pk in way:
        held = [
            grant for grant in grants.get(pk, []) if pk == unit.pk or grant.reach == RoleGrant.Reach.SUBTREE
        ]
        if held:
            users = {grant.user_id: grant.user for grant in held}
            return Readers(unit, tuple(users.values()), held[0].organisation)
    return Readers(unit)
