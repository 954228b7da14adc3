"""Trees of group companies: who belongs to none on a day stands by itself and counts in none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from tongxin.analytics.trees import Placement


def stand_alone(
    placements: Iterable[Placement], lives: Mapping[int, tuple[date, date | None]]
) -> list[Placement]:
    """Return placements with a place of its own for each node wherever it has none in its life.

    A node that left is in no subtree any more, unlike one that was closed, which stays at its last place.

    Parameters
    ----------
    placements
        Of nodes that have a place at some time, those of a node without overlap.
    lives
        From which day (included) to which (excluded, None while it lasts) each node exists.

    Examples
    --------
    >>> first, last = date(2020, 1, 1), date(2024, 1, 1)
    >>> found = stand_alone([Placement(7, 1, date(2021, 1, 1), date(2022, 1, 1))], {7: (first, last)})
    >>> [(each.parent, each.valid_from.year, each.valid_to.year) for each in found]
    [(None, 2020, 2021), (1, 2021, 2022), (None, 2022, 2024)]
    """
    spells: dict[int, list[Placement]] = {}
    for each in sorted(placements, key=lambda each: (each.node, each.valid_from)):
        spells.setdefault(each.node, []).append(each)
    return [place for node, own in spells.items() for place in _filled(own, *lives[node])]


def _filled(own: Sequence[Placement], first: date, end: date | None) -> list[Placement]:
    found, since = [], first
    for each in own:
        if each.valid_from > since:
            found.append(_alone(each, since, each.valid_from))
        found.append(each)
        if each.valid_to is None:
            return found
        since = each.valid_to
    if end is None or end > since:
        found.append(_alone(own[-1], since, end))
    return found


def _alone(like: Placement, first: date, end: date | None) -> Placement:
    return Placement(like.node, None, first, end, like.level)
