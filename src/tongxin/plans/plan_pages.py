"""What the pages of plans and tasks show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from tongxin.organisations.access import Action, Principal, may
from tongxin.organisations.models import Organisation
from tongxin.plans.access import documents_visible_to, plans_visible_to, steps_of
from tongxin.plans.document_pages import place_for
from tongxin.plans.models import Plan, Task, TaskSource
from tongxin.plans.progress import Progress
from tongxin.plans.queries import tasks_without_clause


@dataclass(frozen=True)
class Group:
    """A measure with the tasks of it that are shown, each with how far it is."""

    measure: Any
    tasks: list[tuple[Task, Progress]]


def plans_at(user: Principal, unit: Organisation) -> QuerySet[Plan]:
    """Return the plans of a unit, and those that units above it published, with their tasks counted."""
    above = steps_of(unit.path or "")[:-1]
    published = Q(organisation__path__in=above) & ~Q(state=Plan.State.DRAFT)
    return (
        plans_visible_to(user)
        .filter(Q(organisation=unit) | published)
        .annotate(
            n_tasks=Count(
                "measures__tasks",
                Q(measures__tasks__parent=None) & ~Q(measures__tasks__state=Task.State.CANCELLED),
            )
        )
        .order_by("-starts_on", "-pk")
    )


def tasks_asked(plan: Plan, asked: dict[str, Any], user: Principal) -> QuerySet[Task]:
    """Return the tasks of a plan that a filter asks for, with what their rows show the reader."""
    readable = TaskSource.objects.filter(clause__document__in=documents_visible_to(user))
    cited_by = readable.select_related("clause__document").defer(
        "clause__text", "clause__document__text", "clause__document__reading"
    )
    tasks = (
        Task.objects.filter(measure__plan=plan, parent=None)
        .select_related("measure__plan__organisation", "organisation")
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


def grouped(tasks: list[Task], progress: Mapping[int, Progress]) -> list[Group]:
    """Put tasks under their measures, in their order."""
    found: list[Group] = []
    for task in tasks:
        if not found or found[-1].measure.pk != task.measure_id:
            found.append(Group(task.measure, []))
        found[-1].tasks.append((task, progress[task.pk]))
    return found


def describe_plan(plan: Plan, user: Principal) -> dict[str, Any]:
    """Return what the page of a plan shows beside its list of tasks."""
    own = Task.objects.filter(measure__plan=plan, parent=None).exclude(state=Task.State.CANCELLED)
    counts = own.aggregate(
        n_tasks=Count("pk"),
        n_open=Count("pk", ~Q(state=Task.State.COMPLETED)),
        n_without_day=Count("pk", Q(due_on=None)),
    )
    return {
        "plan": plan,
        **counts,
        "n_without_clause": tasks_without_clause(plan).exclude(state=Task.State.CANCELLED).count(),
        "may_change": may(user, Action.CHANGE_PLANS, plan.organisation) and plan.state != Plan.State.CLOSED,
        "section": "plans",
        **place_for(user, plan.organisation, "plans"),
    }
