"""Pages that show the tree: the list to walk, and a unit's own page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.accounts.models import User
from tongxin.organisations.access import (
    Action,
    actions_at,
    get_organisation_for,
    home_unit_of,
    keep_visible,
    may,
    organisations_visible_to,
    reach_of,
)
from tongxin.organisations.answers import PAGE, page_links, reader_of, send_csv
from tongxin.organisations.company_group_pages import describe_company_groups
from tongxin.organisations.context import place_of, with_query
from tongxin.organisations.forms import ListForm
from tongxin.organisations.group_actions import DIVISIONS
from tongxin.organisations.labels import changes_of, codes_in, describe
from tongxin.organisations.listings import named_or_coded, units_on
from tongxin.organisations.models import Hierarchy, Level, Organisation
from tongxin.organisations.placing import levels_under
from tongxin.organisations.queries import covers_of, events_of, group_of, seats_of
from tongxin.organisations.rearranging_actions import REARRANGED
from tongxin.organisations.sentences import sentence_of

CSV_HEADER = ("code", "name", "level", "parent", "parent_name")


def standing_at(request: HttpRequest, action: Action = Action.SEE_UNIT) -> Organisation:
    """Return the unit named in the address, else the highest at which the reader may do the thing."""
    user = reader_of(request)
    if code := request.GET.get("at"):
        return get_organisation_for(user, code, action)
    unit = home_unit_of(user, action)
    if unit is None:
        raise PermissionDenied(_("You hold no role for this yet."))
    return unit


def url_of(unit: Organisation) -> str:
    return reverse("organisation", args=[unit.code])


@require_safe
def organisation_list(request: HttpRequest) -> HttpResponseBase:
    """The units under one, as they were on a day, or those below it that match a search."""
    user, unit = reader_of(request), standing_at(request)
    asks = any(request.GET.get(name) for name in ("q", "level", "as_of"))
    form = ListForm(request.GET if asks else None, initial={"at": request.GET.get("at")})
    asked = form.cleaned_data if form.is_valid() else {}
    day = asked.get("as_of") or timezone.localdate()
    units = _units_asked(unit, day, asked).filter(reach_of(user, Action.SEE_UNIT))
    if request.GET.get("format") == "csv":
        return send_csv(f"organisations-{unit.code}-{day}", CSV_HEADER, _csv_rows(units))
    page = Paginator(units, PAGE).get_page(request.GET.get("page"))
    asked_for = {"q": asked.get("q"), "level": asked.get("level"), "as_of": asked.get("as_of")}
    context = {
        "form": form,
        "page": page,
        "day": day,
        "is_past": asked.get("as_of") is not None,
        "is_search": bool(asked.get("q") or asked.get("level")),
        "csv_url": with_query("", at=unit.code, **asked_for, format="csv"),
        **page_links(page, at=unit.code, **asked_for),
        **place_of(user, unit, lambda each: with_query("", at=each.code, as_of=asked.get("as_of"))),
    }
    return render(request, "organisations/list.html", context)


def _units_asked(unit: Organisation, day: date, asked: dict[str, Any]) -> QuerySet[Organisation]:
    text, level = asked.get("q", ""), asked.get("level", "")
    units = units_on(day, under=unit, is_deep=bool(text or level))
    if level:
        units = units.filter(level=level)
    return named_or_coded(units, text, day) if text else units


def _csv_rows(units: QuerySet[Organisation]) -> Any:
    names = ("code", "name_then", "level", "parent_code_then", "parent_name_then")
    return units.values_list(*names).iterator()


@require_safe
def organisation(request: HttpRequest, code: str) -> HttpResponse:
    """One unit: what it is, what it was called, where it stood, what happened to it."""
    user = reader_of(request)
    unit = get_organisation_for(user, code)
    context = {
        **place_of(user, unit, url_of),
        **_history_of(user, unit),
        **_relations_of(user, unit),
        **describe_company_groups(user, unit),
        "allowed": actions_at(user, unit),
        "may_change_above": unit.parent is not None and may(user, Action.CHANGE_TREE, unit.parent),
        "has_levels_below": bool(levels_under(unit.level)),
        "is_rearranged": unit.level in REARRANGED,
        "is_enterprise": unit.level == Level.ENTERPRISE,
        "is_division": unit.level in DIVISIONS,
        "group": group_of(unit, timezone.localdate()),
    }
    if context["group"]:
        context["seats"] = [seat for seat in seats_of(context["group"]) if seat.valid_to is None]
    return render(request, "organisations/unit.html", context)


def _history_of(user: User, unit: Organisation) -> dict[str, Any]:
    events = list(events_of(unit))
    named = {each.code: each for each in Organisation.objects.filter(code__in=codes_in(events))}
    seen = {each.code for each in keep_visible(user, named.values(), Action.SEE_UNIT)}
    return {
        "names": unit.names.order_by("-valid_from"),
        "placements": unit.placements.filter(hierarchy=Hierarchy.ADMINISTRATIVE)
        .select_related("parent")
        .order_by("-valid_from"),
        "particulars": [describe(each) for each in unit.particulars.order_by("-valid_from")],
        "events": [
            (event, sentence_of(event, unit, named, seen), changes_of(event, named)) for event in events
        ],
    }


def _relations_of(user: User, unit: Organisation) -> dict[str, Any]:
    visible = organisations_visible_to(user)
    covers = covers_of(unit)
    covers = covers.filter(union__in=visible) if unit.level == Level.ENTERPRISE else covers
    covers = covers.filter(enterprise__in=visible) if unit.level == Level.UNION else covers
    children = visible.filter(parent=unit, closed_on=None).order_by("code")
    return {"covers": covers, "children": children[:PAGE], "n_children": children.count()}
