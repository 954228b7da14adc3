"""Pages on which a system administrator hands out accounts."""

from __future__ import annotations

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tongxin.accounts.actions import (
    change_account,
    create_account,
    deactivate_account,
    reactivate_account,
    remove_second_step,
    reset_password,
)
from tongxin.accounts.models import User
from tongxin.organisations.account_access import (
    accounts_manageable_by,
    get_account_for,
    require_account_manager,
)
from tongxin.organisations.answers import PAGE, answer_form, carried_out, page_links, reader_of
from tongxin.organisations.role_forms import AccountForm, AccountListForm, NewAccountForm


@require_safe
def account_list(request: HttpRequest) -> HttpResponse:
    """The accounts that the reader manages."""
    accounts = accounts_manageable_by(reader_of(request))
    form = AccountListForm(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    if text := asked.get("q"):
        accounts = accounts.filter(Q(username__icontains=text) | Q(display_name__icontains=text))
    if state := asked.get("state"):
        accounts = accounts.filter(is_active=state == "active")
    page = Paginator(accounts, PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "section": "accounts", **page_links(page, **asked)}
    return render(request, "organisations/accounts.html", context)


@never_cache
def create(request: HttpRequest) -> HttpResponse:
    """Open an account and show its one-time password, once."""
    actor = reader_of(request)
    require_account_manager(actor)
    form = NewAccountForm(request.POST or None)
    made: list[tuple[User, str]] = []

    def open_account(asked: dict[str, Any]) -> None:
        made.append(create_account(actor=actor, **asked))

    if request.method == "POST" and form.is_valid() and carried_out(form, open_account):
        user, password = made[0]
        return _show_password(request, user, password)
    context = {
        "form": form,
        "title": _("Open an account"),
        "submit": _("Open the account"),
        "lead": _(
            "An account alone opens nothing; the office or the security administrator grants it roles."
        ),
        "back_url": reverse("accounts"),
        "section": "accounts",
    }
    return render(request, "organisations/change.html", context)


def _show_password(request: HttpRequest, user: User, password: str) -> HttpResponse:
    context = {"account": user, "password": password, "section": "accounts"}
    return render(request, "organisations/account_password.html", context)


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Set an account's name and address."""
    actor = reader_of(request)
    account = get_account_for(actor, pk)
    initial = {"display_name": account.display_name, "email": account.email}
    return answer_form(
        request,
        AccountForm(request.POST or None, initial=initial),
        lambda asked: change_account(account, actor=actor, **asked),
        done=reverse("accounts"),
        message=_("The account has been saved."),
        context={
            "title": _("Account %(username)s") % {"username": account.username},
            "submit": _("Save the account"),
            "account": account,
            "has_lost_step": account != actor and is_mfa_enabled(account),
            "section": "accounts",
        },
        template="organisations/account.html",
    )


@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Deactivate an account, or open it again."""
    actor = reader_of(request)
    account = get_account_for(actor, pk)
    try:
        if request.POST.get("state") == "active":
            reactivate_account(account, actor=actor)
            messages.success(request, _("The account is active again."))
        else:
            deactivate_account(account, actor=actor)
            messages.success(request, _("The account has been deactivated."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("accounts")


@require_POST
def remove_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a lost second step off an account, so that its owner signs in with the password alone."""
    actor = reader_of(request)
    account = get_account_for(actor, pk)
    try:
        remove_second_step(account, actor=actor)
        messages.success(request, _("The second step has been removed."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("account_change", pk=account.pk)


@require_POST
@never_cache
def new_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an account a one-time password and show it, once."""
    actor = reader_of(request)
    account = get_account_for(actor, pk)
    return _show_password(request, account, reset_password(account, actor=actor))
