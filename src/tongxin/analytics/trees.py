"""Dated trees numbered in pre-order, so that a subtree is one range of numbers.

A tree may be ragged, may have several roots, and facts may be held at any of its nodes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tongxin.analytics.arrow_arrays import is_missing, plain, plain_days
from tongxin.analytics.successions import Successions, follow

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Levels = npt.NDArray[np.str_]

_NO_PARENT = -1


class TreeError(ValueError):
    """A hierarchy that is no tree: an unknown parent, a circle, two places at once."""


PLACEMENTS = pa.schema(
    [
        ("node", pa.int64()),
        ("parent", pa.int64()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("level", pa.string()),
    ]
)
"""What a table of placements has; the columns are those of `Placement`."""


@dataclass(frozen=True)
class Placement:
    """A node stands under a parent from `valid_from` (included) to `valid_to` (excluded)."""

    node: int
    parent: int | None
    valid_from: date
    valid_to: date | None = None
    level: str = ""


@dataclass(frozen=True)
class Tree:
    """A tree numbered in pre-order: every array is indexed by position, the pre-order number.

    The subtree of position p holds the positions p to `last[p]`. Row p of `ancestors` holds the position of
    the ancestor at each depth, p itself at its own depth, and -1 below.
    """

    nodes: Numbers
    parent: Numbers
    last: Numbers
    depth: Numbers
    ancestors: Numbers
    alive: Flags
    level: Levels

    @cached_property
    def positions(self) -> Mapping[int, int]:
        """The position of each node."""
        return {int(node): position for position, node in enumerate(self.nodes)}

    @cached_property
    def sha256(self) -> str:
        """A fingerprint; equal trees share one version."""
        digest = hashlib.sha256()
        for column in (self.nodes, self.parent, self.alive):
            digest.update(np.ascontiguousarray(column).tobytes())
        digest.update("\n".join(self.level.tolist()).encode())
        return digest.hexdigest()

    def subtree(self, node: int) -> Numbers:
        """Return the nodes of a subtree, the node itself first."""
        first = self.positions[node]
        return self.nodes[first : self.last[first] + 1]

    def is_alive(self, node: int) -> bool:
        """Tell whether a node exists on the date of the tree."""
        position = self.positions.get(node)
        return position is not None and bool(self.alive[position])

    def descendants(self, node: int, level: str) -> list[int]:
        """Return the nodes of a level that exist in a subtree, in pre-order."""
        if node not in self.positions:
            return []
        first = self.positions[node]
        part = slice(first, int(self.last[first]) + 1)
        chosen = (self.level[part] == level) & self.alive[part]
        return [int(each) for each in self.nodes[part][chosen]]


def number_tree(
    nodes: Iterable[tuple[int, int | None]],
    *,
    alive: Mapping[int, bool] | None = None,
    levels: Mapping[int, str] | None = None,
) -> Tree:
    """Give the nodes of a tree their numbers in pre-order; siblings stand in the order of their identifiers.

    Parameters
    ----------
    nodes
        Pairs of node and parent; a root has the parent None.
    alive, levels
        Whether a node exists (default: all do), and its level.

    Raises
    ------
    TreeError
        Where a node is named twice, a parent is unknown, or nodes stand in a circle.

    Examples
    --------
    >>> tree = number_tree([(10, None), (20, 10), (30, 10), (21, 20)])
    >>> tree.nodes.tolist(), tree.last.tolist(), tree.depth.tolist()
    ([10, 20, 21, 30], [3, 2, 2, 3], [0, 1, 2, 1])
    """
    pairs = sorted(nodes)
    node = np.array([each for each, _ in pairs], dtype=np.int64)
    parent = np.array([_NO_PARENT if over is None else over for _, over in pairs], dtype=np.int64)
    rooted = np.array([over is None for _, over in pairs], dtype=bool)
    known_alive = np.array([True if alive is None else alive[int(each)] for each in node], dtype=bool)
    level = np.array(["" if levels is None else levels[int(each)] for each in node], dtype=np.str_)
    return _numbered(node, _indices(node, parent, rooted), known_alive, level)


def lca(tree: Tree, left: int, right: int) -> int | None:
    """Return the lowest common ancestor of two nodes, None where they stand under different roots.

    Examples
    --------
    >>> tree = number_tree([(1, None), (2, 1), (3, 1), (4, 2), (5, 2)])
    >>> lca(tree, 4, 5), lca(tree, 4, 3), lca(tree, 4, 2)
    (2, 1, 2)
    """
    lower, upper = sorted((tree.positions[left], tree.positions[right]))
    # An ancestor of the upper position holds the lower one exactly if it does not begin after it.
    shared = tree.ancestors[upper][(tree.ancestors[upper] >= 0) & (tree.ancestors[upper] <= lower)]
    return int(tree.nodes[shared.max()]) if shared.size else None


def _indices(node: Numbers, parent: Numbers, rooted: Flags) -> Numbers:
    """Return the index of each node's parent in the sorted nodes, -1 for a root."""
    if node.size and (doubles := node[1:][node[1:] == node[:-1]]).size:
        raise TreeError(f"Node {doubles[0]} is named twice in one tree.")
    found = np.searchsorted(node, parent)
    found = np.where(found == node.size, 0, found)
    unknown = ~rooted & (node[found] != parent) if node.size else rooted
    if unknown.any():
        child = int(np.argmax(unknown))
        raise TreeError(f"Node {node[child]} stands under {parent[child]}, which is not in the hierarchy.")
    return np.where(rooted, _NO_PARENT, found)


def _depths(node: Numbers, over: Numbers) -> Numbers:
    depth = np.where(over == _NO_PARENT, 0, -1)
    for step in range(node.size + 1):
        waiting = depth < 0
        if not waiting.any():
            break
        reached = waiting & (over >= 0) & (depth[over] == step)
        if not reached.any():
            raise TreeError(f"Node {node[waiting][0]} stands in a circle: it is below itself.")
        depth[reached] = step + 1
    return depth


def number_nodes(nodes: Numbers, over: Numbers) -> Tree:
    """Give nodes their numbers in pre-order; `over` says where in them each parent is, -1 for a root.

    Examples
    --------
    >>> number_nodes(np.array([7, 8, 9]), np.array([-1, 0, -1])).last.tolist()
    [1, 1, 2]
    """
    return _numbered(nodes, over, np.ones(nodes.size, dtype=bool), np.full(nodes.size, "", dtype=np.str_))


def _numbered(node: Numbers, over: Numbers, alive: Flags, level: Levels) -> Tree:
    depth = _depths(node, over)
    deepest = int(depth.max(initial=0))
    size = np.ones(node.size, dtype=np.int64)
    for at in range(deepest, 0, -1):
        np.add.at(size, over[depth == at], size[depth == at])
    first = np.zeros(node.size, dtype=np.int64)
    for at in range(deepest + 1):
        first[depth == at] = _first_numbers(np.flatnonzero(depth == at), over, size, first)
    order = np.argsort(first)
    parent = np.where(over[order] == _NO_PARENT, _NO_PARENT, first[over[order]])
    ancestors = np.full((node.size, deepest + 1), _NO_PARENT, dtype=np.int64)
    for at in range(deepest + 1):
        here, deeper = depth[order] == at, depth[order] >= at
        # In pre-order the ancestor at a depth is the last node of that depth met so far.
        met = np.maximum.accumulate(np.where(here, np.arange(node.size), _NO_PARENT))
        ancestors[deeper, at] = met[deeper]
    last = np.arange(node.size) + size[order] - 1
    return Tree(node[order], parent, last, depth[order], ancestors, alive[order], level[order])


def _first_numbers(members: Numbers, over: Numbers, size: Numbers, first: Numbers) -> Numbers:
    """Return the numbers of the nodes of one depth: behind their parent and elder siblings' subtrees."""
    parents = over[members]
    order = np.argsort(parents, kind="stable")
    sizes, sorted_parents = size[members][order], parents[order]
    before = np.cumsum(sizes) - sizes
    opens = np.r_[True, sorted_parents[1:] != sorted_parents[:-1]]
    family = np.maximum.accumulate(np.where(opens, np.arange(members.size), 0))
    start = np.where(sorted_parents == _NO_PARENT, 0, first[sorted_parents] + 1)
    numbers = np.empty(members.size, dtype=np.int64)
    numbers[order] = start + before - before[family]
    return numbers


class Hierarchy:
    """Nodes with their dated places (a table of `PLACEMENTS` where they are many), and what followed whom.

    Gives the tree of any day.
    """

    def __init__(
        self, placements: Iterable[Placement] | pa.Table, successions: Successions | None = None
    ) -> None:
        self.successions = successions or Successions()
        if not isinstance(placements, pa.Table):
            placements = pa.Table.from_pylist([vars(each) for each in placements], schema=PLACEMENTS)
        rows = placements.sort_by([("node", "ascending"), ("valid_from", "ascending")])
        self._node = plain(rows["node"])
        self._parent = plain(rows["parent"])
        self._rooted = is_missing(rows["parent"])
        self._from = plain_days(rows["valid_from"])
        self._to = plain_days(rows["valid_to"], date.max)
        self._level = np.asarray(rows["level"].to_pylist(), dtype=np.str_)
        overlap = (self._node[1:] == self._node[:-1]) & (self._to[:-1] > self._from[1:])
        if overlap.any():
            at = int(np.argmax(overlap)) + 1
            raise TreeError(f"Node {self._node[at]} has two places at once from {self._from[at]}.")

    def tree_on(self, day: date) -> Tree:
        """Return the tree of a day.

        A node that is closed stands under what took it over, one not yet founded under what it comes from;
        where nothing is known of that, the one stays at its last place and the other waits at its first. Both
        are marked as not alive: no fact of theirs is lost to the nodes above, and an old tree can take up
        later facts.
        """
        on = np.datetime64(day, "D")
        opens = np.r_[True, self._node[1:] != self._node[:-1]] if self._node.size else np.zeros(0, dtype=bool)
        begun = self._from <= on
        closes = np.r_[opens[1:], True] if opens.size else opens
        # The last place that has begun, or the very first where none has.
        next_begun = np.r_[begun[1:], False] & ~closes if opens.size else opens
        chosen = (begun & ~next_begun) | (opens & ~begun)
        node = self._node[chosen]
        over = _indices(node, self._parent[chosen], self._rooted[chosen])
        over = follow(node, over, self.successions, day)
        alive = (begun & (self._to > on))[chosen]
        return _numbered(node, over, alive, self._level[chosen])


@dataclass(frozen=True)
class DatedTrees:
    """The trees of several days; days with equal trees share a version, its number counting from 0."""

    versions: tuple[Tree, ...]
    version_on: Mapping[date, int]

    @property
    def depths(self) -> int:
        """How many ancestor columns the table of these trees has."""
        return max((tree.ancestors.shape[1] for tree in self.versions), default=1)

    @property
    def inner(self) -> Numbers:
        """The nodes that have something below them in any of the trees."""
        found = [tree.nodes[tree.last > np.arange(tree.nodes.size)] for tree in self.versions]
        return np.unique(np.concatenate(found))

    def tree(self, day: date) -> Tree:
        """Return the tree of one of the days."""
        return self.versions[self.version_on[day]]

    def table(self) -> pa.Table:
        """Return a row per version and node, with the ancestors' positions as columns a0…aD."""
        return pa.concat_tables([_tree_table(n, tree, self.depths) for n, tree in enumerate(self.versions)])


def date_trees(hierarchy: Hierarchy, days: Iterable[date], *, as_of: date | None = None) -> DatedTrees:
    """Return the trees of some days, or the one tree of `as_of` for all of them."""
    versions: dict[str, tuple[int, Tree]] = {}
    version_on = {}
    fixed = hierarchy.tree_on(as_of) if as_of else None
    for day in sorted(set(days)):
        tree = fixed or hierarchy.tree_on(day)
        version_on[day] = versions.setdefault(tree.sha256, (len(versions), tree))[0]
    return DatedTrees(tuple(tree for _, tree in versions.values()), version_on)


def _tree_table(version: int, tree: Tree, depths: int) -> pa.Table:
    size = tree.nodes.size
    ancestors = np.full((size, depths), _NO_PARENT, dtype=np.int64)
    ancestors[:, : tree.ancestors.shape[1]] = tree.ancestors
    columns: dict[str, object] = {
        "version": pa.array(np.full(size, version), pa.int32()),
        "node": tree.nodes,
        "position": pa.array(np.arange(size), pa.int64()),
        "last": tree.last,
        "depth": pa.array(tree.depth, pa.int32()),
        "parent": tree.parent,
        "alive": tree.alive,
        "level": _words(tree.level),
    }
    for at in range(depths):
        columns[f"a{at}"] = pa.array(ancestors[:, at], mask=ancestors[:, at] == _NO_PARENT)
    return pa.table(columns)


def _words(texts: Levels) -> pa.Array:
    """Return texts, of which few differ, as Arrow has them."""
    words, numbers = np.unique(texts, return_inverse=True)
    return pa.DictionaryArray.from_arrays(numbers, pa.array(words.tolist(), pa.string())).cast(pa.string())
