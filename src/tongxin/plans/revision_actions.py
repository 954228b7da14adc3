"""What was decided on a text holds for its revision too, wherever the revision left a clause as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from django.db import transaction

from tongxin.audit import log
from tongxin.organisations.access import Principal
from tongxin.plans.models import Document, Plan, Task, TaskProposal, TaskSource
from tongxin.plans.queries import figures_of

State = TaskProposal.State
DECISION = ("state", "reason", "decided_at", "decided_by")
CORRECTED = ("title", "kind", "dimension", "lead", "support", "due_on", "due_text", "target", "edited_at")
"""What a person may have corrected before deciding."""
AROUND = ("due_on", "lead", "support", "target")
"""What the text around a clause may say of it: its year, who is responsible for all of a section."""
BATCH = 1_000


@transaction.atomic
def carry_over(old: Document, new: Document, *, actor: Principal) -> int:
    """Decide on the proposals of a revision as was decided on the same words before; return how many.

    Only clauses with the same words and figures count, read to the same day and bodies. A task gets the new
    clause as one more source; what became a task of a closed plan alone stays to be confirmed. Who decided,
    and when, stays as it was.
    """
    pairs, tasks = list(_pairs(old, new)), _tasks_of(old)
    pairs = [(before, now) for before, now in pairs if before.state == State.REJECTED or before.pk in tasks]
    if not pairs:
        return 0
    for before, now in pairs:
        for name in (*DECISION, *(CORRECTED if before.edited_at else ())):
            setattr(now, name, getattr(before, name))
    TaskProposal.objects.bulk_update([now for _, now in pairs], DECISION, batch_size=BATCH)
    corrected = [now for _, now in pairs if now.edited_at]
    TaskProposal.objects.bulk_update(corrected, CORRECTED, batch_size=BATCH)
    TaskSource.objects.bulk_create(
        TaskSource(task_id=task, origin=TaskSource.Origin.CLAUSE, clause=now.clause, proposal=now)
        for before, now in pairs
        if before.state == State.ACCEPTED
        for task in tasks[before.pk]
    )
    _record(old, new, [now for _, now in pairs], actor)
    return len(pairs)


def _pairs(old: Document, new: Document) -> Iterator[tuple[TaskProposal, TaskProposal]]:
    """Yield each decided proposal with the one that says the same in the same clause of the revision."""
    before, now = _by_anchor(old), _by_anchor(new)
    for anchor, later in now.items():
        earlier = before.get(anchor, [])
        if not earlier or figures_of(earlier[0].clause.text) != figures_of(later[0].clause.text):
            continue
        for quote in dict.fromkeys(each.quote for each in later):
            said = (each for each in earlier if each.quote == quote)
            again = (each for each in later if each.quote == quote)
            pairs = zip(said, again, strict=False)
            yield from ((one, other) for one, other in pairs if _is_decided_alike(one, other))


def _is_decided_alike(before: TaskProposal, now: TaskProposal) -> bool:
    """Tell whether a proposal was decided, and is read as it was; what a person corrected is not compared."""
    if before.state not in {State.ACCEPTED, State.REJECTED}:
        return False
    is_alike = all(getattr(before, name) == getattr(now, name) for name in AROUND)
    return before.edited_at is not None or is_alike


def _by_anchor(document: Document) -> dict[str, list[TaskProposal]]:
    found = (
        TaskProposal.objects.select_for_update(of=("self",), no_key=True)
        .filter(clause__document=document)
        .select_related("clause")
        .order_by("clause__anchor", "start", "pk")
    )
    return {anchor: list(group) for anchor, group in groupby(found, lambda each: each.clause.anchor)}


def _tasks_of(old: Document) -> dict[int, list[int]]:
    """Return by proposal the tasks that it became, without those that are over."""
    sources = (
        TaskSource.objects.filter(clause__document=old, proposal__isnull=False)
        .exclude(task__state=Task.State.CANCELLED)
        .exclude(task__measure__plan__state=Plan.State.CLOSED)
        .order_by("pk")
        .values_list("proposal_id", "task_id")
    )
    found: dict[int, list[int]] = {}
    for proposal, task in sources:
        if proposal is not None:
            found.setdefault(proposal, []).append(task)
    return found


def _record(old: Document, new: Document, decided: Iterable[TaskProposal], actor: Principal) -> None:
    states = [each.state for each in decided]
    log.record(
        actor=actor,
        action="documents.carried_over",
        target=new,
        organisation_id=new.organisation_id,
        revises=old,
        accepted=states.count(State.ACCEPTED),
        rejected=states.count(State.REJECTED),
    )
