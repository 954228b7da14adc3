"""Why somebody may or may not do a thing: the roles they hold, whether each reaches there and allows it."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from tongxin.accounts.models import User
from tongxin.organisations.access import (
    ALLOWS,
    Action,
    Decision,
    Principal,
    allowed_at,
    explain,
    grants_in_force,
    may,
    reaches,
    reaches_as_member,
)
from tongxin.organisations.models import Organisation, Role, RoleGrant


@dataclass(frozen=True)
class Step:
    """One role that the person holds, and what it comes to in this question."""

    grant: RoleGrant
    reaches: bool
    allows: bool


@dataclass(frozen=True)
class Explanation:
    """The decision with the roles it was made from; no unit where the asker may not know of it."""

    decision: Decision
    unit: Organisation | None
    steps: list[Step]


def explain_to(asker: Principal, subject: User, action: Action, code: str) -> Explanation:
    """Answer about oneself, or others where one may see roles; a hidden unit is like one that is not."""
    unit = Organisation.objects.filter(code=code).first()
    is_self = asker is not None and asker.pk == subject.pk
    if unit is not None and not may(asker, Action.SEE_UNIT, unit):
        unit = None
    if not is_self and (unit is None or not may(asker, Action.SEE_ROLES, unit)):
        raise PermissionDenied(_("Roles of others are seen by those who administer roles at the unit."))
    grants = list(grants_in_force(subject))
    if unit is None:
        reason = _("No role is held at this unit or above it with reach to it.")
        steps = [Step(grant, reaches=False, allows=action in ALLOWS[Role(grant.role)]) for grant in grants]
        return Explanation(Decision(allowed=False, reason=reason), None, steps)
    steps = [
        step
        for step in (_step(grant, action, unit) for grant in grants)
        if is_self or step.reaches or may(asker, Action.SEE_ROLES, step.grant.organisation)
    ]
    return Explanation(_decide(subject, action, unit), unit, steps)


def _step(grant: RoleGrant, action: Action, unit: Organisation) -> Step:
    if reaches_as_member(grant, unit):
        return Step(grant, reaches=True, allows=action in allowed_at(grant, unit))
    return Step(grant, reaches=reaches(grant, unit), allows=action in ALLOWS[Role(grant.role)])


def _decide(subject: User, action: Action, unit: Organisation) -> Decision:
    if not subject.is_active:
        return Decision(
            allowed=False, reason=_("The account is deactivated, so none of its roles is in force.")
        )
    if subject.must_change_password:
        reason = _("The account still has its one-time password; its roles begin with one of its own.")
        return Decision(allowed=False, reason=reason)
    return explain(subject, action, unit)
