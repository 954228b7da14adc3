"""Forms about people and their employments."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongxin.organisations.access import Action
from tongxin.workforce.access import (
    covers_employers,
    employers_open_to,
    enterprises_open_to,
    get_employment_for,
    get_worker_for,
)
from tongxin.workforce.actions import correct_worker, propose_correction, register_worker
from tongxin.workforce.employment_actions import (
    change_employment,
    correct_employment,
    end_employment,
    start_employment,
)
from tongxin.workforce.filling import fill
from tongxin.workforce.forms import ChangeForm, CorrectForm, DatesForm, EndForm, RegisterForm, StartForm
from tongxin.workforce.models import Employment
from tongxin.workforce.queries import registry_day, state_on
from tongxin.workforce.views import require_somewhere

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
def new_worker(request: HttpRequest) -> HttpResponse:
    require_somewhere(request, Action.CHANGE_PEOPLE)
    units = enterprises_open_to(request.user)
    unit = request.GET.get("unit", "")
    initial = {"organisation": unit} if unit else None
    return fill(
        request,
        RegisterForm(request.POST or None, units=units, initial=initial),
        partial(register_worker, actor=request.user),
        title=_("Add a person"),
        lead=_("For many people at once, send a workbook instead."),
        back=reverse("workers"),
        done=_("Saved. What differs from another unit's entry will be reviewed first."),
    )


@get_or_post
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the person, or propose it where they work elsewhere too."""
    person = get_worker_for(request.user, pk, Action.CHANGE_PEOPLE)
    may_correct = covers_employers(request.user, person)
    unit = employers_open_to(request.user, person)[0]
    act = (
        partial(correct_worker, person, actor=request.user)
        if may_correct
        else partial(propose_correction, person, actor=request.user, organisation=unit)
    )
    return fill(
        request,
        CorrectForm(request.POST or None, worker=person, may_correct=may_correct),
        act,
        title=_("Correct %(name)s") % {"name": person.name},
        lead=_("Only for what was written down wrongly. What changed on a day belongs to the employment.")
        if may_correct
        else _("This person is known elsewhere too. Your corrections go to a reviewer."),
        back=reverse("worker", args=[pk]),
        done=_("Saved.") if may_correct else _("Sent to a reviewer."),
        button="" if may_correct else _("Propose"),
    )


@get_or_post
def new_employment(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_worker_for(request.user, pk)
    require_somewhere(request, Action.CHANGE_PEOPLE)
    return fill(
        request,
        StartForm(request.POST or None, units=enterprises_open_to(request.user)),
        partial(start_employment, person, actor=request.user),
        title=_("New employment of %(name)s") % {"name": person.name},
        back=reverse("worker", args=[pk]),
        done=_("Saved."),
    )


@get_or_post
def change_terms(request: HttpRequest, pk: int, employment_pk: int) -> HttpResponse:
    employment = _employment(request, pk, employment_pk)
    state = state_on(employment, employment.ended_on or registry_day()) or employment.states.last()
    return fill(
        request,
        ChangeForm(request.POST or None, state=state),
        partial(change_employment, employment, actor=request.user),
        title=_("New terms for %(name)s") % {"name": employment.worker.name},
        lead=str(employment.organisation),
        back=reverse("worker", args=[pk]),
        done=_("Saved."),
    )


@get_or_post
def end(request: HttpRequest, pk: int, employment_pk: int) -> HttpResponse:
    employment = _employment(request, pk, employment_pk)
    if employment.ended_on:
        return redirect("worker", pk)
    return fill(
        request,
        EndForm(request.POST or None),
        partial(end_employment, employment, actor=request.user),
        title=_("End the employment of %(name)s") % {"name": employment.worker.name},
        lead=str(employment.organisation),
        back=reverse("worker", args=[pk]),
        done=_("Saved."),
    )


@get_or_post
def correct_dates(request: HttpRequest, pk: int, employment_pk: int) -> HttpResponse:
    employment = _employment(request, pk, employment_pk)
    return fill(
        request,
        DatesForm(request.POST or None, employment=employment),
        partial(correct_employment, employment, actor=request.user),
        title=_("Correct the dates of %(name)s") % {"name": employment.worker.name},
        lead=str(employment.organisation),
        back=reverse("worker", args=[pk]),
        done=_("Saved."),
    )


def _employment(request: HttpRequest, pk: int, employment_pk: int) -> Employment:
    person = get_worker_for(request.user, pk)
    return get_employment_for(request.user, person, employment_pk, Action.CHANGE_PEOPLE)
