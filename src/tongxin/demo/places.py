"""Where the enterprises of the demo stand: real counties and towns, weighted by their industry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tongxin.codes.divisions import Division, divisions_on
from tongxin.demo.chances import FACTS_FROM, Floats, choose
from tongxin.demo.vocabulary import read_words


@dataclass(frozen=True)
class Places:
    """The counties as the facts begin, the towns of each, and how much industry each county has."""

    counties: list[Division]
    towns: dict[str, list[Division]]
    weights: Floats

    def county_at(self, code: str) -> int:
        return next(i for i, county in enumerate(self.counties) if county.code == code)


def find_places() -> Places:
    divisions = divisions_on(FACTS_FROM)
    counties = [division for division in divisions if division.level == "county"]
    towns: dict[str, list[Division]] = {county.code: [] for county in counties}
    for division in divisions:
        if division.level == "town":
            towns[str(division.parent)].append(division)
    return Places(counties, towns, _weigh(counties, towns))


def _weigh(counties: list[Division], towns: dict[str, list[Division]]) -> Floats:
    """Share a city's industry among its counties by their number of towns and what they are known for."""
    words = read_words("places")
    raw = np.array([len(towns[c.code]) ** 0.5 * words["counties"].get(c.code, 1.0) for c in counties])
    cities = np.array([str(county.parent) for county in counties])
    weights = np.zeros(len(counties))
    for code, city in words["cities"].items():
        inside = cities == code
        weights[inside] = city["weight"] * raw[inside] / raw[inside].sum()
    found: Floats = weights / weights.sum()
    return found


def choose_towns(rng: np.random.Generator, places: Places, county_codes: list[str]) -> list[Division]:
    """Return a town in each county; industry prefers towns to the zones that the lists show beside them."""
    found = []
    for code, chance in zip(county_codes, rng.random((len(county_codes), 2)), strict=True):
        towns = places.towns[code]
        plain = [town for town in towns if not town.is_pseudo]
        offered = plain if chance[0] < 0.93 and plain else towns
        found.append(offered[int(chance[1] * len(offered))])
    return found


def choose_counties(rng: np.random.Generator, places: Places, size: int) -> list[str]:
    """Return the county of each enterprise: every county has one, the county of the moved town a few more."""
    words = read_words("places")
    chosen = [*range(len(places.counties)), *[places.county_at(words["county_of_demo"])] * 4]
    chosen += choose(rng, places.weights, size - len(chosen)).tolist()
    return [places.counties[i].code for i in chosen]
