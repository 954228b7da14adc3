"""Handing out accounts. Whether the actor may is asked where accounts are fetched, beside the roles."""

from __future__ import annotations

import secrets
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.accounts.models import User
from tongxin.audit import log

# Without 0, 1, i, l and o: a one-time password is read from paper and typed.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, LENGTH = 4, 4


def make_password_to_hand_over() -> str:
    """Return a password of four groups of four, 79 bits, that its owner must replace at the first sign-in."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(GROUPS))


@transaction.atomic
def create_account(
    *, actor: User | None, username: str, display_name: str, email: str = ""
) -> tuple[User, str]:
    """Open an account and return it with its one-time password, which is kept nowhere."""
    user = User(
        username=User.normalize_username(username),
        display_name=display_name,
        email=email,
        must_change_password=True,
    )
    password = make_password_to_hand_over()
    user.set_password(password)
    user.full_clean()
    user.save()
    log.record(
        actor=actor, action="accounts.created", target=user, username=user.username, display_name=display_name
    )
    return user, password


@transaction.atomic
def change_account(user: User, *, actor: User | None, display_name: str, email: str) -> User:
    """Set the name shown and the address."""
    changes: dict[str, Any] = {
        "display_name": (user.display_name, display_name),
        "email": (user.email, email),
    }
    user.display_name, user.email = display_name, email
    user.full_clean()
    user.save(update_fields=["display_name", "email"])
    changed = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if changed:
        log.record(actor=actor, action="accounts.changed", target=user, **changed)
    return user


@transaction.atomic
def deactivate_account(user: User, *, actor: User | None) -> User:
    """Shut the account: open sessions end with their next request. Refuses the actor's own."""
    if actor is not None and actor.pk == user.pk:
        raise ValidationError(_("You cannot deactivate your own account; ask another system administrator."))
    return _set_active(user, actor=actor, is_active=False, action="accounts.deactivated")


@transaction.atomic
def reactivate_account(user: User, *, actor: User | None) -> User:
    """Open the account again, with the roles that are still in force."""
    return _set_active(user, actor=actor, is_active=True, action="accounts.reactivated")


def _set_active(user: User, *, actor: User | None, is_active: bool, action: str) -> User:
    if user.is_active == is_active:
        return user
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    log.record(actor=actor, action=action, target=user, is_active=(not is_active, is_active))
    return user


@transaction.atomic
def reset_password(user: User, *, actor: User | None) -> str:
    """Replace the password by a one-time password and return it; every session of the account ends."""
    password = make_password_to_hand_over()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    log.record(actor=actor, action="accounts.password_reset", target=user)
    return password


@transaction.atomic
def remove_second_step(user: User, *, actor: User | None) -> User:
    """Take a lost authenticator app and its recovery codes off the account. Refuses the actor's own."""
    if actor is not None and actor.pk == user.pk:
        raise ValidationError(
            _("You cannot remove your own second step here; turn it off on the page of your own account.")
        )
    removed, _kinds = Authenticator.objects.filter(user=user).delete()
    if removed:
        log.record(actor=actor, action="accounts.second_step_removed", target=user)
    return user
