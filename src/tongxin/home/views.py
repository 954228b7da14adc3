"""An office's first screen: what changed, what needs it, then its five dimensions and the units below."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tongxin.accounts.models import User
from tongxin.codes.periods import Period
from tongxin.figures.forms import periods_of
from tongxin.figures.headlines import headlines_of
from tongxin.figures.pages import read_period
from tongxin.figures.queries import Release
from tongxin.figures.questions import unit_asked
from tongxin.figures.views import with_release
from tongxin.figures.words import indicator_name, level_name
from tongxin.home.changes import changes_since
from tongxin.home.comparing import compare, map_below, map_levels
from tongxin.home.glance import look_at, trend_of
from tongxin.home.needs import needs_of
from tongxin.organisations.access import Action, actions_of
from tongxin.organisations.answers import reader_of
from tongxin.organisations.context import place_of, with_query
from tongxin.organisations.models import Organisation
from tongxin.organisations.once import reading

FIRST_PAGES = (
    (Action.SEE_FIGURES, "office"),
    (Action.MANAGE_ACCOUNTS, "accounts"),
    (Action.SEE_TRAIL, "audit"),
    (Action.SEE_ROLES, "roles"),
    (Action.SEE_UNIT, "organisations"),
)
"""Where a reader begins, by the first thing on this list that their roles allow."""


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """Lead each reader to the page with which their work begins."""
    user = reader_of(request)
    if user.must_change_password:
        return redirect("account_change_password")
    with reading():
        allowed = actions_of(user)
        page = next((page for action, page in FIRST_PAGES if action in allowed), None)
        if page == "office":
            return office(request)
        return redirect(page) if page else render(request, "home/no_role.html")


@with_release
def office(request: HttpRequest, release: Release) -> HttpResponse:
    """The first screen of an office for the unit and the period in the address."""
    user = reader_of(request)
    unit = unit_asked(user, request.GET.get("at"))
    period = read_period(release, request.GET.get("period"), release.default_period())
    return render(request, "home/home.html", describe_office(request, release, unit, period, user))


def describe_office(
    request: HttpRequest, release: Release, unit: Organisation, period: Period, user: User
) -> dict[str, Any]:
    chosen = _indicator(request, release)
    sort, level = request.GET.get("sort", ""), request.GET.get("map", "")
    kinds = [str(each) for each in periods_of(release) if each.kind == period.kind]
    return {
        "section": "home",
        "release": release,
        "period": period,
        "period_choices": kinds,
        "changes": changes_since(release, unit, period, user),
        "needs": needs_of(user, release),
        "glance": look_at(release, unit, period, user),
        "indicators": _offered(release, chosen),
        "chosen": chosen,
        "trend": trend_of(release, chosen, unit, period, user),
        "map": map_below(release, unit, chosen, period, level, user),
        "maps": [(each, level_name(each)) for each in map_levels(unit)],
        "map_level": level if level in map_levels(unit) else next(iter(map_levels(unit)), ""),
        "comparison": compare(release, unit, period, user, sort),
        "sort": sort,
        **place_of(
            user,
            unit,
            lambda each: with_query(
                reverse("home"), at=each.code, period=request.GET.get("period"), i=request.GET.get("i")
            ),
            Action.SEE_FIGURES,
        ),
    }


def _offered(release: Release, chosen: str) -> list[tuple[str, str]]:
    """Return the headlines, and with them the indicator that the reader chose elsewhere."""
    codes = [code for found in headlines_of(release).values() for code in found]
    return [(code, indicator_name(release.newest(code))) for code in dict.fromkeys([*codes, chosen])]


def _indicator(request: HttpRequest, release: Release) -> str:
    """Return the indicator of trend and map; one that the release lacks gives way to the usual one."""
    asked = request.GET.get("i", "")
    offered = [code for found in headlines_of(release).values() for code in found]
    usual = "skilled_rate" if "skilled_rate" in offered else offered[0]
    return asked if asked in release.codes else usual
