from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.analytics.trees import Hierarchy, Placement, TreeError, date_trees, lca, number_tree


@st.composite
def parents(draw: st.DrawFn) -> list[tuple[int, int | None]]:
    size = draw(st.integers(1, 12))
    names = draw(st.permutations(range(100, 100 + size)))
    over = [draw(st.none() | st.sampled_from(names[:n])) if n else None for n in range(size)]
    return list(zip(names, over, strict=True))


def _above(pairs: dict[int, int | None], node: int) -> list[int]:
    path, step = [], node
    while step is not None:
        path.append(step)
        step = pairs[step]
    return path


@given(parents())
def test_a_subtree_is_one_range_and_holds_whoever_reaches_its_node(
    pairs: list[tuple[int, int | None]],
) -> None:
    tree, over = number_tree(pairs), dict(pairs)

    for node in over:
        assert set(tree.subtree(node).tolist()) == {each for each in over if node in _above(over, each)}


@given(parents(), st.data())
def test_the_lowest_common_ancestor_is_the_first_shared_one_going_up(
    pairs: list[tuple[int, int | None]], data: st.DataObject
) -> None:
    over = dict(pairs)
    left, right = data.draw(st.sampled_from(list(over))), data.draw(st.sampled_from(list(over)))
    shared = [each for each in _above(over, left) if each in _above(over, right)]

    assert lca(number_tree(pairs), left, right) == (shared[0] if shared else None)


@given(parents())
def test_ancestors_stand_in_the_column_of_their_depth(pairs: list[tuple[int, int | None]]) -> None:
    tree, over = number_tree(pairs), dict(pairs)

    for position, node in enumerate(tree.nodes.tolist()):
        above = [tree.positions[each] for each in reversed(_above(over, node))]
        row = tree.ancestors[position].tolist()
        assert row == above + [-1] * (len(row) - len(above))
        assert tree.depth[position] == len(above) - 1


def test_a_circle_is_refused_with_a_node_of_it() -> None:
    with pytest.raises(TreeError, match="Node 2 stands in a circle"):
        number_tree([(1, None), (2, 3), (3, 2)])


def test_an_unknown_parent_is_refused_by_name() -> None:
    with pytest.raises(TreeError, match="Node 2 stands under 9"):
        number_tree([(1, None), (2, 9)])


def test_a_node_named_twice_is_refused() -> None:
    with pytest.raises(TreeError, match="Node 1 is named twice"):
        number_tree([(1, None), (1, None)])


def test_two_places_at_once_are_refused() -> None:
    places = [Placement(1, None, date(2020, 1, 1)), Placement(1, None, date(2021, 1, 1))]

    with pytest.raises(TreeError, match="Node 1 has two places at once from 2021-01-01"):
        Hierarchy(places)


# Hangzhou 2021: 330110 Yuhang gives land to the new 330113 Linping; a town moves, an old district closes.
_PLACES = [
    Placement(3301, None, date(2000, 1, 1), level="city"),
    Placement(330103, 3301, date(2000, 1, 1), date(2021, 4, 9), level="county"),
    Placement(330110, 3301, date(2000, 1, 1), level="county"),
    Placement(330113, 3301, date(2021, 4, 9), level="county"),
    Placement(77, 330110, date(2000, 1, 1), date(2021, 4, 9), level="town"),
    Placement(77, 330113, date(2021, 4, 9), level="town"),
    Placement(78, 330103, date(2000, 1, 1), date(2021, 4, 9), level="town"),
]


def test_a_tree_is_that_of_its_day() -> None:
    hierarchy = Hierarchy(_PLACES)

    assert hierarchy.tree_on(date(2021, 4, 8)).subtree(330110).tolist() == [330110, 77]
    assert hierarchy.tree_on(date(2021, 4, 9)).subtree(330113).tolist() == [330113, 77]


def test_a_closed_unit_stays_at_its_last_place_and_is_not_alive() -> None:
    tree = Hierarchy(_PLACES).tree_on(date(2022, 1, 1))

    assert tree.subtree(330103).tolist() == [330103, 78]
    assert not tree.is_alive(330103)
    assert tree.is_alive(330113)
    assert not tree.is_alive(999)


def test_a_unit_not_yet_founded_waits_at_its_first_place() -> None:
    tree = Hierarchy(_PLACES).tree_on(date(2015, 1, 1))

    assert 330113 in tree.subtree(3301)
    assert not tree.is_alive(330113)


def test_descendants_of_a_level_are_those_that_exist() -> None:
    hierarchy = Hierarchy(_PLACES)

    assert hierarchy.tree_on(date(2020, 1, 1)).descendants(3301, "county") == [330103, 330110]
    assert hierarchy.tree_on(date(2022, 1, 1)).descendants(3301, "county") == [330110, 330113]
    assert hierarchy.tree_on(date(2022, 1, 1)).descendants(999, "county") == []


def test_days_with_equal_trees_share_a_version() -> None:
    days = [date(2020, 3, 31), date(2020, 6, 30), date(2021, 6, 30)]

    trees = date_trees(Hierarchy(_PLACES), days)

    assert [trees.version_on[day] for day in days] == [0, 0, 1]
    assert trees.table().num_rows == 2 * 6


def test_a_chosen_day_gives_its_tree_to_all_days() -> None:
    days = [date(2020, 3, 31), date(2021, 6, 30)]

    trees = date_trees(Hierarchy(_PLACES), days, as_of=date(2021, 6, 30))

    assert len(trees.versions) == 1
    assert trees.tree(days[0]).subtree(330113).tolist() == [330113, 77]
