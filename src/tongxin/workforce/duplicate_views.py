"""People entered twice: the list, two entries side by side, merging, and taking a merge back."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.audit import log
from tongxin.organisations.access import Action
from tongxin.organisations.answers import reader_of
from tongxin.workforce.change_views import get_or_post
from tongxin.workforce.duplicate_access import get_merge_for, get_pair_for
from tongxin.workforce.duplicate_actions import call_different, propose_again, unit_of
from tongxin.workforce.duplicate_forms import MergeForm
from tongxin.workforce.duplicate_pages import describe_merge, describe_pair, describe_pairs
from tongxin.workforce.duplicate_search import start_search
from tongxin.workforce.filling import confirm
from tongxin.workforce.merge_actions import merge_workers, undo_merge
from tongxin.workforce.models import DuplicatePair
from tongxin.workforce.views import require_somewhere


@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    require_somewhere(request, Action.REVIEW_PEOPLE)
    context = {**describe_pairs(request), "section": "workers"}
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "workforce/duplicates.html", context)
    if context["is_working"]:
        words = {"text": context["progress_text"], "url": context["progress_url"]}
        return render(request, "ui/progress.html", {**context, **words})
    return HttpResponse(headers={"HX-Refresh": "true"})


@require_POST
def search(request: HttpRequest) -> HttpResponse:
    start_search(actor=reader_of(request))
    return redirect("duplicates")


@require_safe
def pair(request: HttpRequest, pk: int) -> HttpResponse:
    """Show two entries side by side; looking at them is in the log like looking at a person."""
    found = get_pair_for(request.user, pk)
    for worker in (found.left, found.right):
        log.record(
            actor=request.user, action="workers.viewed", target=worker, organisation_id=unit_of(worker)
        )
    return render(request, "workforce/duplicate_pair.html", {**describe_pair(found), "section": "workers"})


@get_or_post
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what merging would change, and do it once that is confirmed."""
    found = get_pair_for(request.user, pk)
    form = MergeForm(request.POST if request.method == "POST" else request.GET, pair=found)
    if not form.is_valid() or found.state != DuplicatePair.State.OPEN:
        return redirect("duplicate_pair", pk)
    if request.method == "POST":
        try:
            merge_workers(found, actor=request.user, survivor=form.survivor, chosen=form.chosen)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect("duplicates")
        messages.success(request, _("Merged. It can be undone from the list of people entered twice."))
        return redirect("worker", form.survivor.pk)
    context = {**describe_merge(found, form), "section": "workers"}
    return render(request, "workforce/duplicate_merge.html", context)


@require_POST
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Call two entries different people, or take that back."""
    found = get_pair_for(request.user, pk)
    is_back = request.POST.get("verdict") == "again"
    act = propose_again if is_back else call_different
    try:
        act(found, actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        done = (
            _("Put back for review.")
            if is_back
            else _("Kept as different people; they are not proposed again.")
        )
        messages.success(request, done)
    return redirect("duplicates")


@get_or_post
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    made = get_merge_for(request.user, pk)
    names = {"name": made.survivor.name, "number": made.merged_id}
    return confirm(
        request,
        partial(undo_merge, made, actor=request.user),
        title=_("Undo the merge of %(name)s") % names,
        what=_(
            "Entry %(number)d gets back what went over to this person, and both have the particulars that "
            "they had before. What was changed since in an employment or a record goes with it."
        )
        % names,
        lead=_(
            "If something was entered since that might belong to either, nothing is changed and you are told "
            "what."
        ),
        back=reverse("duplicates"),
        done=_("Undone. Both entries are as they were, and the pair waits for a review."),
        button=_("Undo the merge"),
    )
