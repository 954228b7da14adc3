"""Who can sign in to a demo home, one user for each part; all with the same, published password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from tongxin.accounts.models import User
from tongxin.demo.chances import FACTS_FROM
from tongxin.demo.vocabulary import read_words
from tongxin.organisations.models import Organisation, Role, RoleGrant
from tongxin.organisations.role_actions import grant_role

DEMO_PASSWORD = "circle-of-growth-2026"  # noqa: S105  # published: demo homes hold no real data
GRANTED_ON = FACTS_FROM
OFFICER_STAFF = 60
"""The enterprise of the demo's officer has about so many people: enough to see, few enough to read."""


@dataclass(frozen=True)
class SignIn:
    """What somebody types to sign in, and as what they then act where."""

    username: str
    password: str
    role: str
    unit: str


def choose_enterprise(staff: dict[int, int]) -> Organisation:
    """Return the officer's enterprise: open, in the county of the demo, not in the town that moves."""
    words = read_words("places")
    offered = Organisation.objects.filter(
        level="enterprise",
        parent__parent__code=words["county_of_demo"],
        closed_on=None,
        opened_on__lt=FACTS_FROM,
    ).exclude(parent__code=words["moved_town"]["town"])
    covered = set(offered.filter(covered_by__isnull=False).values_list("pk", flat=True))
    units = sorted(offered, key=lambda unit: unit.code)
    return min(units, key=lambda unit: (unit.pk not in covered, abs(staff.get(unit.pk, 0) - OFFICER_STAFF)))


def add_sign_ins(units: Mapping[str, Organisation]) -> list[SignIn]:
    """Make the users whose units are given by name or code, and grant their roles; return what is printed."""
    password = make_password(DEMO_PASSWORD)
    for row in read_words("sign_ins"):
        unit = units.get(row["unit"])
        if unit is not None:
            user = User.objects.create(username=row["username"], display_name=row["name"], password=password)
            grant_role(user, actor=None, role=Role(row["role"]), organisation=unit, valid_from=GRANTED_ON)
    return list_sign_ins()


def list_sign_ins() -> list[SignIn]:
    """Return who can sign in to the home as it is, in the order of their list."""
    names = [row["username"] for row in read_words("sign_ins")]
    grants = RoleGrant.objects.filter(user__username__in=names, valid_to=None)
    found = [
        SignIn(grant.user.username, DEMO_PASSWORD, grant.role, grant.organisation.name_zh)
        for grant in grants.select_related("user", "organisation")
    ]
    return sorted(found, key=lambda sign_in: names.index(sign_in.username))
