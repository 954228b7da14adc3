"""Why a figure is another under another tree: what each unit that came in or left adds or takes."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from tongxin.analytics.definitions import Definition, version_for
from tongxin.analytics.figure_store import Figure, FigureStore
from tongxin.analytics.trees import Hierarchy, Placement
from tongxin.codes.later import Later
from tongxin.codes.periods import Period
from tongxin.figures.queries import Release, read_release
from tongxin.figures.regrouping import Group, regroup
from tongxin.lake.queries import read_cut

# Reading facts anew takes a process a hundred megabytes for its engine, and few pages ask for it.
computing = Later("tongxin.figures.compute")
grouping = Later("tongxin.figures.group_inputs")
opening = Later("tongxin.figures.inputs")

Parts = tuple[int, int]
"""The numerator and the denominator as they are stored; 0 where a figure has none."""


@dataclass(frozen=True)
class Asked:
    """Of which figure: its period, unit and category, and the day of the other tree."""

    code: str
    unit: int
    period: Period
    as_of: date
    by: str | None = None
    category: str | None = None
    of_groups: bool = False
    """Whether the unit is a group company, whose tree is another."""


@dataclass(frozen=True)
class Contribution:
    """What one group has by itself."""

    group: Group
    parts: Parts


@dataclass(frozen=True)
class Regrouped:
    """The groups between the tree of a period's last day and that of another, with what each contributes.

    `contributions` is empty where values are put in order: they do not add up.
    """

    groups: tuple[Group, ...]
    contributions: tuple[Contribution, ...]

    def overlap(self, base: Figure, other: Figure) -> Parts:
        """Return what remains of the difference: who is counted at several of the units counts once."""
        one, two = ((each.numerator or 0, each.denominator or 0) for each in (base, other))
        summed = [
            sum(each.parts[place] * (1 if each.group.came_in else -1) for each in self.contributions)
            for place in (0, 1)
        ]
        return two[0] - one[0] - summed[0], two[1] - one[1] - summed[1]


def explain_difference(release: Release, asked: Asked) -> Regrouped:
    """Return which units stand in a unit under one of two trees only, and what each contributes."""
    return _explained(str(settings.TONGXIN_HOME), release.id, asked)


@lru_cache(maxsize=256)
def _explained(home: str, release_id: str, asked: Asked) -> Regrouped:  # two homes may have equal releases
    release = read_release(release_id)
    cut = read_cut(release.cut_id)
    hierarchy = grouping.group_hierarchy_of_cut(cut) if asked.of_groups else opening.hierarchy_of_cut(cut)
    ends = asked.period.last_day
    base, other = hierarchy.tree_on(ends), hierarchy.tree_on(asked.as_of)
    groups = regroup(base, other, asked.unit, base_is_earlier=ends <= asked.as_of)
    definition = version_for(release.definitions, asked.code, asked.period)
    if definition is None or definition.rank is not None or not groups:
        return Regrouped(tuple(each for each in groups if _is_shown(each, asked)), ())
    # No number of a unit anywhere, for facts of units outside of a group company are computed with as well.
    last = max(int(tree.nodes.max()) for tree in (base, opening.hierarchy_of_cut(cut).tree_on(ends)))
    parts = _parts_of(release, definition, asked, groups, free=last + 1)
    found = [Contribution(*pair) for pair in zip(groups, parts, strict=True)]
    shown = tuple(each for each in found if _is_shown(each.group, asked) or any(each.parts))
    return Regrouped(tuple(each.group for each in shown), shown)


def _is_shown(group: Group, asked: Asked) -> bool:
    """Tell whether a group is worth a line without people: not what is no more, nor the unit itself."""
    return group.is_alive and group.inside != asked.unit


def _parts_of(
    release: Release, definition: Definition, asked: Asked, groups: Sequence[Group], free: int
) -> list[Parts]:
    """Compute the figure of each group by itself, as if it were a unit with a number from `free` on."""
    root, numbers = free, range(free + 1, free + 1 + len(groups))
    placed = [Placement(root, None, date.min)]
    placed += [Placement(number, root, date.min) for number in numbers]
    placed += [
        Placement(node, number, date.min)
        for number, group in zip(numbers, groups, strict=True)
        for node in group.nodes
    ]
    folder = Path(settings.TONGXIN_HOME) / "scratch" / f".difference-{secrets.token_hex(6)}"
    try:
        with opening.open_kept_inputs(read_cut(release.cut_id), [definition]) as (engine, opened):
            inputs = replace(opened, hierarchy=Hierarchy(placed))
            computing.compute((engine, inputs), [definition], [asked.period], folder)
        store = FigureStore(folder, [definition], written=[definition.code])
        figures = store.read(definition.code, numbers, [asked.period], asked.by)
        found = {each.organisation: each for each in figures if each.category == asked.category}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return [_stored(found.get(number)) for number in numbers]


def _stored(figure: Figure | None) -> Parts:
    return (0, 0) if figure is None else (figure.numerator or 0, figure.denominator or 0)
