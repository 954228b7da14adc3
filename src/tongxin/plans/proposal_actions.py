"""Deciding on proposals: corrected, accepted as a task, rejected, split, joined, taken up again.

Of two who decide at once the second is told by whom it was decided; an edit of what somebody else has edited
since it was read is refused, and nothing of it is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import User
from tongxin.audit import log
from tongxin.organisations.access import Action, Principal, require
from tongxin.plans.models import Measure, Task, TaskProposal, TaskSource
from tongxin.plans.task_actions import add_units, as_logged, hold_task, make_task, refuse_ended

EDITABLE = ("title", "kind", "dimension", "lead", "support", "due_on", "target")
State = TaskProposal.State


@transaction.atomic
def edit_proposal(
    proposal: TaskProposal, *, actor: Principal, values: Mapping[str, Any], seen_at: datetime | None
) -> TaskProposal:
    """Correct what a proposal says; refuses when somebody edited it after `seen_at`."""
    proposal = _lock(proposal, actor)
    if proposal.edited_at != seen_at:
        raise ValidationError(_("Somebody else has edited this proposal meanwhile. Please look at it again."))
    changes = {
        name: (getattr(proposal, name), values[name])
        for name in EDITABLE
        if name in values and getattr(proposal, name) != values[name]
    }
    if not changes:
        return proposal
    for name, (_before, now) in changes.items():
        setattr(proposal, name, now)
    if "due_on" in changes:
        proposal.due_text = ""
    proposal.edited_at = timezone.now()
    proposal.full_clean()
    proposal.save()
    _record(proposal, actor, "proposals.edited", **as_logged(changes))
    return proposal


@transaction.atomic
def accept_proposal(proposal: TaskProposal, *, actor: Principal, measure: Measure) -> Task:
    """Make a task of a proposal under a measure; its clause becomes the task's source."""
    proposal = _lock(proposal, actor)
    require(actor, Action.CHANGE_PLANS, measure.plan.organisation)
    task = make_task(
        measure,
        actor=actor,
        title=proposal.title,
        kind=proposal.kind,
        due_on=proposal.due_on,
        due_text=proposal.due_text,
        target=proposal.target,
    )
    add_units(task, lead=proposal.lead, support=proposal.support)
    _cite(task, proposal)
    _decide(proposal, State.ACCEPTED, actor)
    _record(proposal, actor, "proposals.accepted", task=task)
    return task


@transaction.atomic
def accept_into(proposal: TaskProposal, *, actor: Principal, task: Task) -> Task:
    """Let a task that is there stand for a proposal, too: it gets one more source."""
    proposal = _lock(proposal, actor)
    task = hold_task(task, actor)
    if task.state == Task.State.CANCELLED:
        refuse_ended(task)
    _cite(task, proposal)
    _decide(proposal, State.ACCEPTED, actor)
    _record(proposal, actor, "proposals.accepted", task=task)
    return task


@transaction.atomic
def reject_proposal(proposal: TaskProposal, *, actor: Principal, reason: str) -> TaskProposal:
    """Say that a proposal is no task, and why."""
    proposal = _lock(proposal, actor)
    if not reason.strip():
        raise ValidationError({"reason": _("Please say why this is no task.")})
    proposal.reason = reason.strip()
    _decide(proposal, State.REJECTED, actor)
    _record(proposal, actor, "proposals.rejected", reason=proposal.reason)
    return proposal


@transaction.atomic
def reopen_proposal(proposal: TaskProposal, *, actor: Principal) -> TaskProposal:
    """Take back a rejection."""
    proposal = _lock(proposal, actor, State.REJECTED)
    proposal.state, proposal.reason, proposal.decided_at, proposal.decided_by = State.OPEN, "", None, None
    proposal.save()
    _record(proposal, actor, "proposals.reopened")
    return proposal


@transaction.atomic
def split_proposal(proposal: TaskProposal, *, actor: Principal, at: int) -> list[TaskProposal]:
    """Make two proposals of one, at a character of its quote; signs at the cut belong to neither."""
    proposal = _lock(proposal, actor)
    place = max(at, 0)
    first, second = proposal.quote[:place].rstrip(_SIGNS), proposal.quote[place:].lstrip(_SIGNS)
    if not first or not second:
        raise ValidationError(_("Please choose a place within the quote, with words on both sides."))
    made = [
        _successor(proposal, proposal.start, first),
        _successor(proposal, proposal.end - len(second), second),
    ]
    return _replace([proposal], made, actor, "proposals.split")


@transaction.atomic
def join_proposals(proposals: Sequence[TaskProposal], *, actor: Principal) -> TaskProposal:
    """Make one proposal of several of one clause: from the first word of all to the last."""
    found = [_lock(each, actor) for each in sorted(proposals, key=lambda each: each.pk)]
    found.sort(key=lambda each: each.start)
    if len(found) < 2:
        raise ValidationError(_("Please choose at least two proposals."))
    if len({each.clause_id for each in found}) > 1:
        raise ValidationError(
            _("Proposals of different paragraphs are not joined; let one task stand for both instead.")
        )
    clause, first = found[0].clause, found[0]
    end = max(each.end for each in found)
    quote = clause.text[first.start - clause.start : end - clause.start]
    made = _successor(first, first.start, quote)
    dated = next((each for each in found if each.due_on or each.due_text), first)
    made.due_on, made.due_text = dated.due_on, dated.due_text
    made.target = next((each.target for each in found if each.target), "")
    made.lead = list(dict.fromkeys(name for each in found for name in each.lead))
    made.support = list(dict.fromkeys(name for each in found for name in each.support))
    return _replace(found, [made], actor, "proposals.joined")[0]


_SIGNS = "\uff0c,\uff1b;\u3002\u3001 "


def _successor(origin: TaskProposal, start: int, quote: str) -> TaskProposal:
    return TaskProposal(
        clause=origin.clause,
        start=start,
        end=start + len(quote),
        quote=quote,
        title=quote[:300],
        kind=origin.kind,
        dimension=origin.dimension,
        speaker=origin.speaker,
        lead=origin.lead,
        support=origin.support,
        due_on=origin.due_on,
        due_text=origin.due_text,
        target=origin.target if origin.target in quote else "",
    )


def _replace(
    replaced: Sequence[TaskProposal], made: Sequence[TaskProposal], actor: Principal, verb: str
) -> list[TaskProposal]:
    for each in made:
        each.full_clean()
        each.save()
        each.origins.set(replaced)
    for each in replaced:
        _decide(each, State.REPLACED, actor)
        _record(each, actor, verb, into=[str(one.pk) for one in made])
    return list(made)


def _lock(proposal: TaskProposal, actor: Principal, state: str = State.OPEN) -> TaskProposal:
    """Hold a proposal until the transaction ends; refuse what the actor may not, or somebody else did."""
    found = (
        TaskProposal.objects.select_for_update(of=("self",), no_key=True)
        .select_related("clause__document__organisation", "decided_by")
        .get(pk=proposal.pk)
    )
    require(actor, Action.CHANGE_PLANS, found.clause.document.organisation)
    if found.state != state:
        _refuse_decided(found)
    return found


def _refuse_decided(found: TaskProposal) -> NoReturn:
    names = {"title": found.title[:60], "state": found.get_state_display()}
    if found.state == State.OPEN:
        raise ValidationError(_("“%(title)s” is %(state)s by now. Nothing was changed.") % names)
    names["who"] = found.decided_by.display_name if found.decided_by else _("the operator")
    raise ValidationError(_("“%(title)s” is %(state)s by now (%(who)s). Nothing was changed.") % names)


def _decide(proposal: TaskProposal, state: str, actor: Principal) -> None:
    proposal.state, proposal.decided_at = state, timezone.now()
    proposal.decided_by = actor if isinstance(actor, User) else None
    proposal.save()


def _cite(task: Task, proposal: TaskProposal) -> None:
    TaskSource.objects.get_or_create(
        task=task,
        clause=proposal.clause,
        proposal=proposal,
        defaults={"origin": TaskSource.Origin.CLAUSE},
    )


def _record(proposal: TaskProposal, actor: Principal, verb: str, **changes: Any) -> None:
    log.record(
        actor=actor,
        action=verb,
        target=proposal,
        organisation_id=proposal.clause.document.organisation_id,
        **changes,
    )
