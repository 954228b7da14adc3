from __future__ import annotations

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tongxin.audit.context import Origin, current_origin


class AuditContextMiddleware:
    """Remember the request's identifier and address while it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = current_origin.set(Origin(secrets.token_hex(8), request.META.get("REMOTE_ADDR") or None))
        try:
            return self.get_response(request)
        finally:
            current_origin.reset(token)
