"""The coordination groups of the demo: province, cities and counties, with people who do not exist."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from tongxin.demo.chances import choose, start_chances
from tongxin.demo.enterprises import credit_code
from tongxin.demo.vocabulary import read_words
from tongxin.organisations.models import (
    CoordinationGroup,
    GroupSeat,
    Level,
    NameSpell,
    Organisation,
    Placement,
)

CHANGES_OF_CHAIR = {Level.PROVINCE: 1.0, Level.CITY: 0.5, Level.COUNTY: 0.25}


def seat_groups(*, seed: int) -> int:
    """Found the groups of province, cities and counties, and fill their seats; return how many groups."""
    rng = start_chances(seed, "groups")
    words = read_words("groups")
    units = list(Organisation.objects.filter(level__in=CHANGES_OF_CHAIR, closed_on=None).order_by("code"))
    departments = _add_departments(next(unit for unit in units if unit.level == Level.PROVINCE))
    groups = CoordinationGroup.objects.bulk_create(
        CoordinationGroup(
            organisation=unit, name=words["name"].format(division=unit.name_zh), valid_from=words["founded"]
        )
        for unit in units
    )
    seats = []
    for group in groups:
        seats += _leading_seats(rng, group)
        seats += _member_seats(group, departments)
    GroupSeat.objects.bulk_create(seats, batch_size=2000)
    return len(groups)


def _add_departments(province: Organisation) -> list[Organisation]:
    """Store the member units of the province as departments of their own."""
    found = []
    for number, (zh, en) in enumerate(read_words("groups")["province"]["departments"]):
        unit = Organisation.objects.create(
            code=credit_code("11", province.code, "TXBM", number),
            level=Level.DEPARTMENT,
            name_zh=zh,
            name_en=en,
            parent=province,
            opened_on=province.opened_on,
        )
        unit.path = f"{province.path}{unit.pk}/"
        unit.save(update_fields=["path"])
        found.append(unit)
    Placement.objects.bulk_create(
        Placement(organisation=unit, parent=province, valid_from=unit.opened_on) for unit in found
    )
    NameSpell.objects.bulk_create(
        NameSpell(organisation=unit, name_zh=unit.name_zh, name_en=unit.name_en, valid_from=unit.opened_on)
        for unit in found
    )
    return found


def _leading_seats(rng: np.random.Generator, group: CoordinationGroup) -> list[GroupSeat]:
    words = read_words("groups")
    level = Level(group.organisation.level)
    titles = words[level.value]
    kind = GroupSeat.Kind
    seats = _chairs(rng, group, titles["chair"])
    seats += [
        _seat(group, kind.VICE_CHAIR, person=_name(rng), title=title) for title in titles["vice_chairs"]
    ]
    seats.append(_seat(group, kind.OFFICE_DIRECTOR, person=_name(rng), title=titles["office_director"]))
    federation = Organisation.objects.filter(level=Level.UNION, parent=group.organisation).first()
    seats.append(_seat(group, kind.OFFICE, unit=federation, unit_name=words["office"]))
    return seats


def _chairs(rng: np.random.Generator, group: CoordinationGroup, title: str) -> list[GroupSeat]:
    """Return the chair, or where it changed the former and the present one."""
    days: list[date] = read_words("groups")["chair_changes_on"]
    change = days[int(rng.integers(len(days)))]
    first = _seat(group, GroupSeat.Kind.CHAIR, person=_name(rng), title=title)
    if rng.random() >= CHANGES_OF_CHAIR[Level(group.organisation.level)]:
        return [first]
    first.valid_to = change
    following = _seat(group, GroupSeat.Kind.CHAIR, person=_name(rng), title=title)
    following.valid_from = change
    return [first, following]


def _member_seats(group: CoordinationGroup, departments: list[Organisation]) -> list[GroupSeat]:
    kind = GroupSeat.Kind.MEMBER_UNIT
    if group.organisation.level == Level.PROVINCE:
        return [_seat(group, kind, unit=unit) for unit in departments]
    names = read_words("groups")[group.organisation.level]["units"]
    return [_seat(group, kind, unit_name=name) for name in names]


def _seat(group: CoordinationGroup, kind: str, **values: Any) -> GroupSeat:
    return GroupSeat(group=group, kind=kind, valid_from=group.valid_from, **values)


def _name(rng: np.random.Generator) -> str:
    words = read_words("people")
    surnames = words["surnames"]
    surname = list(surnames)[int(choose(rng, list(surnames.values()), 1)[0])]
    letters = words["given"]["male"] + words["given"]["female"]
    return f"{surname}{''.join(letters[int(i)] for i in rng.choice(len(letters), 2, replace=False))}"
