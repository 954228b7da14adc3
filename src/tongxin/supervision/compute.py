"""The daily round: what is late or stands still is noticed, and the step that it asks for is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import translation

from tongxin.audit import log
from tongxin.codes.working_days import is_working_day
from tongxin.organisations.access import Principal
from tongxin.organisations.models import Organisation
from tongxin.plans.models import Plan, Task
from tongxin.supervision.circulating import draw_up
from tongxin.supervision.models import CircularLine, Step, SupervisionRule
from tongxin.supervision.queries import COUNTED, Ask, facts_of, past_of, rules_by_plan, supervised_tasks
from tongxin.supervision.standing import Due, step_due
from tongxin.supervision.telling import tell_untold
from tongxin.supervision.texts import day_words, message_of

BATCH = 1000
CAUGHT_UP = timedelta(days=14)
"""A list that was not drawn up because the process died is drawn up within so many days."""
Kind = Step.Kind


@dataclass(frozen=True)
class Supervised:
    """What a day's round did."""

    day: date
    is_working_day: bool
    looked_at: int = 0
    steps: dict[str, int] = field(default_factory=dict)
    circulars: int = 0
    messages: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def supervise(day: date, *, actor: Principal = None, batch: int = BATCH) -> Supervised:
    """Make the steps that a working day asks for, and tell of them; doing it again adds nothing.

    1. Tasks are looked at in batches; each batch is stored by itself, so that a killed round goes on.
    2. Plans in which a task came on the list that day get their circulated list.
    3. Whoever was not told of a step yet is told.
    """
    if not is_working_day(day):
        return Supervised(day, is_working_day=False)
    steps: Counter[str] = Counter()
    looked_at = 0
    with translation.override(settings.LANGUAGE_CODE):
        rules = rules_by_plan()
        for tasks in _batches(_to_look_at(day, rules), batch):
            looked_at += len(tasks)
            steps.update(_make_steps(tasks, rules, day))
        circulars = sum(draw_up(plan, day) is not None for plan in _plans_to_circulate(day))
        messages = tell_untold(day)
    found = Supervised(
        day,
        is_working_day=True,
        looked_at=looked_at,
        steps={str(kind): steps[kind] for kind in Kind if kind != Kind.REMINDER},
        circulars=circulars,
        messages=messages,
    )
    if steps or circulars or messages:
        log.record(
            actor=actor,
            action="supervision.ran",
            target=None,
            day=day,
            steps=dict(steps),
            circulars=circulars,
            messages=messages,
        )
    return found


def _to_look_at(day: date, rules: Mapping[int, SupervisionRule]) -> QuerySet[Task]:
    """Return the tasks that need anything on the day, of plans whose supervision is switched on."""
    ask = Ask(day, rules)
    silent = [plan_id for plan_id, rule in rules.items() if not rule.is_active]
    tasks = supervised_tasks().filter(reduce(or_, (ask.condition(name) for name in COUNTED)))
    tasks = tasks.exclude(measure__plan__in=silent) if silent else tasks
    return tasks.select_related(
        "measure__plan__organisation", "organisation__parent", "parent__organisation"
    ).order_by("pk")


def _batches(tasks: QuerySet[Task], size: int) -> Iterable[list[Task]]:
    last = 0
    while batch := list(tasks.filter(pk__gt=last)[:size]):
        yield batch
        last = batch[-1].pk


def _make_steps(tasks: Sequence[Task], rules: Mapping[int, SupervisionRule], day: date) -> Counter[str]:
    facts, past = facts_of(tasks), past_of([task.pk for task in tasks])
    steps = []
    for task in tasks:
        rule = rules.get(task.measure.plan_id) or SupervisionRule()
        if due := step_due(facts[task.pk], rule, past.get(task.pk, []), day):
            steps.append(make_step(task, due, rule, day))
    return _store(steps)


def make_step(task: Task, due: Due, rule: SupervisionRule, day: date) -> Step:
    """Put a step into words; it is not stored yet."""
    title, text = message_of(due.kind, rule.texts, values_of(task, due.days))
    return Step(
        task=task,
        kind=due.kind,
        day=day,
        due_on=task.due_on,
        organisation=_addressed(task, due.kind),
        title=title[:400],
        text=text,
        key=due.key,
    )


def values_of(task: Task, days: int) -> dict[str, object]:
    """Return what the placeholders of a message stand for."""
    plan = task.measure.plan
    return {
        "task": task.title,
        "unit": task.organisation.name,
        "due": day_words(task.due_on),
        "days": days,
        "plan": plan.title,
        "decider": task.decided_by.name,
    }


def _addressed(task: Task, kind: str) -> Organisation:
    if kind == Kind.REVIEW:
        return task.decided_by
    if kind == Kind.ESCALATION:
        is_own = task.decided_by.pk == task.organisation_id
        return (task.organisation.parent or task.organisation) if is_own else task.decided_by
    return task.organisation


@transaction.atomic
def _store(steps: Sequence[Step]) -> Counter[str]:
    """Store the steps that no other process has stored, and count them."""
    if not steps:
        return Counter()
    known = set(Step.objects.filter(key__in=[step.key for step in steps]).values_list("key", flat=True))
    new = [step for step in steps if step.key not in known]
    Step.objects.bulk_create(new, ignore_conflicts=True)
    return Counter(step.kind for step in new)


def _plans_to_circulate(day: date) -> QuerySet[Plan]:
    """Return the plans with a task that came to be circulated and is on no list yet."""
    listed = CircularLine.objects.filter(task=OuterRef("task"), due_on=OuterRef("due_on"))
    new = Step.objects.filter(
        ~Exists(listed),
        kind=Kind.CIRCULATION,
        day__lte=day,
        day__gt=day - CAUGHT_UP,
        due_on=F("task__due_on"),
    )
    plans = new.order_by().values("task__measure__plan")
    return Plan.objects.filter(pk__in=plans, state=Plan.State.PUBLISHED).select_related("organisation")
