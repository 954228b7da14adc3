"""Orders: issued with a number, replied to, returned, closed, withdrawn."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tongxin.accounts.models import User
from tongxin.audit import log
from tongxin.codes.working_days import add_working_days
from tongxin.notices.actions import notify
from tongxin.notices.readers import readers_of
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation
from tongxin.plans.models import Task, TaskUnit
from tongxin.supervision.actions import refuse_unsupervised
from tongxin.supervision.models import MOST_DAYS, OrderTurn, SupervisionOrder
from tongxin.supervision.queries import supervised_tasks
from tongxin.supervision.texts import day_words, load_texts, say

State = SupervisionOrder.State
NEXT: dict[str, frozenset[State]] = {
    State.ISSUED: frozenset({State.REPLIED, State.WITHDRAWN}),
    State.REPLIED: frozenset({State.RETURNED, State.CLOSED, State.WITHDRAWN}),
    State.RETURNED: frozenset({State.REPLIED, State.WITHDRAWN}),
    State.CLOSED: frozenset(),
    State.WITHDRAWN: frozenset(),
}


def units_to_order(task: Task) -> list[Organisation]:
    """Return the units to which an order about a task may go: the one that answers for it, and its leads."""
    leads = task.units.filter(part=TaskUnit.Part.LEAD, organisation__isnull=False)
    units = [task.organisation, *(unit.organisation for unit in leads.select_related("organisation"))]
    return list({unit.pk: unit for unit in units if unit is not None}.values())


@transaction.atomic
def issue_order(
    task: Task, *, actor: Principal, organisation: Organisation, demand: str, reply_days: int
) -> SupervisionOrder:
    """Issue an order about a task, to be replied to within working days; its number is the issuer's next.

    Refuses a second order to the same unit about the same task while the first is open.
    """
    require(actor, Action.CHANGE_PLANS, task.decided_by)
    # Whoever issues for the same unit waits here, so that no number is given twice or left out.
    issuer = Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=task.decided_by.pk)
    _refuse_wrong(task, organisation, reply_days)
    day = timezone.localdate()
    given = SupervisionOrder.objects.filter(issuer=issuer, year=day.year)
    order = SupervisionOrder(
        task=task,
        issuer=issuer,
        year=day.year,
        number=(given.aggregate(last=Max("number"))["last"] or 0) + 1,
        organisation=organisation,
        demand=demand.strip(),
        issued_on=day,
        reply_by=add_working_days(day, reply_days),
        made_by=actor if isinstance(actor, User) else None,
    )
    order.full_clean()
    order.save()
    _turn(order, actor, issuer, order.demand)
    return order


def _refuse_wrong(task: Task, organisation: Organisation, reply_days: int) -> None:
    if not supervised_tasks().filter(pk=task.pk).exists():
        refuse_unsupervised(task)
    if organisation not in units_to_order(task):
        message = _("%(unit)s neither answers for “%(title)s” nor leads it.")
        raise ValidationError({"organisation": message % {"unit": organisation, "title": task}})
    _refuse_days(reply_days)
    there = SupervisionOrder.objects.filter(
        task=task, organisation=organisation, state__in=SupervisionOrder.OPEN
    ).first()
    if there is not None:
        message = _(
            "%(number)s to %(unit)s about this task is still open; please close or withdraw it first."
        )
        raise ValidationError(message % {"number": there, "unit": organisation})


def _refuse_days(reply_days: int) -> None:
    if not 1 <= reply_days <= MOST_DAYS:
        message = _("Please give from 1 to %(most)d working days for the reply.")
        raise ValidationError({"reply_days": message % {"most": MOST_DAYS}})


@transaction.atomic
def reply_to_order(order: SupervisionOrder, *, actor: Principal, text: str) -> SupervisionOrder:
    """Reply for the unit addressed."""
    require(actor, Action.REPORT_PROGRESS, order.organisation)
    _refuse_empty(text, _("Please say what was done."))
    order = _move(order, State.REPLIED)
    _turn(order, actor, order.organisation, text)
    return order


@transaction.atomic
def return_order(
    order: SupervisionOrder, *, actor: Principal, text: str, reply_days: int
) -> SupervisionOrder:
    """Ask for a better reply, for a reason, within working days from today."""
    require(actor, Action.REVIEW_PROGRESS, order.issuer)
    _refuse_empty(text, _("Please say what is missing."))
    _refuse_days(reply_days)
    by = add_working_days(timezone.localdate(), reply_days)
    order = _move(order, State.RETURNED, reply_by=by)
    _turn(order, actor, order.issuer, text)
    return order


@transaction.atomic
def close_order(order: SupervisionOrder, *, actor: Principal, text: str = "") -> SupervisionOrder:
    """Close an order that was replied to."""
    require(actor, Action.REVIEW_PROGRESS, order.issuer)
    order = _move(order, State.CLOSED)
    _turn(order, actor, order.issuer, text)
    return order


@transaction.atomic
def withdraw_order(order: SupervisionOrder, *, actor: Principal, text: str) -> SupervisionOrder:
    """Take an order back, for a reason; its number stays given."""
    require(actor, Action.CHANGE_PLANS, order.issuer)
    _refuse_empty(text, _("Please say why it is withdrawn."))
    order = _move(order, State.WITHDRAWN)
    _turn(order, actor, order.issuer, text)
    return order


def _refuse_empty(text: str, message: str) -> None:
    if not text.strip():
        raise ValidationError({"text": message})


def _move(order: SupervisionOrder, state: State, reply_by: date | None = None) -> SupervisionOrder:
    """Bring an order into its next state, held against another change; a wrong one is refused with why."""
    found = (
        SupervisionOrder.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "issuer", "task")
        .get(pk=order.pk)
    )
    if state not in NEXT[found.state]:
        message = _("%(number)s is %(state)s; it cannot become %(next)s.")
        told = {"number": found, "state": found.get_state_display(), "next": state.label}
        raise ValidationError(message % told)
    found.state = state
    found.reply_by = reply_by or found.reply_by
    found.save(update_fields=["state", "reply_by"])
    return found


def _turn(order: SupervisionOrder, actor: Principal, speaker: Organisation, text: str) -> None:
    """Keep what was said, record it, and tell the other side."""
    before = order.turns.order_by("-pk").values_list("state", flat=True).first()
    turn = OrderTurn.objects.create(
        order=order,
        state=order.state,
        organisation=speaker,
        text=text.strip(),
        by=actor if isinstance(actor, User) else None,
    )
    log.record(
        actor=actor,
        action=f"orders.{order.state}",
        target=order,
        organisation_id=speaker.pk,
        task=order.task,
        unit=order.organisation,
        state=(before, str(order.state)),
        reply_by=order.reply_by,
    )
    _tell(order, turn)


def _tell(order: SupervisionOrder, turn: OrderTurn) -> None:
    is_reply = turn.state == State.REPLIED
    unit = order.issuer if is_reply else order.organisation
    action = Action.REVIEW_PROGRESS if is_reply else Action.REPORT_PROGRESS
    reached = readers_of([unit.pk], action, timezone.localdate())[unit.pk]
    with translation.override(settings.LANGUAGE_CODE):
        texts = load_texts()
        values = {
            "number": str(order),
            "task": order.task.title,
            "unit": order.organisation.name,
            "issuer": order.issuer.name,
            "due": day_words(order.reply_by),
            "words": turn.text,
        }
        entry = texts["orders"][turn.state]
        text = say(entry["text"], values)
        if reached.above is not None:
            text = f"{text}\n{say(texts['nobody_there'], {'unit': unit.name})}"
        notify(
            reached.users,
            kind=f"orders.{turn.state}",
            title=say(entry["title"], values)[:200],
            text=text[:4000],
            link=reverse("supervision_order", args=[order.pk]),
            key=f"order:{order.pk}:{turn.pk}",
            organisation=unit,
        )
