"""Corrections of people known elsewhere: proposed by a unit, decided by who answers for all employers."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.organisations.access import Action, actions_of
from tongxin.workforce.access import covers_employers, get_proposal_for, proposals_visible_to
from tongxin.workforce.actions import accept_correction, proposed_value, refuse_correction
from tongxin.workforce.labels import name_of
from tongxin.workforce.models import CorrectionProposal
from tongxin.workforce.particulars import read_particulars, shown

RECENT = 100


@dataclass(frozen=True)
class Asked:
    """A proposal on the page: what stands on record, what is proposed, and whether the reader decides."""

    proposal: CorrectionProposal
    field: str
    before: str
    after: str
    may_decide: bool


@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    if not actions_of(request.user) & {Action.CHANGE_PEOPLE, Action.REVIEW_PEOPLE}:
        raise PermissionDenied(_("None of your roles allows this anywhere."))
    visible = proposals_visible_to(request.user)
    still_open = visible.filter(state=CorrectionProposal.State.OPEN).order_by("pk")[:RECENT]
    decided = visible.exclude(state=CorrectionProposal.State.OPEN).order_by("-decided_at")[:RECENT]
    context = {
        "asked": [_asked(request, proposal) for proposal in still_open],
        "decided": [_asked(request, proposal) for proposal in decided],
        "section": "workers",
    }
    return render(request, "workforce/proposals.html", context)


def _asked(request: HttpRequest, proposal: CorrectionProposal) -> Asked:
    labels = {
        "name": _("Name"),
        "sex": _("Sex"),
        "born_on": _("Birth date"),
        "education": _("Education"),
        "phone": _("Phone"),
    }
    before = read_particulars(proposal.worker)[proposal.field]
    is_open = proposal.state == CorrectionProposal.State.OPEN
    return Asked(
        proposal,
        labels[proposal.field],
        _written(proposal.field, before),
        _written(proposal.field, proposed_value(proposal)),
        may_decide=is_open
        and proposal.proposed_by_id != request.user.pk
        and covers_employers(request.user, proposal.worker, Action.REVIEW_PEOPLE),
    )


def _written(field: str, value: object) -> str:
    if field in {"sex", "education"}:
        return name_of(field, str(value))
    return str(shown(field, value) or "")


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = get_proposal_for(request.user, pk)
    act = accept_correction if request.POST.get("verdict") == "accept" else refuse_correction
    try:
        act(proposal, actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(
            request, _("Accepted.") if act is accept_correction else _("Refused; nothing was changed.")
        )
    return redirect("proposals")
