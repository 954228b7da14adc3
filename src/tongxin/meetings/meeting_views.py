"""Meetings: the list, one with all that belongs to it, its steps, and its form."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.meetings.access import get_meeting_for, get_part_for
from tongxin.meetings.answering import answer_part, get_or_post, initial_of, remove_and_go
from tongxin.meetings.forms import MeetingFilter, MeetingForm
from tongxin.meetings.meeting_actions import change_meeting, make_meeting, move_meeting, remove_meeting
from tongxin.meetings.models import Meeting, Resolution
from tongxin.meetings.pages import counted, describe_meeting, meetings_at
from tongxin.organisations.access import Action, may
from tongxin.organisations.answers import PAGE, page_links, reader_of
from tongxin.organisations.context import with_query
from tongxin.organisations.models import Organisation
from tongxin.organisations.views import standing_at
from tongxin.plans.document_pages import place_for
from tongxin.plans.models import Document, Genre

HEAD = ("title", "held_on", "begins_at", "place", "chair", "document")


@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    """List the meetings that a unit holds or takes part in."""
    user, unit = reader_of(request), standing_at(request, Action.SEE_PLANS)
    form = MeetingFilter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    page = Paginator(meetings_at(user, unit, asked), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": counted(page.object_list, unit),
        "is_filtered": any(asked.values()),
        "may_change": may(user, Action.CHANGE_PLANS, unit),
        "section": "meetings",
        **page_links(page, at=unit.code, **asked),
        **place_for(user, unit, "meetings"),
    }
    return render(request, "meetings/meetings.html", context)


@require_safe
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a meeting: agenda, who took part with what, visits, resolutions and their tasks."""
    user = reader_of(request)
    return render(request, "meetings/meeting.html", describe_meeting(get_meeting_for(user, pk), user))


@require_safe
def resolution(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to a resolution on the page of its meeting."""
    found = get_part_for(reader_of(request), Resolution, pk)
    return redirect(reverse("meeting", args=[found.meeting_id]) + f"#resolution-{found.number}")


@get_or_post
def new_meeting(request: HttpRequest) -> HttpResponse:
    """Begin a meeting of a unit."""
    user, unit = reader_of(request), standing_at(request, Action.CHANGE_PLANS)
    form = MeetingForm(request.POST or None, documents=_minutes_of(unit))
    made: list[Meeting] = []

    def begin(given: dict[str, Any], _seen_at: datetime | None) -> None:
        made.append(make_meeting(unit, actor=user, **given))

    back = with_query(reverse("meetings"), at=unit.code)
    context = {
        "title": _("New meeting"),
        "section": "meetings",
        **place_for(user, unit, "meetings"),
    }
    answer = answer_part(request, form, begin, done=back, context=context)
    return redirect("meeting", made[0].pk) if made else answer


@get_or_post
def edit_meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the head of a meeting."""
    user = reader_of(request)
    found = get_meeting_for(user, pk, Action.CHANGE_PLANS)
    initial = initial_of(found, *HEAD)
    form = MeetingForm(request.POST or None, documents=_minutes_of(found.organisation), initial=initial)

    def change(given: dict[str, Any], seen_at: datetime | None) -> None:
        change_meeting(found, actor=user, values=given, seen_at=seen_at)

    context = {
        "title": _("Change the meeting"),
        "remove_url": reverse("remove_meeting", args=[pk]) if found.state == Meeting.State.DRAFT else "",
        "remove_asks": _("Remove the draft with all that belongs to it?"),
        "section": "meetings",
        **place_for(user, found.organisation, "meetings"),
    }
    return answer_part(
        request,
        form,
        change,
        done=reverse("meeting", args=[pk]),
        context=context,
        now=lambda: initial_of(Meeting.objects.get(pk=pk), *HEAD),
    )


def _minutes_of(unit: Organisation) -> QuerySet[Document]:
    """Return the minutes that a unit has read in, the newest first."""
    return Document.objects.filter(organisation=unit, genre=Genre.MEETING).defer("text", "reading")


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a meeting go to another state."""
    user = reader_of(request)
    found = get_meeting_for(user, pk, Action.CHANGE_PLANS)
    state, reason = request.POST.get("state", ""), request.POST.get("reason", "")
    try:
        moved = move_meeting(found, actor=user, state=state, reason=reason)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        told = _("The meeting is now “%(state)s”.") % {"state": moved.get_state_display()}
        messages.success(request, told)
    return redirect("meeting", pk)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a draft."""
    user = reader_of(request)
    found = get_meeting_for(user, pk, Action.CHANGE_PLANS)
    return remove_and_go(
        request,
        lambda seen_at: remove_meeting(found, actor=user, seen_at=seen_at),
        done=with_query(reverse("meetings"), at=found.organisation.code),
        back=reverse("meeting", args=[pk]),
    )
