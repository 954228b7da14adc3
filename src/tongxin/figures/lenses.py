"""The three lenses: a figure with the tree as it was then, as it is now, or as it was on a chosen day."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tongxin.figures.queries import Release
from tongxin.ui.formats import day as day_text

NOW = "now"
"""What an address or a command says instead of the last day of the data."""


class Lens(StrEnum):
    """With which tree figures are made."""

    THEN = "then"
    NOW = "now"
    HARMONISED = "harmonised"


def lens_of(release: Release, as_of: date | None) -> Lens:
    if as_of is None:
        return Lens.THEN
    return Lens.NOW if as_of == release.cut_on else Lens.HARMONISED


def lens_name(lens: Lens) -> str:
    return {
        Lens.THEN: _("as it was then"),
        Lens.NOW: _("as it is now"),
        Lens.HARMONISED: _("as on a chosen day"),
    }[lens]


def lens_text(release: Release, as_of: date | None) -> str:
    """Say in one sentence which tree stands behind figures."""
    if as_of is None:
        return _("Each period has the tree of its own last day.")
    texts = {
        Lens.NOW: _("Every period has the tree of today's data: that of %(day)s."),
        Lens.HARMONISED: _("Every period has the tree of %(day)s."),
    }
    return texts[lens_of(release, as_of)] % {"day": day_text(as_of)}


def read_as_of(release: Release, text: str | None, lens: str | None = None) -> date | None:
    """Read the day of a tree; `now`, as a day or as the lens, is the last day of the data."""
    if NOW in (text, lens):
        return release.cut_on
    if not text or lens == Lens.THEN:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValidationError(_("“%(found)s” is no date.") % {"found": text}) from None
