"""Where a task stands for supervision, and which step is due about it: functions of facts and a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tongxin.supervision.days import count_between, days_late, deadline_of
from tongxin.supervision.models import Step, SupervisionRule

Kind = Step.Kind


class Standing(StrEnum):
    """What a task needs, the most urgent that holds."""

    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    REVIEW = "review"
    STALLED = "stalled"
    IN_TIME = "in_time"


@dataclass(frozen=True)
class Past:
    """A step that was made already."""

    kind: str
    day: date
    due_on: date | None
    key: str


@dataclass(frozen=True)
class Facts:
    """What supervision looks at of a task that is assigned or under way."""

    task_id: int
    due_on: date | None
    moved_on: date
    """When its state last changed, a report was sent, or it was to begin: the latest of these."""
    waiting_report: int | None = None
    """The report that waits for a decision."""
    waiting_since: date | None = None
    waits_for_closure: bool = False
    """The report that waits is a final one: the unit has done its part."""


@dataclass(frozen=True)
class Due:
    """A step to be made: its kind, the days that it names, and what it is known by."""

    kind: Kind
    days: int
    key: str


LADDER = (Kind.OVERDUE, Kind.ESCALATION, Kind.CIRCULATION)


def standing_of(facts: Facts, rule: SupervisionRule, day: date) -> tuple[Standing, int]:
    """Return where a task stands, with the number of working days that goes with it."""
    if facts.due_on and not facts.waits_for_closure:
        if late := days_late(facts.due_on, day):
            return Standing.OVERDUE, late
        if (left := count_between(day, deadline_of(facts.due_on))) <= rule.due_soon_days:
            return Standing.DUE_SOON, max(0, left)
    if facts.waiting_since:
        return Standing.REVIEW, count_between(facts.waiting_since, day)
    if (idle := count_between(facts.moved_on, day)) >= rule.stalled_days:
        return Standing.STALLED, idle
    return Standing.IN_TIME, 0


def step_due(facts: Facts, rule: SupervisionRule, past: Sequence[Past], day: date) -> Due | None:
    """Return the one step that a day asks for; of several that were missed, the highest."""
    standing, days = standing_of(facts, rule, day)
    found = None
    if standing is Standing.OVERDUE:
        found = _ladder_step(facts, rule, past, day, days)
    elif standing is Standing.DUE_SOON:
        key = f"due_soon:{facts.task_id}:{facts.due_on}"
        found = None if any(each.key == key for each in past) else Due(Kind.DUE_SOON, days, key)
    elif standing is Standing.STALLED:
        found = _repeated(Kind.STALLED, str(facts.moved_on), facts, rule.stalled_days, past, day, days)
    if found is None and facts.waiting_since:
        waited = count_between(facts.waiting_since, day)
        if waited >= rule.review_days:
            since = f"report-{facts.waiting_report}-{facts.waiting_since}"
            return _repeated(Kind.REVIEW, since, facts, rule.review_days, past, day, waited)
    return found


def _ladder_step(
    facts: Facts, rule: SupervisionRule, past: Sequence[Past], day: date, days: int
) -> Due | None:
    made = [each for each in past if each.due_on == facts.due_on and each.kind in LADDER]
    rungs = {LADDER.index(Kind(each.kind)) for each in made}
    reached = 2 if days >= rule.circulate_after else 1 if days >= rule.escalate_after else 0
    if reached and max(rungs, default=0) < reached:
        kind = LADDER[reached]
        return Due(kind, days, f"{kind}:{facts.task_id}:{facts.due_on}")
    number = 1 + sum(each.kind == Kind.OVERDUE for each in made)
    by_hand = [each for each in past if each.due_on == facts.due_on and each.kind == Kind.REMINDER]
    last = max((each.day for each in [*made, *by_hand]), default=None)
    if made and last and count_between(last, day) < rule.remind_every:
        return None
    return Due(Kind.OVERDUE, days, f"overdue:{facts.task_id}:{facts.due_on}:{number}")


def _repeated(
    kind: Kind, since: str, facts: Facts, every: int, past: Sequence[Past], day: date, days: int
) -> Due | None:
    """Return a step that comes again after so many working days while nothing changes."""
    start = f"{kind}:{facts.task_id}:{since}:"
    made = [each for each in past if each.key.startswith(start)]
    if made and count_between(max(each.day for each in made), day) < every:
        return None
    return Due(kind, days, f"{start}{len(made) + 1}")
