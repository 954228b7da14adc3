"""What belongs to a meeting is added, changed and removed: agenda, participations, visits, resolutions.

Nothing is changed once the minutes are final; an edit of what somebody else has changed since it was read is
refused, and nothing of it is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from tongxin.accounts.models import User
from tongxin.containers.attachments import kind_of_attachment
from tongxin.files.actions import discard_file, store_file
from tongxin.files.models import StoredFile
from tongxin.meetings.access import AnyPart, Part
from tongxin.meetings.holding import apply, hold, hold_meeting, record, refuse_changed, units_named
from tongxin.meetings.models import AgendaItem, Meeting, Participation, Resolution, SiteVisit
from tongxin.meetings.queries import refuse_with_tasks
from tongxin.organisations.access import Principal

NOUNS: dict[type[Any], str] = {
    AgendaItem: "agenda",
    Participation: "participations",
    SiteVisit: "visits",
    Resolution: "resolutions",
}
"""What the audit log calls each part of a meeting."""


@transaction.atomic
def add_agenda_item(
    meeting: Meeting, *, actor: Principal, text: str, presenter: str = "", position: int | None = None
) -> AgendaItem:
    """Put an item into the agenda: at a place, those from there on moving down, or at the end."""
    meeting = hold_meeting(meeting, actor)
    item = AgendaItem(meeting=meeting, text=text, presenter=presenter, position=0)
    _put_at(item, position)
    return _added(item, actor)


@transaction.atomic
def change_agenda_item(
    item: AgendaItem, *, actor: Principal, values: Mapping[str, Any], seen_at: datetime | None
) -> AgendaItem:
    """Change an item, or its place among the others."""
    item = _held(item, actor, seen_at)
    given = dict(values)
    wanted = given.pop("position", None)
    if wanted is not None and wanted != item.position:
        given["position"] = _put_at(AgendaItem(pk=item.pk, meeting=item.meeting, text=item.text), wanted)
    return _changed(item, actor, given)


def _put_at(item: AgendaItem, wanted: int | None) -> int:
    """Number the items of an agenda from 1 with one of them at a place; return where it stands."""
    others = list(AgendaItem.objects.filter(meeting=item.meeting).exclude(pk=item.pk))
    place = len(others) + 1 if wanted is None else min(max(wanted, 1), len(others) + 1)
    item.position = place
    for position, other in enumerate(others, start=1):
        other.position = position + (position >= place)
    AgendaItem.objects.bulk_update(others, ["position"])
    return place


@transaction.atomic
def add_members(meeting: Meeting, *, actor: Principal, names: Iterable[str]) -> list[Participation]:
    """Name the bodies that take part; units of the tree are linked, and those named already stay."""
    meeting = hold_meeting(meeting, actor)
    given = list(dict.fromkeys(names))
    units = units_named(meeting.organisation, given)
    members = meeting.participations.filter(part=Participation.Part.MEMBER)
    known: set[tuple[str, int | None]] = set(members.values_list("name", "organisation"))
    made = []
    for name in given:
        unit = units.get(name)
        written = unit.name_zh if unit else name
        key = (written, unit.pk if unit else None)
        if key not in known:
            known.add(key)
            member = Participation(
                meeting=meeting, part=Participation.Part.MEMBER, name=written, organisation=unit
            )
            made.append(_added(member, actor))
    return made


@transaction.atomic
def add_contribution(
    meeting: Meeting,
    *,
    actor: Principal,
    part: str,
    name: str,
    title: str,
    file: tuple[str, bytes] | None = None,
) -> Participation:
    """Add what a body tells a meeting, with a file; raises `AttachmentRefused` for what is not kept."""
    meeting = hold_meeting(meeting, actor)
    _refuse_unknown(file)
    told = Participation(meeting=meeting, part=part, title=title, **_body(meeting, name))
    told = _added(told, actor)
    _keep_file(told, file, actor)
    return told


@transaction.atomic
def change_participation(
    told: Participation,
    *,
    actor: Principal,
    values: Mapping[str, Any],
    seen_at: datetime | None,
    file: tuple[str, bytes] | None = None,
    drops_file: bool = False,
) -> Participation:
    """Change who takes part with what; a new file takes the place of the one before."""
    told = _held(told, actor, seen_at)
    _refuse_unknown(file)
    named = _body(told.meeting, values["name"]) if "name" in values else {}
    told = _changed(told, actor, {**values, **named})
    if file is not None or drops_file:
        before = _keep_file(told, file, actor)
        if before is not None:
            discard_file(before)
    return told


def _refuse_unknown(file: tuple[str, bytes] | None) -> None:
    if file is not None:
        kind_of_attachment(*file, most_megabytes=settings.TONGXIN_EVIDENCE_MEGABYTES)


def _keep_file(told: Participation, file: tuple[str, bytes] | None, actor: Principal) -> StoredFile | None:
    """Put a file, or none, in the place of the one before, which is returned.

    This comes last: bytes on disk know nothing of a transaction that fails.
    """
    before = told.file
    if file is None and before is None:
        return None
    sender = actor if isinstance(actor, User) else None
    told.file = store_file(*file, actor=sender, is_kept=True) if file else None
    if told.changed_at or before:
        told.changed_at = timezone.now()
    told.save(update_fields=["file", "changed_at"])
    now = {"file": (before, told.file), "sha256": told.file.sha256 if told.file else None}
    record(told, told.meeting.organisation_id, actor, "participations.filed", **now)
    return before


def _body(meeting: Meeting, name: str) -> dict[str, Any]:
    """Return a body by its name, with the unit that it is."""
    unit = units_named(meeting.organisation, [name]).get(name)
    return {"name": unit.name_zh if unit else name, "organisation": unit}


@transaction.atomic
def add_visit(meeting: Meeting, *, actor: Principal, name: str, **values: Any) -> SiteVisit:
    """Add a place that was visited, with what was seen there."""
    meeting = hold_meeting(meeting, actor)
    return _added(SiteVisit(meeting=meeting, **_body(meeting, name), **values), actor)


@transaction.atomic
def change_visit(
    visit: SiteVisit, *, actor: Principal, values: Mapping[str, Any], seen_at: datetime | None
) -> SiteVisit:
    """Change a visit: where, when, or what was seen."""
    visit = _held(visit, actor, seen_at)
    named = _body(visit.meeting, values["name"]) if "name" in values else {}
    return _changed(visit, actor, {**values, **named})


@transaction.atomic
def add_resolution(
    meeting: Meeting, *, actor: Principal, number: int | None = None, **values: Any
) -> Resolution:
    """Add what was resolved, under the next number unless another is given."""
    meeting = hold_meeting(meeting, actor)
    if number is None:
        number = (meeting.resolutions.aggregate(last=Max("number"))["last"] or 0) + 1
    return _added(Resolution(meeting=meeting, number=number, **values), actor)


@transaction.atomic
def change_resolution(
    resolution: Resolution, *, actor: Principal, values: Mapping[str, Any], seen_at: datetime | None
) -> Resolution:
    """Change what was resolved; tasks made of it keep the words that they were made of."""
    resolution = _held(resolution, actor, seen_at)
    given = {name: value for name, value in values.items() if (name, value) != ("number", None)}
    return _changed(resolution, actor, given)


@transaction.atomic
def remove_part(part: Part, *, actor: Principal, seen_at: datetime | None) -> None:
    """Remove what belongs to a meeting; a resolution that a task names stays."""
    part = _held(part, actor, seen_at)
    if isinstance(part, Resolution):
        refuse_with_tasks(part)
    told = {name: getattr(part, name) for name in _TOLD[type(part)]}
    record(part, part.meeting.organisation_id, actor, f"{NOUNS[type(part)]}.removed", **told)
    file = part.file if isinstance(part, Participation) else None
    part.delete()
    if isinstance(part, AgendaItem):
        _put_at(AgendaItem(meeting=part.meeting), None)
    if file is not None:
        discard_file(file)


_TOLD: dict[type[Any], tuple[str, ...]] = {
    AgendaItem: ("text", "presenter"),
    Participation: ("part", "name", "title"),
    SiteVisit: ("name", "visited_on", "seen"),
    Resolution: ("number", "text", "wanted_by", "due_on"),
}
"""What the log keeps of a part that is added or removed."""


def _held(part: AnyPart, actor: Principal, seen_at: datetime | None) -> AnyPart:
    """Hold a part with its meeting, in this order for all; refuse what somebody changed after `seen_at`."""
    meeting = hold_meeting(part.meeting, actor)
    held = hold(part)
    held.meeting = meeting
    refuse_changed(held, seen_at)
    return held


def _added(part: AnyPart, actor: Principal) -> AnyPart:
    part.full_clean()
    part.save()
    told = {name: getattr(part, name) for name in _TOLD[type(part)]}
    record(part, part.meeting.organisation_id, actor, f"{NOUNS[type(part)]}.added", **told)
    return part


def _changed(part: AnyPart, actor: Principal, values: Mapping[str, Any]) -> AnyPart:
    changes = apply(part, values)
    if changes:
        record(part, part.meeting.organisation_id, actor, f"{NOUNS[type(part)]}.changed", **changes)
    return part
