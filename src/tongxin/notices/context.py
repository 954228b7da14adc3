from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest

from tongxin.notices.queries import count_unread


def unread(request: HttpRequest) -> dict[str, Any]:
    """Let a page ask how many notices its reader has not read; one that draws no head does not ask."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"count_unread": partial(count_unread, user.pk)}
