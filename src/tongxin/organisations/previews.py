"""What moving, merging or splitting will change, counted before it is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongxin.organisations.company_groups import group_of_unit, members_under
from tongxin.organisations.models import Level, Organisation, RoleGrant, UnionCover
from tongxin.organisations.queries import on_day
from tongxin.organisations.rearranging_actions import NewUnit, Part, standing_under


@dataclass(frozen=True)
class Going:
    """One unit with all below it, and where it goes: enterprises and people are those of the chosen day."""

    unit: Organisation
    into: str
    enterprises: int
    people: int


@dataclass(frozen=True)
class Preview:
    """What will change: sentences, and the units that go elsewhere."""

    sentences: list[str]
    going: list[Going]

    @property
    def enterprises(self) -> int:
        return sum(each.enterprises for each in self.going)

    @property
    def people(self) -> int:
        return sum(each.people for each in self.going)


def preview_move(unit: Organisation, parent: Organisation, on: date) -> Preview:
    sentence = _("It leaves %(before)s, with all units below it. Roles held there no longer reach it.")
    before = unit.parent.name if unit.parent else ""
    return Preview([sentence % {"before": before}], [_going(unit, parent.name, on)])


def preview_membership(member: Organisation, group: Organisation | None, on: date) -> Preview:
    before = group_of_unit(member, on)
    names = {name: each.name if each else "" for name, each in (("before", before), ("group", group))}
    names["unit"] = member.name
    sentences = [_("%(unit)s leaves the group %(before)s on that day.") % names] if before else []
    if group:
        sentences.append(
            _("%(unit)s belongs to %(group)s: its people count in the figures of the group.") % names
        )
    sentences.append(_("Each period counts by who belongs to whom on its last day."))
    inside = Q(pk__in=members_under({member.pk}, on) | {member.pk})
    enterprises = Organisation.objects.alive_on(on).filter(inside, level=Level.ENTERPRISE).count()
    into = group.name if group else _("no group company")
    return Preview(sentences, [Going(member, into, enterprises, _people(inside, on))])


def preview_merger(units: Sequence[Organisation], into: Organisation | NewUnit, on: date) -> Preview:
    name = _name(into)
    sentences = _opened([into])
    for unit in units:
        sentences += _closed(unit, on)
    return Preview(sentences, [_going(child, name, on) for unit in units for child in standing_under(unit)])


def preview_split(unit: Organisation, parts: Sequence[Part], on: date, *, closes: bool) -> Preview:
    sentences = _opened(part.into for part in parts)
    stays = _("%(unit)s goes on, with the units below that are not listed here.") % {"unit": unit.name}
    sentences += _closed(unit, on) if closes else [stays]
    return Preview(
        sentences, [_going(child, _name(part.into), on) for part in parts for child in part.children]
    )


def _name(into: Organisation | NewUnit) -> str:
    return into.name_zh if isinstance(into, NewUnit) else into.name


def _opened(into: Iterable[Organisation | NewUnit]) -> list[str]:
    sentence = _("%(unit)s (%(code)s) is opened under %(parent)s.")
    return [
        sentence % {"unit": new.name_zh, "code": new.code, "parent": new.parent.name}
        for new in into
        if isinstance(new, NewUnit)
    ]


def _closed(unit: Organisation, on: date) -> list[str]:
    """Say that the unit closes, and what ends with it or must be seen to by hand."""
    name = unit.name
    said = [_("%(unit)s is no more. Its history stays readable.") % {"unit": name}]
    if (group := unit.groups.filter(valid_to=None).first()) is not None:
        said.append(_("The coordination group ends: %(name)s.") % {"name": group.name})
    if n := UnionCover.objects.filter(enterprise=unit, valid_to=None).count():
        said.append(ngettext("%(n)d union cover ends.", "%(n)d union covers end.", n) % {"n": n})
    if n := RoleGrant.objects.filter(on_day(timezone.localdate()), organisation=unit).count():
        text = ngettext(
            "%(n)d role held at %(unit)s reaches nothing that moves. Grant it anew where it is needed.",
            "%(n)d roles held at %(unit)s reach nothing that moves. Grant them anew where they are needed.",
            n,
        )
        said.append(text % {"n": n, "unit": name})
    if n := _people(Q(pk=unit.pk), on):
        text = ngettext(
            "%(n)d person is employed at %(unit)s itself and stays there: enter their new employment.",
            "%(n)d people are employed at %(unit)s itself and stay there: enter their new employments.",
            n,
        )
        said.append(text % {"n": n, "unit": name})
    return said


def _going(unit: Organisation, into: str, on: date) -> Going:
    inside = Q(path__gte=unit.path, path__lt=unit.path_end)
    enterprises = Organisation.objects.alive_on(on).filter(inside, level=Level.ENTERPRISE).count()
    return Going(unit, into, enterprises, _people(inside, on))


def _people(inside: Q, on: date) -> int:
    """Count the distinct people employed on the day; the room of the people stands above this one."""
    employed = Q(employments__started_on__lte=on) & (
        Q(employments__ended_on=None) | Q(employments__ended_on__gte=on)
    )
    found = Organisation.objects.filter(inside & employed).aggregate(
        n=Count("employments__worker", distinct=True)
    )
    return int(found["n"] or 0)
