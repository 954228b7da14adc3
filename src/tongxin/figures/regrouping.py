"""Which units a subtree has in one tree and not in another, and under whom they stand there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from tongxin.analytics.trees import Tree

NOWHERE = -1
_NOBODY = np.zeros(0, np.int64)


class Dated(Protocol):
    """A tree of one day, however it is kept."""

    def subtree(self, node: int) -> Any: ...

    def is_alive(self, node: int) -> bool: ...


@dataclass(frozen=True)
class Group:
    """Units that came into a subtree or left it together.

    `inside` stands directly under the unit in the tree in which the unit has them; `outside` is where they
    stand in the other tree, at the unit's own level or above. `early` and `late` are the units over them in
    the earlier and the later tree only, `moved` those of them that stand directly under another unit.
    """

    came_in: bool
    inside: int
    outside: int | None
    nodes: frozenset[int]
    early: frozenset[int]
    late: frozenset[int]
    moved: frozenset[int]
    is_alive: bool
    """Whether one of them exists in the tree in which the unit has them."""


def regroup(base: Tree, other: Tree, unit: int, *, base_is_earlier: bool) -> list[Group]:
    """Return what the subtree of a unit gains and loses from one tree to the other."""
    of_base, of_other = _subtree(base, unit), _subtree(other, unit)
    return [
        *_groups(other, base, unit, of_other - of_base, came_in=True, mine_is_earlier=not base_is_earlier),
        *_groups(base, other, unit, of_base - of_other, came_in=False, mine_is_earlier=base_is_earlier),
    ]


def is_regrouped(base: Dated, other: Dated, unit: int) -> bool:
    """Tell whether units that exist on one of both days stand in the subtree of a unit on one of them only.

    A unit that is founded or closed where it stands is in both trees, so it does not count.
    """
    one, two = (tree.subtree(unit) if tree.is_alive(unit) else _NOBODY for tree in (base, other))
    if np.array_equal(one, two):
        return False
    differing = np.setxor1d(one, two, assume_unique=True).tolist()
    return any(base.is_alive(node) or other.is_alive(node) for node in differing if node != unit)


def _subtree(tree: Dated, unit: int) -> frozenset[int]:
    """Return the nodes of a subtree; a unit that does not exist on the day has none."""
    return frozenset(tree.subtree(unit).tolist()) if tree.is_alive(unit) else frozenset()


def _groups(
    mine: Tree, theirs: Tree, unit: int, nodes: Iterable[int], *, came_in: bool, mine_is_earlier: bool
) -> list[Group]:
    level = mine.level[mine.positions[unit]] if unit in mine.positions else ""
    found: dict[tuple[int, int | None], set[int]] = {}
    for node in nodes:
        path = path_of(mine, node)
        at = path.index(unit)
        inside = path[at - 1] if at else unit
        found.setdefault((inside, _outside(theirs, node, str(level))), set()).add(node)
    return [
        _group(mine, theirs, key, frozenset(members), came_in=came_in, mine_is_earlier=mine_is_earlier)
        for key, members in sorted(found.items(), key=lambda each: mine.positions[each[0][0]])
    ]


def _group(
    mine: Tree,
    theirs: Tree,
    key: tuple[int, int | None],
    nodes: frozenset[int],
    *,
    came_in: bool,
    mine_is_earlier: bool,
) -> Group:
    paths = [(set(path_of(mine, node)), set(path_of(theirs, node))) for node in nodes]
    mine_only = frozenset().union(*(one - two for one, two in paths))
    theirs_only = frozenset().union(*(two - one for one, two in paths))
    early, late = (mine_only, theirs_only) if mine_is_earlier else (theirs_only, mine_only)
    moved = frozenset(node for node in nodes if _parent(mine, node) != _parent(theirs, node))
    alive = any(mine.is_alive(node) for node in nodes)
    return Group(came_in, *key, nodes, early, late, moved, alive)


def path_of(tree: Tree, node: int) -> list[int]:
    """Return a node and the units above it, from below."""
    path, at = [], tree.positions.get(node, NOWHERE)
    while at >= 0:
        path.append(int(tree.nodes[at]))
        at = int(tree.parent[at])
    return path


def _parent(tree: Tree, node: int) -> int | None:
    return next(iter(path_of(tree, node)[1:]), None)


def _outside(tree: Tree, node: int, level: str) -> int | None:
    """Return who has a node in a tree: the existing unit of a level over it, else the lowest that exists."""
    above = [each for each in path_of(tree, node)[1:] if tree.is_alive(each)]
    same = [each for each in above if str(tree.level[tree.positions[each]]) == level]
    return next(iter([*same, *above]), None)
