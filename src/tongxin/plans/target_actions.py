"""What a task is to reach: a figure's values period by period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from tongxin.analytics.definitions import Definition
from tongxin.codes.periods import Period, PeriodError, PeriodKind
from tongxin.figures.known import known_indicator
from tongxin.organisations.access import Principal
from tongxin.plans.figure_tests import value_before
from tongxin.plans.models import Task, TaskTarget
from tongxin.plans.task_actions import check_task, hold_open_task, record

MOST_TARGETS = 40
KINDS = {
    PeriodKind.YEAR: pgettext_lazy("period", "year"),
    PeriodKind.QUARTER: pgettext_lazy("period", "quarter"),
    PeriodKind.MONTH: pgettext_lazy("period", "month"),
}


@dataclass(frozen=True)
class Target:
    """What a figure is to reach in a period, and where it stood before."""

    period: str
    value: Decimal
    baseline: Decimal | None = None


@transaction.atomic
def set_targets(task: Task, *, actor: Principal, indicator: str, targets: Sequence[Target]) -> Task:
    """Bind a task to an indicator with what it is to reach, in place of what was set; to none, unbind it.

    Shares of the task keep the indicator and targets that they have.
    """
    task = hold_open_task(task, actor)
    if indicator or targets:
        check_targets(indicator, targets)
    before = (task.indicator, _written(task))
    task.indicator = indicator
    check_task(task)
    task.targets.all().delete()
    keep_targets(task, targets)
    now = (task.indicator, _written(task))
    if before != now:
        task.changed_at = timezone.now()
        task.save()
        record(task, actor, "tasks.targeted", figure=(before[0], now[0]), targets=(before[1], now[1]))
    return task


def _written(task: Task) -> list[str]:
    """Return the targets of a task as the log keeps them."""
    return [f"{each.period}: {each.baseline} → {each.value}" for each in task.targets.all()]


def check_targets(indicator: str, targets: Sequence[Target]) -> Definition:
    """Refuse an unknown indicator, a period that it has no figures for, and one given twice."""
    if not indicator:
        raise ValidationError({"indicator": _("Please choose the indicator that the targets belong to.")})
    try:
        definition = known_indicator(indicator)
    except ValidationError as unknown:
        raise ValidationError({"indicator": unknown.messages}) from None
    if not targets:
        raise ValidationError({"targets": _("Please say what the figure is to reach, and in which period.")})
    if len(targets) > MOST_TARGETS:
        message = _("A task has at most %(most)d targets; there are %(found)d.")
        raise ValidationError({"targets": message % {"most": MOST_TARGETS, "found": len(targets)}})
    seen: set[str] = set()
    for target in targets:
        period = str(_check_period(target.period, definition))
        if period in seen:
            raise ValidationError({"targets": _("%(period)s has two targets.") % {"period": period}})
        seen.add(period)
    return definition


def _check_period(text: str, definition: Definition) -> Period:
    try:
        period = Period.parse(text)
    except PeriodError:
        message = _("“%(text)s” is not a period; write a year 2026, a quarter 2026Q3 or a month 2026-09.")
        raise ValidationError({"targets": message % {"text": text}}) from None
    if period.kind not in definition.periods:
        kinds = _(", ").join(str(KINDS[kind]) for kind in definition.periods)
        message = _("%(indicator)s has no figure for %(period)s; it is computed for each %(kinds)s.")
        told = {"indicator": definition.code, "period": text, "kinds": kinds}
        raise ValidationError({"targets": message % told})
    return period


def keep_targets(task: Task, targets: Sequence[Target]) -> None:
    """Store targets of a task that has none; where the figure stood is looked up when nobody says it."""
    ordered = sorted(targets, key=lambda each: Period.parse(each.period))
    is_said = any(target.baseline is not None for target in ordered)
    for target in ordered:
        period, baseline = Period.parse(target.period), target.baseline
        if not is_said and target is ordered[0]:
            baseline = value_before(task, period)
        row = TaskTarget(task=task, period=str(period), value=target.value, baseline=baseline)
        try:
            row.full_clean()
        except ValidationError as refusal:
            problems = [f"{period}: {message}" for message in refusal.messages]
            raise ValidationError({"targets": problems}) from None
        row.save()
