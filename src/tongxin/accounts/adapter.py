"""Sign-in as allauth does it, with every success and failure in the audit log."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import ratelimit
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from tongxin.accounts.models import User
from tongxin.audit import log

NOTIFIED = {
    "mfa/email/totp_activated": "accounts.second_step_turned_on",
    "mfa/email/totp_deactivated": "accounts.second_step_turned_off",
    "mfa/email/recovery_codes_generated": "accounts.recovery_codes_made",
}
"""What allauth tells the owner of an account by mail, and what the log calls it."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are handed out by an administrator; nobody signs up."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _(
            "Too many failed attempts. For your safety this account cannot sign in for up to 15 minutes; "
            "please try again later, or ask your system administrator for a one-time password."
        ),
        "username_password_mismatch": _(
            "The user name or the password is not right. After five failures you wait."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        log.record(actor=user, action="accounts.signed_in", target=user)

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        super().logout(request)
        if isinstance(user, User):
            log.record(actor=user, action="accounts.signed_out", target=user)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record the failure, and once the lock-out that it leads to.

        A name that is nobody's is not kept: people type their password into the wrong field.
        """
        nobody = AnonymousUser()
        username = str(credentials.get("username", ""))
        user = User.objects.filter(username__iexact=username).first()
        log.record(actor=nobody, action="accounts.sign_in_failed", target=user)
        key = self._get_login_attempts_cache_key(request, **credentials)
        if not ratelimit.consume(request, action="login_failed", key=key, dry_run=True):
            log.record(actor=nobody, action="accounts.locked_out", target=user)

    @transaction.atomic
    def set_password(self, user: User, password: str) -> None:
        """Keep a password that its owner chose; with it their roles come into force."""
        super().set_password(user, password)
        if user.must_change_password:
            user.must_change_password = False
            user.save(update_fields=["must_change_password"])
        log.record(actor=user, action="accounts.password_chosen", target=user)

    def clean_password(self, password: str, user: User | None = None) -> str:
        cleaned = str(super().clean_password(password, user))
        if user is not None and user.must_change_password and user.check_password(cleaned):
            raise ValidationError(_("Please choose a password other than the one that you were given."))
        return cleaned

    def post_login(self, request: HttpRequest, user: User, **hook: Any) -> HttpResponse:
        response = super().post_login(request, user, **hook)
        return redirect("account_change_password") if user.must_change_password else response

    def send_notification_mail(self, template_prefix: str, user: User, *given: Any, **more: Any) -> None:
        """Record a change of the second step: the one place where allauth hands each of them to its host."""
        if template_prefix in NOTIFIED:
            log.record(actor=user, action=NOTIFIED[template_prefix], target=user)
        super().send_notification_mail(template_prefix, user, *given, **more)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return str(self.get_login_redirect_url(request))
