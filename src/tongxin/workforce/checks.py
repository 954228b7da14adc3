"""What several actions refuse in the same words, under a lock on the person."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.organisations.models import Level, Organisation
from tongxin.workforce.models import Employment, Worker
from tongxin.workforce.queries import registry_day


def lock_worker(worker: Worker) -> Worker:
    """Hold the person until the transaction ends, so that no other writer passes the same check meanwhile.

    On SQLite the transaction itself holds the whole database from its beginning (`IMMEDIATE`). Refuses an
    entry that was merged into another since it was read.
    """
    held = Worker.objects.select_for_update().get(pk=worker.pk)
    if held.merged_into_id is not None:
        raise ValidationError(
            _("Meanwhile this entry was merged into another one. Please open the person again.")
        )
    return held


def require_enterprise(organisation: Organisation) -> None:
    if organisation.level != Level.ENTERPRISE:
        raise ValidationError(
            {
                "organisation": _("People work at an enterprise; %(unit)s is none.")
                % {"unit": organisation.name}
            }
        )


def refuse_future(on: date, field: str = "on") -> None:
    if on > max(registry_day(), timezone.localdate()):
        raise ValidationError({field: _("%(day)s has not come yet.") % {"day": on}})


def require_employed(worker: Worker, organisation: Organisation, on: date, field: str = "on") -> None:
    """Refuse a fact at a unit on a day on which the person did not work there."""
    spells = Employment.objects.filter(
        Q(ended_on=None) | Q(ended_on__gte=on), worker=worker, organisation=organisation, started_on__lte=on
    )
    if not spells.exists():
        raise ValidationError(
            {
                field: _("%(worker)s did not work at %(unit)s on %(day)s.")
                % {"worker": worker.name, "unit": organisation.name, "day": on}
            }
        )


def require_known_at(worker: Worker, organisation: Organisation) -> None:
    """Refuse a unit at which the person never worked."""
    if not Employment.objects.filter(worker=worker, organisation=organisation).exists():
        message = _("%(worker)s never worked at %(unit)s.")
        raise ValidationError({"organisation": message % {"worker": worker.name, "unit": organisation.name}})


def refuse_overlap(
    worker: Worker,
    organisation: Organisation,
    started_on: date,
    ended_on: date | None,
    *,
    but: int | None = None,
) -> None:
    """Refuse a spell that shares a day with another of the same person at the same unit."""
    others = Employment.objects.filter(
        Q(ended_on=None) | Q(ended_on__gte=started_on), worker=worker, organisation=organisation
    ).exclude(pk__in=[but] if but else [])
    other = others.filter(started_on__lte=ended_on).first() if ended_on else others.first()
    if other is None:
        return
    raise ValidationError(
        {
            "started_on": _(
                "%(worker)s works at %(unit)s already, from %(start)s to %(end)s. End that employment first."
            )
            % {
                "worker": worker.name,
                "unit": organisation.name,
                "start": other.started_on,
                "end": other.ended_on or _("today"),
            }
        }
    )


def refuse_twin(record: Model) -> None:
    """Refuse a record equal in every field to one that is there: the form was sent twice."""
    values: dict[str, Any] = {
        field.attname: getattr(record, field.attname)
        for field in record._meta.concrete_fields
        if not field.primary_key
    }
    if type(record)._default_manager.filter(**values).exists():
        raise ValidationError(_("This is on record already."))
