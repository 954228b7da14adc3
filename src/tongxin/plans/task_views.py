"""A task's own page, its forms, what it is to reach, and handing it down."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tongxin.organisations.access import Action
from tongxin.organisations.answers import carried_out, reader_of
from tongxin.organisations.models import Level
from tongxin.plans.access import get_plan_for, get_task_for, get_task_to_hand_down
from tongxin.plans.document_pages import place_for
from tongxin.plans.document_views import UNPROCESSABLE, get_or_post
from tongxin.plans.forms import TaskForm
from tongxin.plans.handing_actions import hand_down
from tongxin.plans.models import Task, TaskUnit
from tongxin.plans.page_answers import done, filled
from tongxin.plans.target_actions import set_targets
from tongxin.plans.task_actions import change_task, enter_task, reopen_task, withdraw_task
from tongxin.plans.task_forms import IndicatorForm, ShareForm, TargetFormSet, targets_in
from tongxin.plans.task_pages import describe_task, levels_below, units_to_hand_to

MOST_UNITS = 200
"""How many units the page of handing down lists at once."""


@require_safe
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a task: what is to be done, by whom, by when, how far it is, and which words ask for it."""
    user = reader_of(request)
    return render(request, "plans/task.html", describe_task(get_task_for(user, pk), user))


@get_or_post
def new_task(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a task that no clause asks for."""
    user = reader_of(request)
    found = get_plan_for(user, pk, Action.CHANGE_PLANS)
    form = TaskForm(request.POST or None, plan=found)

    def enter(given: dict[str, Any]) -> None:
        given.pop("seen_at")
        enter_task(actor=user, **given)

    if form.is_bound and form.is_valid() and carried_out(form, enter):
        messages.success(request, _("Added."))
        return redirect("plan", pk)
    context = {
        "form": form,
        "title": _("New task"),
        "back_url": reverse("plan", args=[pk]),
        "section": "plans",
        **place_for(user, found.organisation, "plans"),
    }
    return filled(request, form, context)


@get_or_post
def edit_task(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what a task says."""
    user = reader_of(request)
    found = get_task_for(user, pk, Action.CHANGE_PLANS)
    form = TaskForm(request.POST or None, plan=found.measure.plan, initial=_initial(found))

    def change(given: dict[str, Any]) -> None:
        change_task(found, actor=user, checks_seen=True, **given)

    if form.is_bound and form.is_valid() and carried_out(form, change):
        messages.success(request, _("Saved."))
        return redirect("task", pk)
    return filled(request, form, {"form": form, **_form_place(request, found, _("Change the task"))})


def _initial(found: Task) -> dict[str, Any]:
    units = list(found.units.all())
    told = {name: getattr(found, name) for name in TaskForm.Meta.fields}
    return told | {
        "seen_at": found.changed_at,
        "lead": [unit.name for unit in units if unit.part == TaskUnit.Part.LEAD],
        "support": [unit.name for unit in units if unit.part == TaskUnit.Part.SUPPORT],
    }


def _form_place(request: HttpRequest, found: Task, title: str) -> dict[str, Any]:
    return {
        "task": found,
        "title": title,
        "back_url": reverse("task", args=[found.pk]),
        "section": "plans",
        **place_for(reader_of(request), found.measure.plan.organisation, "plans"),
    }


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a task, for a reason; what it was made of waits for a decision again."""
    user = reader_of(request)
    found = get_task_for(user, pk, Action.CHANGE_PLANS)
    said = _("Cancelled. What it was made of waits for a decision again.")
    done(request, lambda: withdraw_task(found, actor=user, reason=request.POST.get("reason", "")), said)
    return redirect("task", pk)


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a completed task up again, for a reason."""
    user = reader_of(request)
    found = get_task_for(user, pk, Action.CHANGE_PLANS)
    said = _("The task is under way again.")
    done(request, lambda: reopen_task(found, actor=user, reason=request.POST.get("reason", "")), said)
    return redirect("task", pk)


@get_or_post
def targets(request: HttpRequest, pk: int) -> HttpResponse:
    """Bind a task to a figure and say what that is to reach."""
    user = reader_of(request)
    found = get_task_for(user, pk, Action.CHANGE_PLANS)
    known = [
        {"period": each.period, "baseline": each.baseline, "value": each.value}
        for each in found.targets.all()
    ]
    form = IndicatorForm(request.POST or None, initial={"indicator": found.indicator})
    rows = TargetFormSet(request.POST or None, initial=known, prefix="targets")

    def bind(given: dict[str, Any]) -> None:
        wanted = targets_in(rows.cleaned_data) if given["indicator"] else []
        set_targets(found, actor=user, indicator=given["indicator"], targets=wanted)

    if form.is_bound and form.is_valid() and rows.is_valid() and carried_out(form, bind):
        messages.success(request, _("Saved."))
        return redirect("task", pk)
    context = {"form": form, "rows": rows, **_form_place(request, found, _("What the task is to reach"))}
    status = UNPROCESSABLE if form.is_bound else None
    return render(request, "plans/targets.html", context, status=status)


@get_or_post
def share_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a task down to units below, each with its quota."""
    user = reader_of(request)
    found = get_task_to_hand_down(user, pk)
    levels = levels_below(found.organisation)
    level = request.GET.get("level", "")
    level = level if level in levels else (levels[0] if levels else "")
    units = units_to_hand_to(found, level)
    sent = request.POST if request.method == "POST" else None
    forms = [ShareForm(sent, unit=unit, task=found) for unit in units[:MOST_UNITS]]
    # Each is asked, so that every mistake is shown at once.
    are_right = [form.is_valid() for form in forms]
    problems: list[str] = []
    if request.method == "POST" and all(are_right):
        shares = [form.share for form in forms if form.cleaned_data["chosen"]]
        try:
            made = hand_down(found, shares, actor=user)
        except ValidationError as refusal:
            problems = refusal.messages
        else:
            messages.success(request, _handed(len(made)))
            return redirect("task", pk)
    context = {
        "forms": forms,
        "problems": problems,
        "has_errors": any(form.is_bound and form.errors for form in forms),
        "level": level,
        "levels": [(each, Level(each).label) for each in levels],
        "n_more": max(units.count() - MOST_UNITS, 0),
        **_form_place(request, found, _("Hand the task down")),
    }
    status = UNPROCESSABLE if request.method == "POST" else None
    return render(request, "plans/share_out.html", context, status=status)


def _handed(count: int) -> str:
    message = ngettext("Handed to %(count)d unit.", "Handed to %(count)d units.", count)
    return message % {"count": count}
