"""The webhooks of a unit: list, add, change, try, remove."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tongxin.notices.access import get_webhook_for
from tongxin.notices.forms import NewWebhookForm, WebhookForm
from tongxin.notices.models import Webhook
from tongxin.notices.queries import last_deliveries, webhooks_of
from tongxin.notices.webhook_actions import change_webhook, drop_webhook, make_webhook, queue_test
from tongxin.organisations.access import Action
from tongxin.organisations.answers import answer_form, carried_out, reader_of
from tongxin.organisations.context import place_of, with_query
from tongxin.organisations.models import Organisation
from tongxin.organisations.views import standing_at


def _list_of(unit: Organisation) -> str:
    return with_query(reverse("webhooks"), at=unit.code)


def _place(request: HttpRequest, unit: Organisation) -> dict[str, Any]:
    return place_of(reader_of(request), unit, _list_of, Action.MANAGE_WEBHOOKS)


@require_safe
def webhooks(request: HttpRequest) -> HttpResponse:
    """List the webhooks of a unit and what was posted last."""
    unit = standing_at(request, Action.MANAGE_WEBHOOKS)
    context = {
        "webhooks": webhooks_of(unit),
        "deliveries": last_deliveries(unit),
        **_place(request, unit),
    }
    return render(request, "notices/webhooks.html", context)


@never_cache
def new_webhook(request: HttpRequest) -> HttpResponse:
    """Add a webhook and show its secret, once."""
    unit = standing_at(request, Action.MANAGE_WEBHOOKS)
    form = NewWebhookForm(request.POST or None)
    made: list[tuple[Webhook, str]] = []

    def make(given: dict[str, Any]) -> None:
        made.append(make_webhook(unit, actor=reader_of(request), **given))

    if request.method == "POST" and form.is_valid() and carried_out(form, make):
        webhook, secret = made[0]
        if webhook.form != Webhook.Form.GENERIC:
            messages.success(request, _("The webhook has been added. Send it a test message."))
            return redirect(_list_of(unit))
        context = {"webhook": webhook, "secret": secret, "back_url": _list_of(unit), **_place(request, unit)}
        return render(request, "notices/webhook_secret.html", context)
    context = {"form": form, "back_url": _list_of(unit), **_place(request, unit)}
    return render(request, "notices/new_webhook.html", context)


def edit_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a webhook."""
    user = reader_of(request)
    webhook = get_webhook_for(user, pk)
    initial = {"name": webhook.name, "is_active": webhook.is_active}
    return answer_form(
        request,
        WebhookForm(request.POST or None, initial=initial, webhook=webhook),
        lambda given: change_webhook(webhook, actor=user, **given),
        done=_list_of(webhook.organisation),
        message=_("The webhook has been saved."),
        context={"webhook": webhook, **_place(request, webhook.organisation)},
        template="notices/webhook.html",
    )


@require_POST
def try_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue a test message."""
    user = reader_of(request)
    webhook = get_webhook_for(user, pk)
    try:
        queue_test(webhook, actor=user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(
            request, _("A test message is on its way. Within a minute the list below says how it went.")
        )
    return redirect(_list_of(webhook.organisation))


@require_POST
def remove_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a webhook."""
    user = reader_of(request)
    webhook = get_webhook_for(user, pk)
    drop_webhook(webhook, actor=user)
    messages.success(request, _("The webhook has been removed."))
    return redirect(_list_of(webhook.organisation))
