"""A map of Zhejiang in square tiles, one a city or county: no licensed boundary is needed to draw it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from tongxin.codes.tables import read_table


@lru_cache(maxsize=1)
def county_tiles() -> Mapping[str, tuple[int, int]]:
    """Return (row, column) by county code, for the 90 counties since 9 April 2021; row 0 is the north."""
    return _read_tiles("county_tiles")


@lru_cache(maxsize=1)
def city_tiles() -> Mapping[str, tuple[int, int]]:
    """Return (row, column) by city code, for the 11 cities; row 0 is the north."""
    return _read_tiles("city_tiles")


def _read_tiles(name: str) -> dict[str, tuple[int, int]]:
    return {row["code"]: (int(row["row"]), int(row["column"])) for row in read_table(name)}
