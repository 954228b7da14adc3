from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from tongxin.notices.models import Delivery, Notice, Webhook
from tongxin.organisations.models import Organisation

MANY = 100
"""From so many on the head of a page says only that there are many."""
SHOWN_DELIVERIES = 50


def count_unread(user_id: int) -> int:
    """Count what somebody has not read, up to MANY."""
    return Notice.objects.filter(recipient_id=user_id, read_at=None).order_by()[:MANY].count()


def notices_of(user_id: int) -> QuerySet[Notice, Any]:
    """Return somebody's notices: what is unread first, the newest first in each part."""
    is_read = ExpressionWrapper(Q(read_at__isnull=False), output_field=BooleanField())
    return (
        Notice.objects.filter(recipient_id=user_id)
        .select_related("organisation")
        .annotate(is_read=is_read)
        .order_by("is_read", "-made_at", "-pk")
    )


def webhooks_of(unit: Organisation) -> QuerySet[Webhook]:
    return Webhook.objects.filter(organisation=unit).select_related("organisation", "made_by")


def units_with_webhooks(unit_ids: Collection[int]) -> set[int]:
    """Return which of the units have an active webhook, in one query."""
    active = Webhook.objects.filter(organisation__in=unit_ids, is_active=True).order_by()
    return set(active.values_list("organisation_id", flat=True))


def last_deliveries(unit: Organisation) -> QuerySet[Delivery]:
    """Return what was posted last by the webhooks of a unit, the newest first."""
    return Delivery.objects.filter(webhook__organisation=unit).select_related("webhook")[:SHOWN_DELIVERIES]
