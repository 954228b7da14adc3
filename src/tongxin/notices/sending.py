"""Sending what waits: claimed, sent, and tried again later where it fails."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Q
from django.utils import timezone

from tongxin.files.vault import CannotDecrypt
from tongxin.notices.mails import open_mail, send_mail
from tongxin.notices.models import Delivery, Webhook
from tongxin.notices.posting import SendingError, post
from tongxin.notices.wire import refusal_in, write_request

log = logging.getLogger(__name__)

BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
ATTEMPTS = len(BACK_OFF) + 1
CLAIM = timedelta(minutes=10)
"""So long a claimed message is left alone: longer than any attempt takes."""
BUDGET_SECONDS = 50
"""What is not sent by then waits for the next round, so that the rounds of a minute do not pile up."""
AT_A_TIME = 100
GIVEN_UP = {Delivery.Error.RECIPIENT, Delivery.Error.SWITCHED_OFF}
"""Waiting does not help here."""


@dataclass(frozen=True)
class Sent:
    """What a round came to: delivered, given up, and still waiting."""

    sent: int
    failed: int
    waiting: int


@dataclass
class _Round:
    """What is known while sending: the mail connection, and with whom nothing gets through just now."""

    now: datetime
    mail: BaseEmailBackend
    shut: set[int | None] = field(default_factory=set)
    """Webhooks by their key, mail as None."""
    sent: int = 0
    failed: int = 0


def send_waiting(now: datetime) -> Sent:
    """Send what is due. Each message arrives at least once: one whose process died is sent again later.

    Of a webhook or a mail server that fails, nothing more is tried in this round.
    """
    ends = time.monotonic() + BUDGET_SECONDS
    with _round(now) as present:
        while time.monotonic() < ends and (due := _due(present)):
            for delivery in due:
                if time.monotonic() >= ends:
                    break
                if delivery.webhook_id not in present.shut and _claim(delivery, now):
                    _attempt(delivery, present)
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING).count()
    return Sent(present.sent, present.failed, waiting)


@contextmanager
def _round(now: datetime) -> Iterator[_Round]:
    mail = open_mail()
    try:
        yield _Round(now, mail)
    finally:
        with suppress(OSError):
            mail.close()


def _due(present: _Round) -> list[Delivery]:
    waiting = Q(state=Delivery.State.WAITING, next_try_at__lte=present.now)
    hooks = [pk for pk in present.shut if pk is not None]
    found = Delivery.objects.filter(waiting).exclude(webhook__in=hooks)
    if None in present.shut:
        found = found.exclude(webhook=None)
    found = found.select_related("notice__recipient", "webhook")
    return list(found.order_by("next_try_at", "pk")[:AT_A_TIME])


def _claim(delivery: Delivery, now: datetime) -> bool:
    """Take a message for this process, if none was quicker."""
    claimed = Delivery.objects.filter(
        pk=delivery.pk,
        state=Delivery.State.WAITING,
        attempts=delivery.attempts,
        next_try_at=delivery.next_try_at,
    ).update(attempts=delivery.attempts + 1, next_try_at=now + CLAIM)
    delivery.attempts += 1
    return bool(claimed)


def _attempt(delivery: Delivery, present: _Round) -> None:
    try:
        if delivery.attempts > ATTEMPTS:
            raise SendingError(Delivery.Error.INTERRUPTED)
        if delivery.webhook is None:
            send_mail(delivery, present.mail)
        else:
            _post(delivery, delivery.webhook, present.now)
    except SendingError as error:
        _put_off(delivery, present, error)
    except Exception:
        log.exception("The message %s could not be sent.", delivery.key)
        _put_off(delivery, present, SendingError(Delivery.Error.UNEXPECTED))
    else:
        present.sent += 1
        _keep(delivery, state=Delivery.State.SENT, sent_at=timezone.now(), error="", detail="")


def _post(delivery: Delivery, webhook: Webhook, now: datetime) -> None:
    if not webhook.is_active:
        raise SendingError(Delivery.Error.SWITCHED_OFF)
    try:
        url, secret = webhook.url, webhook.secret
    except CannotDecrypt:
        raise SendingError(Delivery.Error.KEY) from None
    answer = post(write_request(webhook.form, url, secret, delivery.payload, number=delivery.pk, now=now))
    if webhook.form != Webhook.Form.GENERIC and (refusal := refusal_in(answer)) is not None:
        raise SendingError(Delivery.Error.ROBOT, refusal)


def _put_off(delivery: Delivery, present: _Round, error: SendingError) -> None:
    if error.error in GIVEN_UP or delivery.attempts >= ATTEMPTS:
        present.failed += 1
        wait, state = timedelta(), Delivery.State.FAILED
    else:
        wait, state = BACK_OFF[delivery.attempts - 1], Delivery.State.WAITING
    if error.is_general or (delivery.webhook_id is not None and error.error not in GIVEN_UP):
        present.shut.add(delivery.webhook_id)
    _keep(
        delivery,
        state=state,
        next_try_at=present.now + wait,
        error=error.error,
        detail=error.detail.replace("\x00", "")[:300],
    )


def _keep(delivery: Delivery, **values: object) -> None:
    """Store how it ended, unless another process took it over meanwhile."""
    Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING, attempts=delivery.attempts).update(
        **values
    )
