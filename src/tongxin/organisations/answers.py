"""How pages answer a form that was sent, and how they hand out a list as a file."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongxin.accounts.models import User
from tongxin.organisations.context import with_query

PAGE = 50
CHANGE_PAGE = "organisations/change.html"
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def reader_of(request: HttpRequest) -> User:
    """Return who is signed in; the middleware lets nobody else come so far."""
    return cast("User", request.user)


def page_links(page: Any, **asked: Any) -> dict[str, str]:
    """Return what the page switch needs: the addresses before and after, and where one stands."""
    links = {"summary": _("%(count)d in all") % {"count": page.paginator.count}}
    if page.has_previous():
        links["previous_url"] = with_query("", **asked, page=page.previous_page_number())
    if page.has_next():
        links["next_url"] = with_query("", **asked, page=page.next_page_number())
    return links


def carried_out(form: forms.BaseForm, act: Callable[[dict[str, Any]], Any]) -> bool:
    """Do it; where the action refuses, put the reason beside the field that it names, and answer no."""
    try:
        act(form.cleaned_data)
    except ValidationError as refusal:
        for name, errors in _by_field(form, refusal):
            form.add_error(name, errors)
        return False
    return True


def _by_field(
    form: forms.BaseForm, refusal: ValidationError
) -> list[tuple[str | None, list[ValidationError]]]:
    if not hasattr(refusal, "error_dict"):
        return [(None, refusal.error_list)]
    return [
        (name if name != NON_FIELD_ERRORS and name in form.fields else None, errors)
        for name, errors in refusal.error_dict.items()
    ]


def answer_form(
    request: HttpRequest,
    form: forms.Form,
    act: Callable[[dict[str, Any]], Any],
    *,
    done: str,
    message: str,
    context: dict[str, Any],
    template: str = CHANGE_PAGE,
) -> HttpResponse:
    """Act on a form that is right and go to `done`; else show it again, with what is wrong."""
    if request.method == "POST" and form.is_valid() and carried_out(form, act):
        messages.success(request, message)
        return redirect(done)
    return render(request, template, {"form": form, "back_url": done, **context})


class _Echo:
    """A file that hands back what is written to it, so that rows leave as they are made."""

    def write(self, text: str) -> str:
        return text


def send_csv(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """Send rows as a file that spreadsheets read in the right characters, and run nothing of."""
    writer = csv.writer(_Echo())

    def lines() -> Iterable[str]:
        yield BYTE_ORDER_MARK
        yield writer.writerow(header)
        for row in rows:
            yield writer.writerow([_harmless(value) for value in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
