"""What becomes of somebody who wants to do something at a unit."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404

from tongxin.accounts.models import User
from tongxin.organisations.access import Action, require
from tongxin.organisations.models import Organisation


def outcome(user: User, action: Action, unit: Organisation) -> str:
    try:
        require(user, action, unit)
    except Http404:
        return "404"
    except PermissionDenied:
        return "403"
    return "allowed"
