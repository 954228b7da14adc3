"""How entries of the audit log are written: verbs translated, values before and after, people masked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext_lazy

from tongxin.audit.log import ANONYMOUS, SYSTEM
from tongxin.audit.models import LogEntry
from tongxin.audit.verbs import VERBS
from tongxin.organisations.labels import choices_of
from tongxin.organisations.models import Organisation, Role, RoleGrant
from tongxin.ui.formats import mask

PAIR = 2
PEOPLE = "workforce."
"""What the log says about people: an auditor follows what was done without learning who they are."""
CHANGED = {
    "name": _lazy("name"),
    "code": _lazy("code"),
    "parent": _lazy("stands under"),
    "opened_on": _lazy("opened on"),
    "on": _lazy("from"),
    "successor": _lazy("taken over by"),
    "merged": _lazy("units merged"),
    "parts": _lazy("parts"),
    "units_moved": _lazy("units moved"),
    "closed": _lazy("closed"),
    "industry": _lazy("industry"),
    "ownership": _lazy("ownership"),
    "size": _lazy("size"),
    "is_above_scale": _lazy("above designated size"),
    "union": _lazy("union"),
    "group_company": _lazy("group company"),
    "seat": _lazy("seat"),
    "role": _lazy("role"),
    "unit": _lazy("unit"),
    "reach": _lazy("reach"),
    "valid_to": _lazy("until"),
    "units": _lazy("units added"),
    "events": _lazy("events added"),
    "username": _lazy("user name"),
    "display_name": _lazy("name shown"),
    "email": _lazy("email address"),
    "is_active": _lazy("active"),
    "worker": _lazy("worker"),
    "record": _lazy("record"),
    "appointments_lapsed": _lazy("appointments that lapse with it"),
    "effective_on": _lazy("changes hold from"),
    "mapping": _lazy("columns"),
    "rows": _lazy("rows"),
    "added": _lazy("added"),
    "changed": _lazy("changed"),
    "unchanged": _lazy("unchanged"),
    "rejected": _lazy("rejected"),
    "indicator": _lazy("indicator"),
    "period": _lazy("period"),
    "part": _lazy("part"),
    "release": _lazy("release"),
    "cut": _lazy("data cut"),
    "workers": _lazy("workers"),
    "seed": _lazy("seed"),
    "other_entry": _lazy("other entry"),
    "rows_taken_over": _lazy("rows taken over"),
    "rows_set_aside": _lazy("rows on record twice"),
    "people": _lazy("people"),
    "open": _lazy("to be reviewed"),
    "gone": _lazy("no longer proposed"),
    "format": _lazy("format"),
    "state": _lazy("state"),
    "text": _lazy("text"),
    "task": _lazy("task"),
    "tasks": _lazy("tasks"),
    "share_of": _lazy("share of"),
    "measure": _lazy("measure"),
    "day": _lazy("day"),
    "steps": _lazy("steps"),
    "circulars": _lazy("circulated lists"),
    "messages": _lazy("messages"),
    "asked": _lazy("units asked"),
}
"""What the changed values are called; others have the name of their field."""
CODED: dict[str, dict[str, Any]] = {
    "role": dict(Role.choices),
    "reach": dict(RoleGrant.Reach.choices),
    "part": {"numerator": _lazy("Numerator"), "denominator": _lazy("Denominator")},
    "steps": {
        "due_soon": pgettext_lazy("supervision", "due soon"),
        "overdue": pgettext_lazy("supervision", "overdue"),
        "stalled": pgettext_lazy("supervision", "stalled"),
        "review": pgettext_lazy("supervision", "waiting for review"),
        "reminder": pgettext_lazy("supervision", "reminder by hand"),
        "escalation": pgettext_lazy("supervision", "escalated"),
        "circulation": pgettext_lazy("supervision", "circulated"),
    },
    "record": {
        "certificate": _lazy("Certificate"),
        "appointment": _lazy("Appointment"),
        "training": _lazy("Training"),
        "competition": _lazy("Competition"),
        "innovation": _lazy("Innovation"),
        "honour": _lazy("Honour"),
        "mentorship": _lazy("Mentorship"),
        "membership": _lazy("Union membership"),
        "agreement": _lazy("Collective contracts and agreements"),
        "workerscongress": _lazy("Workers' congress"),
        "insurancecover": _lazy("Social insurance"),
        "activity": _lazy("Talks, study and events"),
    },
}
LISTED = {
    "ownership": "ownership",
    "size": "enterprise_size",
    "form": "employment_form",
    "sex": "sex",
    "education": "education",
    "grade": "skill_grade",
}
"""Values that are codes of a list, with the list's name."""
IDENTITY = {"name", "phone", "document_number", "document", "born_on", "worker", "person"}


@dataclass(frozen=True)
class ShownChange:
    """One value before and after; both texts, the first empty where there was none."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class ShownEntry:
    """An entry as the page writes it."""

    entry: LogEntry
    who: str
    verb: str
    what: str
    unit: Organisation | None
    changes: list[ShownChange]


def show_entries(entries: Iterable[LogEntry]) -> list[ShownEntry]:
    listed = list(entries)
    units = Organisation.objects.in_bulk({entry.organisation_id for entry in listed if entry.organisation_id})
    return [
        ShownEntry(
            entry=entry,
            who=who_of(entry),
            verb=verb_of(entry),
            what=_mask_label(entry),
            unit=units.get(entry.organisation_id or 0),
            changes=[_change(entry, name, value) for name, value in entry.changes.items()],
        )
        for entry in listed
    ]


def who_of(entry: LogEntry) -> str:
    names = {SYSTEM: _("the operator"), ANONYMOUS: _("somebody not signed in")}
    return entry.actor_name if entry.actor_id else names.get(entry.actor_name, entry.actor_name)


def verb_of(entry: LogEntry) -> str:
    return str(VERBS.get(entry.action, entry.action))


def _mask_label(entry: LogEntry) -> str:
    return mask(entry.target_label) if entry.target_type.startswith(PEOPLE) else entry.target_label


def _change(entry: LogEntry, name: str, value: Any) -> ShownChange:
    before, after = value if isinstance(value, list) and len(value) == PAIR else (None, value)
    texts = [_as_text(part, _names_of_codes(entry, name)) for part in (before, after)]
    if entry.target_type.startswith(PEOPLE) and name in IDENTITY:
        texts = [mask(text) if text else "" for text in texts]
    return ShownChange(str(CHANGED.get(name) or _field_names().get(name, name)), *texts)


def _names_of_codes(entry: LogEntry, name: str) -> dict[str, Any]:
    """Return what the codes are called that a value may have."""
    if name in LISTED:
        return dict(choices_of(LISTED[name]))
    return CODED.get(name) or _choices_of_field(entry.target_type, name)


@cache
def _choices_of_field(target_type: str, name: str) -> dict[str, Any]:
    """Return the choices of a field of a table, their names in the language in which they are read."""
    fields = apps.get_model(target_type)._meta.concrete_fields if _is_table(target_type) else ()
    return next((dict(field.flatchoices) for field in fields if field.name == name), {})


def _is_table(target_type: str) -> bool:
    app, _dot, model = target_type.partition(".")
    return apps.is_installed(f"tongxin.{app}") and model in apps.get_app_config(app).models


@cache
def _field_names() -> dict[str, Any]:
    """Return what the product's tables call their fields, in the language in which it is read."""
    fields = [
        field
        for model in apps.get_models()
        if model.__module__.startswith("tongxin.")
        for field in model._meta.concrete_fields
    ]
    # A field without words of its own has its name for them, which is no word of any language.
    worded = [field for field in fields if isinstance(field.verbose_name, Promise)]
    return {field.name: field.verbose_name for field in [*fields, *worded]}


def _as_text(value: Any, names: dict[str, Any]) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return _(", ").join(_as_text(part, names) for part in value)
    if isinstance(value, dict):
        return _(", ").join(f"{names.get(key, key)}: {_as_text(part, {})}" for key, part in value.items())
    return str(names.get(value, value)) if isinstance(value, str) else str(value)
