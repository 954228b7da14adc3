"""Whether a merge can still be undone: what happened since must belong to one of the two."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from tongxin.workforce.merge_particulars import is_same, label_of
from tongxin.workforce.merge_plans import facts_of
from tongxin.workforce.merge_traces import Trace, from_rows
from tongxin.workforce.models import CorrectionProposal, Employment, WorkerMerge
from tongxin.workforce.timeline import in_words


def obstacles_to_undoing(made: WorkerMerge, trace: Trace) -> list[str]:
    """Say what was entered since the merge and might belong to either."""
    later = WorkerMerge.objects.filter(undone_at=None, pk__gt=made.pk)
    if later.filter(merged=made.survivor_id).exists() or later.filter(survivor=made.survivor_id).exists():
        return [_("The person was merged again since. Undo the later merge first.")]
    (after,) = from_rows(trace["after"])
    changed = [label_of(name) for name in trace["taken"] if not is_same(made.survivor, after, name)]
    message = _("What was chosen at the merge was corrected since: %(what)s. Correct it back first.")
    obstacles = [message % {"what": label} for label in changed]
    for place, keys in facts_of(made.survivor).items():
        model = apps.get_model(place.rsplit(".", 1)[0])
        added = model._default_manager.filter(pk__in=set(keys) - set(trace["facts"][place])).order_by("pk")
        obstacles += [text for row in added if (text := _added(row))]
    return obstacles


def _added(row: Any) -> str:
    if isinstance(row, CorrectionProposal):
        is_open = row.state == CorrectionProposal.State.OPEN
        return _("A proposed correction waits for a review. Decide it first.") if is_open else ""
    if isinstance(row, Employment):
        message = _(
            "An employment at %(unit)s was entered since the merge, and nobody can tell for which of the two."
            " The merge stands."
        )
        return message % {"unit": row.organisation.name}
    message = _("Entered since the merge, for which of the two nobody can tell: %(record)s. Remove it first.")
    return message % {"record": in_words(row)}
