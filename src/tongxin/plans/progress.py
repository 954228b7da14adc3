"""How far tasks are: from the facts where a figure decides, else from accepted reports, rolled up.

What a unit below has done is never typed in above it: a task with shares has what its shares have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Literal

from tongxin.analytics.attainment import attained_percent
from tongxin.plans.figure_tests import FigureTest, figure_tests
from tongxin.plans.models import Report, Task

WHOLE = Fraction(100)


@dataclass(frozen=True)
class Progress:
    """How far a task is, from 0 to 100, and what says so; None where nothing says it."""

    percent: Fraction | None
    basis: Literal["figure", "reports", "shares", "none"]
    amount: Decimal | None = None
    """Of a task with a number to be reached: how much of it is."""
    figure: FigureTest | None = None
    n_shares: int = 0
    n_completed: int = 0

    @property
    def percent_text(self) -> str:
        """Whole percents, rounded down: 100 is said of what is reached alone."""
        return str(int(self.percent)) if self.percent is not None else ""


@dataclass
class _Tree:
    """Tasks with all their shares, and the newest accepted report of each."""

    tasks: dict[int, Task] = field(default_factory=dict)
    shares: defaultdict[int, list[Task]] = field(default_factory=lambda: defaultdict(list))
    reports: dict[int, Report] = field(default_factory=dict)
    amounts: dict[int, Decimal] = field(default_factory=dict)
    tests: Mapping[int, FigureTest] = field(default_factory=dict)


def progress_of(tasks: Iterable[Task]) -> dict[int, Progress]:
    """Return how far each task is, by its key; as many queries as the shares are deep, however many tasks."""
    asked = list(tasks)
    tree = _read_tree(asked)
    found: dict[int, Progress] = {}
    for task in asked:
        _measure(task, tree, found)
    return {task.pk: found[task.pk] for task in asked}


def _read_tree(asked: Sequence[Task]) -> _Tree:
    tree = _Tree({task.pk: task for task in asked})
    level = list(tree.tasks)
    while level:
        below = []
        # As little as the reckoning needs: a page of tasks may have thousands of shares.
        shares = Task.objects.filter(parent__in=level).exclude(state=Task.State.CANCELLED).order_by("pk")
        for share in shares.only("parent", "state", "goal", "indicator"):
            tree.shares[share.parent_id or 0].append(share)
            if share.pk not in tree.tasks and not tree.tasks[share.parent_id or 0].indicator:
                tree.tasks[share.pk] = share
                below.append(share.pk)
        level = below
    accepted = Report.objects.filter(task__in=tree.tasks, state=Report.State.ACCEPTED)
    said = accepted.only("task", "amount", "percent", "is_final")
    for report in said.order_by("decided_at", "pk"):
        tree.reports[report.task_id] = report
        if report.amount is not None:
            tree.amounts[report.task_id] = report.amount
    tree.tests = figure_tests(_whole(asked, tree))
    return tree


def _whole(asked: Sequence[Task], tree: _Tree) -> list[Task]:
    """Return the tasks that a figure decides on, those read in part read whole."""
    known = {task.pk for task in asked}
    bound = [task.pk for task in tree.tasks.values() if task.indicator and task.pk not in known]
    read = Task.objects.filter(pk__in=bound) if bound else Task.objects.none()
    whole = read.select_related("organisation", "measure__plan__organisation")
    return [*(task for task in asked if task.indicator), *whole]


def _measure(task: Task, tree: _Tree, found: dict[int, Progress]) -> Progress:
    if task.pk not in found:
        below = tree.shares[task.pk]
        # The figure of a task is its own: what its shares have reached adds nothing to it.
        shares = [] if task.indicator else [_measure(share, tree, found) for share in below]
        n_completed = sum(share.state == Task.State.COMPLETED for share in below)
        found[task.pk] = _progress(task, tree, shares, (len(below), n_completed))
    return found[task.pk]


def _progress(task: Task, tree: _Tree, shares: Sequence[Progress], counts: tuple[int, int]) -> Progress:
    says = partial(Progress, n_shares=counts[0], n_completed=counts[1])
    if task.indicator:
        test = tree.tests[task.pk]
        return says(test.percent, "figure", figure=test)
    report = tree.reports.get(task.pk)
    if task.goal is not None:
        amount = _summed(shares) if shares else tree.amounts.get(task.pk)
        if amount is None:
            return says(_ended(task), "none")
        return says(attained_percent(amount, task.goal), "shares" if shares else "reports", amount)
    if shares:
        return says(
            sum((each.percent or Fraction(0) for each in shares), Fraction(0)) / len(shares), "shares"
        )
    # What a final report said does not hold any more when its task was taken up again.
    if report is None or report.is_final or report.percent is None:
        return says(_ended(task), "none" if report is None else "reports")
    return says(Fraction(report.percent), "reports")


def _summed(shares: Sequence[Progress]) -> Decimal:
    return sum((each.amount or Decimal(0) for each in shares), Decimal(0))


def _ended(task: Task) -> Fraction | None:
    return WHOLE if task.state == Task.State.COMPLETED else None
