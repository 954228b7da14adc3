"""The page that says what changed since an earlier release, and why."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.codes.periods import Period
from tongxin.figures.attribution import Step
from tongxin.figures.change_pages import Changed, changed_at, changed_below, earlier_release, step_name
from tongxin.figures.forms import level_below, periods_of
from tongxin.figures.pages import read_period
from tongxin.figures.queries import Release, list_releases
from tongxin.figures.questions import unit_asked
from tongxin.figures.selection import check_codes
from tongxin.figures.views import with_release
from tongxin.figures.words import indicator_name
from tongxin.organisations.access import Action, Principal
from tongxin.organisations.answers import reader_of
from tongxin.organisations.context import place_of, with_query
from tongxin.organisations.models import Level, Organisation

SHOWN = 30


@require_safe
@with_release
def changes(request: HttpRequest, release: Release) -> HttpResponseBase:
    """What changed at a unit, or of one indicator at the units below it."""
    user = reader_of(request)
    unit = unit_asked(user, request.GET.get("at"))
    if unit.level == Level.GROUP:
        message = _("What changed between releases is explained for divisions and enterprises only.")
        raise ValidationError(message)
    period = read_period(release, request.GET.get("period"), release.default_period())
    before = earlier_release(release, request.GET.get("before"))
    code = request.GET.get("i", "")
    if code:
        check_codes(release, [code])
    found = _find(before, release, code, unit, period, user)
    if request.GET.get("format") == "json":
        return JsonResponse(
            {
                "before": before.id if before else None,
                "after": release.id,
                "period": str(period),
                "changes": [each.as_row() for each in found],
            },
            json_dumps_params={"ensure_ascii": False, "indent": 1},
        )
    context = _describe(request, release, before, unit, period, found)
    return _page(request, context | _place(request, unit, user))


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "figures/changes.html", context)


def _find(
    before: Release | None, after: Release, code: str, unit: Organisation, period: Period, user: Principal
) -> list[Changed]:
    if before is None or str(period) not in before.manifest["periods"]:
        return []
    if code:
        return changed_below(before, after, code, unit, period, user)
    return changed_at(before, after, unit, period, user)


def _describe(
    request: HttpRequest,
    release: Release,
    before: Release | None,
    unit: Organisation,
    period: Period,
    found: list[Changed],
) -> dict[str, Any]:
    code = request.GET.get("i", "")
    return {
        "section": "figures",
        "release": release,
        "before": before,
        "is_new_period": before is not None and str(period) not in before.manifest["periods"],
        "period": period,
        "period_choices": [str(each) for each in periods_of(release) if each.kind == period.kind],
        "code": code,
        "name": indicator_name(release.newest(code)) if code else "",
        "rows": [(each, _below(request, each, unit, code)) for each in found],
        "steps": [step_name(each) for each in Step],
        "earlier": [each for each in list_releases() if each.id < release.id and not each.is_damaged][:SHOWN],
        "all_url": _address(request, unit, i=None),
        "json_url": _address(request, unit, format="json"),
    }


def _below(request: HttpRequest, changed: Changed, unit: Organisation, code: str) -> str:
    """Return where one step further down the same change is shown; nothing where there are no units."""
    at = changed.answer.organisation if code else unit
    if not level_below(at):
        return ""
    return _address(request, at, i=changed.answer.figure.indicator)


def _address(request: HttpRequest, unit: Organisation, **values: object) -> str:
    asked = {name: request.GET.get(name) for name in ("period", "before", "i")} | values
    return with_query(reverse("changes"), at=unit.code, **asked)


def _place(request: HttpRequest, unit: Organisation, user: Principal) -> dict[str, Any]:
    return place_of(user, unit, lambda each: _address(request, each), Action.SEE_FIGURES)
