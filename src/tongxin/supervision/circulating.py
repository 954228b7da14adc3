"""Drawing up the list of tasks that are long overdue, as it is circulated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from tongxin.accounts.models import User
from tongxin.audit import log
from tongxin.notices.actions import notify, post_to_webhooks
from tongxin.notices.readers import readers_of
from tongxin.organisations.access import Action, Principal
from tongxin.plans.models import Plan, Task
from tongxin.supervision.days import days_late, latest_due_late
from tongxin.supervision.models import Circular, CircularLine
from tongxin.supervision.queries import Ask, past_of, rule_of, rules_by_plan, supervised_tasks
from tongxin.supervision.texts import day_words, load_texts, say


def draw_up(plan: Plan, day: date, *, actor: Principal = None) -> Circular | None:
    """Store a plan's list of a day and tell of it; none where it is there already or nothing is so late."""
    if Circular.objects.filter(plan=plan, day=day).exists():
        return None
    try:
        with transaction.atomic():
            return _draw_up(plan, day, actor)
    except IntegrityError:  # another process was quicker
        return None


def _draw_up(plan: Plan, day: date, actor: Principal) -> Circular | None:
    rule = rule_of(plan)
    of_plan = supervised_tasks().filter(measure__plan=plan)
    late = list(
        of_plan.filter(
            Ask(day, rules_by_plan()).condition("overdue"),
            due_on__lte=latest_due_late(day, rule.circulate_after),
        )
        .select_related("organisation")
        .order_by("organisation__path", "due_on", "pk")
    )
    if not late:
        return None
    maker = actor if isinstance(actor, User) else None
    circular = Circular.objects.create(
        plan=plan, day=day, after=rule.circulate_after, n_open=of_plan.count(), made_by=maker
    )
    CircularLine.objects.bulk_create(_lines(circular, late, day))
    log.record(
        actor=actor,
        action="supervision.circulated",
        target=circular,
        organisation_id=plan.organisation_id,
        tasks=len(late),
    )
    _tell(circular, len(late))
    return circular


def _lines(circular: Circular, late: Sequence[Task], day: date) -> list[CircularLine]:
    past = past_of([task.pk for task in late])
    return [
        CircularLine(
            circular=circular,
            position=place,
            task=task,
            organisation=task.organisation,
            title=task.title,
            unit_zh=task.organisation.name_zh,
            unit_en=task.organisation.name_en,
            due_on=task.due_on,
            days_late=days_late(task.due_on, day),
            done=[{"kind": each.kind, "day": each.day.isoformat()} for each in past.get(task.pk, [])],
        )
        for place, task in enumerate(late, start=1)
        if task.due_on
    ]


def _tell(circular: Circular, count: int) -> None:
    plan = circular.plan
    with translation.override(settings.LANGUAGE_CODE):
        values = {"plan": plan.title, "day": day_words(circular.day), "count": count}
        entry = load_texts()["circular"]
        told = {
            "kind": "supervision.circular",
            "title": say(entry["title"], values)[:200],
            "text": say(entry["text"], values),
            "link": reverse("circular", args=[circular.pk]),
            "key": f"supervision:circular:{plan.pk}:{circular.day}",
        }
    reached = readers_of([plan.organisation_id], Action.REVIEW_PROGRESS, circular.day)[plan.organisation_id]
    notify(reached.users, **told, organisation=plan.organisation)
    post_to_webhooks([plan.organisation], **told)
