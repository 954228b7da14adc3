"""What the pages of plans and tasks show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from tongxin.organisations.access import Action, Principal, may
from tongxin.organisations.models import Organisation
from tongxin.plans.access import documents_visible_to, plans_visible_to, steps_of
from tongxin.plans.document_pages import place_for
from tongxin.plans.models import Plan, Task, TaskSource, TaskUnit
from tongxin.plans.queries import tasks_without_clause


@dataclass(frozen=True)
class Group:
    """A measure with the tasks of it that are shown."""

    measure: Any
    tasks: list[Task]


def plans_at(user: Principal, unit: Organisation) -> QuerySet[Plan]:
    """Return the plans of a unit, and those that units above it published, with their tasks counted."""
    above = steps_of(unit.path or "")[:-1]
    published = Q(organisation__path__in=above) & ~Q(state=Plan.State.DRAFT)
    return (
        plans_visible_to(user)
        .filter(Q(organisation=unit) | published)
        .annotate(n_tasks=Count("measures__tasks", ~Q(measures__tasks__state=Task.State.CANCELLED)))
        .order_by("-starts_on", "-pk")
    )


def tasks_asked(plan: Plan, asked: dict[str, Any], user: Principal) -> QuerySet[Task]:
    """Return the tasks of a plan that a filter asks for, with what their rows show the reader."""
    readable = TaskSource.objects.filter(clause__document__in=documents_visible_to(user))
    cited_by = readable.select_related("clause__document").defer(
        "clause__text", "clause__document__text", "clause__document__reading"
    )
    tasks = (
        Task.objects.filter(measure__plan=plan)
        .select_related("measure", "organisation")
        .prefetch_related("units", Prefetch("sources", cited_by))
        .order_by("measure__position", "due_on", "pk")
    )
    if text := asked.get("q"):
        tasks = tasks.filter(Q(title__icontains=text) | Q(units__name__icontains=text)).distinct()
    if dimension := asked.get("dimension"):
        tasks = tasks.filter(measure__dimension=dimension)
    if state := asked.get("state"):
        tasks = tasks.filter(state=state)
    if origin := asked.get("origin"):
        cited = Q(sources__clause__isnull=False)
        tasks = tasks.filter(cited).distinct() if origin == "clause" else tasks.exclude(cited)
    return tasks


def grouped(tasks: list[Task]) -> list[Group]:
    """Put tasks under their measures, in their order."""
    found: list[Group] = []
    for task in tasks:
        if not found or found[-1].measure.pk != task.measure_id:
            found.append(Group(task.measure, []))
        found[-1].tasks.append(task)
    return found


def describe_plan(plan: Plan, user: Principal) -> dict[str, Any]:
    """Return what the page of a plan shows beside its list of tasks."""
    return {
        "plan": plan,
        "n_tasks": Task.objects.filter(measure__plan=plan).exclude(state=Task.State.CANCELLED).count(),
        "n_without_clause": tasks_without_clause(plan).exclude(state=Task.State.CANCELLED).count(),
        "n_without_day": Task.objects.filter(measure__plan=plan, due_on=None)
        .exclude(state=Task.State.CANCELLED)
        .count(),
        "may_change": may(user, Action.CHANGE_PLANS, plan.organisation) and plan.state != Plan.State.CLOSED,
        "section": "plans",
        **place_for(user, plan.organisation, "plans"),
    }


def describe_task(task: Task, user: Principal) -> dict[str, Any]:
    """Return what the page of a task shows."""
    plan = task.measure.plan
    units = list(task.units.select_related("organisation"))
    return {
        "task": task,
        "plan": plan,
        "leads": [unit for unit in units if unit.part == TaskUnit.Part.LEAD],
        "supports": [unit for unit in units if unit.part == TaskUnit.Part.SUPPORT],
        "sources": task.sources.select_related("clause__document", "proposal"),
        "readable": set(
            documents_visible_to(user)
            .filter(clauses__task_sources__task=task)
            .order_by()
            .values_list("pk", flat=True)
        ),
        "may_change": may(user, Action.CHANGE_PLANS, plan.organisation)
        and task.is_open
        and plan.state != Plan.State.CLOSED,
        "section": "plans",
        **place_for(user, plan.organisation, "plans"),
    }
