"""Plans and tasks: the list of plans, the tasks of one, a task's own page, and their forms."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.organisations.access import Action, may
from tongxin.organisations.answers import PAGE, carried_out, page_links, reader_of
from tongxin.organisations.views import standing_at
from tongxin.plans.access import get_plan_for, get_task_for
from tongxin.plans.document_pages import place_for
from tongxin.plans.document_views import UNPROCESSABLE, get_or_post
from tongxin.plans.forms import PlanForm, TaskFilter, TaskForm
from tongxin.plans.models import Plan, Task, TaskUnit
from tongxin.plans.plan_pages import describe_plan, describe_task, grouped, plans_at, tasks_asked
from tongxin.plans.task_actions import change_task, enter_task, make_plan, publish_plan, withdraw_task


@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    """List the plans of a unit and those published above it."""
    user, unit = reader_of(request), standing_at(request, Action.SEE_PLANS)
    page = Paginator(plans_at(user, unit), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "may_change": may(user, Action.CHANGE_PLANS, unit),
        "section": "plans",
        **page_links(page, at=unit.code),
        **place_for(user, unit, "plans"),
    }
    return render(request, "plans/plans.html", context)


@get_or_post
def new_plan(request: HttpRequest) -> HttpResponse:
    """Begin a plan of a unit."""
    user, unit = reader_of(request), standing_at(request, Action.CHANGE_PLANS)
    form = PlanForm(request.POST or None)
    made: list[Plan] = []

    def begin(given: dict[str, Any]) -> None:
        made.append(make_plan(unit, actor=user, **given))

    if form.is_bound and form.is_valid() and carried_out(form, begin):
        messages.success(request, _("Begun, with a measure for each dimension. Nobody else sees it yet."))
        return redirect("plan", made[0].pk)
    context = {
        "form": form,
        "title": _("New plan"),
        "back_url": reverse("plans"),
        "section": "plans",
        **place_for(user, unit, "plans"),
    }
    return _filled(request, form, context)


@require_safe
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a plan with its tasks under their measures."""
    user = reader_of(request)
    found = get_plan_for(user, pk)
    form = TaskFilter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    page = Paginator(tasks_asked(found, asked, user), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "groups": grouped(list(page.object_list)),
        "is_filtered": any(asked.values()),
        **page_links(page, **asked),
        **describe_plan(found, user),
    }
    return render(request, "plans/plan.html", context)


@require_POST
def put_in_force(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a plan."""
    user = reader_of(request)
    found = get_plan_for(user, pk, Action.CHANGE_PLANS)
    try:
        publish_plan(found, actor=user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("In force. Its tasks are assigned, and the units below may see it."))
    return redirect("plan", pk)


@get_or_post
def new_task(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a task that no clause asks for."""
    user = reader_of(request)
    found = get_plan_for(user, pk, Action.CHANGE_PLANS)
    form = TaskForm(request.POST or None, plan=found)
    if form.is_bound and form.is_valid() and carried_out(form, lambda given: enter_task(actor=user, **given)):
        messages.success(request, _("Added."))
        return redirect("plan", pk)
    context = {
        "form": form,
        "title": _("New task"),
        "back_url": reverse("plan", args=[pk]),
        "section": "plans",
        **place_for(user, found.organisation, "plans"),
    }
    return _filled(request, form, context)


@require_safe
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a task: what is to be done, by whom, by when, and which words ask for it."""
    user = reader_of(request)
    return render(request, "plans/task.html", describe_task(get_task_for(user, pk), user))


@get_or_post
def edit_task(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what a task says."""
    user = reader_of(request)
    found = get_task_for(user, pk, Action.CHANGE_PLANS)
    plan_of_it = found.measure.plan
    form = TaskForm(request.POST or None, plan=plan_of_it, initial=_initial(found))

    def change(given: dict[str, Any]) -> None:
        change_task(found, actor=user, **given)

    if form.is_bound and form.is_valid() and carried_out(form, change):
        messages.success(request, _("Saved."))
        return redirect("task", pk)
    context = {
        "form": form,
        "title": _("Change the task"),
        "back_url": reverse("task", args=[pk]),
        "section": "plans",
        **place_for(user, plan_of_it.organisation, "plans"),
    }
    return _filled(request, form, context)


def _initial(found: Task) -> dict[str, Any]:
    units = list(found.units.all())
    told = {name: getattr(found, name) for name in TaskForm.Meta.fields}
    return told | {
        "lead": [unit.name for unit in units if unit.part == TaskUnit.Part.LEAD],
        "support": [unit.name for unit in units if unit.part == TaskUnit.Part.SUPPORT],
    }


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a task, for a reason; what it was made of waits for a decision again."""
    user = reader_of(request)
    found = get_task_for(user, pk, Action.CHANGE_PLANS)
    try:
        withdraw_task(found, actor=user, reason=request.POST.get("reason", ""))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Cancelled. What it was made of waits for a decision again."))
    return redirect("task", pk)


def _filled(request: HttpRequest, form: Any, context: dict[str, Any]) -> HttpResponse:
    status = UNPROCESSABLE if form.is_bound else None
    return render(request, "plans/form.html", context, status=status)
