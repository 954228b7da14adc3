"""What the database finds of many tasks is what is found of each."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from django.utils import timezone
from tests.plans.builders import begin, enter
from tests.supervision.builders import on, set_rule

from tongxin.plans.models import Report, Task
from tongxin.plans.plan_actions import publish_plan
from tongxin.supervision.models import SupervisionRule
from tongxin.supervision.queries import COUNTED, Ask, facts_of, rules_by_plan, supervised_tasks
from tongxin.supervision.standing import Standing, standing_of

FIRST = date(2026, 4, 10)


def scatter(plan, number: int, dice: random.Random) -> None:
    def somewhen() -> date:
        return FIRST + timedelta(days=dice.randrange(45))

    task = enter(plan, f"任务{number}", due_on=dice.choice([None, somewhen()]))
    moved = timezone.make_aware(datetime.combine(somewhen(), datetime.min.time())) + timedelta(
        minutes=dice.randrange(1440)
    )
    starts = somewhen() if task.due_on is None and dice.random() < 0.4 else None
    Task.objects.filter(pk=task.pk).update(moved_at=moved, starts_on=starts)
    if dice.random() < 0.5:
        state = dice.choice(["submitted", "accepted"])
        Report.objects.create(
            task=task, text="办了", state=state, is_final=dice.random() < 0.5, submitted_at=moved
        )


def test_the_conditions_agree_with_the_rules_of_one_task(cast):
    dice = random.Random(7)  # noqa: S311  # a fixed sequence, not a secret
    with on(FIRST):
        plans = [begin(cast.xiaoshan, f"计划{number}") for number in range(3)]
        for number in range(150):
            scatter(plans[number % 3], number, dice)
        for plan in plans:
            publish_plan(plan, actor=None)
        set_rule(plans[0], due_soon_days=1, stalled_days=4)
        set_rule(plans[1], due_soon_days=9, stalled_days=12)

    for day in (date(2026, 4, 24), date(2026, 5, 2), date(2026, 5, 9), date(2026, 5, 18)):
        ask = Ask(day, rules_by_plan())
        tasks = list(supervised_tasks().select_related("measure"))
        facts = facts_of(tasks)
        expected: dict[str, set[int]] = {name: set() for name in COUNTED}
        for task in tasks:
            rule = ask.rules.get(task.measure.plan_id) or SupervisionRule()
            standing, _days = standing_of(facts[task.pk], rule, day)
            if standing is not Standing.IN_TIME:
                expected[standing].add(task.pk)
            if facts[task.pk].waiting_since:
                # A report that waits is counted as such, also of a task that is late besides.
                expected["review"].add(task.pk)
        for name in COUNTED:
            found = set(supervised_tasks().filter(ask.condition(name)).values_list("pk", flat=True))
            assert found == expected[name], (day, name)
            assert found, (day, name)
