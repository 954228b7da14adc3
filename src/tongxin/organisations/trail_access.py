"""Which entries of the audit log somebody may read: those of the units in their reach."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tongxin.audit.models import LogEntry
from tongxin.organisations.access import (
    Action,
    Principal,
    grants_in_force,
    organisations_visible_to,
    roles_that_allow,
)
from tongxin.organisations.models import RoleGrant


def reads_whole_trail(user: Principal) -> bool:
    """Tell whether the user reads the log from the root of the tree, entries of no unit among it."""
    if user is None:
        return True
    return (
        grants_in_force(user)
        .filter(
            role__in=roles_that_allow(Action.SEE_TRAIL),
            reach=RoleGrant.Reach.SUBTREE,
            organisation__parent=None,
        )
        .exists()
    )


def trail_visible_to(user: Principal, entries: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
    """Return those of the entries that the user may read; refuses who may read none."""
    if reads_whole_trail(user):
        return entries
    if not grants_in_force(user).filter(role__in=roles_that_allow(Action.SEE_TRAIL)).exists():
        raise PermissionDenied(_("The audit log is read by an auditor."))
    units = organisations_visible_to(user, Action.SEE_TRAIL)
    return entries.filter(organisation_id__in=units.values("pk"))
