"""How codes and events of the tree are written for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tongxin.codes.industries import industry_named, section_of
from tongxin.codes.lists import get_list
from tongxin.organisations.models import Organisation, OrganisationEvent, Particulars
from tongxin.ui.scripts import spoken


@dataclass(frozen=True)
class Described:
    """An enterprise's particulars with their names."""

    particulars: Particulars
    industry: str
    section: str
    ownership: str
    size: str


@dataclass(frozen=True)
class Change:
    """What an event changed: texts before and after, either of which may be empty."""

    name: str
    before: str
    after: str


def describe(particulars: Particulars) -> Described:
    return Described(
        particulars=particulars,
        industry=industry_label(particulars.industry),
        section=section_label(particulars.industry),
        ownership=code_label("ownership", particulars.ownership),
        size=code_label("enterprise_size", particulars.size),
    )


def code_label(list_name: str, code: str) -> str:
    """Return the name of a code in the reader's language; a code that the list lost is shown as it is."""
    codes = get_list(list_name)
    return spoken(codes.entry(code).zh, codes.entry(code).en) if code in codes else code


def choices_of(list_name: str) -> list[tuple[str, str]]:
    return [(entry.code, spoken(entry.zh, entry.en)) for entry in get_list(list_name).entries]


def industry_label(code: str) -> str:
    """Return code and name; the classification is published in Chinese, only its sections in English too."""
    industry = industry_named(code)
    return f"{industry.code} {spoken(industry.name_zh)}" if industry else code


def section_label(code: str) -> str:
    section = section_of(code)
    if section is None:
        return ""
    return spoken(section.name_zh, section.name_en)


def changes_of(event: OrganisationEvent, units: dict[str, Organisation]) -> list[Change]:
    """Return what an event changed, units named where they are known."""
    names = {
        "name": _("Name of the unit"),
        "code": _("Code"),
        "codes": _("Units"),
        "parent": _("Stands under"),
        "successor": _("Taken over by"),
    }
    keys = [key for key in names if key in event.before or key in event.after]
    return [
        Change(names[key], _as_text(event.before.get(key), units), _as_text(event.after.get(key), units))
        for key in keys
    ]


def codes_in(events: list[OrganisationEvent]) -> set[str]:
    """Return the codes of the units that the events name."""
    found: set[str] = set()
    for event in events:
        for side in (event.before, event.after):
            found |= {*side.get("codes", []), side.get("parent") or "", side.get("successor") or ""}
    return found - {""}


def _as_text(value: Any, units: dict[str, Organisation]) -> str:
    codes = value if isinstance(value, list) else [value] if value else []
    return _(", ").join(f"{units[code].name} {code}" if code in units else str(code) for code in codes)
