"""Whose records somebody may see and change: where the person works or worked, within the reader's reach.

A reader learns what happened at their own units. A certificate or an appointment belongs to the person and
is seen with the person, for the grade must be right everywhere; who issued or recorded it elsewhere stays
hidden, since that would tell where else the person works. Once they have left, what came later is not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from tongxin.organisations.access import Action, Principal, may, organisations_visible_to, reach_of
from tongxin.organisations.models import Level, Organisation
from tongxin.workforce.models import Appointment, Certificate, CorrectionProposal, Employment, Honour, Worker
from tongxin.workforce.queries import registry_day

PERSONAL: dict[type[Model], str] = {Certificate: "held_from", Appointment: "appointed_on"}
"""Facts that go with the person wherever they work, with the day from which each holds."""
Record = TypeVar("Record", bound=Model)


@dataclass(frozen=True)
class Sight:
    """What a reader sees of one worker: the units in reach where they work or worked, and until when."""

    worker: Worker
    unit_ids: frozenset[int]
    until: date | None
    """The last day there, once the person has left every unit in reach."""

    def includes(self, organisation_id: int | None) -> bool:
        return organisation_id in self.unit_ids


def employments_visible_to(user: Principal, action: Action = Action.SEE_PEOPLE) -> QuerySet[Employment]:
    return Employment.objects.filter(reach_of(user, action, "organisation__"))


def workers_visible_to(user: Principal, action: Action = Action.SEE_PEOPLE) -> QuerySet[Worker]:
    """Return everybody who works or worked at a unit in reach."""
    if user is None:
        return Worker.objects.all()
    within = employments_visible_to(user, action).filter(worker=OuterRef("pk"))
    return Worker.objects.filter(Exists(within))


def get_worker_for(user: Principal, pk: int, action: Action = Action.SEE_PEOPLE) -> Worker:
    """Fetch a worker for an action: 404 where hidden, 403 where seen but the action is not allowed."""
    worker = workers_visible_to(user).filter(pk=pk).first()
    if worker is None:
        raise Http404(_("There is no such person among those you may see."))
    if action != Action.SEE_PEOPLE and not workers_visible_to(user, action).filter(pk=pk).exists():
        raise PermissionDenied(_("You may look at this person's record but not do this."))
    return worker


def get_employment_for(user: Principal, worker: Worker, pk: int, action: Action) -> Employment:
    """Fetch one of the worker's employments: 404 where its unit is out of reach, 403 where only seen."""
    employment = get_object_or_404(
        employments_visible_to(user).select_related("worker", "organisation"), pk=pk, worker=worker
    )
    if not may(user, action, employment.organisation):
        raise PermissionDenied(_("You may look at this person's record but not do this."))
    return employment


def get_record_for(user: Principal, worker: Worker, model: type[Record], pk: int, action: Action) -> Record:
    """Fetch one of the worker's records for a change: 404 where unseen, 403 where another unit keeps it."""
    record = get_object_or_404(records_seen(sight_of(user, worker), model), pk=pk)
    if not may_change_record(user, record, action):
        raise PermissionDenied(_("The unit that keeps this record has to change it."))
    return record


def may_change_record(user: Principal, record: Any, action: Action = Action.CHANGE_PEOPLE) -> bool:
    """Whether the user answers for the record: at its unit or, where it names none, for the whole person."""
    if record.organisation_id is None:
        return covers_employers(user, record.worker, action)
    return may(user, action, record.organisation)


def sight_of(user: Principal, worker: Worker, action: Action = Action.SEE_PEOPLE) -> Sight:
    spells = list(
        employments_visible_to(user, action).filter(worker=worker).values_list("organisation_id", "ended_on")
    )
    today = registry_day()
    ends = [ended_on for _unit, ended_on in spells if ended_on is not None]
    is_here = user is None or len(ends) < len(spells) or any(day >= today for day in ends)
    return Sight(worker, frozenset(unit for unit, _end in spells), None if is_here else max(ends))


def records_seen(sight: Sight, model: type[Record]) -> QuerySet[Record]:
    """Return the worker's records of one kind that the reader may see."""
    condition = Q(organisation_id__in=sight.unit_ids)
    if model in PERSONAL:
        condition |= Q(**{f"{PERSONAL[model]}__lte": sight.until or date.max})
    elif model is Honour:
        condition |= Q(organisation=None, on__lte=sight.until or date.max)
    return model._default_manager.filter(condition, worker=sight.worker)


def covers_employers(user: Principal, worker: Worker, action: Action = Action.CHANGE_PEOPLE) -> bool:
    """Whether the user may do the thing at every unit where the person works now, else at the last."""
    if user is None:
        return True
    employers = _employers_of(worker)
    allowed = organisations_visible_to(user, action).filter(pk__in=employers).count()
    return bool(employers) and allowed == len(employers)


def _employers_of(worker: Worker) -> set[int]:
    spells = list(worker.employments.values_list("organisation_id", "ended_on"))
    current = {unit for unit, ended_on in spells if ended_on is None or ended_on >= registry_day()}
    if current or not spells:
        return current
    last = max(ended_on for _unit, ended_on in spells if ended_on)
    return {unit for unit, ended_on in spells if ended_on == last}


def employers_open_to(
    user: Principal, worker: Worker, action: Action = Action.CHANGE_PEOPLE
) -> QuerySet[Organisation]:
    """Return the units of the worker, present and past, at which the user may do the thing."""
    units = organisations_visible_to(user, action).filter(
        Exists(Employment.objects.filter(worker=worker, organisation=OuterRef("pk")))
    )
    return units.order_by("code")


def enterprises_open_to(user: Principal, action: Action = Action.CHANGE_PEOPLE) -> QuerySet[Organisation]:
    """Return the enterprises whose people the user may see or change."""
    return organisations_visible_to(user, action).filter(level=Level.ENTERPRISE)


def proposals_visible_to(user: Principal) -> QuerySet[CorrectionProposal]:
    """Return the proposals that the user's units made, and those on which the user may decide.

    A reviewer of some employers only would learn from the others' proposals where else the person works.
    """
    made = reach_of(user, Action.CHANGE_PEOPLE, "organisation__")
    working = Employment.objects.filter(
        Q(ended_on=None) | Q(ended_on__gte=registry_day()), worker=OuterRef("worker")
    )
    covered = reach_of(user, Action.REVIEW_PEOPLE, "organisation__")
    decides = Exists(working.filter(covered)) & ~Exists(working.exclude(covered)) if user else Q()
    return CorrectionProposal.objects.filter(made | Q(decides)).select_related(
        "worker", "organisation", "proposed_by"
    )


def get_proposal_for(user: Principal, pk: int, action: Action = Action.REVIEW_PEOPLE) -> CorrectionProposal:
    """Fetch a proposal to decide on: 404 where unseen, 403 unless the user's reach covers all employers."""
    proposal = get_object_or_404(proposals_visible_to(user), pk=pk)
    if not covers_employers(user, proposal.worker, action):
        raise PermissionDenied(
            _("Only a reviewer whose reach covers every unit where the person works can decide this.")
        )
    return proposal
