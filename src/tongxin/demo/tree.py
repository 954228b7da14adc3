"""The enterprises and unions of the demo in the dated tree, and the synthetic change of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Max, QuerySet

from tongxin.demo.chances import Days, start_chances
from tongxin.demo.enterprises import OWNERSHIPS, Enterprises, credit_code
from tongxin.demo.province import Ground
from tongxin.demo.unions import Unions
from tongxin.demo.vocabulary import read_words
from tongxin.organisations.actions import move_organisation
from tongxin.organisations.models import (
    Hierarchy,
    Level,
    NameSpell,
    Organisation,
    OrganisationEvent,
    Particulars,
    Placement,
    UnionCover,
)

SYNTHETIC_SOURCE = "demo"
DESCRIBED_ANEW = 0.03


@dataclass(frozen=True)
class Planted:
    """Where the units of the demo are in the registry: an enterprise's key is `before` plus its number."""

    before: int
    enterprises: list[Organisation]


def plant_units(ground: Ground, *, seed: int) -> Planted:
    """Store enterprises, unions and what they are, under the real towns."""
    towns = {unit.code: unit for unit in _divisions()}
    before: int = Organisation.objects.aggregate(last=Max("pk"))["last"] or 0
    enterprises = [
        _unit(before + i + 1, Level.ENTERPRISE, towns[town], *values)
        for i, (town, *values) in enumerate(_enterprise_values(ground.enterprises))
    ]
    federations = _federations(before + len(enterprises), list(towns.values()))
    first_union = before + len(enterprises) + len(federations)
    unions = [
        _unit(first_union + i + 1, Level.UNION, towns[town], *values)
        for i, (town, *values) in enumerate(_union_values(ground.unions))
    ]
    units = [*enterprises, *federations, *unions]
    Organisation.objects.bulk_create(units, batch_size=2000)
    NameSpell.objects.bulk_create([_name_of(unit) for unit in units], batch_size=2000)
    Placement.objects.bulk_create([_placement_of(unit) for unit in units], batch_size=2000)
    OrganisationEvent.objects.bulk_create(list(_events(units)), batch_size=2000)
    _place_unions(federations, unions, ground.unions)
    _describe(ground.enterprises, enterprises, seed)
    _cover(ground, enterprises, unions)
    return Planted(before, enterprises)


def _divisions() -> QuerySet[Organisation]:
    return Organisation.objects.filter(
        level__in=[Level.PROVINCE, Level.CITY, Level.COUNTY, Level.TOWN], closed_on=None
    )


def _enterprise_values(enterprises: Enterprises) -> Iterable[tuple[Any, ...]]:
    return zip(
        enterprises.town,
        enterprises.code,
        enterprises.name_zh,
        enterprises.name_en,
        _as_dates(enterprises.opened_on),
        _as_dates(enterprises.closed_on),
        strict=True,
    )


def _union_values(unions: Unions) -> Iterable[tuple[Any, ...]]:
    return zip(
        unions.town, unions.code, unions.name_zh, unions.name_en, _as_dates(unions.opened_on), strict=True
    )


def _as_dates(days: Days) -> list[Any]:
    dates: list[Any] = days.astype(object).tolist()
    return dates


def _unit(
    pk: int,
    level: Level,
    parent: Organisation,
    code: str,
    name_zh: str,
    name_en: str,
    opened_on: date,
    closed_on: date | None = None,
) -> Organisation:
    return Organisation(
        pk=pk,
        code=code,
        level=level,
        name_zh=name_zh,
        name_en=name_en,
        parent=parent,
        path=f"{parent.path}{pk}/",
        opened_on=opened_on,
        closed_on=closed_on,
    )


def _federations(before: int, divisions: list[Organisation]) -> list[Organisation]:
    """Return the federation of each province, city and county: a legal person beside the division."""
    words = read_words("texts")["unions"]["division"]
    seats = [unit for unit in divisions if unit.level != Level.TOWN]
    return [
        _unit(
            before + i + 1,
            Level.UNION,
            seat,
            credit_code("89", seat.code, "TXGH", 0),
            words["zh"].format(division=seat.name_zh),
            words["en"].format(division=seat.name_en),
            seat.opened_on,
        )
        for i, seat in enumerate(seats)
    ]


def _name_of(unit: Organisation) -> NameSpell:
    return NameSpell(
        organisation=unit,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        valid_from=unit.opened_on,
        valid_to=unit.closed_on,
    )


def _placement_of(unit: Organisation) -> Placement:
    return Placement(
        organisation=unit, parent=unit.parent, valid_from=unit.opened_on, valid_to=unit.closed_on
    )


def _events(units: list[Organisation]) -> Iterable[OrganisationEvent]:
    for unit in units:
        yield OrganisationEvent(
            organisation=unit,
            kind=OrganisationEvent.Kind.CREATED,
            on=unit.opened_on,
            after={"name": unit.name_zh, "code": unit.code},
            source=SYNTHETIC_SOURCE,
            is_synthetic=True,
        )
        if unit.closed_on:
            yield OrganisationEvent(
                organisation=unit,
                kind=OrganisationEvent.Kind.CLOSED,
                on=unit.closed_on,
                source=SYNTHETIC_SOURCE,
                is_synthetic=True,
            )


def _place_unions(federations: list[Organisation], unions: list[Organisation], rows: Unions) -> None:
    """Put unions under the federations of their counties; those of the moved town go with it."""
    by_seat = {unit.parent_id: unit for unit in federations}
    by_code = {unit.parent.code: unit for unit in federations if unit.parent}
    moved = read_words("places")["moved_town"]
    placements = []
    for unit in federations:
        seat = unit.parent
        above = by_seat.get(seat.parent_id) if seat and seat.parent_id else None
        placements.append(_union_placement(unit, above, unit.opened_on, None))
    for unit, county, town in zip(unions, rows.county, rows.town, strict=True):
        ends = max(moved["day"], unit.opened_on) if town == moved["town"] else None
        if ends is None or ends > unit.opened_on:
            placements.append(_union_placement(unit, by_code[county], unit.opened_on, ends))
        if ends is not None:
            placements.append(_union_placement(unit, by_code[moved["to"]], ends, None))
    Placement.objects.bulk_create(placements, batch_size=2000)


def _union_placement(
    unit: Organisation, parent: Organisation | None, begin: date, end: date | None
) -> Placement:
    return Placement(
        organisation=unit, parent=parent, hierarchy=Hierarchy.UNION, valid_from=begin, valid_to=end
    )


def _describe(rows: Enterprises, enterprises: list[Organisation], seed: int) -> None:
    """Store industry, ownership and size; a few enterprises change their owner inside the facts."""
    rng = start_chances(seed, "particulars")
    found = []
    for i, unit in enumerate(enterprises):
        values = {
            "industry": rows.industry[i],
            "size": rows.size[i],
            "is_above_scale": bool(rows.is_above_scale[i]),
        }
        change = date(2025, 1, 1)
        changes = rng.random() < DESCRIBED_ANEW and unit.opened_on < change and unit.closed_on is None
        other = next(name for name in OWNERSHIPS if name != rows.ownership[i])
        end = change if changes else unit.closed_on
        found.append(
            Particulars(
                organisation=unit,
                ownership=rows.ownership[i],
                valid_from=unit.opened_on,
                valid_to=end,
                **values,
            )
        )
        if changes:
            found.append(Particulars(organisation=unit, ownership=other, valid_from=change, **values))
    Particulars.objects.bulk_create(found, batch_size=2000)


def _cover(ground: Ground, enterprises: list[Organisation], unions: list[Organisation]) -> None:
    covered = np.flatnonzero(ground.unions.of >= 0).tolist()
    since = _as_dates(ground.unions.covered_from)
    UnionCover.objects.bulk_create(
        [
            UnionCover(
                union=unions[int(ground.unions.of[i])],
                enterprise=enterprises[i],
                valid_from=since[i],
                valid_to=enterprises[i].closed_on,
            )
            for i in covered
        ],
        batch_size=2000,
    )


def move_town() -> OrganisationEvent:
    """Move one town with its enterprises to the county beside it: the synthetic change of the tree."""
    words = read_words("places")["moved_town"]
    town = Organisation.objects.get(code=words["town"])
    event = move_organisation(
        town,
        actor=None,
        parent=Organisation.objects.get(code=words["to"]),
        on=words["day"],
        source=SYNTHETIC_SOURCE,
        is_synthetic=True,
    )
    event.note_zh, event.note_en = words["note"]["zh"], words["note"]["en"]
    event.save(update_fields=["note_zh", "note_en"])
    return event
