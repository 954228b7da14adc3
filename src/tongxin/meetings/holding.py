"""What every change of a meeting or an instruction goes through: held, compared, recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.audit import log
from tongxin.meetings.models import AgendaItem, Instruction, Meeting, Participation, Resolution, SiteVisit
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation
from tongxin.ui.scripts import to_simplified

Kept = TypeVar("Kept", bound=Meeting | AgendaItem | Participation | SiteVisit | Resolution | Instruction)
CHANGED_MEANWHILE = "changed_meanwhile"


def hold(found: Kept) -> Kept:
    """Hold a row until the transaction ends; what somebody removed meanwhile is refused in words."""
    rows: Any = type(found).objects
    held: Kept | None = rows.select_for_update(of=("self",)).filter(pk=found.pk).first()
    if held is None:
        raise ValidationError(_("Somebody else has removed this meanwhile. Nothing was saved."))
    return held


def hold_meeting(meeting: Meeting, actor: Principal) -> Meeting:
    """Hold a meeting whose minutes may still be changed."""
    held = hold(meeting)
    require(actor, Action.CHANGE_PLANS, held.organisation)
    if held.is_final:
        message = _("The minutes of “%(title)s” are final. Reopen them before you change anything.")
        raise ValidationError(message % {"title": held})
    return held


def refuse_changed(found: Kept, seen_at: datetime | None) -> None:
    """Refuse when somebody changed it after the reader saw it."""
    if found.changed_at != seen_at:
        raise ValidationError(
            _("Somebody else has changed this meanwhile. Nothing was saved; what you typed is still here."),
            code=CHANGED_MEANWHILE,
        )


def apply(found: Kept, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set the values that are new, and return what they were and are; saves only where there are any."""
    changes = {
        name: (getattr(found, name), now) for name, now in values.items() if getattr(found, name) != now
    }
    if changes:
        for name, (_before, now) in changes.items():
            setattr(found, name, now)
        found.changed_at = timezone.now()
        found.full_clean()
        found.save()
    return changes


def record(target: models.Model, organisation_id: int, actor: Principal, verb: str, **changes: Any) -> None:
    """Write one row into the audit log, at the unit that holds the meeting or received the instruction."""
    log.record(actor=actor, action=verb, target=target, organisation_id=organisation_id, **changes)


def units_named(top: Organisation, names: Iterable[str]) -> dict[str, Organisation]:
    """Return the units of a tree that are meant by their code, or by a full name that one unit alone has."""
    asked = {name: to_simplified(name) for name in names}
    words = set(asked) | set(asked.values())
    known: dict[str, list[Organisation]] = {}
    for unit in Organisation.objects.below(top).filter(
        Q(name_zh__in=words) | Q(code__in=words), closed_on=None
    ):
        known.setdefault(unit.code, []).append(unit)
        known.setdefault(unit.name_zh, []).append(unit)
    found = {name: known.get(name) or known.get(plain) or [] for name, plain in asked.items()}
    return {name: units[0] for name, units in found.items() if len(units) == 1}
