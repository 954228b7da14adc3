"""Instructions that a unit received: entered, changed, removed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import User
from tongxin.meetings.holding import apply, hold, record, refuse_changed, units_named
from tongxin.meetings.models import AskedUnit, Instruction
from tongxin.meetings.queries import refuse_with_tasks
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation


@transaction.atomic
def enter_instruction(
    organisation: Organisation, *, actor: Principal, asked: Iterable[str] = (), **values: Any
) -> Instruction:
    """Enter an instruction that a unit received, with the bodies that it asks."""
    require(actor, Action.CHANGE_PLANS, organisation)
    maker = actor if isinstance(actor, User) else None
    instruction = Instruction(organisation=organisation, made_by=maker, **values)
    _refuse_backwards(values)
    instruction.full_clean()
    instruction.save()
    names = _ask(instruction, asked)
    told = {"text": instruction.text, "reply_by": instruction.reply_by, "asked": names}
    record(instruction, organisation.pk, actor, "instructions.entered", **told)
    return instruction


@transaction.atomic
def change_instruction(
    instruction: Instruction,
    *,
    actor: Principal,
    values: Mapping[str, Any],
    asked: Iterable[str],
    seen_at: datetime | None,
) -> Instruction:
    """Change what an instruction says or whom it asks; tasks made of it keep the words they were made of."""
    instruction = _held(instruction, actor, seen_at)
    _refuse_backwards({"given_on": instruction.given_on, "reply_by": instruction.reply_by, **values})
    changes = apply(instruction, values)
    before = list(instruction.asked.values_list("name", flat=True))
    instruction.asked.all().delete()
    now = _ask(instruction, asked)
    if before != now:
        changes["asked"] = (before, now)
        instruction.changed_at = timezone.now()
        instruction.save(update_fields=["changed_at"])
    if changes:
        record(instruction, instruction.organisation_id, actor, "instructions.changed", **changes)
    return instruction


@transaction.atomic
def remove_instruction(instruction: Instruction, *, actor: Principal, seen_at: datetime | None) -> None:
    """Remove an instruction that no task names as its source."""
    instruction = _held(instruction, actor, seen_at)
    refuse_with_tasks(instruction)
    told = {"text": instruction.text, "given_on": instruction.given_on}
    record(instruction, instruction.organisation_id, actor, "instructions.removed", **told)
    instruction.delete()


def _held(instruction: Instruction, actor: Principal, seen_at: datetime | None) -> Instruction:
    held = hold(instruction)
    require(actor, Action.CHANGE_PLANS, held.organisation)
    refuse_changed(held, seen_at)
    return held


def _ask(instruction: Instruction, names: Iterable[str]) -> list[str]:
    """Name the bodies that an instruction asks; return them as they are kept."""
    given = list(dict.fromkeys(names))
    units = units_named(instruction.organisation, given)
    kept = dict.fromkeys((units[name].name_zh if name in units else name, units.get(name)) for name in given)
    AskedUnit.objects.bulk_create(
        AskedUnit(instruction=instruction, name=name, organisation=unit) for name, unit in kept
    )
    return [name for name, _unit in kept]


def _refuse_backwards(values: Mapping[str, Any]) -> None:
    given_on, reply_by = values["given_on"], values.get("reply_by")
    if reply_by and reply_by < given_on:
        message = _("The reply is due on %(found)s, before the instruction was given (%(given_on)s).")
        raise ValidationError({"reply_by": message % {"found": reply_by, "given_on": given_on}})
