"""Giving texts to be found, in the transaction of whoever gives them, which writes the audit row too."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from django.db import transaction
from django.utils import timezone

from tongxin.search.index import index
from tongxin.search.models import SearchEntry
from tongxin.search.normal_texts import normalise

BATCH = 1_000
_NOT_KEPT = re.compile(r"[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Text:
    """What a target is to be found by."""

    target_id: int
    title: str
    text: str


@transaction.atomic
def put(kind: str, target_id: int, *, organisation_id: int, place: str, title: str, text: str) -> SearchEntry:
    """Let a target be found by its title and text, in place of what it was found by until now."""
    entry = SearchEntry.objects.select_for_update().filter(kind=kind, target_id=target_id).first()
    if entry is None:
        entry = SearchEntry(kind=kind, target_id=target_id)
    else:
        index().remove_from_index(entry)
    entry.organisation_id = organisation_id
    entry.place = place
    _say(entry, title, text)
    entry.full_clean(validate_unique=False, validate_constraints=False)
    entry.save()
    index().add_to_index(entry)
    return entry


@transaction.atomic
def put_many(kind: str, texts: Iterable[Text], *, organisation_id: int, place: str) -> None:
    """Let many targets of one unit be found, each as by `put` but with a new entry; none is given twice."""
    left = iter(texts)
    while batch := list(islice(left, BATCH)):
        drop_many(kind, [each.target_id for each in batch])
        entries = [
            SearchEntry(kind=kind, target_id=each.target_id, organisation_id=organisation_id, place=place)
            for each in batch
        ]
        for entry, each in zip(entries, batch, strict=True):
            _say(entry, each.title, each.text)
        # They differ in their texts alone, which may be anything.
        entries[0].full_clean(validate_unique=False, validate_constraints=False)
        for entry in SearchEntry.objects.bulk_create(entries):
            index().add_to_index(entry)


@transaction.atomic
def drop(kind: str, target_id: int) -> None:
    """Let a target be found no more; one that is not there is no error."""
    drop_many(kind, [target_id])


@transaction.atomic
def drop_many(kind: str, target_ids: Iterable[int]) -> None:
    """Let many targets be found no more."""
    left = iter(target_ids)
    while batch := list(islice(left, BATCH)):
        known = SearchEntry.objects.select_for_update().filter(kind=kind, target_id__in=batch)
        for entry in known:
            index().remove_from_index(entry)
        known.delete()


def _say(entry: SearchEntry, title: str, text: str) -> None:
    entry.title, entry.text = _storable(title), _storable(text)
    entry.normal_title, entry.normal_text = normalise(entry.title), normalise(entry.text)
    entry.changed_at = timezone.now()


def _storable(text: str) -> str:
    """Replace, one for one, what no database keeps: a zero character, half of a pair."""
    return _NOT_KEPT.sub("\ufffd", text)
