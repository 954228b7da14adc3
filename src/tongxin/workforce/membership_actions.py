"""Union membership, state by state."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.audit import log
from tongxin.codes.lists import get_list
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation
from tongxin.ui.scripts import spoken
from tongxin.workforce.checks import lock_worker, refuse_future, require_employed, require_known_at
from tongxin.workforce.models import Membership, Worker

NOT_YET = ""
ALLOWED: dict[str, frozenset[str]] = {
    NOT_YET: frozenset({"registered"}),
    "registered": frozenset({"retained", "transferred", "withdrawn", "expelled"}),
    "retained": frozenset({"registered", "transferred", "withdrawn", "expelled"}),
    # Who was transferred out or left may join again later.
    "transferred": frozenset({"registered"}),
    "withdrawn": frozenset({"registered"}),
    "expelled": frozenset(),
}
"""From which state of membership which others follow."""


def join_union(worker: Worker, *, actor: Principal, organisation: Organisation, on: date) -> Membership:
    """Put the person on the union's rolls at their enterprise; refuses members, and days not worked there."""
    return change_membership(worker, actor=actor, organisation=organisation, state="registered", on=on)


@transaction.atomic
def change_membership(
    worker: Worker, *, actor: Principal, organisation: Organisation, state: str, on: date
) -> Membership:
    """Bring the membership into another state from a day; refuses what does not follow the present one."""
    require(actor, Action.CHANGE_PEOPLE, organisation)
    worker = lock_worker(worker)
    require_known_at(worker, organisation)
    refuse_future(on)
    if state == "registered":
        require_employed(worker, organisation, on)
    current = Membership.objects.filter(worker=worker, organisation=organisation, valid_to=None).first()
    before = current.state if current else NOT_YET
    _refuse_step(before, state)
    if current:
        _end(current, on)
    membership = Membership(worker=worker, organisation=organisation, state=state, valid_from=on)
    membership.full_clean()
    membership.save()
    log.record(
        actor=actor,
        action="records.changed" if current else "records.added",
        target=membership,
        organisation_id=organisation.pk,
        worker=worker.pk,
        record="membership",
        state=(before, state) if current else state,
        on=on,
    )
    return membership


def states_after(state: str) -> list[str]:
    """Return the states that may follow, in the order of the code list."""
    return [code for code in get_list("union_membership_state").codes() if code in ALLOWED[state]]


def _refuse_step(before: str, after: str) -> None:
    if after in ALLOWED[before]:
        return
    labels = {each.code: spoken(each.zh, each.en) for each in get_list("union_membership_state").entries}
    if before == NOT_YET:
        raise ValidationError({"state": _("The person is not a member here yet and has to join first.")})
    message = _("“%(after)s” cannot follow “%(before)s”.")
    raise ValidationError({"state": message % {"before": labels[before], "after": labels.get(after, after)}})


def _end(current: Membership, on: date) -> None:
    if on <= current.valid_from:
        message = _("The present state holds since %(day)s. Choose a later day.")
        raise ValidationError({"on": message % {"day": current.valid_from}})
    current.valid_to = on
    current.save(update_fields=["valid_to"])
