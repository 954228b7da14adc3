"""Merging units into one and splitting one into several: what stands below goes along, on one day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.audit import log
from tongxin.organisations.access import Action, Principal, keep_visible, require
from tongxin.organisations.changes import lock_unit, record_event, require_above, require_open, require_past
from tongxin.organisations.closing_actions import end_unit
from tongxin.organisations.company_groups import groups_last
from tongxin.organisations.models import Level, Organisation, OrganisationEvent
from tongxin.organisations.placing import open_unit, place_under

REARRANGED = (Level.CITY, Level.COUNTY, Level.TOWN, Level.ENTERPRISE)
"""Levels whose units are merged and split; a union or a department is closed with a successor instead."""
FEWEST = 2
NAMED = 5


@dataclass(frozen=True)
class NewUnit:
    """A unit that a merger or a split opens, of the level of those from which it comes."""

    code: str
    name_zh: str
    parent: Organisation
    name_en: str = ""


@dataclass(frozen=True)
class Part:
    """What a split gives to one unit, which is there already or opens on that day."""

    into: Organisation | NewUnit
    children: Sequence[Organisation] = ()


@transaction.atomic
def merge_organisations(
    units: Sequence[Organisation],
    *,
    actor: Principal,
    into: Organisation | NewUnit,
    on: date,
    source: str = "",
    is_synthetic: bool = False,
) -> OrganisationEvent:
    """Close the units from a day; what stands below them goes to another of their level, there or new."""
    require_past(actor, on)
    for unit in units:
        require_above(actor, unit)
    _check_merged(units, into)
    units = [_taken(unit, actor, on) for unit in sorted(units, key=lambda each: each.pk)]
    target = _received(into, units[0].level, actor=actor, on=on, source=source, is_synthetic=is_synthetic)
    gone = [unit.code for unit in units]
    event = record_event(
        target,
        OrganisationEvent.Kind.MERGED,
        on,
        before={"codes": gone if isinstance(into, NewUnit) else [*gone, target.code]},
        after={"codes": [target.code]},
        source=source,
        is_synthetic=is_synthetic,
    )
    event.others.set(units)
    moved = 0
    for unit in units:
        children = standing_under(unit)
        _hand_over(children, target, actor, event)
        _close(unit, on)
        moved += len(children)
    log.record(
        actor=actor,
        action="organisations.merged",
        target=target,
        organisation_id=target.pk,
        merged=_listed(units),
        parent=target.parent,
        units_moved=moved,
        on=on,
    )
    return event


@transaction.atomic
def split_organisation(
    unit: Organisation,
    *,
    actor: Principal,
    parts: Sequence[Part],
    closes: bool,
    on: date,
    source: str = "",
    is_synthetic: bool = False,
) -> OrganisationEvent:
    """Give chosen units below to others of the unit's level, there or new, from a day; the unit may close."""
    require_past(actor, on)
    unit = _taken(unit, actor, on)
    _require_level([unit])
    _check_parts(unit, parts, closes=closes)
    targets = [
        _received(part.into, unit.level, actor=actor, on=on, source=source, is_synthetic=is_synthetic)
        for part in parts
    ]
    stays = [] if closes else [unit.code]
    there = [part.into.code for part in parts if isinstance(part.into, Organisation)]
    event = record_event(
        unit,
        OrganisationEvent.Kind.SPLIT,
        on,
        before={"codes": [unit.code, *there]},
        after={"codes": [*stays, *(target.code for target in targets)]},
        source=source,
        is_synthetic=is_synthetic,
    )
    event.others.set(targets)
    for part, target in zip(parts, targets, strict=True):
        _hand_over(part.children, target, actor, event)
    if closes:
        _close(unit, on)
    log.record(
        actor=actor,
        action="organisations.split",
        target=unit,
        organisation_id=unit.pk,
        parts=_listed(targets),
        units_moved=sum(len(part.children) for part in parts),
        closed=closes,
        on=on,
    )
    return event


def standing_under(unit: Organisation) -> list[Organisation]:
    return list(Organisation.objects.filter(parent=unit, closed_on=None).order_by("code"))


def _check_merged(units: Sequence[Organisation], into: Organisation | NewUnit) -> None:
    _require_level(units)
    if len({unit.pk for unit in units}) < len(units):
        raise ValidationError({"others": _("A unit is named twice. Name each once.")})
    if len({unit.level for unit in units}) > 1:
        labels = _(", ").join(f"{unit.name} ({unit.get_level_display()})" for unit in units)
        message = _("Only units of one level are merged; these are: %(units)s.")
        raise ValidationError({"others": message % {"units": labels}})
    if isinstance(into, Organisation):
        if into.pk in {unit.pk for unit in units}:
            message = _("%(unit)s takes over, so it is not among those that close. Leave it out there.")
            raise ValidationError({"code": message % {"unit": into.name}})
    elif len(units) < FEWEST:
        raise ValidationError({"others": _("Name at least two units to be merged into a new one.")})


def _require_level(units: Sequence[Organisation]) -> None:
    if not units:
        raise ValidationError({"others": _("Name the units to be merged.")})
    for unit in units:
        if unit.level not in REARRANGED:
            message = _(
                "%(unit)s is a %(level)s. Only cities, counties, towns and enterprises are merged or split;"
                " close this one and name the unit that takes over."
            )
            raise ValidationError(message % {"unit": unit.name, "level": unit.get_level_display()})


def _check_parts(unit: Organisation, parts: Sequence[Part], *, closes: bool) -> None:
    """Refuse parts that are the same or empty, and units below chosen wrongly, twice or not at all."""
    if len(parts) < (FEWEST if closes else 1):
        raise ValidationError(
            _("A unit that closes is split into at least two. Name another part, or merge the unit instead.")
            if closes
            else _("Name at least one unit that takes a part.")
        )
    codes = [part.into.code for part in parts]
    if len(set(codes)) < len(codes) or unit.code in codes:
        raise ValidationError(
            _("Each part is a unit of its own: no code twice, nor that of the unit itself.")
        )
    below = {child.pk: child for child in standing_under(unit)}
    chosen = [child for part in parts for child in part.children]
    for child in chosen:
        if child.pk not in below:
            message = _("%(child)s does not stand directly under %(unit)s. Choose among the units below it.")
            raise ValidationError(message % {"child": child.name, "unit": unit.name})
    if len({child.pk for child in chosen}) < len(chosen):
        raise ValidationError(_("A unit below goes to one part only."))
    if below and any(not part.children for part in parts):
        raise ValidationError(_("Every part receives at least one unit below. Choose one, or leave it out."))
    left = [child for pk, child in below.items() if pk not in {each.pk for each in chosen}]
    if closes and left:
        message = _("The unit closes, so each unit below needs a part. Not chosen (%(count)d): %(units)s")
        raise ValidationError(message % {"count": len(left), "units": _listed(left)})


def _taken(unit: Organisation, actor: Principal, on: date) -> Organisation:
    require_above(actor, unit)
    unit = lock_unit(unit)
    require_open(unit, on)
    return unit


def _received(
    into: Organisation | NewUnit, level: str, *, actor: Principal, on: date, source: str, is_synthetic: bool
) -> Organisation:
    """Return the unit that takes over, locked; a new one is opened under its parent."""
    if isinstance(into, NewUnit):
        require(actor, Action.CHANGE_TREE, into.parent)
        new = Organisation(
            code=into.code,
            level=level,
            name_zh=into.name_zh,
            name_en=into.name_en,
            parent=lock_unit(into.parent),
            opened_on=on,
        )
        open_unit(new, source=source, is_synthetic=is_synthetic)
        return new
    require(actor, Action.CHANGE_TREE, into)
    if into.level != level:
        message = _("%(unit)s is a %(level)s; only a %(wanted)s can take over here.")
        labels = {"level": into.get_level_display(), "wanted": Level(level).label}
        raise ValidationError({"code": message % {"unit": into.name, **labels}})
    into = lock_unit(into)
    require_open(into, on)
    return into


def _hand_over(
    children: Sequence[Organisation], target: Organisation, actor: Principal, event: OrganisationEvent
) -> None:
    # Asked once for all: a role for the unit alone does not reach what stands below it.
    may_be_moved = {child.pk for child in keep_visible(actor, children, Action.CHANGE_TREE)}
    for child in groups_last(children):
        if child.pk not in may_be_moved:
            require(actor, Action.CHANGE_TREE, child)
        try:
            place_under(
                lock_unit(child),
                target,
                event.on,
                source=event.source,
                is_synthetic=event.is_synthetic,
                because=event,
            )
        except ValidationError as refusal:
            message = _("%(unit)s cannot go to %(successor)s: %(reason)s")
            reason = " ".join(refusal.messages)
            raise ValidationError(
                message % {"unit": child.name, "successor": target.name, "reason": reason}
            ) from refusal


def _close(unit: Organisation, on: date) -> None:
    try:
        end_unit(unit, on)
    except ValidationError as refusal:
        message = _("%(unit)s cannot close on this day: %(reason)s")
        reason = " ".join(refusal.messages)
        raise ValidationError({"on": message % {"unit": unit.name, "reason": reason}}) from refusal


def _listed(units: Iterable[Organisation]) -> str:
    named = [f"{unit.name} {unit.code}" for unit in units]
    return _(", ").join(named[:NAMED]) + (" …" if len(named) > NAMED else "")
