"""Which union's members an enterprise's workers are: two legal persons, joined for a time."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.audit import log
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.changes import end_spells, lock_unit, require_open, require_past, succeed
from tongxin.organisations.models import Level, Organisation, UnionCover


@transaction.atomic
def cover_enterprise(
    enterprise: Organisation, *, actor: Principal, union: Organisation, on: date
) -> UnionCover:
    """Put the enterprise's workers under a union from a day; the union may cover many enterprises."""
    require(actor, Action.CHANGE_TREE, enterprise)
    require(actor, Action.SEE_UNIT, union)
    require_past(actor, on)
    if enterprise.level != Level.ENTERPRISE or union.level != Level.UNION:
        raise ValidationError(_("A union covers enterprises; the two are separate legal persons."))
    enterprise, union = lock_unit(enterprise), lock_unit(union)
    require_open(enterprise, on)
    require_open(union, on)
    before = UnionCover.objects.filter(enterprise=enterprise, valid_to=None).select_related("union").first()
    if before is not None and before.union_id == union.pk:
        raise ValidationError({"union": _("This union covers the enterprise already.")})
    changed = (before.union if before else None, union)
    cover = UnionCover(union=union, enterprise=enterprise)
    succeed(UnionCover.objects.filter(enterprise=enterprise), on, cover)
    log.record(
        actor=actor,
        action="organisations.covered",
        target=enterprise,
        organisation_id=enterprise.pk,
        union=changed,
        on=on,
    )
    return cover


@transaction.atomic
def uncover_enterprise(enterprise: Organisation, *, actor: Principal, on: date) -> None:
    """End the union's cover of the enterprise on a day; refuses where no union covers it."""
    require(actor, Action.CHANGE_TREE, enterprise)
    require_past(actor, on)
    enterprise = lock_unit(enterprise)
    open_covers = UnionCover.objects.filter(enterprise=enterprise, valid_to=None)
    cover = open_covers.select_related("union").first()
    if cover is None:
        raise ValidationError(_("No union covers the enterprise."))
    end_spells(open_covers, on)
    log.record(
        actor=actor,
        action="organisations.uncovered",
        target=enterprise,
        organisation_id=enterprise.pk,
        union=(cover.union, None),
        on=on,
    )
