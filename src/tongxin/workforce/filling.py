"""One way to fill in a form: show it, act, and say what was done, or show it again with what was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from tongxin.workforce.forms import ActionForm

Words = str | Promise
UNPROCESSABLE = 422


def fill(
    request: HttpRequest,
    form: ActionForm,
    act: Callable[..., Any],
    *,
    title: Words,
    back: str,
    done: Words,
    lead: Words = "",
    button: Words = "",
    template: str = "workforce/form.html",
) -> HttpResponse:
    """Show the form, or on sending it act with its values and go back."""
    if request.method == "POST" and form.is_valid():
        try:
            act(**form.values())
        except ValidationError as refusal:
            form.take_refusal(refusal)
        else:
            messages.success(request, str(done))
            return redirect(back)
    context = {
        "form": form,
        "title": title,
        "lead": lead,
        "back": back,
        "button": button,
        "section": "workers",
    }
    return render(request, template, context, status=UNPROCESSABLE if form.is_bound else None)


def confirm(
    request: HttpRequest,
    act: Callable[[], Any],
    *,
    title: Words,
    what: Words,
    lead: Words,
    back: str,
    done: Words,
    button: Words,
) -> HttpResponse:
    """Ask once before something is taken back; needs no JavaScript."""
    if request.method == "POST":
        try:
            act()
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, str(done))
        return redirect(back)
    context = {
        "title": title,
        "what": what,
        "lead": lead,
        "back": back,
        "button": button,
        "section": "workers",
    }
    return render(request, "workforce/confirm.html", context)
