"""Pages about a unit's coordination group."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.organisations.access import Action, actions_at, get_organisation_for
from tongxin.organisations.answers import answer_form, reader_of
from tongxin.organisations.context import place_of
from tongxin.organisations.group_actions import DIVISIONS, close_group, end_seat, fill_seat, found_group
from tongxin.organisations.group_forms import AsOfForm, EndForm, FoundForm, SeatForm
from tongxin.organisations.models import CoordinationGroup, GroupSeat, Organisation
from tongxin.organisations.queries import group_of, seats_of


def group_url(unit: Organisation) -> str:
    return reverse("group", args=[unit.code])


def _page(request: HttpRequest, unit: Organisation, **more: Any) -> dict[str, Any]:
    return {**place_of(reader_of(request), unit, group_url), "section": "organisations", **more}


@require_safe
def group(request: HttpRequest, code: str) -> HttpResponse:
    """The coordination group as it was on a day, and who sat in it before and after."""
    user = reader_of(request)
    unit = get_organisation_for(user, code)
    form = AsOfForm(request.GET or None)
    asked = form.cleaned_data["as_of"] if form.is_bound and form.is_valid() else None
    day = asked or timezone.localdate()
    found = group_of(unit, day)
    seats = list(seats_of(found)) if found else []
    held = [
        seat for seat in seats if seat.valid_from <= day and (seat.valid_to is None or seat.valid_to > day)
    ]
    context = _page(
        request,
        unit,
        form=form,
        group=found,
        day=day,
        is_past=asked is not None,
        held=held,
        others=[seat for seat in seats if seat not in held],
        groups=unit.groups.order_by("-valid_from"),
        is_division=unit.level in DIVISIONS,
        may_change=Action.CHANGE_GROUP in actions_at(user, unit),
    )
    return render(request, "organisations/group.html", context)


def _unit_of_group(request: HttpRequest, code: str) -> Organisation:
    return get_organisation_for(reader_of(request), code, Action.CHANGE_GROUP)


def _open_group(unit: Organisation) -> CoordinationGroup:
    group = unit.groups.filter(valid_to=None).first()
    if group is None:
        raise Http404(_("The unit has no coordination group."))
    return group


def found(request: HttpRequest, code: str) -> HttpResponse:
    """Found the unit's coordination group."""
    user, unit = reader_of(request), _unit_of_group(request, code)
    title = _("Found the coordination group of %(unit)s") % {"unit": unit.name}
    return answer_form(
        request,
        FoundForm(request.POST or None),
        lambda asked: found_group(unit, actor=user, **asked),
        done=group_url(unit),
        message=_("The group has been founded."),
        context=_page(request, unit, title=title, submit=_("Found the group")),
    )


def close(request: HttpRequest, code: str) -> HttpResponse:
    """Close the group with every seat that is still held."""
    user, unit = reader_of(request), _unit_of_group(request, code)
    group = _open_group(unit)
    n_seats = group.seats.filter(valid_to=None).count()
    lead = _("%(count)d seats end with it. Group and seats stay readable in the history.") % {
        "count": n_seats
    }
    return answer_form(
        request,
        EndForm(request.POST or None),
        lambda asked: close_group(group, actor=user, **asked),
        done=group_url(unit),
        message=_("The group has been closed."),
        context=_page(
            request,
            unit,
            title=_("Close %(group)s") % {"group": group.name},
            submit=_("Close the group"),
            lead=lead,
        ),
    )


def seat(request: HttpRequest, code: str) -> HttpResponse:
    """Fill a seat of the group."""
    user, unit = reader_of(request), _unit_of_group(request, code)
    group = _open_group(unit)
    lead = _("Chair, office and office director are held by one at a time: the holder's time ends that day.")
    return answer_form(
        request,
        SeatForm(request.POST or None, user=user, initial={"kind": request.GET.get("kind", "")}),
        lambda asked: fill_seat(group, actor=user, **asked),
        done=group_url(unit),
        message=_("The seat has been filled."),
        context=_page(
            request,
            unit,
            title=_("Fill a seat of %(group)s") % {"group": group.name},
            submit=_("Fill the seat"),
            lead=lead,
        ),
    )


def unseat(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """End a seat of the group."""
    user, unit = reader_of(request), _unit_of_group(request, code)
    seat = get_object_or_404(
        GroupSeat.objects.select_related("group__organisation", "unit"), pk=pk, group__organisation=unit
    )
    return answer_form(
        request,
        EndForm(request.POST or None),
        lambda asked: end_seat(seat, actor=user, **asked),
        done=group_url(unit),
        message=_("The seat has ended."),
        context=_page(
            request, unit, title=_("End the seat: %(seat)s") % {"seat": seat}, submit=_("End the seat")
        ),
    )
