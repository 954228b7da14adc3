"""Notices are seen by their recipient alone; webhooks by those who manage them at their unit."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _

from tongxin.accounts.models import User
from tongxin.notices.models import Notice, Webhook
from tongxin.organisations.access import Action, Principal, require


def get_notice_for(user: User, pk: int) -> Notice:
    """Fetch a notice of one's own; nobody else's is there."""
    found = Notice.objects.filter(pk=pk, recipient_id=user.pk).first()
    if found is None:
        raise Http404(_("There is no such notice among yours."))
    return found


def get_webhook_for(user: Principal, pk: int) -> Webhook:
    """Fetch a webhook: 404 where its unit is hidden, 403 where the unit is seen but not its webhooks."""
    found = Webhook.objects.select_related("organisation", "made_by").filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such webhook among those you manage."))
    require(user, Action.MANAGE_WEBHOOKS, found.organisation)
    return found
