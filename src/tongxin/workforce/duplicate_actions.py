"""Pairs that are probably one person: called different, or proposed again; each with its row in the log."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import User
from tongxin.audit import log
from tongxin.organisations.access import Principal
from tongxin.workforce.duplicate_access import answers_for_all_of
from tongxin.workforce.models import DuplicatePair, Worker


@transaction.atomic
def call_different(pair: DuplicatePair, *, actor: Principal) -> DuplicatePair:
    """Record that the two are different people, so that they are never proposed again."""
    pair, left, _right = lock_pair(pair, actor, pair.left)
    return _record(decide(pair, DuplicatePair.State.DIFFERENT, actor), actor, "workers.found_different", left)


@transaction.atomic
def propose_again(pair: DuplicatePair, *, actor: Principal) -> DuplicatePair:
    """Take back that two are different people."""
    pair, left, _right = lock_pair(pair, actor, pair.left, state=DuplicatePair.State.DIFFERENT)
    pair.decided_at, pair.decided_by, pair.state = None, None, DuplicatePair.State.OPEN
    pair.save(update_fields=["state", "decided_at", "decided_by"])
    return _record(pair, actor, "workers.proposed_as_duplicate_again", left)


def lock_pair(
    pair: DuplicatePair, actor: Principal, survivor: Worker, *, state: str = DuplicatePair.State.OPEN
) -> tuple[DuplicatePair, Worker, Worker]:
    """Hold the pair and both entries until the transaction ends: of two reviewers the second is refused."""
    pair = DuplicatePair.objects.select_for_update().get(pk=pair.pk)
    if pair.state != state:
        raise ValidationError(_("This pair was decided already."))
    entries = {
        worker.pk: worker
        for worker in Worker.objects.select_for_update()
        .filter(pk__in=[pair.left_id, pair.right_id])
        .order_by("pk")
    }
    if survivor.pk not in entries:
        raise ValidationError({"survivor": _("Choose one of the two.")})
    kept = entries.pop(survivor.pk)
    (other,) = entries.values()
    if kept.merged_into_id or other.merged_into_id:
        raise ValidationError(_("One of the two was merged already."))
    require_all_of(actor, kept, other)
    return pair, kept, other


def require_all_of(actor: Principal, *workers: Worker) -> None:
    if not answers_for_all_of(actor, workers):
        raise PermissionDenied(_("Only a reviewer who answers for every unit of both can decide this."))


def decide(pair: DuplicatePair, state: str, actor: Principal) -> DuplicatePair:
    pair.state, pair.decided_at, pair.decided_by = state, timezone.now(), user_of(actor)
    pair.save(update_fields=["state", "decided_at", "decided_by"])
    return pair


def _record(pair: DuplicatePair, actor: Principal, verb: str, worker: Worker) -> DuplicatePair:
    log.record(
        actor=actor, action=verb, target=worker, organisation_id=unit_of(worker), other_entry=pair.right_id
    )
    return pair


def unit_of(worker: Worker) -> int | None:
    """Return the unit whose trail holds what is done to a person: the employer of the last entry."""
    return worker.employments.order_by("-started_on").values_list("organisation_id", flat=True).first()


def user_of(actor: Principal) -> User | None:
    return actor if isinstance(actor, User) else None
