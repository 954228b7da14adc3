"""Two entries become one person, and two again: each in one transaction, with a row in the log."""

from __future__ import annotations

from collections.abc import Mapping

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.audit import log
from tongxin.organisations.access import Principal
from tongxin.workforce.duplicate_actions import decide, lock_pair, require_all_of, unit_of, user_of
from tongxin.workforce.merge_particulars import give_particulars_back, take_particulars
from tongxin.workforce.merge_plans import MergePlan, facts_of, plan_merge
from tongxin.workforce.merge_traces import (
    Trace,
    as_rows,
    bridged,
    hold_merging,
    open_trace,
    refused_as_contradiction,
    restore_rows,
    seal_trace,
    with_states,
)
from tongxin.workforce.merge_undoing import obstacles_to_undoing
from tongxin.workforce.models import DuplicatePair, Worker, WorkerMerge


@transaction.atomic
def merge_workers(
    pair: DuplicatePair, *, actor: Principal, survivor: Worker, chosen: Mapping[str, int] | None = None
) -> WorkerMerge:
    """Take the other entry of a pair over into the survivor, each particular from the entry chosen.

    Refuses who does not answer for every employment of both, and what would contradict itself as one.
    """
    hold_merging()
    pair, kept, merged = lock_pair(pair, actor, survivor)
    plan = plan_merge(kept, merged)
    if plan.obstacles:
        raise ValidationError(plan.obstacles)
    trace = _trace_before(plan)
    with refused_as_contradiction(), bridged(kept, merged):
        _take_over(plan)
        changes = take_particulars(kept, merged, chosen or {})
    merged.merged_into = kept
    merged.save(update_fields=["merged_into"])
    Worker.objects.filter(pk__in=trace["led"]).update(merged_into=kept)
    trace |= {"taken": list(changes), "after": as_rows([kept]), "facts": facts_of(kept)}
    made = WorkerMerge.objects.create(
        survivor=kept, merged=merged, trace_sealed=seal_trace(trace), merged_by=user_of(actor)
    )
    decide(pair, DuplicatePair.State.MERGED, actor)
    log.record(
        actor=actor,
        action="workers.merged",
        target=kept,
        organisation_id=unit_of(kept),
        other_entry=merged.pk,
        rows_taken_over=sum(map(len, plan.moved.values())),
        rows_set_aside=len(plan.set_aside),
        **changes,
    )
    return made


def _trace_before(plan: MergePlan) -> Trace:
    return {
        "survivor": as_rows([plan.survivor]),
        "merged": as_rows([plan.merged]),
        "aside": as_rows(with_states(plan.set_aside)),
        "moved": {
            f"{model._meta.label_lower}.{name}": keys for (model, name), keys in plan.moved.items() if keys
        },
        "led": list(
            Worker.objects.filter(merged_into=plan.merged).order_by("pk").values_list("pk", flat=True)
        ),
    }


def _take_over(plan: MergePlan) -> None:
    for row in plan.set_aside:
        row.__class__._default_manager.filter(pk=row.pk).delete()
    for (model, name), keys in plan.moved.items():
        model._default_manager.filter(pk__in=keys).update(**{name: plan.survivor})


@transaction.atomic
def undo_merge(made: WorkerMerge, *, actor: Principal) -> WorkerMerge:
    """Restore both entries as they were; refuses what can no longer be told apart.

    What was changed since in a row goes with the row to the entry that it came from.
    """
    hold_merging()
    made = WorkerMerge.objects.select_for_update().get(pk=made.pk)
    if made.undone_at is not None:
        raise ValidationError(_("This merge was undone already."))
    entries = {
        worker.pk: worker
        for worker in Worker.objects.select_for_update()
        .filter(pk__in=[made.survivor_id, made.merged_id])
        .order_by("pk")
    }
    survivor, merged = entries[made.survivor_id], entries[made.merged_id]
    trace = open_trace(made)
    if obstacles := obstacles_to_undoing(made, trace):
        raise ValidationError(obstacles)
    require_all_of(actor, survivor)
    unit_id = unit_of(survivor)
    with refused_as_contradiction(), bridged(survivor, merged):
        _give_back(survivor, merged, trace)
    made.undone_at, made.undone_by = timezone.now(), user_of(actor)
    made.save(update_fields=["undone_at", "undone_by"])
    sides = {"left": min(entries), "right": max(entries)}
    DuplicatePair.objects.filter(**sides).update(
        state=DuplicatePair.State.OPEN, decided_at=None, decided_by=None
    )
    log.record(
        actor=actor,
        action="workers.unmerged",
        target=survivor,
        organisation_id=unit_id,
        other_entry=merged.pk,
    )
    return made


def _give_back(survivor: Worker, merged: Worker, trace: Trace) -> None:
    for place, keys in trace["moved"].items():
        label, name = place.rsplit(".", 1)
        rows = apps.get_model(label)._default_manager.filter(pk__in=keys, **{name: survivor})
        rows.update(**{name: merged})
    restore_rows(trace["aside"])
    merged.merged_into = None
    give_particulars_back(survivor, merged, trace)
    Worker.objects.filter(pk__in=trace["led"]).update(merged_into=merged)
