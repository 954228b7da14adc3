"""What is read for supervision: rules, what tasks look like on a day, the steps and orders about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from tongxin.organisations.models import Organisation
from tongxin.plans.models import Plan, Report, Task
from tongxin.supervision.days import idle_since_before, latest_due_late, latest_due_soon
from tongxin.supervision.models import Circular, Step, SupervisionOrder, SupervisionRule
from tongxin.supervision.standing import Facts, Past, Standing

State = Report.State
SUPERVISED = (Task.State.ASSIGNED, Task.State.UNDER_WAY)


def supervised_tasks() -> QuerySet[Task]:
    """Return the tasks that are supervised: assigned or under way, in a plan that is in force."""
    return Task.objects.filter(state__in=SUPERVISED, measure__plan__state=Plan.State.PUBLISHED)


def rules_by_plan() -> dict[int, SupervisionRule]:
    """Return the rules of plans in force that have their own."""
    found = SupervisionRule.objects.filter(plan__state=Plan.State.PUBLISHED)
    return {rule.plan_id: rule for rule in found}


def rule_of(plan: Plan) -> SupervisionRule:
    """Return the rule of a plan; the defaults, not stored, where it has none."""
    return SupervisionRule.objects.filter(plan=plan).first() or SupervisionRule(plan=plan)


@dataclass(frozen=True)
class Ask:
    """Conditions on tasks by where they stand on a day, with the rule of each task's plan."""

    day: date
    rules: Mapping[int, SupervisionRule]

    def condition(self, standing: str) -> Q:
        """Return the condition on supervised tasks; the same as what `standing_of` finds of one."""
        return {
            Standing.OVERDUE: self.is_late & ~_closing(),
            Standing.DUE_SOON: self._is_due_soon() & ~_closing(),
            Standing.REVIEW: _waiting(),
            Standing.STALLED: self._is_idle() & ~_waiting() & ~self.is_late & ~self._is_due_soon(),
        }[Standing(standing)]

    @property
    def is_late(self) -> Q:
        return Q(due_on__lte=latest_due_late(self.day))

    def _is_due_soon(self) -> Q:
        ahead = Q(due_on__gt=latest_due_late(self.day))
        return ahead & self._by_rule(
            "due_soon_days", lambda days: Q(due_on__lte=latest_due_soon(self.day, days))
        )

    def _is_idle(self) -> Q:
        return self._by_rule("stalled_days", lambda days: _idle_since(idle_since_before(self.day, days)))

    def _by_rule(self, name: str, condition: Callable[[int], Q]) -> Q:
        """Put together one condition for each value that the rules have, so that plans do not add up."""
        plans: dict[int, list[int]] = defaultdict(list)
        for plan_id, rule in self.rules.items():
            plans[getattr(rule, name)].append(plan_id)
        default = getattr(SupervisionRule(), name)
        others = [pk for value, pks in plans.items() if value != default for pk in pks]
        found = ~Q(measure__plan__in=others) & condition(default) if others else condition(default)
        for value, pks in plans.items():
            if value != default:
                found |= Q(measure__plan__in=pks) & condition(value)
        return found


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _waiting() -> Q:
    return Q(Exists(Report.objects.filter(task=OuterRef("pk"), state=State.SUBMITTED)))


def _closing() -> Q:
    return Q(Exists(Report.objects.filter(task=OuterRef("pk"), state=State.SUBMITTED, is_final=True)))


def _idle_since(day: date) -> Q:
    sent = Report.objects.filter(task=OuterRef("pk"), submitted_at__gte=start_of(day))
    begun = Q(starts_on=None) | Q(starts_on__lt=day)
    return Q(moved_at__lt=start_of(day)) & begun & ~Q(Exists(sent))


def has_open_order() -> Q:
    return Q(
        Exists(
            SupervisionOrder.objects.filter(task=OuterRef("pk"), state__in=SupervisionOrder.OPEN).order_by()
        )
    )


def facts_of(tasks: Sequence[Task]) -> dict[int, Facts]:
    """Return what supervision looks at of tasks, in one query whatever their number."""
    pks = [task.pk for task in tasks]
    last: dict[int, datetime] = {}
    waiting: dict[int, tuple[int, datetime, bool]] = {}
    sent = Report.objects.filter(task__in=pks, submitted_at__isnull=False).order_by()
    for pk, task_id, at, state, is_final in sent.values_list(
        "pk", "task_id", "submitted_at", "state", "is_final"
    ):
        if at is None:
            continue
        last[task_id] = max(at, last.get(task_id, at))
        if state == State.SUBMITTED:
            waiting[task_id] = (pk, at, is_final)
    return {task.pk: _facts(task, last.get(task.pk), waiting.get(task.pk)) for task in tasks}


def _facts(task: Task, reported: datetime | None, waiting: tuple[int, datetime, bool] | None) -> Facts:
    moved = timezone.localdate(max(task.moved_at, reported) if reported else task.moved_at)
    return Facts(
        task_id=task.pk,
        due_on=task.due_on,
        moved_on=max(moved, task.starts_on) if task.starts_on else moved,
        waiting_report=waiting[0] if waiting else None,
        waiting_since=timezone.localdate(waiting[1]) if waiting else None,
        waits_for_closure=bool(waiting and waiting[2]),
    )


def past_of(task_ids: Collection[int]) -> dict[int, list[Past]]:
    """Return the steps made about tasks, in one query."""
    found: dict[int, list[Past]] = defaultdict(list)
    steps = Step.objects.filter(task__in=task_ids).order_by("day", "pk")
    for task_id, kind, day, due_on, key in steps.values_list("task_id", "kind", "day", "due_on", "key"):
        found[task_id].append(Past(kind, day, due_on, key))
    return found


def steps_of(task: Task) -> QuerySet[Step]:
    """Return what supervision did about a task, the newest first."""
    return Step.objects.filter(task=task).select_related("organisation", "told_above")


def orders_of(task: Task) -> QuerySet[SupervisionOrder]:
    """Return the orders about a task, the newest first."""
    return SupervisionOrder.objects.filter(task=task).select_related("organisation", "issuer")


def last_steps_of(task_ids: Iterable[int]) -> dict[int, tuple[Step, int]]:
    """Return the newest step about each task, and how many there were: two queries for any number."""
    ids = list(task_ids)
    counts = {
        row["task_id"]: (row["last"], row["count"])
        for row in Step.objects.filter(task__in=ids)
        .order_by()
        .values("task_id")
        .annotate(last=Max("pk"), count=Count("pk"))
    }
    steps = Step.objects.in_bulk([last for last, _count in counts.values()])
    return {task_id: (steps[last], count) for task_id, (last, count) in counts.items() if last in steps}


def circulars_of(plan: Plan) -> QuerySet[Circular, Any]:
    return Circular.objects.filter(plan=plan).annotate(n_lines=Count("lines")).order_by("-day", "-pk")


COUNTED = ("overdue", "due_soon", "review", "stalled")


@dataclass(frozen=True)
class UnitCount:
    """How many open tasks there are, and how many of them are late, due soon, waiting, stalled."""

    unit: Organisation | None
    n_open: int
    n_overdue: int
    n_due_soon: int
    n_review: int
    n_stalled: int


def count_by_unit(tasks: QuerySet[Task], unit: Organisation, ask: Ask) -> tuple[UnitCount, list[UnitCount]]:
    """Count tasks as a whole, and those of the unit itself and under each unit below it, in the tree's order.

    Units without an open task are left out. Two queries, whatever the number of tasks and units.
    """
    kinds = {name: Count("pk", filter=ask.condition(name)) for name in COUNTED}
    rows = list(tasks.order_by().values("organisation__path").annotate(n_open=Count("pk"), **kinds))
    below = Organisation.objects.filter(parent=unit).order_by("code") if rows else []
    own = _sum(unit, [row for row in rows if row["organisation__path"] == unit.path])
    units = [own, *(_sum(each, _under(each, rows)) for each in below)]
    return _sum(None, rows), [each for each in units if each.n_open]


def _under(unit: Organisation, rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [row for row in rows if unit.path and (row["organisation__path"] or "").startswith(unit.path)]


def _sum(unit: Organisation | None, rows: Iterable[Mapping[str, Any]]) -> UnitCount:
    kept = list(rows)
    sums = {f"n_{name}": sum(row[name] for row in kept) for name in COUNTED}
    return UnitCount(unit, n_open=sum(row["n_open"] for row in kept), **sums)
