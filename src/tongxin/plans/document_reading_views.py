"""Reading a document in: small ones at once, large ones in the background with a page that tells how far."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongxin.accounts.models import User
from tongxin.documents.refusals import DocumentRefused
from tongxin.files.refusals import say_refused
from tongxin.jobs.models import Job
from tongxin.organisations.access import Action
from tongxin.organisations.answers import reader_of
from tongxin.organisations.models import Organisation
from tongxin.organisations.views import standing_at
from tongxin.plans.document_access import get_reading_for
from tongxin.plans.document_actions import receive_document
from tongxin.plans.document_pages import place_for
from tongxin.plans.document_reading_actions import is_large, read_again, say_why, send_document
from tongxin.plans.forms import ReceiveForm
from tongxin.plans.models import Document, DocumentReading

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: HttpRequest) -> HttpResponse:
    """Read a document in for a unit."""
    user, unit = reader_of(request), standing_at(request, Action.CHANGE_PLANS)
    known = Document.objects.filter(organisation=unit, revisions=None).defer("text", "reading")
    initial = {"revises": request.GET.get("revises")}
    form = ReceiveForm(request.POST or None, request.FILES or None, known=known, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            return _take_in(request, unit, user, form.cleaned_data)
        except DocumentRefused as refused:
            form.add_error("file", say_refused(refused))
        except ValidationError as refusal:
            form.add_error(None, refusal)
    context = {"form": form, "section": "documents", **place_for(user, unit, "documents")}
    status = UNPROCESSABLE if form.is_bound else None
    return render(request, "plans/receive.html", context, status=status)


def _take_in(request: HttpRequest, unit: Organisation, user: User, given: dict[str, Any]) -> HttpResponse:
    file = given.pop("file")
    told = {"name": file.name, "content": file.read(), **given}
    if is_large(told["content"]):
        return redirect("document_reading", send_document(unit, actor=user, **told).pk)
    document = receive_document(unit, actor=user, **told)
    _tell_done(request)
    return redirect("document", document.pk)


def _tell_done(request: HttpRequest) -> None:
    messages.success(request, _("Read in. Please confirm what it proposes."))


@require_safe
def reading(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far the reading of a large file is, and lead to the document when it is there."""
    user = reader_of(request)
    found = get_reading_for(user, pk)
    context = _describe(found)
    if request.htmx:  # type: ignore[attr-defined]
        refresh = HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "ui/progress.html", context) if context["is_working"] else refresh
    if found.document_id is not None:
        _tell_done(request)
        return redirect("document", found.document_id)
    place = place_for(user, found.organisation, "documents")
    return render(request, "plans/document_reading.html", {**context, **place})


@require_POST
def reread(request: HttpRequest, pk: int) -> HttpResponse:
    """Take up a reading that was interrupted."""
    user = reader_of(request)
    read_again(get_reading_for(user, pk), actor=user)
    return redirect("document_reading", pk)


def _describe(found: DocumentReading) -> dict[str, Any]:
    """Return what the page of a reading shows, whatever its state."""
    job = Job.objects.filter(pk=found.job_id or 0).first()
    is_received = found.state == DocumentReading.State.RECEIVED
    address = reverse("document_reading", args=[found.pk])
    stage = job.stage if job else ""
    texts = {"read": _("Reading the text …"), "store": _("Storing its clauses …")}
    return {
        "reading": found,
        "is_working": is_received and job is not None and not job.is_over,
        "refusal": say_why(found) if found.refusal else "",
        "name": "progress",
        "text": texts.get(stage, _("Waiting for its turn …")),
        "percent": job.percent if job and stage else None,
        "url": address,
        "refresh_url": address,
        "section": "documents",
    }
