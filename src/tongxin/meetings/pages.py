"""What the pages of meetings and instructions show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.meetings.access import instructions_visible_to, is_own, meetings_visible_to, sees_resolutions
from tongxin.meetings.models import Instruction, Meeting, Participation, Resolution
from tongxin.meetings.queries import (
    Source,
    is_past_reply,
    is_without_task,
    origin_of,
    resolutions_without_task,
    tasks_by_source,
)
from tongxin.organisations.access import Action, Principal, may
from tongxin.organisations.models import Organisation
from tongxin.plans.access import documents_visible_to, tasks_visible_to
from tongxin.plans.document_pages import place_for
from tongxin.plans.models import Plan, Task, TaskSource

State = Meeting.State


@dataclass(frozen=True)
class Row:
    """A resolution or an instruction with the tasks made of it that the reader may see."""

    source: Any
    tasks: list[Task]
    is_bare: bool = False
    is_late: bool = False


def meetings_at(user: Principal, unit: Organisation, asked: dict[str, Any]) -> QuerySet[Meeting]:
    """Return the meetings that a unit holds, and those announced ones in which it takes part."""
    taking_part = Participation.objects.filter(organisation=unit).values("meeting")
    found = meetings_visible_to(user).filter(
        Q(organisation=unit) | (~Q(state=State.DRAFT) & Q(pk__in=taking_part))
    )
    own = Q(organisation=unit)
    if text := asked.get("q"):
        resolved = Resolution.objects.filter(text__icontains=text).values("meeting")
        may_read = own | Q(state=State.CLOSED)
        found = found.filter(
            Q(title__icontains=text) | Q(place__icontains=text) | (may_read & Q(pk__in=resolved))
        )
    if state := asked.get("state"):
        found = found.filter(state=state)
    if asked.get("show") == "bare":
        bare = resolutions_without_task().filter(meeting=OuterRef("pk"))
        found = found.filter(own & Exists(bare))
    return found.order_by("-held_on", "-pk")


def counted(meetings: Iterable[Meeting], unit: Organisation) -> list[dict[str, Any]]:
    """Put beside each meeting what it resolved, and of its own unit's how much of that has no task yet."""
    shown = list(meetings)
    resolved = _by_meeting(Resolution.objects.filter(meeting__in=shown))
    bare = _by_meeting(resolutions_without_task().filter(meeting__in=shown))
    rows = []
    for each in shown:
        own = each.organisation_id == unit.pk
        rows.append(
            {
                "meeting": each,
                "n_resolutions": resolved.get(each.pk, 0) if own or each.is_final else None,
                "n_bare": bare.get(each.pk, 0) if own and each.took_place else None,
            }
        )
    return rows


def _by_meeting(resolutions: QuerySet[Resolution]) -> dict[int, int]:
    counted_rows = resolutions.order_by().values_list("meeting").annotate(Count("pk"))
    return dict(counted_rows)


def describe_meeting(meeting: Meeting, user: Principal) -> dict[str, Any]:
    """Return what the page of a meeting shows."""
    parts = list(meeting.participations.select_related("organisation", "file"))
    may_act = may(user, Action.CHANGE_PLANS, meeting.organisation)
    own = is_own(user, meeting)
    resolutions = list(meeting.resolutions.all()) if sees_resolutions(user, meeting) else []
    return {
        "meeting": meeting,
        "agenda": meeting.agenda.all(),
        "members": [each for each in parts if each.part == Participation.Part.MEMBER],
        "contributions": [each for each in parts if each.part != Participation.Part.MEMBER],
        "visits": meeting.visits.select_related("organisation"),
        "rows": rows_of(resolutions, user, is_own_reader=own and meeting.took_place),
        "minutes": _readable_minutes(meeting, user),
        "is_own": own,
        "may_act": may_act,
        "may_change": may_act and not meeting.is_final,
        "moves": moves_of(meeting) if may_act else [],
        "section": "meetings",
        **place_for(user, meeting.organisation, "meetings"),
    }


def _readable_minutes(meeting: Meeting, user: Principal) -> Any:
    if meeting.document_id is None:
        return None
    return documents_visible_to(user).defer("text", "reading").filter(pk=meeting.document_id).first()


def moves_of(meeting: Meeting) -> list[dict[str, Any]]:
    """Return the steps that a meeting may take, with what each is called and asks."""
    steps: dict[str, list[tuple[str, str, bool]]] = {
        State.DRAFT: [(State.ANNOUNCED, _("Announce"), False), (State.HELD, _("It was held"), False)],
        State.ANNOUNCED: [
            (State.HELD, _("It was held"), False),
            (State.DRAFT, _("Take the announcement back"), True),
        ],
        State.HELD: [(State.CLOSED, _("Minutes are final"), False)],
        State.CLOSED: [(State.HELD, _("Reopen the minutes"), True)],
    }
    asks = {
        State.ANNOUNCED: _("Announce the meeting? The units that take part see it from then on."),
        State.CLOSED: _(
            "Are the minutes final? The units that take part then see what was resolved, and nothing in them "
            "is changed."
        ),
    }
    return [
        {"state": state, "name": name, "needs_reason": needs_reason, "asks": asks.get(State(state), "")}
        for state, name, needs_reason in steps[meeting.state]
    ]


def rows_of(sources: Iterable[Source], user: Principal, *, is_own_reader: bool) -> list[Row]:
    """Put beside each source its tasks that the reader may see; those that have none stand out.

    Only who sees all tasks of the unit's plans is told that there is none.
    """
    found = list(sources)
    if not found:
        return []
    tasks = tasks_by_source(origin_of(found[0]), [each.pk for each in found], tasks_visible_to(user))
    return [_row(each, tasks.get(each.pk, []), is_own_reader=is_own_reader) for each in found]


def _row(source: Source, tasks: list[Task], *, is_own_reader: bool) -> Row:
    live = [task for task in tasks if task.state != Task.State.CANCELLED]
    reply_by = source.reply_by if isinstance(source, Instruction) else None
    is_done = bool(live) and all(task.state == Task.State.COMPLETED for task in live)
    is_late = reply_by is not None and reply_by < timezone.localdate() and not is_done
    return Row(source, tasks, is_bare=is_own_reader and not live, is_late=is_late)


def instructions_at(user: Principal, unit: Organisation, asked: dict[str, Any]) -> QuerySet[Instruction]:
    """Return the instructions that a unit received and a filter asks for, the newest first."""
    found = instructions_visible_to(user).filter(organisation=unit).prefetch_related("asked")
    if text := asked.get("q"):
        found = found.filter(
            Q(given_by__icontains=text) | Q(number__icontains=text) | Q(text__icontains=text)
        )
    if asked.get("show") == "bare":
        found = found.filter(is_without_task())
    elif asked.get("show") == "late":
        found = found.filter(is_past_reply(timezone.localdate()))
    return found.order_by("-given_on", "-pk")


def describe_instruction(instruction: Instruction, user: Principal) -> dict[str, Any]:
    """Return what the page of an instruction shows."""
    (row,) = rows_of([instruction], user, is_own_reader=True)
    return {
        "instruction": instruction,
        "asked": instruction.asked.select_related("organisation"),
        "row": row,
        "may_change": may(user, Action.CHANGE_PLANS, instruction.organisation),
        "section": "instructions",
        **place_for(user, instruction.organisation, "instructions"),
    }


def plans_for(unit: Organisation) -> list[Plan]:
    """Return the plans of a unit that tasks may be added to, the newest first."""
    return list(Plan.objects.filter(organisation=unit).exclude(state=Plan.State.CLOSED))


def tasks_that_could_stand(source: Source, unit: Organisation) -> QuerySet[Task]:
    """Return the tasks of a unit's plans that do not stand for a source yet, the newest first."""
    named = TaskSource.objects.filter(origin=origin_of(source), identifier=source.pk).values("task")
    return (
        Task.objects.filter(measure__plan__organisation=unit, parent=None)
        .exclude(state=Task.State.CANCELLED)
        .exclude(measure__plan__state=Plan.State.CLOSED)
        .exclude(pk__in=named)
        .order_by("-pk")
    )
