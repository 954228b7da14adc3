"""Reading the log: newest first, a page at a time from where the last page ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from tongxin.audit.models import LogEntry


@dataclass(frozen=True)
class LogPage:
    """Entries, newest first, with the keys from which the pages before and after it begin."""

    entries: list[LogEntry]
    newer_than: int | None
    older_than: int | None


def entries_matching(
    entries: QuerySet[LogEntry],
    *,
    actor_name: str = "",
    action: str = "",
    units: QuerySet[Any, Any] | None = None,
    from_day: date | None = None,
    until_day: date | None = None,
    text: str = "",
    unsearchable: str = "",
) -> QuerySet[LogEntry]:
    """Return those of the entries that satisfy every condition given; both days are included.

    Targets whose type begins with `unsearchable` are found by their key alone, never by their label.
    """
    if actor_name:
        entries = entries.filter(actor_name__iexact=actor_name)
    if action:
        entries = entries.filter(action=action)
    if units is not None:
        entries = entries.filter(organisation_id__in=units)
    if from_day:
        entries = entries.filter(at__gte=_midnight(from_day))
    if until_day:
        entries = entries.filter(at__lt=_midnight(until_day + timedelta(days=1)))
    if text:
        labelled = Q(target_label__icontains=text)
        if unsearchable:
            labelled &= ~Q(target_type__startswith=unsearchable)
        entries = entries.filter(labelled | Q(target_id=text))
    return entries


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def page_of(
    entries: QuerySet[LogEntry],
    *,
    older_than: int | None = None,
    newer_than: int | None = None,
    size: int = 50,
) -> LogPage:
    """Return the page that begins below `older_than`, or ends above `newer_than`, or else the newest."""
    if newer_than is not None:
        found = list(entries.filter(pk__gt=newer_than).order_by("pk")[: size + 1])
        has_newer, shown = len(found) > size, list(reversed(found[:size]))
        has_older = True
    else:
        if older_than is not None:
            entries = entries.filter(pk__lt=older_than)
        found = list(entries.order_by("-pk")[: size + 1])
        has_newer, shown = older_than is not None, found[:size]
        has_older = len(found) > size
    return LogPage(
        entries=shown,
        newer_than=shown[0].pk if shown and has_newer else None,
        older_than=shown[-1].pk if shown and has_older else None,
    )
