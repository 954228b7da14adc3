"""The names of codes in the language of the page."""

from __future__ import annotations

from tongxin.codes.lists import UnknownCodeError, get_list
from tongxin.codes.occupations import load_occupations
from tongxin.ui.scripts import spoken


def name_of(list_name: str, code: str) -> str:
    """Return the name of a code; a code that the list no longer has is shown as it is, none as nothing."""
    try:
        entry = get_list(list_name).entry(code) if code else None
        return spoken(entry.zh, entry.en) if entry else ""
    except UnknownCodeError:
        return code


def choices_of(list_name: str, *, only: tuple[str, ...] | list[str] | None = None) -> list[tuple[str, str]]:
    """Return the codes and names for a drop-down, in the order of the list."""
    entries = get_list(list_name).entries
    return [(each.code, spoken(each.zh, each.en)) for each in entries if only is None or each.code in only]


def name_of_occupation(code: str) -> str:
    """Return the occupation's name, which exists in Chinese alone."""
    occupation = load_occupations().get(code)
    return spoken(occupation.name_zh) if occupation else code
