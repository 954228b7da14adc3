"""The unit in which a reader stands: always visible, and a switch; it lives in the address as `unit`."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from tongxin.organisations.access import (
    Action,
    Principal,
    grants_in_force,
    organisations_visible_to,
    reach_of,
    roles_that_allow,
)
from tongxin.organisations.models import Organisation
from tongxin.organisations.queries import ancestors_of, children_of


@dataclass(frozen=True)
class Place:
    """The unit chosen (None for all that the reader may see), and the units below it within their reach."""

    unit: Organisation | None
    within: Q
    """The condition on `organisation__…` under which a fact belongs to the place."""
    crumbs: list[tuple[str, str]]
    choices: list[tuple[str, str]]


def place_of(request: HttpRequest, action: Action = Action.SEE_PEOPLE) -> Place:
    """Read the unit from the address; without one, the reader stands at the only unit of their role."""
    visible = organisations_visible_to(request.user, action)
    tops = _tops_of(request.user, action)
    code = request.GET.get("unit", "")
    if code:
        unit = visible.filter(code=code).first()
        if unit is None:
            raise Http404(_("There is no such unit."))
    else:
        unit = tops[0] if len(tops) == 1 else None
    within = reach_of(request.user, action, "organisation__")
    if unit:
        within &= Q(organisation__path__gte=unit.path, organisation__path__lt=unit.path_end)
    return Place(unit, within, _crumbs(request, unit, visible, tops), _choices(request, unit, visible, tops))


def _tops_of(user: Principal, action: Action) -> list[Organisation]:
    units = {grant.organisation for grant in grants_in_force(user).filter(role__in=roles_that_allow(action))}
    return [
        unit
        for unit in sorted(units, key=lambda unit: unit.code)
        if not any(other != unit and (unit.path or "").startswith(other.path or "-") for other in units)
    ]


def _crumbs(
    request: HttpRequest, unit: Organisation | None, visible: QuerySet[Organisation], tops: list[Organisation]
) -> list[tuple[str, str]]:
    everything = [] if len(tops) == 1 else [(_("All my units"), _address(request, None))]
    if unit is None:
        return everything
    above = ancestors_of(unit)
    seen = set(visible.filter(pk__in=[node.pk for node in above]).values_list("pk", flat=True))
    line = [node for node in above if node.pk in seen] + [unit]
    return everything + [(node.name, _address(request, node)) for node in line]


def _choices(
    request: HttpRequest, unit: Organisation | None, visible: QuerySet[Organisation], tops: list[Organisation]
) -> list[tuple[str, str]]:
    units = list(children_of(unit) & visible) if unit else tops
    return [(node.name, _address(request, node)) for node in units]


def _address(request: HttpRequest, unit: Organisation | None) -> str:
    kept = {
        key: value for key, value in request.GET.items() if key not in {"unit", "after", "before"} and value
    }
    query = urlencode({**kept, **({"unit": unit.code} if unit else {})})
    return f"?{query}"
