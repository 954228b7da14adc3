"""Who may decide whether two entries are one person: whoever reviews people at every unit of both.

Anybody else would learn from the pair of a person whom they do not see, or of an employment elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from tongxin.organisations.access import Action, Principal, reach_of
from tongxin.workforce.access import workers_visible_to
from tongxin.workforce.models import DuplicatePair, Employment, Worker, WorkerMerge


def answers_for_all_of(user: Principal, workers: Iterable[Worker]) -> bool:
    """Tell whether the user reviews at every unit where any of them works or worked."""
    keys = [worker.pk for worker in workers]
    return Worker.objects.filter(_answered_for(user, "pk"), pk__in=keys).count() == len(keys)


def _answered_for(user: Principal, key: str) -> Q:
    """Return the condition that the user answers for every employment of the person whom `key` leads to."""
    spells = Employment.objects.filter(worker=OuterRef(key))
    if user is None:
        return Q(Exists(spells))
    covered = reach_of(user, Action.REVIEW_PEOPLE, "organisation__")
    return Q(Exists(spells.filter(covered))) & ~Q(Exists(spells.exclude(covered)))


def pairs_visible_to(user: Principal) -> QuerySet[DuplicatePair]:
    """Return the pairs on which the user may decide, or did; a merged entry has no employments left."""
    return DuplicatePair.objects.filter(
        _answered_for(user, "left"), _answered_for(user, "right")
    ).select_related("left", "right", "decided_by")


def merges_visible_to(user: Principal) -> QuerySet[WorkerMerge]:
    """Return the standing merges that the user may undo."""
    return WorkerMerge.objects.filter(_answered_for(user, "survivor"), undone_at=None).select_related(
        "survivor", "merged", "merged_by"
    )


def get_pair_for(user: Principal, pk: int) -> DuplicatePair:
    """Fetch a pair: 404 unless the user answers for every unit of both."""
    pair = pairs_visible_to(user).filter(pk=pk).first()
    if pair is None:
        raise Http404(_("There is no such pair among those you may review."))
    return pair


def get_merge_for(user: Principal, pk: int) -> WorkerMerge:
    """Fetch a standing merge: 404 unless the user answers for every unit of the person."""
    made = merges_visible_to(user).filter(pk=pk).first()
    if made is None:
        raise Http404(_("There is no such merge among those you may undo."))
    return made


def survivor_for(user: Principal, pk: int) -> int | None:
    """Return into which person an entry was merged, if the user sees that person."""
    return workers_visible_to(user).filter(merged_entries=pk).values_list("pk", flat=True).first()
