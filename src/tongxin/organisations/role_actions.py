"""Handing out and taking back roles."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import User
from tongxin.audit import log
from tongxin.organisations.access import (
    Action,
    Principal,
    is_revocable_by,
    reaches_grantable_by,
    require,
    roles_grantable_by,
)
from tongxin.organisations.models import Organisation, Role, RoleGrant

ADMINISTRATORS = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})


@transaction.atomic
def grant_role(
    user: User,
    *,
    actor: Principal,
    role: str,
    organisation: Organisation,
    reach: str = RoleGrant.Reach.SUBTREE,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> RoleGrant:
    """Let the user act in the role at the unit; refuses a role or a reach beyond what the actor holds."""
    require(actor, Action.GRANT_ROLES, organisation)
    if Role(role) not in roles_grantable_by(actor, organisation):
        raise PermissionDenied(
            _("You may not hand out the role %(role)s here: it allows more than you hold.")
            % {"role": Role(role).label}
        )
    if reach not in reaches_grantable_by(actor, organisation, Role(role)):
        raise PermissionDenied(
            _("You hold this role for this unit only, so you can hand it out for this unit only.")
        )
    _check_separation(user, Role(role))
    grant = RoleGrant(
        user=user,
        role=role,
        organisation=organisation,
        reach=reach,
        granted_by_id=actor.pk if actor else None,
        valid_from=valid_from or timezone.localdate(),
        valid_to=valid_to,
    )
    grant.full_clean()
    grant.save()
    log.record(
        actor=actor,
        action="roles.granted",
        target=user,
        organisation_id=organisation.pk,
        role=role,
        unit=organisation,
        reach=reach,
        valid_to=valid_to,
    )
    return grant


def _check_separation(user: User, role: Role) -> None:
    """Refuse a second of the three administrators' roles: each watches the others (GB/T 22239-2019)."""
    if role not in ADMINISTRATORS:
        return
    not_over = Q(valid_to=None) | Q(valid_to__gt=timezone.localdate())
    held = RoleGrant.objects.filter(not_over, user=user, role__in=ADMINISTRATORS - {role}).first()
    if held is not None:
        message = _(
            "%(user)s is %(held)s already. System, security and audit are three different people's work."
        )
        raise ValidationError({"role": message % {"user": user, "held": held.get_role_display()}})


@transaction.atomic
def revoke_role(grant: RoleGrant, *, actor: Principal) -> RoleGrant:
    """End the role today; the row stays as history. Refuses a role beyond what the actor could hand out."""
    require(actor, Action.REVOKE_ROLES, grant.organisation)
    if not is_revocable_by(actor, grant):
        raise PermissionDenied(_("You may not take back this role: it allows more than you hold here."))
    today = timezone.localdate()
    if grant.valid_to is not None and grant.valid_to <= today:
        raise ValidationError(_("This role has ended already."))
    grant.valid_to = max(today, grant.valid_from)
    grant.save(update_fields=["valid_to"])
    log.record(
        actor=actor,
        action="roles.revoked",
        target=grant.user,
        organisation_id=grant.organisation_id,
        role=grant.role,
        unit=grant.organisation,
        reach=grant.reach,
    )
    return grant
