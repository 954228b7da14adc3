"""Pages that move, merge and split units: first what will change is shown, and the second time it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongxin.organisations.access import Action, get_organisation_for
from tongxin.organisations.actions import move_organisation
from tongxin.organisations.answers import carried_out, reader_of
from tongxin.organisations.change_views import page_of
from tongxin.organisations.changes import require_above
from tongxin.organisations.models import Level, Organisation, OrganisationEvent
from tongxin.organisations.previews import Preview, preview_merger, preview_move, preview_split
from tongxin.organisations.queries import events_of
from tongxin.organisations.rearranging_actions import REARRANGED, merge_organisations, split_organisation
from tongxin.organisations.rearranging_forms import MergeForm, MoveForm, ReceiverForm, SplitForm
from tongxin.organisations.views import url_of

Asked = dict[str, Any]


def move(request: HttpRequest, code: str) -> HttpResponse:
    """Put the unit, with all below it, under another from a day."""
    user, unit = reader_of(request), _unit_of(request, code)
    form = MoveForm(request.POST or None, user=user, unit=unit)
    lead = _("All units below it move with it. Roles held above its old place no longer reach it.")
    context = page_of(
        request, unit, _("Move %(unit)s") % {"unit": unit.name}, _("Show what will change"), lead
    )
    return _answer(
        request,
        unit,
        form,
        lambda asked: move_organisation(unit, actor=user, **asked),
        lambda asked: preview_move(unit, asked["parent"], asked["on"]),
        context | {"confirm": _("Move the unit"), "message": _("The unit has been moved.")},
        kind=OrganisationEvent.Kind.MOVED,
    )


def merge(request: HttpRequest, code: str) -> HttpResponse:
    """Close the unit, perhaps with others, in favour of one that is there or new."""
    user, unit = reader_of(request), _rearranged(request, code)
    form = MergeForm(request.POST or None, user=user, unit=unit)
    lead = _("The unit closes on the day; all that stands below it goes to the unit that takes over.")
    context = page_of(
        request, unit, _("Merge %(unit)s") % {"unit": unit.name}, _("Show what will change"), lead
    )
    return _answer(
        request,
        unit,
        form,
        lambda asked: merge_organisations(actor=user, **asked),
        lambda asked: preview_merger(asked["units"], asked["into"], asked["on"]),
        context | {"confirm": _("Merge the units"), "message": _("The units have been merged.")},
        kind=OrganisationEvent.Kind.MERGED,
    )


def split(request: HttpRequest, code: str) -> HttpResponse:
    """Give units below to others, there or new; the unit goes on or closes."""
    user, unit = reader_of(request), _rearranged(request, code)
    form = SplitForm(request.POST or None, user=user, unit=unit)
    lead = _("Units below it go to other units from the day, with all that stands below them.")
    context = page_of(
        request, unit, _("Split %(unit)s") % {"unit": unit.name}, _("Show what will change"), lead
    )
    return _answer(
        request,
        unit,
        form,
        lambda asked: split_organisation(unit, actor=user, **asked),
        lambda asked: preview_split(unit, asked["parts"], asked["on"], closes=asked["closes"]),
        context | {"confirm": _("Split the unit"), "message": _("The unit has been split.")},
        kind=OrganisationEvent.Kind.SPLIT,
        template="organisations/split.html",
    )


def _unit_of(request: HttpRequest, code: str) -> Organisation:
    user = reader_of(request)
    unit = get_organisation_for(user, code, Action.CHANGE_TREE)
    require_above(user, unit)
    return unit


def _rearranged(request: HttpRequest, code: str) -> Organisation:
    unit = _unit_of(request, code)
    if unit.level not in REARRANGED:
        message = _("A %(level)s is not merged or split; close it and name the unit that takes over.")
        raise PermissionDenied(message % {"level": Level(unit.level).label})
    return unit


def _answer(
    request: HttpRequest,
    unit: Organisation,
    form: MoveForm | MergeForm | SplitForm,
    act: Callable[[Asked], OrganisationEvent],
    preview: Callable[[Asked], Preview],
    context: dict[str, Any],
    *,
    kind: str,
    template: str = "organisations/rearrange.html",
) -> HttpResponse:
    """Rehearse what was asked and show it, or do it once it is confirmed; a second sending does nothing."""
    done = url_of(unit)
    if request.method == "POST" and form.is_valid():
        asked = form.asked() if isinstance(form, ReceiverForm) else form.cleaned_data
        latest = events_of(unit).order_by("-pk").first()
        seen = str(latest.pk if latest else 0)
        confirmed = request.POST.get("confirmed", "")
        if confirmed and confirmed != seen and latest and (latest.kind, latest.on) == (kind, asked["on"]):
            messages.info(request, _("This has been recorded already; nothing was changed again."))
            return redirect(done)
        if confirmed == seen and carried_out(form, lambda _cleaned: act(asked)):
            messages.success(request, context["message"])
            return redirect(done)
        if not form.errors and carried_out(form, lambda _cleaned: _rehearse(act, asked)):
            context["sent"] = [(field.html_name, field.value() or "") for field in form]
            is_stale = bool(confirmed)
            context |= {"preview": preview(asked), "asked": asked, "seen": seen, "is_stale": is_stale}
    return render(request, template, {**context, "form": form, "back_url": done})


def _rehearse(act: Callable[[Asked], OrganisationEvent], asked: Asked) -> None:
    """Do it and take it back, so that every refusal is heard before anything is confirmed."""
    with transaction.atomic():
        act(asked)
        transaction.set_rollback(True)
