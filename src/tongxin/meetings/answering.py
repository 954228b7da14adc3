"""How forms here are answered: what somebody else changed meanwhile is shown, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongxin.containers.attachments import AttachmentRefused
from tongxin.files.refusals import say_refused
from tongxin.meetings.holding import CHANGED_MEANWHILE, Kept
from tongxin.organisations.answers import carried_out

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
UNPROCESSABLE = 422
FORM_PAGE = "meetings/form.html"


def seen_in(text: str | None) -> datetime | None:
    """Return the moment of the change that a reader saw, as a form carries it."""
    try:
        return parse_datetime(text or "")
    except ValueError:
        return None


def as_seen(found: Kept) -> str:
    return found.changed_at.isoformat() if found.changed_at else ""


def initial_of(found: Kept, *names: str) -> dict[str, Any]:
    """Return what a form about something that is there begins with."""
    return {name: getattr(found, name) for name in names} | {"seen_at": as_seen(found)}


def answer_part(
    request: HttpRequest,
    form: forms.Form | forms.ModelForm[Any],
    act: Callable[[dict[str, Any], datetime | None], Any],
    *,
    done: str,
    context: Mapping[str, Any],
    now: Callable[[], Mapping[str, Any] | None] = lambda: None,
) -> HttpResponse:
    """Act on a form that is right and go to `done`; else show it again with all that was typed.

    `now` returns what stands there now: it is shown where somebody else changed it meanwhile, and who then
    saves again has seen it.
    """

    def save(given: dict[str, Any]) -> None:
        seen_at = seen_in(given.pop("seen_at", ""))
        try:
            act(given, seen_at)
        except AttachmentRefused as refused:
            raise ValidationError({"file": say_refused(refused)}) from None

    if form.is_bound and form.is_valid() and carried_out(form, save):
        messages.success(request, _("Saved."))
        return redirect(done)
    shown = {"form": form, "back_url": done, **context, "present": _present(form, now)}
    return render(request, FORM_PAGE, shown, status=UNPROCESSABLE if form.is_bound else None)


def _present(form: Any, now: Callable[[], Mapping[str, Any] | None]) -> list[tuple[str, Any]]:
    """Return what stands there now, field by field, where it changed after the reader saw it."""
    if not form.is_bound or not form.has_error(NON_FIELD_ERRORS, code=CHANGED_MEANWHILE):
        return []
    standing = now() or {}
    form.data = form.data.copy()
    form.data["seen_at"] = standing.get("seen_at", "")
    return [
        (form.fields[name].label, _in_words(form.fields[name], value))
        for name, value in standing.items()
        if name != "seen_at" and form.fields[name].has_changed(value, form.data.get(name))
    ]


def _in_words(field: forms.Field, value: Any) -> Any:
    """Return a value as a person reads it: a choice by its name, a list line by line."""
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        return dict(field.choices).get(value, value)  # type: ignore[arg-type]
    return "\n".join(value) if isinstance(value, list) else value


def remove_and_go(
    request: HttpRequest, act: Callable[[datetime | None], Any], *, done: str, back: str
) -> HttpResponse:
    """Remove something, or say why it stays."""
    try:
        act(seen_in(request.POST.get("seen_at")))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(back)
    messages.success(request, _("It was removed."))
    return redirect(done)
