"""The tile map shows every county and city once."""

from __future__ import annotations

from datetime import date

import pytest

from tongxin.codes.divisions import divisions_on
from tongxin.codes.tiles import city_tiles, county_tiles

TODAY = date(2026, 11, 23)


def codes_of(level: str) -> list[str]:
    return [division.code for division in divisions_on(TODAY) if division.level == level]


@pytest.mark.parametrize(("level", "tiles"), [("county", county_tiles()), ("city", city_tiles())])
def test_every_unit_has_one_tile_of_its_own(level, tiles):
    assert sorted(tiles) == sorted(codes_of(level))
    assert len(set(tiles.values())) == len(tiles)


@pytest.mark.parametrize("city", codes_of("city"))
def test_the_counties_of_a_city_touch(city):
    left = {cell for code, cell in county_tiles().items() if code[:4] == city[:4]}
    reached = [left.pop()]

    for row, column in reached:
        near = {(row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)} & left
        reached.extend(near)
        left -= near

    assert left == set()


@pytest.mark.parametrize(
    ("tiles", "north", "south"),
    [
        (county_tiles(), "330522", "330327"),
        (county_tiles(), "330109", "330702"),
        (city_tiles(), "330500", "330300"),
    ],
)
def test_north_is_up(tiles, north, south):
    assert tiles[north][0] < tiles[south][0]


@pytest.mark.parametrize(
    ("tiles", "west", "east"),
    [
        (county_tiles(), "330824", "330902"),
        (county_tiles(), "330112", "330206"),
        (city_tiles(), "330800", "330900"),
    ],
)
def test_east_is_right(tiles, west, east):
    assert tiles[west][1] < tiles[east][1]
