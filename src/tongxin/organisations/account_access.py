"""Whose accounts somebody may manage: those all of whose roles lie within the administrator's reach."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import User
from tongxin.organisations.access import Action, Principal, actions_of, reach_of
from tongxin.organisations.models import RoleGrant


def require_account_manager(actor: Principal) -> None:
    if Action.MANAGE_ACCOUNTS not in actions_of(actor):
        raise PermissionDenied(_("Accounts are managed by a system administrator."))


def accounts_manageable_by(actor: Principal) -> QuerySet[User]:
    """Return the accounts without a role, and those whose roles all stand where the actor manages them."""
    require_account_manager(actor)
    not_over = Q(valid_to=None) | Q(valid_to__gt=timezone.localdate())
    within = reach_of(actor, Action.MANAGE_ACCOUNTS, "organisation__")
    outside = RoleGrant.objects.filter(not_over, user=OuterRef("pk")).exclude(within)
    return User.objects.exclude(Exists(outside)).order_by("username")


def get_account_for(actor: Principal, pk: int) -> User:
    account = accounts_manageable_by(actor).filter(pk=pk).first()
    if account is None:
        raise Http404(_("There is no such account among those you manage."))
    return account
