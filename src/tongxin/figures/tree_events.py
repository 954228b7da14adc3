"""The events of the tree that explain why units stand elsewhere, and what became of a unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from tongxin.codes.later import Later
from tongxin.figures.queries import Release
from tongxin.figures.regrouping import Group
from tongxin.lake.queries import read_cut
from tongxin.organisations.access import Action, Principal, keep_visible
from tongxin.organisations.models import Organisation, OrganisationEvent
from tongxin.ui.formats import day as day_text

# Reading facts anew takes a process a hundred megabytes for its engine, and few pages ask for it.
opening = Later("tongxin.figures.inputs")

Kind = OrganisationEvent.Kind


@dataclass(frozen=True)
class Happened:
    """An event with all that took part in it."""

    event: OrganisationEvent
    parties: frozenset[int]

    @property
    def text(self) -> str:
        return self.event.note or str(self.event.get_kind_display())


@dataclass(frozen=True)
class Absence:
    """Why a unit has no figure under a tree, and which units stand in its place."""

    sentence: str
    instead: list[Organisation]
    n_hidden: int


def events_between(groups: Iterable[Group], first: date, last: date) -> list[Happened]:
    """Return the events after the first day, up to the last, in which the units of groups took part."""
    chosen = list(groups)
    units = frozenset[int]().union(*(each.early | each.late | each.moved for each in chosen))
    took_part = OrganisationEvent.others.through.objects.filter(organisation_id__in=units)
    events = (
        OrganisationEvent.objects.filter(
            Q(organisation_id__in=units) | Q(pk__in=took_part.values("organisationevent_id")),
            on__gt=first,
            on__lte=last,
        )
        .exclude(kind=Kind.RENAMED)
        .prefetch_related("others")
        .order_by("on", "pk")
    )
    found = list(events)
    ids = _ids_of_parents(found)
    return [Happened(each, _parties(each, ids)) for each in found if "event" not in each.after]


def _ids_of_parents(events: Iterable[OrganisationEvent]) -> dict[str, int]:
    codes = {
        code for event in events for code in (event.before.get("parent"), event.after.get("parent")) if code
    }
    return dict(Organisation.objects.filter(code__in=codes).values_list("code", "pk"))


def _parties(event: OrganisationEvent, ids: dict[str, int]) -> frozenset[int]:
    above = {ids.get(event.before.get("parent")), ids.get(event.after.get("parent"))} - {None}
    others = {each.pk for each in event.others.all()}
    return frozenset({event.organisation_id} | others | {pk for pk in above if pk is not None})


def events_of_group(group: Group, events: Iterable[Happened], level: str) -> list[Happened]:
    """Return the events that moved a group: those of units of the given level where there are any."""
    found = [each for each in events if _explains(each, group)]
    higher = [each for each in found if each.event.organisation.level == level]
    return higher or found


def _explains(happened: Happened, group: Group) -> bool:
    """Tell whether an event leads from where a group stood to where it stands."""
    if "parent" in happened.event.after and happened.event.organisation_id not in group.nodes:
        # Another unit went the same way on another day.
        return False
    return bool(happened.parties & group.early) and bool(happened.parties & group.late)


def absence_of(release: Release, unit: Organisation, on: date, user: Principal) -> Absence | None:
    """Say why a unit has no figure with the tree of a day; None where it exists on that day."""
    if unit.is_alive_on(on):
        return None
    successions = opening.hierarchy_of_cut(read_cut(release.cut_id)).successions
    if unit.opened_on > on:
        kin = [each for each in successions.origins if each.node == unit.pk]
        text = _("%(unit)s did not exist on %(day)s: it was set up on %(changed)s.")
        changed = unit.opened_on
    else:
        kin = [each for each in successions.heirs if each.node == unit.pk]
        text = _("%(unit)s did not exist on %(day)s: it was closed on %(changed)s.")
        changed = unit.closed_on or on
    ids = frozenset[int]().union(*(each.units for each in kin))
    units = list(Organisation.objects.filter(pk__in=ids).order_by("code"))
    seen = keep_visible(user, units, Action.SEE_FIGURES)
    sentence = text % {"unit": unit.name, "day": day_text(on), "changed": day_text(changed)}
    return Absence(sentence, seen, len(units) - len(seen))
