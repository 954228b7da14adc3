from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from tongxin.organisations.access import Action, Principal, actions_of, keep_visible
from tongxin.organisations.company_groups import members_of
from tongxin.organisations.models import Level, Organisation
from tongxin.organisations.queries import ancestors_of, children_of, get_programme

MENU = {
    "home": Action.SEE_FIGURES,
    "figures": Action.SEE_FIGURES,
    "plans": Action.SEE_PLANS,
    "tasks": Action.SEE_PLANS,
    "supervision": Action.SEE_PLANS,
    "documents": Action.SEE_PLANS,
    "meetings": Action.SEE_PLANS,
    "instructions": Action.SEE_PLANS,
    "organisations": Action.SEE_UNIT,
    "workers": Action.SEE_PEOPLE,
    "imports": Action.CHANGE_PEOPLE,
    "audit": Action.SEE_TRAIL,
    "roles": Action.SEE_ROLES,
    "accounts": Action.MANAGE_ACCOUNTS,
}
CHOICES = 120
"""So many units are offered in the switch: all counties of the province, the towns of any county."""


def programme(request: HttpRequest) -> dict[str, Any]:
    """Give every page the programme (its name, whether it is synthetic) and the menu open to the user."""
    user = getattr(request, "user", None)
    held = actions_of(user) if user is not None and user.is_authenticated else frozenset()
    return {
        "programme": get_programme(),
        "may_open": {name for name, action in MENU.items() if action in held},
    }


def place_of(
    user: Principal,
    unit: Organisation,
    url_of: Callable[[Organisation], str],
    action: Action = Action.SEE_UNIT,
) -> dict[str, Any]:
    """Return the way from the root to the unit, as far as the user sees it, and the units below it."""
    above = keep_visible(user, [*ancestors_of(unit), unit], action)
    under = members_of(unit) if unit.level == Level.GROUP else children_of(unit)
    below = keep_visible(user, under[:CHOICES], action)
    return {
        "unit": unit,
        "unit_crumbs": [(each.name, url_of(each)) for each in above],
        "unit_choices": [(each.name, url_of(each)) for each in below],
    }


def with_query(url: str, **values: Any) -> str:
    """Return the address with those of the values that are not empty."""
    query = urlencode({name: value for name, value in values.items() if value not in (None, "")})
    return f"{url}?{query}" if query else url
