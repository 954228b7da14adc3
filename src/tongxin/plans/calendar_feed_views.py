"""The page on which a person makes, renews and takes back the address of their calendar, and that address."""

from __future__ import annotations

import hashlib

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tongxin.organisations.answers import reader_of
from tongxin.plans.calendar_feeds import (
    COMING_DAYS,
    MOST_EVENTS,
    PAST_DAYS,
    events_of,
    feed_of,
    make_feed,
    reader_by,
    revoke_feed,
    units_of,
)
from tongxin.plans.calendar_texts import write_calendar
from tongxin.plans.document_views import get_or_post


@never_cache
@get_or_post
def calendar_feed(request: HttpRequest) -> HttpResponse:
    """Show whether there is an address; make one, whose secret is shown this once."""
    user = reader_of(request)
    if not units_of(user):
        raise PermissionDenied(
            _("The calendar holds what you report on, decide on or plan: you hold no such role.")
        )
    address = ""
    if request.method == "POST":
        address = request.build_absolute_uri(reverse("calendar_file", args=[make_feed(user)]))
    context = {
        "feed": feed_of(user),
        "address": address,
        "past_days": PAST_DAYS,
        "coming_days": COMING_DAYS,
        "most_events": MOST_EVENTS,
        "section": "tasks",
    }
    return render(request, "plans/calendar_feed.html", context)


@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """Take the address back."""
    revoke_feed(reader_of(request))
    messages.success(request, _("Taken back. Programs that still ask find nothing."))
    return redirect("calendar_feed")


@login_not_required
@require_safe
def calendar_file(request: HttpRequest, token: str) -> HttpResponse:
    """Give the calendar to a program, which has no session: the address is the key."""
    user = reader_by(token)
    if user is None:
        raise Http404(_("There is no such calendar."))
    root = request.build_absolute_uri("/tasks/")
    body = write_calendar(_("Tasks"), events_of(user, timezone.localdate(), root))
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    # A private answer that programs keep and ask about again; nothing on the way may keep it.
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Referrer-Policy": "no-referrer"}
    asked = parse_etags(request.headers.get("If-None-Match", ""))
    if tag in {each.removeprefix("W/") for each in asked} or "*" in asked:
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers=headers)
