"""Which of two entries each particular of the one person is taken from."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from copy import copy
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.workforce import identity
from tongxin.workforce.merge_traces import Trace, from_rows
from tongxin.workforce.models import Worker
from tongxin.workforce.particulars import agree, shown

CHOSEN: dict[str, tuple[str, ...]] = {
    "document": ("document_type", "document_sealed", "document_index"),
    "name": ("name",),
    "sex": ("sex",),
    "born_on": ("born_on",),
    "education": ("education",),
    "phone": ("phone_sealed",),
}
"""What is chosen, and the columns that go with it."""
LABELS = {
    "document": pgettext_lazy("person", "Document"),
    "name": _("Name"),
    "sex": _("Sex"),
    "born_on": _("Birth date"),
    "education": _("Education"),
    "phone": _("Phone"),
}


def label_of(name: str) -> str:
    return str(LABELS[name])


def take_particulars(survivor: Worker, merged: Worker, chosen: Mapping[str, int]) -> dict[str, Any]:
    """Write the particulars chosen from the merged entry; return them as (before, after), numbers masked.

    Documents are exchanged, so that the number of either goes on leading to the person.
    """
    before = copy(survivor)
    combine(survivor, merged, chosen)
    if chosen.get("document") == merged.pk:
        _copy(before, merged, "document")
    _save_both(survivor, merged)
    changed = [name for name in CHOSEN if not is_same(before, survivor, name)]
    return {name: (_shown(before, name), _shown(survivor, name)) for name in changed}


def combine(survivor: Worker, merged: Worker, chosen: Mapping[str, int]) -> None:
    """Give the survivor what was chosen, without writing; refuses what the number contradicts."""
    for name in CHOSEN:
        if chosen.get(name) == merged.pk and not is_same(survivor, merged, name):
            _copy(merged, survivor, name)
    number = identity.open_number(survivor.document_sealed)
    if known := identity.check_document(survivor.document_type, number):
        agree(survivor, known)
    survivor.full_clean(validate_unique=False, validate_constraints=False)


def give_particulars_back(survivor: Worker, merged: Worker, trace: Trace) -> None:
    """Write both entries as they were; what was not chosen at the merge and was corrected since stays."""
    (survivor_before,), (merged_before,) = from_rows(trace["survivor"]), from_rows(trace["merged"])
    for name in trace["taken"]:
        _copy(survivor_before, survivor, name)
    _copy(merged_before, merged, "document")
    _save_both(survivor, merged)


def is_same(one: Worker, other: Worker, name: str) -> bool:
    return bool(_value(one, name) == _value(other, name))


def _copy(source: Worker, target: Worker, name: str) -> None:
    for column in CHOSEN[name]:
        setattr(target, column, getattr(source, column))


def _save_both(survivor: Worker, merged: Worker) -> None:
    """Save two entries that may have exchanged their documents; an index is never with both at once."""
    Worker.objects.filter(pk=merged.pk).update(document_index=secrets.token_bytes(16))
    survivor.save()
    merged.save()


def _value(worker: Worker, name: str) -> Any:
    if name == "phone":
        return identity.open_phone(worker.phone_sealed)
    return bytes(worker.document_index) if name == "document" else getattr(worker, name)


def _shown(worker: Worker, name: str) -> Any:
    if name == "document":
        return shown("document_number", identity.open_number(worker.document_sealed))
    return shown(name, _value(worker, name))
