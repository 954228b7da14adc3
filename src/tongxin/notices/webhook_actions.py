"""Setting up webhooks of a unit. Addresses and secrets are never written into the log."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from tongxin.audit import log
from tongxin.notices.actions import about
from tongxin.notices.addresses import AddressRefused, read_endpoint
from tongxin.notices.models import Delivery, Webhook
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation

SHORTEST_SECRET = 16


@transaction.atomic
def make_webhook(
    organisation: Organisation, *, actor: Principal, name: str, url: str, form: str, secret: str = ""
) -> tuple[Webhook, str]:
    """Add a webhook and return it with its secret, which is shown only now. Without one, JSON gets a new one.

    Refuses an address to which nothing may be sent, and a secret where the robot knows none.
    """
    require(actor, Action.MANAGE_WEBHOOKS, organisation)
    secret = secret or (secrets.token_hex(32) if form == Webhook.Form.GENERIC else "")
    webhook = Webhook(organisation=organisation, name=name, form=form, made_by_id=actor.pk if actor else None)
    _set_address(webhook, url)
    _set_secret(webhook, secret)
    _check(webhook)
    webhook.save()
    log.record(
        actor=actor,
        action="webhooks.made",
        target=webhook,
        organisation_id=organisation.pk,
        host=webhook.host,
    )
    return webhook, secret


@transaction.atomic
def change_webhook(
    webhook: Webhook, *, actor: Principal, name: str, is_active: bool, url: str = "", secret: str = ""
) -> Webhook:
    """Set a webhook's name and whether it is used; address and secret stay as they are unless given."""
    require(actor, Action.MANAGE_WEBHOOKS, webhook.organisation)
    before = {"name": webhook.name, "is_active": webhook.is_active, "host": webhook.host}
    webhook.name, webhook.is_active = name, is_active
    changes: dict[str, Any] = {}
    if url:
        _set_address(webhook, url)
        changes["address_sealed"] = True
    if secret:
        _set_secret(webhook, secret)
        changes["secret_sealed"] = True
    _check(webhook)
    webhook.save(update_fields=["name", "is_active", "host", "address_sealed", "secret_sealed"])
    changes |= {
        name: (value, getattr(webhook, name))
        for name, value in before.items()
        if value != getattr(webhook, name)
    }
    if changes:
        log.record(
            actor=actor,
            action="webhooks.changed",
            target=webhook,
            organisation_id=webhook.organisation_id,
            **changes,
        )
    return webhook


@transaction.atomic
def drop_webhook(webhook: Webhook, *, actor: Principal) -> None:
    """Remove a webhook with all that waits for it and the list of what it was sent."""
    require(actor, Action.MANAGE_WEBHOOKS, webhook.organisation)
    log.record(
        actor=actor,
        action="webhooks.removed",
        target=webhook,
        organisation_id=webhook.organisation_id,
        host=(webhook.host, None),
    )
    webhook.delete()


@transaction.atomic
def queue_test(webhook: Webhook, *, actor: Principal) -> Delivery:
    """Queue a test message; refuses a webhook that is switched off."""
    require(actor, Action.MANAGE_WEBHOOKS, webhook.organisation)
    if not webhook.is_active:
        raise ValidationError(_("This webhook is switched off. Switch it on first."))
    with translation.override(settings.LANGUAGE_CODE):
        said = {
            "kind": "test",
            "title": _("Test message from Tongxin"),
            "text": _("The webhook “%(name)s” works.") % {"name": webhook.name},
            "link": "/notices/webhooks/",
        }
    delivery = Delivery.objects.create(
        channel=Delivery.Channel.WEBHOOK,
        webhook=webhook,
        key=f"webhook:{webhook.pk}:test:{secrets.token_hex(8)}",
        payload=said | about(webhook),
    )
    log.record(actor=actor, action="webhooks.tested", target=webhook, organisation_id=webhook.organisation_id)
    return delivery


def _check(webhook: Webhook) -> None:
    same = Webhook.objects.filter(organisation=webhook.organisation, name=webhook.name)
    if same.exclude(pk=webhook.pk).exists():
        message = _("The unit has a webhook named “%(name)s” already. Choose another name.")
        raise ValidationError({"name": message % {"name": webhook.name}})
    webhook.full_clean(validate_constraints=False)


def _set_address(webhook: Webhook, url: str) -> None:
    try:
        webhook.host = read_endpoint(url).host
    except AddressRefused:
        message = _(
            "To this address nothing may be sent. Write it in full, with https:// and a host on the open "
            "internet. An address inside your own network is permitted by the operator "
            "(TONGXIN_WEBHOOK_HOSTS)."
        )
        raise ValidationError({"url": message}) from None
    webhook.seal_url(url)


def _set_secret(webhook: Webhook, secret: str) -> None:
    if not secret:
        return
    if webhook.form == Webhook.Form.WECOM:
        message = _("A WeCom robot knows no secret: its address holds the key. Leave this empty.")
        raise ValidationError({"secret": message})
    if len(secret) < SHORTEST_SECRET:
        message = _("The secret has %(found)d characters. Use at least %(least)d.")
        raise ValidationError({"secret": message % {"found": len(secret), "least": SHORTEST_SECRET}})
    webhook.seal_secret(secret)
