"""What the page of a task shows: what it says, its shares, its reports, and what the reader may do."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from tongxin.organisations.access import Action, Principal, may
from tongxin.organisations.models import Level, Organisation
from tongxin.plans.access import documents_visible_to, may_report, reports_visible_to, tasks_visible_to
from tongxin.plans.document_pages import place_for
from tongxin.plans.figure_tests import FigureTest
from tongxin.plans.models import Plan, Report, Task, TaskUnit
from tongxin.plans.progress import progress_of
from tongxin.plans.shares import Shares, shares_of

HANDED_LEVELS = (Level.CITY, Level.COUNTY, Level.TOWN, Level.DEPARTMENT, Level.UNION, Level.ENTERPRISE)


def describe_task(task: Task, user: Principal) -> dict[str, Any]:
    """Return what the page of a task shows."""
    plan = task.measure.plan
    units = list(task.units.select_related("organisation"))
    shares = shares_of(task)
    progress = progress_of([task])[task.pk]
    seen = set(tasks_visible_to(user).filter(parent=task).values_list("pk", flat=True))
    return {
        "task": task,
        "plan": plan,
        "leads": [unit for unit in units if unit.part == TaskUnit.Part.LEAD],
        "supports": [unit for unit in units if unit.part == TaskUnit.Part.SUPPORT],
        "sources": _origin_of(task).sources.select_related("clause__document", "proposal"),
        "may_see_source": may(user, Action.SEE_PLANS, plan.organisation),
        "readable": _readable_documents(task, user),
        "progress": progress,
        "shares": shares,
        "target_rows": _target_rows(progress.figure, shares) if progress.figure else [],
        "share_lines": [line for line in shares.lines if line.task.pk in seen],
        "n_hidden_shares": sum(line.task.pk not in seen for line in shares.lines),
        "reports": _reports_on(task, user),
        **rights_on(task, user),
        "section": "plans",
        **place_for(user, plan.organisation, "plans"),
    }


def _target_rows(test: FigureTest, shares: Shares) -> list[dict[str, Any]]:
    """Return each target of a task with what its shares come to, as the page writes them."""
    balances = {balance.period: balance for balance in shares.balances}
    rows = []
    for target in test.targets:
        balance = balances.get(target.period)
        rows.append(
            {
                "target": target,
                "baseline": test.written(target.baseline),
                "value": test.written(target.value),
                "shared": test.written(balance.shared if balance else None),
                "difference": test.written(balance.difference if balance else None),
                "is_uneven": balance is not None and balance.difference is not None and not balance.is_even,
            }
        )
    return rows


def _origin_of(task: Task) -> Task:
    """Return the task of a plan of which this one is a share, near or far: its sources are those of both."""
    while task.parent is not None:
        task = task.parent
    return task


def _readable_documents(task: Task, user: Principal) -> set[int]:
    cited = documents_visible_to(user).filter(clauses__task_sources__task=_origin_of(task))
    return set(cited.order_by().values_list("pk", flat=True))


def _reports_on(task: Task, user: Principal) -> QuerySet[Report]:
    return (
        reports_visible_to(user)
        .filter(task=task)
        .prefetch_related("evidence__file")
        .order_by("-made_at", "-pk")
    )


def rights_on(task: Task, user: Principal) -> dict[str, bool]:
    """Return what the reader may do with a task now."""
    plan = task.measure.plan
    is_live = plan.state != Plan.State.CLOSED
    is_open = task.is_open and is_live
    sets_it = may(user, Action.CHANGE_PLANS, task.decided_by)
    return {
        "may_change": sets_it and is_open,
        "may_reopen": sets_it and is_live and task.state == Task.State.COMPLETED,
        "may_hand_down": is_open and may(user, Action.CHANGE_PLANS, task.organisation),
        "may_report": is_open and plan.state == Plan.State.PUBLISHED and may_report(user, task).allowed,
        "may_review": is_live and may(user, Action.REVIEW_PROGRESS, task.decided_by),
    }


def units_to_hand_to(task: Task, level: str) -> QuerySet[Organisation]:
    """Return the open units of a level below a task's unit that have no share of it yet."""
    taken = task.children.exclude(state=Task.State.CANCELLED).values("organisation")
    return (
        Organisation.objects.below(task.organisation)
        .filter(level=level, closed_on=None)
        .exclude(pk=task.organisation_id)
        .exclude(pk__in=taken)
        .order_by("code")
    )


def levels_below(unit: Organisation) -> list[str]:
    """Return the levels of which units stand below one, in the order of levels."""
    found = Organisation.objects.below(unit).filter(closed_on=None).exclude(pk=unit.pk)
    present = set(found.order_by().values_list("level", flat=True).distinct())
    return [level for level in HANDED_LEVELS if level in present]
