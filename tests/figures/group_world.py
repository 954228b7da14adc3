"""The world with group companies: who belongs to which, worked out by hand in the tests.

`Top` is of the province and has two smaller groups: `G` of the province, with Alpha and Gamma, and `H` of
Hangzhou, with Beta. On 2026-08-15 Gamma goes from G to H. Haishu's enterprise Delta belongs to nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from django.db import transaction
from django.test import override_settings
from tests.cast import OPENED, make_user
from tests.figures.world import World, raise_world
from tests.workforce.people import identity_number, register

from tongxin.accounts.models import User
from tongxin.codes.credit_codes import complete_credit_code
from tongxin.figures.compute import build_release
from tongxin.figures.queries import Release
from tongxin.organisations.actions import create_organisation
from tongxin.organisations.company_group_actions import join_group
from tongxin.organisations.models import Organisation, Role
from tongxin.organisations.role_actions import grant_role

FIRST, MOVED_ON = date(2024, 1, 1), date(2026, 8, 15)
CODES = {"top": "91330000MA2CAXT0H", "g": "91330000MA2CAXT0J", "h": "91330100MA2CAXT0K"}


@dataclass(frozen=True)
class GroupWorld:
    """The world, its groups, and the release that has them; that of `world` is older and has none."""

    world: World
    release: Release
    top: Organisation
    g: Organisation
    h: Organisation
    delta: Organisation
    viewer_of_g: User
    reporter_of_g: User


def found_group(name: str, parent: Organisation) -> Organisation:
    code = complete_credit_code(CODES[name])
    return create_organisation(
        actor=None,
        code=code,
        level="group",
        name_zh=f"{name}集团",
        name_en=f"Group {name}",
        parent=parent,
        opened_on=OPENED,
    )


def raise_groups(world: World) -> GroupWorld:
    cast = world.cast
    delta = create_organisation(
        actor=None,
        code=complete_credit_code("91330203MA2CAXT0D"),
        level="enterprise",
        name_zh="同心示例四厂",
        parent=cast.haishu,
        opened_on=OPENED,
    )
    register(delta, "孙立", identity_number("33020319900101123"))
    groups = {
        name: found_group(name, parent)
        for name, parent in (("top", cast.province), ("g", cast.province), ("h", cast.hangzhou))
    }
    for member, group, on in (
        (groups["g"], "top", FIRST),
        (groups["h"], "top", FIRST),
        (cast.alpha, "g", FIRST),
        (cast.gamma, "g", FIRST),
        (cast.beta, "h", FIRST),
        (cast.gamma, "h", MOVED_ON),
    ):
        join_group(member, actor=None, group=groups[group], on=on)
    users = {}
    for name, role in (("viewer_of_g", Role.VIEWER), ("reporter_of_g", Role.REPORTER)):
        users[name] = make_user(name)
        grant_role(users[name], actor=None, role=role, organisation=groups["g"], valid_from=OPENED)
    return GroupWorld(world, build_release(actor=None), **groups, delta=delta, **users)


@pytest.fixture(scope="module")
def grouped(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[GroupWorld]:
    """Raise the world with groups once for a module, in a transaction that the module's end takes back."""
    home = tmp_path_factory.mktemp("grouped")
    with django_db_blocker.unblock(), override_settings(TONGXIN_HOME=home), transaction.atomic():
        yield raise_groups(raise_world(home))
        transaction.set_rollback(True)
