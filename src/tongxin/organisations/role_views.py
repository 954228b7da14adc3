"""Pages about roles: who holds which, handing out, taking back, and why somebody may do a thing."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.accounts.models import User
from tongxin.organisations.access import ALLOWS, Action, actions_of, is_revocable_by, reach_of, subtree_of
from tongxin.organisations.answers import PAGE, answer_form, page_links, reader_of
from tongxin.organisations.explanations import explain_to
from tongxin.organisations.listings import roles_at
from tongxin.organisations.models import Role, RoleGrant
from tongxin.organisations.role_actions import grant_role, revoke_role
from tongxin.organisations.role_forms import ExplainForm, GrantForm, RoleListForm


def _require(request: HttpRequest, action: Action) -> User:
    user = reader_of(request)
    if action not in actions_of(user):
        raise PermissionDenied(_("You hold no role for this yet."))
    return user


@require_safe
def role_list(request: HttpRequest) -> HttpResponse:
    """The roles held at the units where the reader may see them."""
    user = _require(request, Action.SEE_ROLES)
    form = RoleListForm(request.GET or None, user=user)
    asked = form.cleaned_data if form.is_valid() else {}
    reach = reach_of(user, Action.SEE_ROLES, "organisation__")
    unit = asked.get("at")
    if unit is not None:
        reach &= subtree_of(unit, "organisation__")
    today = timezone.localdate()
    grants = roles_at(
        reach, text=asked.get("q", ""), role=asked.get("role", ""), state=asked.get("state", ""), day=today
    )
    page = Paginator(grants, PAGE).get_page(request.GET.get("page"))
    links = page_links(page, **{name: request.GET.get(name) for name in form.fields})
    held = actions_of(user)
    context = {"form": form, "page": page, "today": today, "held": held, **links}
    return render(request, "organisations/roles.html", context)


def grant(request: HttpRequest) -> HttpResponse:
    """Hand out a role."""
    user = _require(request, Action.GRANT_ROLES)
    form = GrantForm(request.POST or None, user=user, initial={"organisation": request.GET.get("at", "")})
    return answer_form(
        request,
        form,
        partial(_grant, user),
        done=reverse("roles"),
        message=_("The role has been granted."),
        context={
            "title": _("Grant a role"),
            "submit": _("Grant the role"),
            "lead": _("You can hand out no more than you hold yourself at the unit."),
            "section": "roles",
        },
    )


def _grant(user: User, asked: dict[str, Any]) -> None:
    grant_role(asked.pop("account"), actor=user, **asked)


def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a role back, after showing what ends with it."""
    user = _require(request, Action.REVOKE_ROLES)
    reach = reach_of(user, Action.REVOKE_ROLES, "organisation__")
    grants = RoleGrant.objects.filter(reach).select_related("user", "organisation", "granted_by")
    held = grants.filter(pk=pk).first()
    if held is None:
        raise Http404(_("There is no such role among those you may take back."))
    if not is_revocable_by(user, held):
        raise PermissionDenied(_("You may not take back this role: it allows more than you hold here."))
    if request.method == "POST":
        try:
            revoke_role(held, actor=user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, _("The role has been revoked."))
        return redirect("roles")
    ends = sorted(action.label for action in ALLOWS[Role(held.role)])
    context = {"grant": held, "ends": ends, "back_url": reverse("roles"), "section": "roles"}
    return render(request, "organisations/revoke.html", context)


@require_safe
def explain(request: HttpRequest) -> HttpResponse:
    """Why somebody may or may not do a thing at a unit: of oneself, and of others where one sees roles."""
    user = reader_of(request)
    form = ExplainForm(request.GET or None, sees_others=Action.SEE_ROLES in actions_of(user))
    context: dict[str, Any] = {"form": form, "section": "roles"}
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        subject = asked.get("user") or user
        action = Action(asked["action"])
        explanation = explain_to(user, subject, action, asked["unit"].strip())
        context |= {"explanation": explanation, "subject": subject, "action": action, "code": asked["unit"]}
    return render(request, "organisations/explain.html", context)
