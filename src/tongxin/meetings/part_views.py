"""Forms about what belongs to a meeting: each part is added, changed and removed on pages of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.files.actions import read_file
from tongxin.meetings.access import Part, get_meeting_for, get_part_for
from tongxin.meetings.answering import answer_part, get_or_post, initial_of, remove_and_go
from tongxin.meetings.forms import (
    AgendaForm,
    ContributionForm,
    MemberForm,
    MembersForm,
    ResolutionForm,
    VisitForm,
)
from tongxin.meetings.models import AgendaItem, Meeting, Participation, Resolution, SiteVisit
from tongxin.meetings.part_actions import (
    NOUNS,
    add_agenda_item,
    add_contribution,
    add_members,
    add_resolution,
    add_visit,
    change_agenda_item,
    change_participation,
    change_resolution,
    change_visit,
    remove_part,
)
from tongxin.organisations.access import Action
from tongxin.organisations.answers import reader_of
from tongxin.plans.document_pages import place_for

Given = dict[str, Any]
AGENDA = ("text", "presenter", "position")
RESOLUTION = ("number", "text", "wanted_by", "due_on")
VISIT = ("name", "visited_on", "seen")
CONTRIBUTION = ("part", "name", "title")
KINDS: dict[str, type[Part]] = {noun: kind for kind, noun in NOUNS.items()}


def _adding(request: HttpRequest, pk: int) -> Meeting:
    return get_meeting_for(reader_of(request), pk, Action.CHANGE_PLANS)


def _answer(
    request: HttpRequest,
    meeting: Meeting,
    form: Any,
    act: Callable[[Given, datetime | None], Any],
    *,
    title: str,
    part: Part | None = None,
    names: tuple[str, ...] = (),
    is_upload: bool = False,
) -> HttpResponse:
    """Answer a form about a part of a meeting, new or there already."""
    noun = NOUNS[type(part)] if part else ""
    context = {
        "title": title,
        "lead": meeting.title,
        "is_upload": is_upload,
        "remove_url": reverse("remove_part", args=[noun, part.pk]) if part else "",
        "remove_asks": _("Remove this from the meeting?"),
        "section": "meetings",
        **place_for(reader_of(request), meeting.organisation, "meetings"),
    }

    def now() -> Mapping[str, Any] | None:
        standing = type(part).objects.filter(pk=part.pk).first() if part else None
        return initial_of(standing, *names) if standing else None

    done = reverse("meeting", args=[meeting.pk])
    return answer_part(request, form, act, done=done, context=context, now=now)


@get_or_post
def new_agenda_item(request: HttpRequest, pk: int) -> HttpResponse:
    meeting, user = _adding(request, pk), reader_of(request)
    form = AgendaForm(request.POST or None)

    def add(given: Given, _seen_at: datetime | None) -> None:
        add_agenda_item(meeting, actor=user, **given)

    return _answer(request, meeting, form, add, title=_("New item of the agenda"))


@get_or_post
def edit_agenda_item(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader_of(request)
    item = get_part_for(user, AgendaItem, pk, Action.CHANGE_PLANS)
    form = AgendaForm(request.POST or None, initial=initial_of(item, *AGENDA))

    def change(given: Given, seen_at: datetime | None) -> None:
        # Its place may have moved with others meanwhile: only one that was chosen anew is meant.
        if "position" not in form.changed_data:
            del given["position"]
        change_agenda_item(item, actor=user, values=given, seen_at=seen_at)

    title = _("Change the item of the agenda")
    return _answer(request, item.meeting, form, change, title=title, part=item, names=AGENDA)


@get_or_post
def new_members(request: HttpRequest, pk: int) -> HttpResponse:
    meeting, user = _adding(request, pk), reader_of(request)
    form = MembersForm(request.POST or None)

    def add(given: Given, _seen_at: datetime | None) -> None:
        add_members(meeting, actor=user, names=given["names"])

    return _answer(request, meeting, form, add, title=_("Units that take part"))


@get_or_post
def new_contribution(request: HttpRequest, pk: int) -> HttpResponse:
    meeting, user = _adding(request, pk), reader_of(request)
    form = ContributionForm(request.POST or None, request.FILES or None, top=meeting.organisation)

    def add(given: Given, _seen_at: datetime | None) -> None:
        add_contribution(meeting, actor=user, **{**given, "file": _sent(given["file"])})

    return _answer(request, meeting, form, add, title=_("New contribution"), is_upload=True)


def _sent(file: Any) -> tuple[str, bytes] | None:
    return (file.name, file.read()) if file else None


@get_or_post
def edit_participation(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader_of(request)
    told = get_part_for(user, Participation, pk, Action.CHANGE_PLANS)
    top = told.meeting.organisation
    if told.part == Participation.Part.MEMBER:
        form: Any = MemberForm(request.POST or None, top=top, initial=initial_of(told, "name"))
        names: tuple[str, ...] = ("name",)
    else:
        names = CONTRIBUTION
        initial = initial_of(told, *names)
        has_file = told.file_id is not None
        files = request.FILES or None
        form = ContributionForm(request.POST or None, files, top=top, has_file=has_file, initial=initial)

    def change(given: Given, seen_at: datetime | None) -> None:
        file, drops_file = _sent(given.pop("file", None)), given.pop("drops_file", False)
        change_participation(
            told, actor=user, values=given, seen_at=seen_at, file=file, drops_file=drops_file
        )

    title = _("Change who takes part")
    is_upload = names == CONTRIBUTION
    return _answer(
        request, told.meeting, form, change, title=title, part=told, names=names, is_upload=is_upload
    )


@require_safe
def participation_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand out the file of a contribution."""
    told = get_part_for(reader_of(request), Participation, pk)
    if told.file is None:
        raise Http404(_("This contribution has no file."))
    try:
        body = read_file(told.file)
    except FileNotFoundError:
        raise Http404(_("The file is no longer kept.")) from None
    answer = HttpResponse(body, content_type="application/octet-stream")
    named = content_disposition_header(as_attachment=True, filename=told.file.name)
    answer.headers["Content-Disposition"] = named or "attachment"
    return answer


@get_or_post
def new_visit(request: HttpRequest, pk: int) -> HttpResponse:
    meeting, user = _adding(request, pk), reader_of(request)
    initial = {"visited_on": meeting.held_on}
    form = VisitForm(request.POST or None, top=meeting.organisation, initial=initial)

    def add(given: Given, _seen_at: datetime | None) -> None:
        add_visit(meeting, actor=user, **given)

    return _answer(request, meeting, form, add, title=_("New site visit"))


@get_or_post
def edit_visit(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader_of(request)
    visit = get_part_for(user, SiteVisit, pk, Action.CHANGE_PLANS)
    top = visit.meeting.organisation
    form = VisitForm(request.POST or None, top=top, initial=initial_of(visit, *VISIT))

    def change(given: Given, seen_at: datetime | None) -> None:
        change_visit(visit, actor=user, values=given, seen_at=seen_at)

    title = _("Change the site visit")
    return _answer(request, visit.meeting, form, change, title=title, part=visit, names=VISIT)


@get_or_post
def new_resolution(request: HttpRequest, pk: int) -> HttpResponse:
    meeting, user = _adding(request, pk), reader_of(request)
    form = ResolutionForm(request.POST or None)

    def add(given: Given, _seen_at: datetime | None) -> None:
        add_resolution(meeting, actor=user, **given)

    return _answer(request, meeting, form, add, title=_("New resolution"))


@get_or_post
def edit_resolution(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader_of(request)
    found = get_part_for(user, Resolution, pk, Action.CHANGE_PLANS)
    form = ResolutionForm(request.POST or None, initial=initial_of(found, *RESOLUTION))

    def change(given: Given, seen_at: datetime | None) -> None:
        change_resolution(found, actor=user, values=given, seen_at=seen_at)

    title = _("Change the resolution")
    return _answer(request, found.meeting, form, change, title=title, part=found, names=RESOLUTION)


@require_POST
def remove(request: HttpRequest, noun: str, pk: int) -> HttpResponse:
    """Remove what belongs to a meeting."""
    user, kind = reader_of(request), KINDS.get(noun)
    if kind is None:
        raise Http404(_("There is no such part of a meeting among those you may see."))
    part: Part = get_part_for(user, kind, pk, Action.CHANGE_PLANS)
    place = reverse("meeting", args=[part.meeting_id])
    return remove_and_go(
        request, lambda seen_at: remove_part(part, actor=user, seen_at=seen_at), done=place, back=place
    )
