"""What became of a unit that closed, and what a new one was made from: read from the events of the tree.

A unit that does not exist on the day of a tree stands there under the unit that took it over, or under the
one from which it was to come, so that no fact of theirs is lost to the level on which they stood.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Event:
    """A change in which several units took part: the one it is about, and all of them.

    Of the kinds only `create` (of a new unit) and `split` (of the main one) are told from others.
    """

    on: date
    main: int
    parties: frozenset[int]
    kind: str = ""


@dataclass(frozen=True)
class Kin:
    """The units that took over a unit closed on the day, or from which one opened on the day was made."""

    node: int
    on: date
    units: frozenset[int]


@dataclass(frozen=True)
class Successions:
    """What followed whom: `heirs` of the units that closed, `origins` of the units that opened.

    Examples
    --------
    >>> merger = Event(date(2021, 4, 9), 5, frozenset({3, 5}))
    >>> spans = {3: (date(2015, 1, 1), date(2021, 4, 9)), 5: (date(2015, 1, 1), None)}
    >>> read_successions([merger], spans).heirs[0].units
    frozenset({5})
    """

    heirs: tuple[Kin, ...] = ()
    origins: tuple[Kin, ...] = ()


def read_successions(events: Iterable[Event], spans: Mapping[int, tuple[date, date | None]]) -> Successions:
    """Return who followed whom.

    Parameters
    ----------
    events
        The events; of each only the parties that are in `spans` are looked at.
    spans
        From which day (included) to which (excluded, None while it lasts) each unit exists.
    """
    heirs: dict[tuple[int, date], set[int]] = {}
    origins: dict[tuple[int, date], set[int]] = {}
    for event in events:
        known = {node: spans[node] for node in event.parties if node in spans}
        begun = {node for node, (first, _) in known.items() if first == event.on}
        ended = {node for node, (_, end) in known.items() if end == event.on}
        lasting = {
            node
            for node, (first, end) in known.items()
            if first < event.on and (end is None or end > event.on)
        }
        # A unit that gives parts away is where they come from, whoever else receives one.
        givers = {event.main} if event.kind == "split" and event.main not in begun else ended | lasting
        # What a new unit is made from goes to it alone, though others gave it parts and go on.
        takers = begun if event.kind == "create" else begun | lasting
        for node in ended:
            heirs.setdefault((node, event.on), set()).update(takers)
        for node in begun:
            origins.setdefault((node, event.on), set()).update(givers)
    # In this order each unit is placed after those it may be placed under.
    return Successions(tuple(_kin(heirs, latest_first=True)), tuple(_kin(origins, latest_first=False)))


def _kin(found: Mapping[tuple[int, date], set[int]], *, latest_first: bool) -> list[Kin]:
    kin = [Kin(node, on, frozenset(units)) for (node, on), units in found.items() if units]
    return sorted(sorted(kin, key=lambda each: each.node), key=lambda each: each.on, reverse=latest_first)


def follow(node: Numbers, over: Numbers, successions: Successions, day: date) -> Numbers:
    """Return the parents of a day's tree with closed and coming units under their kin.

    Where there are several, a unit stands under what they have in common: which of them its facts belong to
    is not known.

    Parameters
    ----------
    node
        The nodes in rising order.
    over
        The index of each node's parent, -1 for a root.
    """
    if not successions.heirs and not successions.origins:
        return over
    over = over.copy()
    gone = [kin for kin in successions.heirs if kin.on <= day]
    coming = [kin for kin in successions.origins if kin.on > day]
    for kin in [*gone, *coming]:
        at = _index(node, kin.node)
        units = [_index(node, each) for each in sorted(kin.units)]
        if at is None or None in units:
            continue
        shared = _shared(over, [each for each in units if each is not None])
        if shared is not None and at not in _path(over, shared):
            over[at] = shared
    return over


def _index(node: Numbers, wanted: int) -> int | None:
    at = int(np.searchsorted(node, wanted))
    return at if at < node.size and node[at] == wanted else None


def _path(over: Numbers, at: int) -> list[int]:
    path = [at]
    while (at := int(over[at])) >= 0 and at not in path:
        path.append(at)
    return path


def _shared(over: Numbers, units: Sequence[int]) -> int | None:
    """Return the lowest node above all units, or the unit itself where there is one."""
    paths = [_path(over, each) for each in units]
    common = set(paths[0]).intersection(*paths[1:])
    return next((each for each in paths[0] if each in common), None)
