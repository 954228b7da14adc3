"""Pages that take units into group companies: first what will change is shown, then it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.organisations.access import Action, get_organisation_for
from tongxin.organisations.answers import carried_out, reader_of
from tongxin.organisations.change_views import page_of
from tongxin.organisations.company_group_actions import join_group, leave_group
from tongxin.organisations.company_group_forms import BelongForm, TakeInForm
from tongxin.organisations.company_groups import MEMBERS, group_of_unit
from tongxin.organisations.models import Level, Organisation
from tongxin.organisations.previews import Preview, preview_membership
from tongxin.organisations.views import url_of

Asked = dict[str, Any]


def belong(request: HttpRequest, code: str) -> HttpResponse:
    """Say to which group company the unit belongs, or that it belongs to none any more."""
    user = reader_of(request)
    unit = get_organisation_for(user, code, Action.CHANGE_TREE)
    if unit.level not in MEMBERS:
        raise PermissionDenied(_("Enterprises and smaller groups belong to a group company, nothing else."))
    present = group_of_unit(unit, timezone.localdate())
    form = BelongForm(request.POST or None, user=user, initial={"group": present.code} if present else {})
    lead = _("Where it stands among the divisions stays as it is.")
    title = _("Group company of %(unit)s") % {"unit": unit.name}

    def act(asked: Asked) -> None:
        if asked["group"] is None:
            leave_group(unit, actor=user, on=asked["on"])
        else:
            join_group(unit, actor=user, **asked)

    return _answer(
        request,
        form,
        act,
        lambda asked: preview_membership(unit, asked["group"], asked["on"]),
        page_of(request, unit, title, _("Show what will change"), lead),
    )


def take_in(request: HttpRequest, code: str) -> HttpResponse:
    """Take an enterprise or a smaller group into this group company."""
    user = reader_of(request)
    group = get_organisation_for(user, code, Action.CHANGE_TREE)
    if group.level != Level.GROUP:
        raise PermissionDenied(_("Only a group company has members."))
    form = TakeInForm(request.POST or None, user=user)
    title = _("Take a member into %(group)s") % {"group": group.name}
    return _answer(
        request,
        form,
        lambda asked: join_group(asked["member"], actor=user, group=group, on=asked["on"]),
        lambda asked: preview_membership(asked["member"], group, asked["on"]),
        page_of(request, group, title, _("Show what will change")),
    )


def _answer(
    request: HttpRequest,
    form: forms.Form,
    act: Callable[[Asked], Any],
    preview: Callable[[Asked], Preview],
    context: dict[str, Any],
) -> HttpResponse:
    """Rehearse what was asked and show it, or do it once it is confirmed."""
    unit: Organisation = context["unit"]
    is_confirmed = "confirmed" in request.POST
    if request.method == "POST" and form.is_valid():
        if is_confirmed and carried_out(form, act):
            messages.success(request, _("The group company has been saved."))
            return redirect(url_of(unit))
        if not form.errors and carried_out(form, lambda asked: _rehearse(act, asked)):
            context["sent"] = [(field.html_name, field.value() or "") for field in form]
            context |= {"preview": preview(form.cleaned_data), "asked": form.cleaned_data, "seen": "yes"}
    confirm = _("Save the group company")
    context |= {"form": form, "back_url": url_of(unit), "confirm": confirm}
    return render(request, "organisations/rearrange.html", context)


def _rehearse(act: Callable[[Asked], Any], asked: Asked) -> None:
    """Do it and take it back, so that every refusal is heard before anything is confirmed."""
    with transaction.atomic():
        act(asked)
        transaction.set_rollback(True)
