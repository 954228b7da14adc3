"""The enterprises of the demo: where, in which trade, how large, since when. None of them exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tongxin.codes.credit_codes import ALPHABET, complete_credit_code, organisation_code_check_character
from tongxin.codes.divisions import Division
from tongxin.codes.industries import load_industries
from tongxin.demo.chances import FIRST, LAST, NEVER, Days, Flags, Floats, Ints, Texts, choose, pick, spread
from tongxin.demo.places import choose_counties, choose_towns, find_places
from tongxin.demo.vocabulary import read_words

WORKERS_EACH = 67
FEWEST = 110
LARGEST_SHARE = 0.03
"""Before second jobs and leavers, so that the largest stays below 4 percent."""
LARGEST_STAFF = 30_000
"""However large the province, no enterprise has more."""

OWNERSHIPS = {"private": 70, "foreign": 7, "hmt": 6, "state": 6, "mixed": 5, "collective": 3, "individual": 3}
SIZES = (("large", 0.03), ("medium", 0.15), ("small", 0.65), ("micro", 1.0))
"""By rank, largest first: the sample holds only a part of a real enterprise's staff."""


@dataclass(frozen=True)
class Enterprises:
    """One row an enterprise, in columns; `share` is its share of all jobs."""

    code: Texts
    name_zh: Texts
    name_en: Texts
    town: Texts
    county: Texts
    city: Texts
    county_zh: Texts
    county_en: Texts
    industry: Texts
    trade: Texts
    ownership: Texts
    size: Texts
    is_above_scale: Flags
    share: Floats
    opened_on: Days
    closed_on: Days

    def __len__(self) -> int:
        return len(self.code)


def found_enterprises(rng: np.random.Generator, n_workers: int) -> Enterprises:
    places = find_places()
    n = max(FEWEST, round(n_workers / WORKERS_EACH))
    counties = choose_counties(rng, places, n)
    towns = _place_in_moved_town(choose_towns(rng, places, counties), places.towns)
    by_code = {county.code: county for county in places.counties}
    share = _shares(rng, n, min(LARGEST_SHARE, LARGEST_STAFF / n_workers))
    size = _sizes(share)
    divisions = _divisions(rng, [str(by_code[code].parent) for code in counties])
    opened_on, closed_on = _lives(rng, towns, np.arange(n) >= len(places.counties) + 4)
    names = _names(rng, [by_code[code] for code in counties], divisions)
    return Enterprises(
        code=_codes("91", counties, "TXHC"),
        name_zh=np.array([zh for zh, _ in names], dtype=object),
        name_en=np.array([en for _, en in names], dtype=object),
        town=np.array([town.code for town in towns], dtype=object),
        county=np.array(counties, dtype=object),
        city=np.array([str(by_code[code].parent) for code in counties], dtype=object),
        county_zh=np.array([by_code[code].name_zh for code in counties], dtype=object),
        county_en=np.array([by_code[code].name_en for code in counties], dtype=object),
        industry=_industries(rng, divisions),
        trade=np.array([_trades()[division] for division in divisions], dtype=object),
        ownership=pick(list(OWNERSHIPS), choose(rng, list(OWNERSHIPS.values()), n)),
        size=size,
        is_above_scale=np.isin(size, ["large", "medium"]) | ((size == "small") & (rng.random(n) < 0.6)),
        share=share,
        opened_on=opened_on,
        closed_on=closed_on,
    )


def _place_in_moved_town(towns: list[Division], by_county: dict[str, list[Division]]) -> list[Division]:
    """Put two of the extra enterprises of the county into the town that moves, one elsewhere for the demo."""
    words = read_words("places")
    inside = [i for i, town in enumerate(towns) if town.parent == words["county_of_demo"]]
    offered = by_county[words["county_of_demo"]]
    moved = next(town for town in offered if town.code == words["moved_town"]["town"])
    placed = list(towns)
    placed[inside[1]] = placed[inside[2]] = moved
    placed[inside[3]] = next(town for town in offered if town is not moved and not town.is_pseudo)
    return placed


def _shares(rng: np.random.Generator, n: int, largest: float) -> Floats:
    """Return sizes with a long tail; what is above the largest share goes to all others."""
    shares = rng.lognormal(0.0, 1.25, n)
    for _ in range(20):
        shares = np.minimum(shares / shares.sum(), largest)
    found: Floats = shares / shares.sum()
    return found


def _sizes(share: Floats) -> Texts:
    rank = np.empty(len(share))
    rank[np.argsort(-share, kind="stable")] = (np.arange(len(share)) + 0.5) / len(share)
    edges = [edge for _, edge in SIZES]
    return pick([size for size, _ in SIZES], np.searchsorted(edges, rank).astype(np.int64))


def _divisions(rng: np.random.Generator, cities: list[str]) -> list[str]:
    words = read_words("places")
    found = []
    for city in cities:
        weights = words["everywhere"] | words["cities"][city]["divisions"]
        found.append(list(weights)[int(choose(rng, list(weights.values()), 1)[0])])
    return found


def _trades() -> dict[str, str]:
    return {division: name for name, trade in read_words("trades").items() for division in trade["divisions"]}


def _industries(rng: np.random.Generator, divisions: list[str]) -> Texts:
    classes: dict[str, list[str]] = {}
    for code, industry in load_industries().items():
        if industry.level == "class":
            classes.setdefault(code[:3], []).append(code)
    chances = rng.random(len(divisions))
    return np.array(
        [classes[d][int(c * len(classes[d]))] for d, c in zip(divisions, chances, strict=True)], dtype=object
    )


def _lives(rng: np.random.Generator, towns: list[Division], free: Flags) -> tuple[Days, Days]:
    """Return the days of registration and closing; a town's first enterprises are there throughout."""
    n = len(towns)
    since = np.array([town.valid_from for town in towns], dtype="datetime64[D]")
    before = np.full(n, FIRST - np.timedelta64(60, "D"))
    opened = np.minimum(spread(rng, since, before), spread(rng, since, before))
    late = free & (rng.random(n) < 0.05)
    opened = np.where(late, spread(rng, np.full(n, FIRST), np.full(n, LAST - 300)), opened)
    closing = free & ~late & (rng.random(n) < 0.025)
    closed = np.where(closing, spread(rng, np.full(n, FIRST + 300), np.full(n, LAST - 30)), NEVER)
    return opened, closed


def _codes(kind: str, counties: list[str], prefix: str) -> Texts:
    """Return credit codes with right check characters; no registered one begins its inner part like this."""
    return np.array([credit_code(kind, county, prefix, i) for i, county in enumerate(counties)], dtype=object)


def credit_code(kind: str, division: str, prefix: str, number: int) -> str:
    """Return a credit code: kind, division, and an organisation code of prefix and number."""
    digits = ""
    for _ in range(8 - len(prefix)):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    inner = prefix + digits
    return complete_credit_code(f"{kind}{division}{inner}{organisation_code_check_character(inner)}")


def _names(rng: np.random.Generator, counties: list[Division], divisions: list[str]) -> list[tuple[str, str]]:
    """Return names in Chinese and English: county, the label, two words that mean little, the trade."""
    words = read_words("texts")
    pairs = [(first, second) for first in words["first_words"] for second in words["second_words"]]
    order = rng.permutation(len(pairs))
    trades = {
        code: word for trade in read_words("trades").values() for code, word in trade["divisions"].items()
    }
    return [
        _name(words, county, pairs[order[i % len(pairs)]], trades[division])
        for i, (county, division) in enumerate(zip(counties, divisions, strict=True))
    ]


def _name(words: Any, county: Division, pair: tuple[str, str], trade: list[str]) -> tuple[str, str]:
    place_zh = county.name_zh[:-1] if len(county.name_zh) > 2 else county.name_zh
    place_en = county.name_en.rpartition(" ")[0]
    brand_en = words["first_words"][pair[0]] + words["second_words"][pair[1]]
    return (
        f"{place_zh}{words['label']['zh']}{''.join(pair)}{trade[0]}{words['company']['zh']}",
        f"{place_en} {words['label']['en']} {brand_en} {trade[1]} {words['company']['en']}",
    )


def headcounts(share: Floats, n_workers: int) -> Ints:
    """Return whole numbers of workers that add up, at least one each."""
    counts = np.maximum(np.floor(share * n_workers).astype(np.int64), 1)
    excess = int(counts.sum()) - n_workers
    order = np.argsort(-share, kind="stable")
    while excess > 0:
        large = order[counts[order] > 1][:excess]
        counts[large] -= 1
        excess = int(counts.sum()) - n_workers
    # What flooring left over goes to the large ones, one each.
    np.add.at(counts, order[np.arange(max(-excess, 0)) % len(share)], 1)
    return counts
