"""How sure it is that two entries are one person, and why, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from tongxin.ui.formats import number
from tongxin.workforce.duplicate_search import COMPARED

CERTAIN, LIKELY = 10.0, 5.0
A_MILLION = 20.0
REASONS = {
    ("document", "same"): _lazy(
        "The same number, in its form of 15 digits or under another kind of document."
    ),
    ("document", "two_residents"): _lazy("Two correct resident identity numbers that differ."),
    ("document", "nearly"): _lazy("The document numbers differ by a slip of the pen."),
    ("document", "other"): _lazy("Two documents with different numbers."),
    ("name", "same"): _lazy("The same name."),
    ("name", "sound"): _lazy("The names sound alike."),
    ("name", "one_letter"): _lazy("The names differ in one character."),
    ("name", "alike"): _lazy("The names are spelt alike."),
    ("name", "surname"): _lazy("The same surname, another given name."),
    ("name", "other"): _lazy("The names differ."),
    ("birth_date", "same"): _lazy("Born on the same day."),
    ("birth_date", "swapped"): _lazy("The birth dates have day and month exchanged."),
    ("birth_date", "one_slip"): _lazy("The birth dates differ by a slip of the pen."),
    ("birth_date", "other"): _lazy("The birth dates differ."),
    ("sex", "same"): _lazy("The same sex."),
    ("sex", "other"): _lazy("The sex differs."),
    ("phone", "same"): _lazy("The same phone."),
    ("phone", "other"): _lazy("The phones differ."),
}
AGAINST = {"other", "two_residents"}
SPEAKING = {"document", "name", "birth_date", "phone"}


def sureness(weight: float) -> str:
    if weight >= CERTAIN:
        return _("almost certainly one person")
    return _("very probably one person") if weight >= LIKELY else _("probably one person")


def odds(weight: float) -> str:
    """Write the weight of the evidence as odds."""
    if weight >= A_MILLION:
        return _("more than a million to 1")
    return _("about %(odds)s to 1") % {"odds": number(float(f"{2**weight:.2g}"), 0)}


def reasons_for(evidence: Mapping[str, str]) -> list[str]:
    """Return what speaks for one person, in the order of comparison."""
    return [text for name, level, text in _reasons(evidence) if level not in AGAINST and name in SPEAKING]


def reasons_against(evidence: Mapping[str, str]) -> list[str]:
    return [text for _name, level, text in _reasons(evidence) if level in AGAINST]


def _reasons(evidence: Mapping[str, str]) -> list[tuple[str, str, str]]:
    pairs = [(name, evidence.get(name, "")) for name in COMPARED]
    return [(*pair, str(REASONS[pair])) for pair in pairs if pair in REASONS]
