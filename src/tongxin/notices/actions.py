"""Telling people and webhooks: a message is queued with the change that it tells of; the worker sends it."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from tongxin.accounts.models import User
from tongxin.notices.models import Delivery, Notice, Webhook
from tongxin.organisations.models import Organisation


@transaction.atomic
def notify(
    users: Iterable[User],
    *,
    kind: str,
    title: str,
    text: str,
    link: str,
    key: str,
    organisation: Organisation | None = None,
) -> int:
    """Tell each of the users once, by page and, where they have an address, by mail; return how many are new.

    A second call with the same key adds nothing for whoever was told. Closed accounts are told nothing.
    """
    told = {user.pk: user for user in users if user.is_active}
    if not told:
        return 0
    values = {"kind": kind, "title": title, "text": text, "link": link, "key": key}
    Notice(**values, recipient_id=next(iter(told)), organisation=organisation).full_clean(
        exclude=["recipient", "organisation"], validate_unique=False
    )
    made = _add_notices(told, values, organisation)
    _queue(
        Delivery(channel=Delivery.Channel.MAIL, notice=notice, key=f"mail:{notice.pk}")
        for notice in made
        if told[notice.recipient_id].email
    )
    return len(made)


def _add_notices(
    told: dict[int, User], values: dict[str, str], organisation: Organisation | None
) -> list[Notice]:
    there = Notice.objects.filter(key=values["key"], recipient__in=told)
    new = told.keys() - set(there.values_list("recipient_id", flat=True))
    # What another process adds meanwhile is left as it is, and so is its mail, which has the same key.
    Notice.objects.bulk_create(
        [Notice(**values, recipient_id=pk, organisation=organisation) for pk in new], ignore_conflicts=True
    )
    return list(there.filter(recipient__in=new))


@transaction.atomic
def post_to_webhooks(
    organisations: Iterable[Organisation], *, kind: str, title: str, text: str, link: str, key: str
) -> int:
    """Queue a message for each active webhook of the units; return how many are new.

    A second call with the same key adds nothing where it is queued or sent already.
    """
    Notice(kind=kind, title=title, text=text, link=link, key=key).full_clean(
        exclude=["recipient", "organisation"], validate_unique=False
    )
    webhooks = Webhook.objects.filter(organisation__in=list(organisations), is_active=True)
    keys = {f"webhook:{webhook.pk}:{key}": webhook for webhook in webhooks.select_related("organisation")}
    known = set(Delivery.objects.filter(key__in=keys).values_list("key", flat=True))
    said = {"kind": kind, "title": title, "text": text, "link": link}
    return _queue(
        Delivery(channel=Delivery.Channel.WEBHOOK, webhook=webhook, key=full, payload=said | about(webhook))
        for full, webhook in keys.items()
        if full not in known
    )


def about(webhook: Webhook) -> dict[str, object]:
    """Name the unit of a webhook in the home's language, whoever's page it is that queues the message."""
    with translation.override(settings.LANGUAGE_CODE):
        return {"organisation": {"code": webhook.organisation.code, "name": webhook.organisation.name}}


def _queue(deliveries: Iterable[Delivery]) -> int:
    queued = list(deliveries)
    # Of two processes that queue the same at once, the second adds nothing.
    Delivery.objects.bulk_create(queued, ignore_conflicts=True)
    return len(queued)


def mark_read(notice: Notice) -> Notice:
    """Note when its recipient read it first."""
    if notice.read_at is None:
        notice.read_at = timezone.now()
        notice.save(update_fields=["read_at"])
    return notice


def mark_all_read(user: User) -> int:
    """Mark all that somebody has not read, and return how many that were."""
    return Notice.objects.filter(recipient=user, read_at=None).update(read_at=timezone.now())
