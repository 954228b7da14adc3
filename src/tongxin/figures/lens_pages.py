"""What a figure's passport says of the tree behind it: the three lenses, and why they differ."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tongxin.figures.asked import Asked, read_figure
from tongxin.figures.difference_tables import DifferenceTable, describe_difference
from tongxin.figures.lenses import Lens, lens_name, lens_of, lens_text
from tongxin.figures.places import passport_url
from tongxin.figures.queries import Release
from tongxin.figures.selection import Answer
from tongxin.figures.tree_events import absence_of
from tongxin.organisations.access import Principal


@dataclass(frozen=True)
class LensLink:
    """A lens and the address of the same figure under it."""

    name: str
    url: str
    is_chosen: bool


def describe_lens(release: Release, asked: Asked, found: Answer, user: Principal) -> dict[str, Any]:
    """Return the lens of a figure, who stands for a unit that does not exist, and why it differs."""
    chosen, on = lens_of(release, asked.as_of), asked.as_of or asked.period.last_day
    absence = absence_of(release, asked.at, on, user)
    return {
        "lens": chosen,
        "lens_links": _links(release, found, chosen, asked.as_of),
        "lens_text": lens_text(release, asked.as_of),
        "absence": absence,
        "instead": [
            (unit.name, passport_url(found.figure, unit.code, as_of=asked.as_of))
            for unit in (absence.instead if absence else ())
        ],
        "difference": difference_of(release, asked, found, user),
    }


def _links(release: Release, found: Answer, chosen: Lens, as_of: date | None) -> list[LensLink]:
    days: dict[Lens, date | None] = {Lens.THEN: None, Lens.NOW: release.cut_on}
    if chosen is Lens.HARMONISED:
        days[chosen] = as_of
    return [
        LensLink(
            lens_name(lens), passport_url(found.figure, found.organisation.code, as_of=on), chosen is lens
        )
        for lens, on in days.items()
    ]


def difference_of(release: Release, asked: Asked, found: Answer, user: Principal) -> DifferenceTable | None:
    """Explain the figure against that with the tree of its period; None where that one is asked for."""
    if asked.as_of is None:
        return None
    then = read_figure(release, replace(asked, as_of=None), user)
    return describe_difference(release, then, found, asked.as_of, user)
