"""Pages that change the tree, each a form of its own."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.organisations.access import Action, get_organisation_for
from tongxin.organisations.actions import (
    create_organisation,
    describe_enterprise,
    rename_organisation,
)
from tongxin.organisations.answers import answer_form, carried_out, reader_of
from tongxin.organisations.changes import require_above
from tongxin.organisations.closing_actions import close_organisation
from tongxin.organisations.context import place_of
from tongxin.organisations.forms import CloseForm, CoverForm, CreateForm, DescribeForm, RenameForm
from tongxin.organisations.models import Organisation, UnionCover
from tongxin.organisations.queries import closing_consequences, particulars_on
from tongxin.organisations.union_actions import cover_enterprise, uncover_enterprise
from tongxin.organisations.views import url_of


def page_of(
    request: HttpRequest, unit: Organisation, title: str, submit: str, lead: str = ""
) -> dict[str, Any]:
    place = place_of(reader_of(request), unit, url_of)
    return {**place, "title": title, "submit": submit, "lead": lead, "section": "organisations"}


def create_below(request: HttpRequest, code: str) -> HttpResponse:
    """Open a unit under this one."""
    user = reader_of(request)
    parent = get_organisation_for(user, code, Action.CHANGE_TREE)
    form = CreateForm(request.POST or None, parent=parent)
    return answer_form(
        request,
        form,
        lambda asked: create_organisation(actor=user, parent=parent, **asked),
        done=url_of(parent),
        message=_("The unit has been opened."),
        context=page_of(
            request, parent, _("Open a unit under %(unit)s") % {"unit": parent.name}, _("Open the unit")
        ),
    )


def rename(request: HttpRequest, code: str) -> HttpResponse:
    """Give the unit another name from a day."""
    user = reader_of(request)
    unit = get_organisation_for(user, code, Action.CHANGE_TREE)
    require_above(user, unit)
    form = RenameForm(request.POST or None, initial={"name_zh": unit.name_zh, "name_en": unit.name_en})
    lead = _("The present name stays readable in the history.")
    return answer_form(
        request,
        form,
        lambda asked: rename_organisation(unit, actor=user, **asked),
        done=url_of(unit),
        message=_("The new name has been saved."),
        context=page_of(
            request, unit, _("Rename %(unit)s") % {"unit": unit.name}, _("Save the new name"), lead
        ),
    )


def describe(request: HttpRequest, code: str) -> HttpResponse:
    """Set the enterprise's industry, ownership and size from a day."""
    user = reader_of(request)
    unit = get_organisation_for(user, code, Action.CHANGE_TREE)
    form = DescribeForm(request.POST or None, present=particulars_on(unit, timezone.localdate()))
    title = _("Particulars of %(unit)s") % {"unit": unit.name}
    return answer_form(
        request,
        form,
        lambda asked: describe_enterprise(unit, actor=user, **asked),
        done=url_of(unit),
        message=_("The particulars have been saved."),
        context=page_of(request, unit, title, _("Save the particulars")),
    )


def cover(request: HttpRequest, code: str) -> HttpResponse:
    """Say which union the enterprise's workers belong to, or that none covers it."""
    user = reader_of(request)
    unit = get_organisation_for(user, code, Action.CHANGE_TREE)
    present = UnionCover.objects.filter(enterprise=unit, valid_to=None).select_related("union").first()
    form = CoverForm(
        request.POST or None, user=user, initial={"union": present.union.code} if present else {}
    )
    return answer_form(
        request,
        form,
        partial(_set_cover, unit, user),
        done=url_of(unit),
        message=_("The union has been saved."),
        context=page_of(request, unit, _("Union of %(unit)s") % {"unit": unit.name}, _("Save the union")),
    )


def _set_cover(unit: Organisation, user: Any, asked: dict[str, Any]) -> None:
    if asked["union"] is None:
        uncover_enterprise(unit, actor=user, on=asked["on"])
    else:
        cover_enterprise(unit, actor=user, union=asked["union"], on=asked["on"])


def close(request: HttpRequest, code: str) -> HttpResponse:
    """Close the unit: first what will change is shown, and the second time it is done."""
    user = reader_of(request)
    unit = get_organisation_for(user, code, Action.CHANGE_TREE)
    require_above(user, unit)
    form = CloseForm(request.POST or None, user=user, unit=unit)
    is_right = request.method == "POST" and form.is_valid()
    is_confirmed = "confirmed" in request.POST
    if is_right and is_confirmed and carried_out(form, partial(_close, unit, user)):
        return redirect(url_of(unit))
    context = page_of(request, unit, _("Close %(unit)s") % {"unit": unit.name}, _("Show what will change"))
    if is_right and not form.errors:
        context |= closing_consequences(unit) | {"asked": form.cleaned_data, "is_asking": True}
    return render(request, "organisations/close.html", {**context, "form": form, "back_url": url_of(unit)})


def _close(unit: Organisation, user: Any, asked: dict[str, Any]) -> None:
    close_organisation(unit, actor=user, **asked)
