"""All tasks of a unit and of those below it: as a table, as a board, on a line of months, as a workbook."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tongxin.organisations.access import Action
from tongxin.organisations.answers import reader_of
from tongxin.organisations.views import standing_at
from tongxin.plans.task_list_forms import TaskListFilter
from tongxin.plans.task_list_pages import describe_list, tasks_asked_for
from tongxin.plans.task_workbook_views import send_workbook, too_many
from tongxin.plans.task_workbooks import MOST_ROWS, write_tasks

TEMPLATES = {"": "plans/tasks.html", "board": "plans/task_board.html", "timeline": "plans/task_timeline.html"}


@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """List the tasks of a unit and of those below it that the reader may see."""
    user, unit = reader_of(request), standing_at(request, Action.SEE_PLANS)
    form = TaskListFilter(request.GET, user=user, unit=unit)
    context = describe_list(user, unit, form, request.GET.get("page"))
    return render(request, TEMPLATES[context["view"]], context)


@require_safe
def workbook(request: HttpRequest) -> HttpResponse:
    """Give the filtered list as a workbook, which the page of a plan takes back."""
    user, unit = reader_of(request), standing_at(request, Action.SEE_PLANS)
    form = TaskListFilter(request.GET, user=user, unit=unit)
    keys = tasks_asked_for(user, unit, form)
    if len(keys) > MOST_ROWS:
        return too_many(request, len(keys), "tasks", at=unit.code, **form.asked)
    body = write_tasks(keys, actor=user, unit=unit, title="")
    return send_workbook(body, f"tongxin-tasks-{unit.code}-{timezone.localdate()}.xlsx")
