"""Putting the real, dated divisions into the tree: what is missing is added, what is there is left alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db import transaction
from django.db.models import CharField, F, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from tongxin.audit import log
from tongxin.codes.divisions import Division, DivisionEvent
from tongxin.codes.divisions import load_division_events as read_events
from tongxin.codes.divisions import load_divisions as read_divisions
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import (
    Level,
    NameSpell,
    Organisation,
    OrganisationEvent,
    Placement,
    Programme,
)

YEARS_OF_FACTS = 3


@dataclass(frozen=True)
class Loaded:
    """How many units and events a loading added; none when everything was there."""

    units: int
    events: int


@transaction.atomic
def load_divisions(*, actor: Principal) -> Loaded:
    """Add the divisions and events that are missing, and the programme; a second call changes nothing."""
    rows = read_divisions()
    root_code = next(row.code for row in rows if row.parent is None)
    root = Organisation.objects.filter(code=root_code).first()
    if actor is not None and root is not None:
        require(actor, Action.CHANGE_TREE, root)
    spells: dict[str, list[Division]] = defaultdict(list)
    for row in rows:
        spells[row.code].append(row)
    known = set(Organisation.objects.values_list("code", flat=True))
    missing = {code: rows for code, rows in spells.items() if code not in known}
    _add_units(missing)
    loaded = Loaded(units=len(missing), events=_add_events(read_events()))
    root = Organisation.objects.get(code=root_code)
    ensure_programme(root)
    if loaded.units or loaded.events:
        log.record(
            actor=actor,
            action="organisations.loaded",
            target=root,
            organisation_id=root.pk,
            units=loaded.units,
            events=loaded.events,
        )
    return loaded


def ensure_programme(root: Organisation) -> Programme:
    """Return what this home is about; at first, the whole tree and the facts of the last three years."""
    today = timezone.localdate()
    first = date(today.year - YEARS_OF_FACTS, (today.month - 1) // 3 * 3 + 1, 1)
    programme, _created = Programme.objects.get_or_create(
        pk=1,
        defaults={"root": root, "name_zh": root.name_zh, "name_en": root.name_en, "facts_from": first},
    )
    return programme


def _add_units(missing: dict[str, list[Division]]) -> None:
    """Store the units level by level, since each needs its parent's key; then paths, names and places."""
    ids: dict[str, int] = dict(Organisation.objects.values_list("code", "pk"))
    for level in (Level.PROVINCE, Level.CITY, Level.COUNTY, Level.TOWN):
        units = [_unit(rows, ids) for rows in missing.values() if rows[-1].level == level]
        ids |= {unit.code: unit.pk for unit in Organisation.objects.bulk_create(units)}
        _set_paths(level)
    NameSpell.objects.bulk_create(
        NameSpell(
            organisation_id=ids[code],
            name_zh=first.name_zh,
            name_en=first.name_en,
            valid_from=first.valid_from,
            valid_to=last.valid_to,
        )
        for code, rows in missing.items()
        for first, last in _runs(rows, "name_zh", "name_en")
    )
    Placement.objects.bulk_create(
        Placement(
            organisation_id=ids[code],
            parent_id=ids[first.parent] if first.parent else None,
            valid_from=first.valid_from,
            valid_to=last.valid_to,
        )
        for code, rows in missing.items()
        for first, last in _runs(rows, "parent")
    )


def _unit(rows: list[Division], ids: dict[str, int]) -> Organisation:
    latest = rows[-1]
    return Organisation(
        code=latest.code,
        level=latest.level,
        name_zh=latest.name_zh,
        name_en=latest.name_en,
        parent_id=ids[latest.parent] if latest.parent else None,
        opened_on=rows[0].valid_from,
        closed_on=latest.valid_to,
        is_pseudo=latest.is_pseudo,
    )


def _runs(rows: list[Division], *names: str) -> Iterable[tuple[Division, Division]]:
    """Return the first and last row of each run of rows that agree in the named fields."""
    for _key, run in groupby(rows, key=lambda row: [getattr(row, name) for name in names]):
        together = list(run)
        yield together[0], together[-1]


def _set_paths(level: str) -> None:
    parent = Organisation.objects.filter(pk=OuterRef("parent_id")).values("path")[:1]
    Organisation.objects.filter(level=level, path=None).update(
        path=Concat(
            Coalesce(Subquery(parent), Value("/")),
            Cast(F("pk"), CharField()),
            Value("/"),
            output_field=CharField(),
        )
    )


def _add_events(events: Iterable[DivisionEvent]) -> int:
    ids: dict[str, int] = dict(Organisation.objects.values_list("code", "pk"))
    there = set(OrganisationEvent.objects.values_list("organisation_id", "on", "kind", "note_zh"))
    fresh = [
        (event, main)
        for event in events
        if (ids[main := _main_code(event)], event.on, event.kind.value, event.note_zh) not in there
    ]
    stored = OrganisationEvent.objects.bulk_create(_event(event, ids[main]) for event, main in fresh)
    through = OrganisationEvent.others.through
    through.objects.bulk_create(
        through(organisationevent_id=row.pk, organisation_id=ids[code])
        for row, (event, main) in zip(stored, fresh, strict=True)
        for code in sorted({*event.codes_before, *event.codes_after} - {main})
    )
    return len(stored)


def _event(event: DivisionEvent, organisation_id: int) -> OrganisationEvent:
    return OrganisationEvent(
        organisation_id=organisation_id,
        on=event.on,
        kind=event.kind.value,
        before={"codes": list(event.codes_before)},
        after={"codes": list(event.codes_after)},
        note_zh=event.note_zh,
        note_en=event.note_en,
        source=event.source,
    )


def _main_code(event: DivisionEvent) -> str:
    """Return the code that the event is about: one that begins, else one that ends, else the first."""
    begun = [code for code in event.codes_after if code not in event.codes_before]
    ended = [code for code in event.codes_before if code not in event.codes_after]
    return (begun or ended or [*event.codes_after])[0]
