"""Meetings and instructions are fetched through here: the fetching is the check.

Whoever may see plans at a unit sees its meetings and instructions, and those of all units below it. A unit
that takes part in a meeting sees it once it was announced, and what was resolved once the minutes are final.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from tongxin.meetings.models import (
    AgendaItem,
    Instruction,
    Meeting,
    Participation,
    Resolution,
    SiteVisit,
)
from tongxin.organisations.access import Action, Principal, explain, may, reach_of
from tongxin.organisations.models import Organisation

Part = AgendaItem | Participation | SiteVisit | Resolution
"""What belongs to a meeting."""
AnyPart = TypeVar("AnyPart", bound=Part)


def meetings_visible_to(user: Principal) -> QuerySet[Meeting]:
    """Return the meetings of units the user sees plans of, and announced ones in which these take part."""
    found = Meeting.objects.select_related("organisation", "made_by")
    if user is None:
        return found
    parts = Participation.objects.filter(reach_of(user, Action.SEE_PLANS, "organisation__"))
    takes_part = ~Q(state=Meeting.State.DRAFT) & Q(pk__in=parts.values("meeting"))
    return found.filter(reach_of(user, Action.SEE_PLANS, "organisation__") | takes_part)


def get_meeting_for(user: Principal, pk: int, action: Action = Action.SEE_PLANS) -> Meeting:
    """Fetch a meeting: 404 where it is hidden, 403 where it is seen but may not be changed."""
    found = meetings_visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such meeting among those you may see."))
    _require(user, action, found.organisation)
    return found


def _require(user: Principal, action: Action, unit: Organisation) -> None:
    """Refuse with 403 even where the unit is hidden: its meeting is seen already."""
    if action is Action.SEE_PLANS:
        return
    decision = explain(user, action, unit)
    if not decision.allowed:
        raise PermissionDenied(decision.reason)


def is_own(user: Principal, meeting: Meeting) -> bool:
    """Tell whether the reader stands at the unit that holds a meeting, or above it."""
    return may(user, Action.SEE_PLANS, meeting.organisation)


def sees_resolutions(user: Principal, meeting: Meeting) -> bool:
    """Tell whether the reader may see what was resolved: units that take part may once it is final."""
    return meeting.is_final or is_own(user, meeting)


def get_part_for(user: Principal, kind: type[AnyPart], pk: int, action: Action = Action.SEE_PLANS) -> AnyPart:
    """Fetch what belongs to a meeting by the rights on that meeting."""
    rows: Any = kind.objects
    found: AnyPart | None = rows.select_related("meeting__organisation").filter(pk=pk).first()
    if found is None:
        raise _hidden()
    meeting = get_meeting_for(user, found.meeting_id)
    if isinstance(found, Resolution) and not sees_resolutions(user, meeting):
        raise _hidden()
    _require(user, action, meeting.organisation)
    return found


def _hidden() -> Http404:
    return Http404(_("There is no such part of a meeting among those you may see."))


def instructions_visible_to(user: Principal) -> QuerySet[Instruction]:
    """Return the instructions that units received which the user sees plans of."""
    found = Instruction.objects.select_related("organisation", "made_by")
    return found.filter(reach_of(user, Action.SEE_PLANS, "organisation__"))


def get_instruction_for(user: Principal, pk: int, action: Action = Action.SEE_PLANS) -> Instruction:
    """Fetch an instruction: 404 where it is hidden, 403 where it is seen but may not be changed."""
    found = instructions_visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such instruction among those you may see."))
    _require(user, action, found.organisation)
    return found
