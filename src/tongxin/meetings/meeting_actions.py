"""Meetings: begun, changed, announced, held, closed when their minutes are final, and removed as drafts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import User
from tongxin.files.actions import discard_file
from tongxin.meetings.holding import apply, hold, hold_meeting, record, refuse_changed
from tongxin.meetings.models import Meeting
from tongxin.meetings.queries import refuse_with_tasks
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation
from tongxin.plans.models import Document

State = Meeting.State
MOVES: dict[tuple[str, str], str] = {
    (State.DRAFT, State.ANNOUNCED): "meetings.announced",
    (State.ANNOUNCED, State.DRAFT): "meetings.withdrawn",
    (State.DRAFT, State.HELD): "meetings.held",
    (State.ANNOUNCED, State.HELD): "meetings.held",
    (State.HELD, State.CLOSED): "meetings.closed",
    (State.CLOSED, State.HELD): "meetings.reopened",
}
"""From which state to which a meeting goes, and what the log calls it."""
FOR_A_REASON = {"meetings.withdrawn", "meetings.reopened"}


@transaction.atomic
def make_meeting(organisation: Organisation, *, actor: Principal, **values: Any) -> Meeting:
    """Begin a meeting of a unit, as a draft that others do not see."""
    require(actor, Action.CHANGE_PLANS, organisation)
    maker = actor if isinstance(actor, User) else None
    meeting = Meeting(organisation=organisation, made_by=maker, **values)
    _refuse_foreign_minutes(meeting)
    meeting.full_clean()
    meeting.save()
    record(meeting, organisation.pk, actor, "meetings.made", held_on=meeting.held_on)
    return meeting


@transaction.atomic
def change_meeting(
    meeting: Meeting, *, actor: Principal, values: Mapping[str, Any], seen_at: datetime | None
) -> Meeting:
    """Change what stands at the head of a meeting; refuses when somebody changed it after `seen_at`."""
    meeting = hold_meeting(meeting, actor)
    refuse_changed(meeting, seen_at)
    changes = apply(meeting, values)
    _refuse_foreign_minutes(meeting)
    if meeting.took_place:
        _refuse_future(meeting)
    if changes:
        record(meeting, meeting.organisation_id, actor, "meetings.changed", **changes)
    return meeting


def _refuse_foreign_minutes(meeting: Meeting) -> None:
    if meeting.document_id is None:
        return
    if not Document.objects.filter(pk=meeting.document_id, organisation=meeting.organisation_id).exists():
        raise ValidationError({"document": _("Choose minutes that the same unit has read in.")})


def _refuse_future(meeting: Meeting) -> None:
    if meeting.held_on > timezone.localdate():
        message = _("The meeting is on %(day)s, which has not come yet: it was not held.")
        raise ValidationError({"held_on": message % {"day": meeting.held_on}})


@transaction.atomic
def move_meeting(meeting: Meeting, *, actor: Principal, state: str, reason: str = "") -> Meeting:
    """Let a meeting go to another state; refuses a step that its present state does not allow.

    Going back, to a draft or to open minutes, needs a reason.
    """
    meeting = hold(meeting)
    require(actor, Action.CHANGE_PLANS, meeting.organisation)
    verb = MOVES.get((meeting.state, state))
    if verb is None:
        message = _("“%(title)s” is “%(state)s” by now; this step is not possible from there.")
        raise ValidationError(message % {"title": meeting, "state": meeting.get_state_display()})
    if verb in FOR_A_REASON and not reason.strip():
        raise ValidationError({"reason": _("Please say why.")})
    if state == State.HELD:
        _refuse_future(meeting)
    before, meeting.state = meeting.state, state
    meeting.save(update_fields=["state"])
    told = {"reason": reason.strip()} if verb in FOR_A_REASON else {}
    record(meeting, meeting.organisation_id, actor, verb, state=(before, state), **told)
    return meeting


@transaction.atomic
def remove_meeting(meeting: Meeting, *, actor: Principal, seen_at: datetime | None) -> None:
    """Remove a draft with all that belongs to it; what others have seen stays."""
    meeting = hold_meeting(meeting, actor)
    refuse_changed(meeting, seen_at)
    if meeting.state != State.DRAFT:
        message = _("“%(title)s” was announced or held, and others have seen it. Only a draft is removed.")
        raise ValidationError(message % {"title": meeting})
    for resolution in meeting.resolutions.all():
        refuse_with_tasks(resolution)
    record(meeting, meeting.organisation_id, actor, "meetings.removed", held_on=meeting.held_on)
    files = [each.file for each in meeting.participations.select_related("file") if each.file]
    meeting.delete()
    for file in files:
        discard_file(file)
