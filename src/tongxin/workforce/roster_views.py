"""Sending rosters, following them, and what came of them."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.organisations.access import Action, get_organisation_for
from tongxin.organisations.answers import reader_of
from tongxin.workforce.access import enterprises_open_to
from tongxin.workforce.change_views import get_or_post
from tongxin.workforce.roster_access import get_roster_for
from tongxin.workforce.roster_actions import first_of_month, map_columns, receive_once, send_again
from tongxin.workforce.roster_forms import SendForm
from tongxin.workforce.roster_pages import (
    describe_imports,
    describe_roster,
    mapping_form_of,
    place_of_sender,
    unit_to_send_for,
)
from tongxin.workforce.roster_reading import opened
from tongxin.workforce.roster_workbooks import write_roster_template, write_roster_verdicts
from tongxin.workforce.views import require_somewhere

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    require_somewhere(request, Action.CHANGE_PEOPLE)
    return render(request, "workforce/imports.html", {**describe_imports(request), "section": "imports"})


@get_or_post
def send(request: HttpRequest) -> HttpResponse:
    """Take a workbook in and have it read in the background."""
    require_somewhere(request, Action.CHANGE_PEOPLE)
    user = reader_of(request)
    units = enterprises_open_to(user).order_by("code")
    unit = unit_to_send_for(request, units)
    initial = {"effective_on": first_of_month(), **({"organisation": unit.code} if unit else {})}
    form = SendForm(request.POST or None, request.FILES or None, units=units, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.values()
        file = given.pop("file")
        try:
            roster = receive_once(
                given.pop("organisation"), actor=user, file_name=file.name, body=file.read(), **given
            )
        except ValidationError as refusal:
            form.take_refusal(refusal)
        else:
            return redirect("roster", roster.pk)
    context = {"form": form, "section": "imports", **(place_of_sender(request, unit) if unit else {})}
    return render(request, "workforce/roster_send.html", context, status=422 if form.is_bound else None)


@require_safe
def roster(request: HttpRequest, pk: int) -> HttpResponse:
    context = describe_roster(request, get_roster_for(request.user, pk))
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "workforce/roster.html", context)
    if context["is_working"]:
        return render(request, "ui/progress.html", context)
    return HttpResponse(headers={"HX-Refresh": "true"})


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the same file once more: after a dry run, after an interruption, with columns now mapped."""
    old = get_roster_for(request.user, pk)
    user = reader_of(request)
    try:
        roster = send_again(old, actor=user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("roster", pk)
    return redirect("roster", roster.pk)


@get_or_post
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which of the sender's columns is which, and read the file again."""
    old = get_roster_for(request.user, pk)
    form = mapping_form_of(old, request.POST)
    if form is None or request.method != "POST":
        return redirect("roster", pk)
    if not form.is_valid():
        context = {**describe_roster(request, old), "mapping_form": form}
        return render(request, "workforce/roster.html", context, status=422)
    user = reader_of(request)
    map_columns(old.organisation, actor=user, mapping=form.mapping())
    messages.success(request, _("Your columns are remembered for next time."))
    return again(request, pk)


@require_safe
def template(request: HttpRequest, code: str) -> HttpResponseBase:
    """Give the enterprise its workbook with its own people already filled in."""
    unit = get_organisation_for(request.user, code, Action.CHANGE_PEOPLE)
    write = partial(write_roster_template, unit, actor=request.user)
    return _download(write, f"tongxin-roster-{unit.code}.xlsx")


@require_safe
def verdicts(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give back the rejected rows, each wrong cell with what is wrong."""
    roster = get_roster_for(request.user, pk)
    if not roster.n_rejected or roster.file is None or roster.file.is_erased:
        messages.error(request, _("The file is no longer kept. Please send it again."))
        return redirect("roster", pk)
    return _download(partial(write_roster_verdicts, roster), f"tongxin-rejected-{roster.pk}.xlsx")


def _download(write: Callable[[Path], int], name: str) -> FileResponse:
    """Let a workbook be written in memory alone and send it."""
    with opened(b"") as path:
        write(path)
        body = io.BytesIO(path.read_bytes())
    return FileResponse(
        body, as_attachment=True, filename=name, content_type=XLSX, headers={"Cache-Control": "no-store"}
    )
