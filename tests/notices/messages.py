"""A message, told and posted with as little as a test has to say."""

from __future__ import annotations

from typing import Any

from tongxin.accounts.models import User
from tongxin.notices.actions import notify, post_to_webhooks
from tongxin.organisations.models import Organisation

SAID = {
    "kind": "tasks.assigned",
    "title": "新任务",
    "text": "走访企业20场",
    "link": "/tasks/7/",
    "key": "task:7",
}


def tell(*users: User, **values: Any) -> int:
    return notify(users, **(SAID | values))


def post_for(*units: Organisation, **values: Any) -> int:
    return post_to_webhooks(units, **(SAID | values))
