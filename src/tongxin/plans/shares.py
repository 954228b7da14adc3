"""The shares of a task, and whether what they are to reach adds up to what the task is to reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tongxin.plans.figure_tests import FigureTest
from tongxin.plans.models import Task
from tongxin.plans.progress import Progress, progress_of


@dataclass(frozen=True)
class ShareLine:
    """A unit's share of a task, and how far it is; `targets` are in the order of the task's periods."""

    task: Task
    progress: Progress
    targets: tuple[Decimal | None, ...]


@dataclass(frozen=True)
class Balance:
    """What is wanted in all, what the shares come to and what is left over; of a period, or of a number.

    Shares of a rate do not add up: there is nothing to be left over, `difference` is None.
    """

    period: str
    wanted: Decimal
    shared: Decimal | None
    difference: Decimal | None

    @property
    def is_even(self) -> bool:
        return self.difference == 0


@dataclass(frozen=True)
class Shares:
    lines: tuple[ShareLine, ...]
    balances: tuple[Balance, ...]
    periods: tuple[str, ...]
    adds_up: bool
    """Whether what the units are to reach may be added."""


def shares_of(task: Task) -> Shares:
    """Return the shares of a task that were not taken back, in the order of the tree."""
    found = list(
        task.children.exclude(state=Task.State.CANCELLED)
        .select_related("organisation", "measure__plan__organisation", "parent__organisation")
        .prefetch_related("targets")
        .order_by("organisation__code", "pk")
    )
    progress = progress_of([*found, task])
    own = {target.period: target.value for target in task.targets.all()}
    lines = tuple(_line(share, progress[share.pk], list(own)) for share in found)
    adds_up = _adds_up(progress[task.pk].figure)
    return Shares(lines, _balances(task, own, lines, adds_up=adds_up) if lines else (), tuple(own), adds_up)


def _line(share: Task, progress: Progress, periods: Sequence[str]) -> ShareLine:
    given = {target.period: target.value for target in share.targets.all()}
    return ShareLine(share, progress, tuple(given.get(period) for period in periods))


def _adds_up(test: FigureTest | None) -> bool:
    return test is None or (
        test.definition is not None and not test.definition.is_ratio and not test.is_ranked
    )


def _balances(
    task: Task, own: dict[str, Decimal], lines: Sequence[ShareLine], *, adds_up: bool
) -> tuple[Balance, ...]:
    if task.goal is not None:
        shared = sum((line.task.goal or Decimal(0) for line in lines), Decimal(0))
        return (Balance("", task.goal, shared, task.goal - shared),)
    if not adds_up:
        return tuple(Balance(period, wanted, None, None) for period, wanted in own.items())
    sums = [sum((line.targets[at] or Decimal(0) for line in lines), Decimal(0)) for at in range(len(own))]
    return tuple(
        Balance(period, wanted, shared, wanted - shared)
        for (period, wanted), shared in zip(own.items(), sums, strict=True)
    )
