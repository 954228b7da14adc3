"""Reading the dated tree: as it is, and as it was on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, F, Q, QuerySet, When

from tongxin.organisations.models import (
    CoordinationGroup,
    GroupSeat,
    Hierarchy,
    NameSpell,
    Organisation,
    OrganisationEvent,
    Particulars,
    Placement,
    Programme,
    UnionCover,
)
from tongxin.organisations.once import once


@dataclass(frozen=True)
class DatedNode:
    """A unit as it was on a day."""

    code: str
    name_zh: str
    name_en: str
    level: str
    parent: str | None


def get_programme() -> Programme | None:
    return once("programme", Programme.objects.select_related("root").filter(pk=1).first)


def on_day(day: date) -> Q:
    """Return the condition under which a spell holds on the day."""
    return (Q(valid_to=None) | Q(valid_to__gt=day)) & Q(valid_from__lte=day)


def ancestors_of(organisation: Organisation) -> list[Organisation]:
    """Return the units above, from the root down, without the unit itself."""
    ids = [int(part) for part in (organisation.path or "").split("/") if part][:-1]
    found = Organisation.objects.in_bulk(ids)
    return [found[pk] for pk in ids]


def children_of(organisation: Organisation) -> QuerySet[Organisation]:
    return Organisation.objects.filter(parent=organisation, closed_on=None).order_by("code")


def tree_on(
    day: date,
    *,
    under: str | None = None,
    level: str | None = None,
    hierarchy: str = Hierarchy.ADMINISTRATIVE,
) -> list[DatedNode]:
    """Return the units alive on the day in pre-order, optionally below one and of one level."""
    placements = Placement.objects.filter(on_day(day), hierarchy=hierarchy)
    alive = {
        unit.pk: unit
        for unit in Organisation.objects.alive_on(day).filter(placements__in=placements).only("code", "level")
    }
    names = {
        name.organisation_id: name
        for name in NameSpell.objects.filter(on_day(day)).only("organisation_id", "name_zh", "name_en")
    }
    parents: dict[int, int | None] = dict(placements.values_list("organisation_id", "parent_id"))
    order = _pre_order({pk: parents.get(pk) for pk in alive}, {pk: unit.code for pk, unit in alive.items()})
    inside = _subtree(order, parents, alive, under) if under else order
    return [
        DatedNode(
            code=alive[pk].code,
            name_zh=names[pk].name_zh,
            name_en=names[pk].name_en,
            level=alive[pk].level,
            parent=_code_of(parents.get(pk), alive),
        )
        for pk in inside
        if level is None or alive[pk].level == level
    ]


def _code_of(pk: int | None, alive: dict[int, Organisation]) -> str | None:
    return alive[pk].code if pk is not None and pk in alive else None


def _pre_order(parents: dict[int, int | None], codes: dict[int, str]) -> list[int]:
    children: dict[int | None, list[int]] = {}
    for pk in sorted(parents, key=codes.__getitem__):
        parent = parents[pk]
        children.setdefault(parent if parent in parents else None, []).append(pk)
    order: list[int] = []
    stack = list(reversed(children.get(None, [])))
    while stack:
        pk = stack.pop()
        order.append(pk)
        stack.extend(reversed(children.get(pk, [])))
    return order


def _subtree(
    order: list[int], parents: dict[int, int | None], alive: dict[int, Organisation], under: str
) -> list[int]:
    inside: set[int] = set()
    for pk in order:
        if alive[pk].code == under or parents.get(pk) in inside:
            inside.add(pk)
    return [pk for pk in order if pk in inside]


def particulars_on(organisation: Organisation, day: date) -> Particulars | None:
    return Particulars.objects.filter(on_day(day), organisation=organisation).first()


def events_of(organisation: Organisation) -> QuerySet[OrganisationEvent]:
    """Return the events in which the unit took part, newest first."""
    took_part = Q(
        pk__in=OrganisationEvent.others.through.objects.filter(organisation_id=organisation.pk).values(
            "organisationevent_id"
        )
    )
    events = OrganisationEvent.objects.filter(Q(organisation=organisation) | took_part)
    return events.select_related("organisation").prefetch_related("others")


def covers_of(organisation: Organisation) -> QuerySet[UnionCover]:
    """Return what a union covers, or which unions an enterprise was under, the present ones first."""
    covers = UnionCover.objects.filter(Q(union=organisation) | Q(enterprise=organisation))
    return covers.select_related("union", "enterprise").order_by(
        F("valid_to").desc(nulls_first=True), "-valid_from"
    )


def closing_consequences(organisation: Organisation) -> dict[str, Any]:
    """Return what ends or moves with the unit, to be shown before it is closed."""
    children = children_of(organisation)
    return {
        "children": children[:20],
        "n_children": children.count(),
        "group": organisation.groups.filter(valid_to=None).first(),
        "n_covers": UnionCover.objects.filter(
            Q(union=organisation) | Q(enterprise=organisation), valid_to=None
        ).count(),
    }


def group_of(organisation: Organisation, day: date) -> CoordinationGroup | None:
    return CoordinationGroup.objects.filter(on_day(day), organisation=organisation).first()


def seats_of(group: CoordinationGroup) -> QuerySet[GroupSeat]:
    """Return all seats of the group, in the order in which they rank."""
    rank = Case(*(When(kind=kind, then=place) for place, kind in enumerate(GroupSeat.Kind.values)))
    return group.seats.select_related("unit").order_by(rank, "valid_from", "pk")
