"""People: registered, corrected, and corrections proposed and decided; each with its row in the log."""

from __future__ import annotations

from datetime import date
from typing import Any, Unpack

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import User
from tongxin.audit import log
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation
from tongxin.workforce import identity
from tongxin.workforce.access import covers_employers
from tongxin.workforce.checks import lock_worker, require_known_at
from tongxin.workforce.employment_actions import Terms, start_employment
from tongxin.workforce.models import CorrectionProposal, Worker
from tongxin.workforce.particulars import Particulars, agree, apply_particulars, differing, shown

PROPOSABLE = ("name", "sex", "born_on", "education", "phone")


@transaction.atomic
def register_worker(
    *,
    actor: Principal,
    organisation: Organisation,
    document_type: str,
    document_number: str,
    name: str,
    started_on: date,
    sex: str = "",
    born_on: date | None = None,
    phone: str = "",
    education: str = "",
    ended_on: date | None = None,
    agency: str = "",
    **terms: Unpack[Terms],
) -> Worker:
    """Register a person with an employment; of one known already, what differs is corrected or proposed."""
    require(actor, Action.CHANGE_PEOPLE, organisation)
    draft = _draft(document_type, document_number, name, sex, born_on, phone, education)
    values = {field.attname: getattr(draft, field.attname) for field in Worker._meta.concrete_fields[1:]}
    worker, is_new = Worker.objects.get_or_create(
        document_index=values.pop("document_index"), defaults=values
    )
    # The number of an entry that was merged leads to the person.
    worker = worker.merged_into or worker
    # Whose correction it is depends on who employs the person without the employment that is added here.
    answers_for_all = is_new or covers_employers(actor, worker)
    dates: Any = {"started_on": started_on, "ended_on": ended_on}
    start_employment(worker, actor=actor, organisation=organisation, agency=agency, **dates, **terms)
    if is_new:
        unit_id = organisation.pk
        log.record(
            actor=actor, action="workers.registered", target=worker, organisation_id=unit_id, name=name
        )
        return worker
    sent: Particulars = {"name": name, "sex": draft.sex, "born_on": draft.born_on}
    sent |= {"education": education, "phone": phone}
    _reconcile(worker, sent, actor, organisation, answers_for_all=answers_for_all)
    return worker


def _reconcile(
    worker: Worker, sent: Particulars, actor: Principal, organisation: Organisation, *, answers_for_all: bool
) -> None:
    """Correct what the new employer of a known person wrote differently, or propose it."""
    given: Any = {field: value for field, value in differing(worker, sent).items() if value}
    if given and answers_for_all:
        correct_worker(worker, actor=actor, **given)
    elif given:
        propose_correction(worker, actor=actor, organisation=organisation, **given)


def _draft(
    document_type: str,
    document_number: str,
    name: str,
    sex: str,
    born_on: date | None,
    phone: str,
    education: str,
) -> Worker:
    known = identity.check_document(document_type, document_number)
    worker = Worker(document_type=document_type, name=name, sex=sex, born_on=born_on, education=education)
    if known:
        agree(worker, known)
    if phone:
        identity.check_phone(phone)
    worker.document_sealed = identity.seal_number(document_number)
    worker.document_index = identity.index_of(document_type, document_number)
    worker.phone_sealed = identity.seal_phone(phone)
    worker.registered_at = timezone.now()
    worker.full_clean(validate_unique=False)
    return worker


@transaction.atomic
def correct_worker(worker: Worker, *, actor: Principal, **particulars: Unpack[Particulars]) -> Worker:
    """Correct what was written down wrongly about a person; refuses who does not answer for all employers."""
    worker = lock_worker(worker)
    if not covers_employers(actor, worker):
        raise PermissionDenied(
            _("This person works elsewhere too, so a correction needs a review. Propose it instead.")
        )
    changes = apply_particulars(worker, particulars)
    log.record(
        actor=actor, action="workers.corrected", target=worker, organisation_id=_unit_of(worker), **changes
    )
    return worker


def _unit_of(worker: Worker) -> int | None:
    """Return the unit whose trail holds a change of the person: the employer of the last entry."""
    return worker.employments.order_by("-started_on").values_list("organisation_id", flat=True).first()


@transaction.atomic
def propose_correction(
    worker: Worker, *, actor: Principal, organisation: Organisation, **particulars: Unpack[Particulars]
) -> list[CorrectionProposal]:
    """Ask a reviewer to correct a person who works elsewhere too; a newer value takes an open one's place."""
    require(actor, Action.CHANGE_PEOPLE, organisation)
    worker = lock_worker(worker)
    require_known_at(worker, organisation)
    wanted = differing(worker, particulars)
    if not wanted:
        raise ValidationError(_("Nothing was changed."))
    if fixed := wanted.keys() - set(PROPOSABLE):
        message = _(
            "A document is not corrected by proposal. Ask the coordination office that covers all employers."
        )
        raise ValidationError({sorted(fixed)[0]: message})
    _check_would_hold(worker, wanted)
    proposals = []
    for field, value in wanted.items():
        proposal, _is_new = CorrectionProposal.objects.update_or_create(
            worker=worker,
            organisation=organisation,
            field=field,
            state=CorrectionProposal.State.OPEN,
            defaults={
                "value_sealed": identity.seal_proposal(_written(value)),
                "proposed_by": actor if isinstance(actor, User) else None,
                "proposed_at": timezone.now(),
            },
        )
        proposals.append(proposal)
    log.record(
        actor=actor,
        action="workers.correction_proposed",
        target=worker,
        organisation_id=organisation.pk,
        **{field: shown(field, value) for field, value in wanted.items()},
    )
    return proposals


def _check_would_hold(worker: Worker, wanted: Any) -> None:
    """Refuse a proposal that could not be accepted, without writing anything of it."""
    sid = transaction.savepoint()
    try:
        apply_particulars(Worker.objects.get(pk=worker.pk), wanted)
    finally:
        transaction.savepoint_rollback(sid)


def _written(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


def proposed_value(proposal: CorrectionProposal) -> Any:
    """Return the proposed value in the clear, as the field holds it."""
    text = identity.open_proposal(proposal.value_sealed)
    if proposal.field == "born_on":
        return date.fromisoformat(text) if text else None
    return text


@transaction.atomic
def accept_correction(proposal: CorrectionProposal, *, actor: Principal) -> CorrectionProposal:
    """Correct the person as proposed; refuses who does not review for all employers, and the proposer."""
    worker = lock_worker(proposal.worker)
    proposal = _require_open(proposal, actor)
    changes: dict[str, Any] = {}
    value = proposed_value(proposal)
    if differing(worker, {proposal.field: value}):  # type: ignore[misc]
        changes = apply_particulars(worker, {proposal.field: value})  # type: ignore[misc]
    return _decide(proposal, actor, CorrectionProposal.State.ACCEPTED, "workers.correction_accepted", changes)


@transaction.atomic
def refuse_correction(proposal: CorrectionProposal, *, actor: Principal) -> CorrectionProposal:
    """Leave the person as they are; refuses who does not review for all employers, and the proposer."""
    lock_worker(proposal.worker)
    proposal = _require_open(proposal, actor)
    changes = {"field": proposal.field}
    return _decide(proposal, actor, CorrectionProposal.State.REFUSED, "workers.correction_refused", changes)


def _require_open(proposal: CorrectionProposal, actor: Principal) -> CorrectionProposal:
    proposal = CorrectionProposal.objects.select_related("worker", "organisation").get(pk=proposal.pk)
    if proposal.state != CorrectionProposal.State.OPEN:
        raise ValidationError(_("This proposal was decided already."))
    if not covers_employers(actor, proposal.worker, Action.REVIEW_PEOPLE):
        raise PermissionDenied(
            _("Only a reviewer whose reach covers every unit where the person works can decide this.")
        )
    if actor is not None and proposal.proposed_by_id == actor.pk:
        raise PermissionDenied(_("Nobody decides on their own proposal."))
    return proposal


def _decide(
    proposal: CorrectionProposal, actor: Principal, state: str, verb: str, changes: dict[str, Any]
) -> CorrectionProposal:
    proposal.state = state
    proposal.decided_at = timezone.now()
    proposal.decided_by = actor if isinstance(actor, User) else None
    proposal.save(update_fields=["state", "decided_at", "decided_by"])
    log.record(
        actor=actor, action=verb, target=proposal.worker, organisation_id=proposal.organisation_id, **changes
    )
    return proposal
