"""Plans: the list of them, one with its tasks, its measures, and how far down it has come."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.organisations.access import Action, may
from tongxin.organisations.answers import PAGE, carried_out, page_links, reader_of
from tongxin.organisations.views import standing_at
from tongxin.plans.access import get_plan_for, tasks_visible_to
from tongxin.plans.document_pages import place_for
from tongxin.plans.document_views import get_or_post
from tongxin.plans.forms import PlanForm, TaskFilter
from tongxin.plans.models import Plan
from tongxin.plans.page_answers import UNPROCESSABLE, done, filled
from tongxin.plans.plan_actions import (
    add_measure,
    change_measure,
    close_plan,
    make_plan,
    publish_plan,
    remove_measure,
)
from tongxin.plans.plan_pages import describe_plan, grouped, plans_at, tasks_asked
from tongxin.plans.progress import progress_of
from tongxin.plans.reach import done_on_paper, reach_of_plan
from tongxin.plans.task_forms import MeasureForm


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
    return filled(request, form, context)


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
        "groups": grouped(list(page.object_list), progress_of(page.object_list)),
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
    said = _("In force. Its tasks are assigned, and the units below may see it.")
    done(request, lambda: publish_plan(found, actor=user), said)
    return redirect("plan", pk)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a plan in which nothing is open."""
    user = reader_of(request)
    found = get_plan_for(user, pk, Action.CHANGE_PLANS)
    done(request, lambda: close_plan(found, actor=user), _("Closed. What was done stays readable."))
    return redirect("plan", pk)


@get_or_post
def measures(request: HttpRequest, pk: int) -> HttpResponse:
    """List the measures of a plan, and add one."""
    user = reader_of(request)
    found = get_plan_for(user, pk, Action.CHANGE_PLANS)
    form = MeasureForm(request.POST or None)
    if (
        form.is_bound
        and form.is_valid()
        and carried_out(form, lambda given: add_measure(found, actor=user, **given))
    ):
        messages.success(request, _("Added."))
        return redirect("measures", pk)
    context = {
        "form": form,
        "plan": found,
        "measures": found.measures.annotate(n_tasks=Count("tasks")),
        "section": "plans",
        **place_for(user, found.organisation, "plans"),
    }
    status = UNPROCESSABLE if form.is_bound else None
    return render(request, "plans/measures.html", context, status=status)


@get_or_post
def edit_measure(request: HttpRequest, pk: int, measure_pk: int) -> HttpResponse:
    """Change a measure of a plan."""
    user = reader_of(request)
    found = get_plan_for(user, pk, Action.CHANGE_PLANS)
    measure = get_object_or_404(found.measures, pk=measure_pk)
    form = MeasureForm.of(measure, request.POST or None)
    if (
        form.is_bound
        and form.is_valid()
        and carried_out(form, lambda given: change_measure(measure, actor=user, **given))
    ):
        messages.success(request, _("Saved."))
        return redirect("measures", pk)
    context = {
        "form": form,
        "title": _("Change the measure"),
        "back_url": reverse("measures", args=[pk]),
        "section": "plans",
        **place_for(user, found.organisation, "plans"),
    }
    return filled(request, form, context)


@require_POST
def drop_measure(request: HttpRequest, pk: int, measure_pk: int) -> HttpResponse:
    """Take a measure under which no task stands out of its plan."""
    user = reader_of(request)
    found = get_plan_for(user, pk, Action.CHANGE_PLANS)
    measure = get_object_or_404(found.measures, pk=measure_pk)
    done(request, lambda: remove_measure(measure, actor=user), _("Removed."))
    return redirect("measures", pk)


@require_safe
def reach(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far down the measures of a plan have come, and what is done on paper alone."""
    user = reader_of(request)
    found = get_plan_for(user, pk)
    context = {
        "plan": found,
        "measures": reach_of_plan(found),
        "on_paper": done_on_paper(tasks_visible_to(user).filter(measure__plan=found)),
        "section": "plans",
        **place_for(user, found.organisation, "plans"),
    }
    return render(request, "plans/reach.html", context)
