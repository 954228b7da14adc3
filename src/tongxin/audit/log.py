"""The one way into the audit log; called inside the transaction of the change it records."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.db import models

from tongxin.audit.context import current_origin
from tongxin.audit.models import LogEntry
from tongxin.audit.verbs import VERBS

SYSTEM = "system"
ANONYMOUS = "anonymous"
Actor = AbstractUser | AnonymousUser | None
"""None is the operator at the command line; an anonymous user is somebody who has not signed in."""


def record(
    *,
    actor: Actor,
    action: str,
    target: models.Model | None,
    organisation_id: int | None = None,
    **changes: Any,
) -> LogEntry:
    """Write one row; each change is a pair (before, after), or one value that did not exist before."""
    if action not in VERBS:
        raise ValueError(f"The action {action!r} has no sentence in audit.verbs.")
    origin = current_origin.get()
    return LogEntry.objects.create(
        actor_id=actor.pk if actor else None,
        actor_name=(actor.get_username() or ANONYMOUS) if actor else SYSTEM,
        action=action,
        target_type=target._meta.label_lower if target else "",  # Django's public name for it
        target_id=str(target.pk) if target else "",
        target_label=str(target)[:200] if target else "",
        organisation_id=organisation_id,
        changes={name: _as_json(value) for name, value in changes.items()},
        request_id=origin.request_id,
        address=origin.address,
    )


def _as_json(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_as_json(part) for part in value]
    if isinstance(value, dict):
        return {str(key): _as_json(part) for key, part in value.items()}
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, Decimal):
        return str(value)
    return value if value is None or isinstance(value, bool | int | float) else str(value)
