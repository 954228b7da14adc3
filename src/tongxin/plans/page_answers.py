"""How pages of plans and tasks answer what was sent to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

UNPROCESSABLE = 422


def done(request: HttpRequest, act: Callable[[], Any], said: str) -> bool:
    """Do a thing that has no form of its own; say that it is done, or why it is not."""
    try:
        act()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return False
    messages.success(request, said)
    return True


def filled(request: HttpRequest, form: Any, context: dict[str, Any]) -> HttpResponse:
    """Show a form, new or with what is wrong in it."""
    status = UNPROCESSABLE if form.is_bound else None
    return render(request, "plans/form.html", context, status=status)
