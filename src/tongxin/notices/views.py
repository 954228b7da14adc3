"""One's own notices."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tongxin.notices.access import get_notice_for
from tongxin.notices.actions import mark_all_read, mark_read
from tongxin.notices.queries import notices_of
from tongxin.organisations.access import Action, actions_of
from tongxin.organisations.answers import PAGE, page_links, reader_of


@require_safe
@never_cache
def notices(request: HttpRequest) -> HttpResponse:
    """List the reader's notices, what is unread first."""
    user = reader_of(request)
    page = Paginator(notices_of(user.pk), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        # What is unread stands first: its first row tells of the page.
        "has_unread": bool(page.object_list) and not page.object_list[0].is_read,
        "may_manage": Action.MANAGE_WEBHOOKS in actions_of(user),
        **page_links(page),
    }
    return render(request, "notices/notices.html", context)


@require_POST
def read_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a notice as read, and go where it leads if asked to."""
    notice = mark_read(get_notice_for(reader_of(request), pk))
    return redirect(notice.link if request.POST.get("then") == "go" else "notices")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all of the reader's notices as read."""
    mark_all_read(reader_of(request))
    messages.success(request, _("All are marked as read."))
    return redirect("notices")
