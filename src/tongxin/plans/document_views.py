"""Documents: the list, reading one in, confirming what it proposes, what a revision changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongxin.files.actions import read_file
from tongxin.organisations.access import Action, may
from tongxin.organisations.answers import PAGE, carried_out, page_links, reader_of
from tongxin.organisations.context import with_query
from tongxin.organisations.models import Organisation
from tongxin.organisations.views import standing_at
from tongxin.plans.access import get_document_for, get_plan_for, get_proposal_for, get_task_for
from tongxin.plans.document_access import readings_to_tell
from tongxin.plans.document_actions import publish_document
from tongxin.plans.document_pages import (
    address_of,
    describe_changes,
    describe_document,
    describe_noise,
    documents_at,
    place_for,
)
from tongxin.plans.forms import ProposalForm
from tongxin.plans.models import Document, Plan, Task, TaskProposal
from tongxin.plans.proposal_actions import (
    EDITABLE,
    accept_into,
    accept_proposal,
    edit_proposal,
    join_proposals,
    reject_proposal,
    reopen_proposal,
    split_proposal,
)

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
UNPROCESSABLE = 422


@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    """List the documents of a unit and those published above it."""
    user, unit = reader_of(request), standing_at(request, Action.SEE_PLANS)
    text = request.GET.get("q", "").strip()
    page = Paginator(documents_at(user, unit, text), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "text": text,
        "may_change": may(user, Action.CHANGE_PLANS, unit),
        "readings": readings_to_tell(user, unit),
        "section": "documents",
        **page_links(page, at=unit.code, q=text),
        **place_for(user, unit, "documents"),
    }
    return render(request, "plans/documents.html", context)


@require_safe
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a document: its text on the left, what it proposes on the right."""
    user = reader_of(request)
    found = get_document_for(user, pk)
    asked = {name: request.GET.get(name, "") for name in ("plan", "show", "page", "clause")}
    return render(request, "plans/document.html", describe_document(found, user, **asked))


@require_safe
def original(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand out the file as it was sent."""
    found = get_document_for(reader_of(request), pk)
    try:
        body = read_file(found.file)
    except FileNotFoundError:
        raise Http404(_("The file is no longer kept.")) from None
    answer = HttpResponse(body, content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = _attachment(found.file.name)
    return answer


def _attachment(name: str) -> str:
    return content_disposition_header(as_attachment=True, filename=name) or "attachment"


@require_safe
def noise(request: HttpRequest, pk: int) -> HttpResponse:
    """List what was removed from a document when it was read."""
    user = reader_of(request)
    found = get_document_for(user, pk)
    return render(request, "plans/noise.html", describe_noise(found, user))


@require_safe
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a revised document changes, and the tasks that this touches."""
    user = reader_of(request)
    found = get_document_for(user, pk)
    if found.revises_id is None:
        raise Http404(_("This document revises no other."))
    older = get_document_for(user, found.revises_id)
    return render(request, "plans/changes.html", describe_changes(older, found, user))


@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the units below read a document, or no longer."""
    user = reader_of(request)
    found = get_document_for(user, pk, Action.CHANGE_PLANS)
    is_published = request.POST.get("published") == "yes"
    publish_document(found, actor=user, is_published=is_published)
    done = _("The units below may read it now.") if is_published else _("Only your unit reads it now.")
    messages.success(request, done)
    return redirect("document", pk)


@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a task of a proposal."""
    user = reader_of(request)
    proposal = get_proposal_for(user, pk)
    plan = get_plan_for(user, _number(request.POST.get("plan")), Action.CHANGE_PLANS)
    measures = {measure.dimension: measure for measure in plan.measures.order_by("-position")}
    measure = measures.get(proposal.dimension) or measures.get("")
    if measure is None:
        messages.error(request, _("The plan has no measure for this; please add one first."))
        return redirect("measures", plan.pk)
    return _act(request, proposal, lambda: accept_proposal(proposal, actor=user, measure=measure))


@require_POST
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader_of(request)
    proposal = get_proposal_for(user, pk)
    reason = request.POST.get("reason", "")
    return _act(request, proposal, lambda: reject_proposal(proposal, actor=user, reason=reason))


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader_of(request)
    proposal = get_proposal_for(user, pk)
    return _act(request, proposal, lambda: reopen_proposal(proposal, actor=user))


@require_POST
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Make one proposal of those that were chosen."""
    user = reader_of(request)
    found = get_document_for(user, pk, Action.CHANGE_PLANS)
    keys = [_number(each) for each in request.POST.getlist("proposal")]
    chosen = list(TaskProposal.objects.filter(clause__document=found, pk__in=keys))
    try:
        made = join_proposals(chosen, actor=user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(_back(request, found, None))
    return redirect(_back(request, found, made))


@get_or_post
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a proposal, cut it in two, or let a task that is there stand for it."""
    user = reader_of(request)
    proposal = get_proposal_for(user, pk)
    initial = {name: getattr(proposal, name) for name in EDITABLE} | {"seen_at": proposal.edited_at}
    form = ProposalForm(request.POST if request.POST.get("act") == "save" else None, initial=initial)
    if request.method == "POST" and not form.is_bound:
        return _edit_otherwise(request, proposal)
    if form.is_bound and form.is_valid() and carried_out(form, lambda given: _save(proposal, user, given)):
        messages.success(request, _("Saved."))
        return redirect(_back(request, proposal.clause.document, proposal))
    unit = proposal.clause.document.organisation
    context = {
        "form": form,
        "proposal": proposal,
        "document": proposal.clause.document,
        "tasks": _tasks_of(unit),
        "places": _places_to_cut(proposal.quote),
        "section": "documents",
        **place_for(user, unit, "documents"),
    }
    status = UNPROCESSABLE if form.is_bound else None
    return render(request, "plans/proposal.html", context, status=status)


def _tasks_of(unit: Organisation) -> QuerySet[Task]:
    """Return the tasks that could stand for a clause, the newest first."""
    tasks = Task.objects.filter(measure__plan__organisation=unit).exclude(state=Task.State.CANCELLED)
    tasks = tasks.exclude(measure__plan__state=Plan.State.CLOSED)
    return tasks.order_by("-pk")[:500]


def _save(proposal: TaskProposal, user: Any, given: dict[str, Any]) -> None:
    seen_at = given.pop("seen_at")
    edit_proposal(proposal, actor=user, values=given, seen_at=seen_at)


def _edit_otherwise(request: HttpRequest, proposal: TaskProposal) -> HttpResponse:
    user = reader_of(request)
    if request.POST.get("act") == "cut":
        at = _number(request.POST.get("at"))
        return _act(request, proposal, lambda: split_proposal(proposal, actor=user, at=at))
    task = get_task_for(user, _number(request.POST.get("task")), Action.CHANGE_PLANS)
    return _act(request, proposal, lambda: accept_into(proposal, actor=user, task=task))


def _places_to_cut(quote: str) -> list[tuple[int, str, str]]:
    """Return the places at which a quote can be cut: behind each sign, with what stands on both sides."""
    signs = "\uff0c,\uff1b;\u3001\u3002"
    places = [at + 1 for at, sign in enumerate(quote[:-1]) if sign in signs]
    return [(at, quote[:at][-14:], quote[at:][:14]) for at in places]


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 18 else 0


def _act(request: HttpRequest, proposal: TaskProposal, act: Callable[[], Any]) -> HttpResponse:
    """Do it, or say why it was refused; go back to where the reader stood."""
    try:
        act()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect(_back(request, proposal.clause.document, proposal))


def _back(request: HttpRequest, found: Document, proposal: TaskProposal | None) -> str:
    """Return the address of a document as the reader had it, at the clause of a proposal."""
    query = {name: request.POST.get(f"back_{name}") or request.GET.get(name) for name in ("plan", "show")}
    if proposal is not None:
        return address_of(found.pk, proposal.clause.number, **query)
    return with_query(reverse("document", args=[found.pk]), **query)
