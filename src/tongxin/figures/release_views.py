"""Pages about releases: which there are, and building a new one in the background."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongxin.accounts.models import User
from tongxin.figures.queries import current_release_id, list_releases
from tongxin.figures.requests import BUILD, request_release
from tongxin.jobs.models import Job
from tongxin.organisations.access import Action, actions_of, may
from tongxin.organisations.answers import reader_of
from tongxin.organisations.queries import get_programme

SHOWN = 30


def require_figures(user: User) -> None:
    """Refuse who may neither see figures nor build them anywhere."""
    if not actions_of(user) & {Action.SEE_FIGURES, Action.BUILD_RELEASE}:
        raise PermissionDenied(_("You hold no role for this yet."))


def may_build(user: User) -> bool:
    programme = get_programme()
    return programme is not None and may(user, Action.BUILD_RELEASE, programme.root)


def invite_to_build(request: HttpRequest) -> HttpResponse:
    """Say that there are no figures yet, and how the first ones come about."""
    user = reader_of(request)
    require_figures(user)
    return render(request, "figures/no_release.html", {"section": "figures", **building(user)})


def building(user: User) -> dict[str, Any]:
    """Return whether the reader may build, and the work that is going on."""
    job = Job.objects.filter(kind=BUILD, state__in=[Job.State.WAITING, Job.State.RUNNING]).first()
    return {"may_build": may_build(user), "job": job}


@require_http_methods(["GET", "HEAD", "POST"])
def releases(request: HttpRequest) -> HttpResponse:
    """The kept releases, the newest first; a POST asks for a new one."""
    user = reader_of(request)
    require_figures(user)
    if request.method == "POST":
        request_release(actor=user)
        messages.success(request, _("The release is being built. You may leave this page."))
        return redirect("releases")
    last = Job.objects.filter(kind=BUILD).first()
    context = {
        "section": "figures",
        "listed": list_releases()[:SHOWN],
        "current": current_release_id(),
        "may_see_figures": Action.SEE_FIGURES in actions_of(user),
        "failed": last if last and last.state == Job.State.FAILED else None,
        **building(user),
    }
    return render(request, "figures/releases.html", context)


@require_safe
def release_progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """How far the building of a release is, for the page that waits for it."""
    require_figures(reader_of(request))
    job = Job.objects.filter(pk=job_id, kind=BUILD).first()
    if job is None:
        raise Http404(_("There is no such work."))
    response = render(request, "figures/progress.html", {"job": job})
    if job.is_over:
        response["HX-Refresh"] = "true"
    return response
