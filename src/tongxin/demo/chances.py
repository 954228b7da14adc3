"""Seeded draws, the same on every machine; and the days between which the facts of the demo lie."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zlib import crc32

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.generic]
Days = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

FACTS_FROM = date(2023, 10, 1)
FACTS_UNTIL = date(2026, 9, 30)
FIRST = np.datetime64(FACTS_FROM, "D")
LAST = np.datetime64(FACTS_UNTIL, "D")
RECORDED_FROM = FIRST - 365
"""Records begin a year before the facts are shown: windows of four quarters are full from the first."""
NEVER = np.datetime64("NaT", "D")
YEAR = 365.25


def start_chances(seed: int, part: str) -> np.random.Generator:
    """Return the generator of one part of the province: adding a part leaves the others as they are."""
    return np.random.default_rng([seed, crc32(part.encode())])


def choose(rng: np.random.Generator, weights: Sequence[float] | Floats, size: int) -> Ints:
    """Return places in a list, drawn by weight."""
    shares = np.asarray(weights, dtype=np.float64)
    edges = np.cumsum(shares / shares.sum())
    edges[-1] = 1.0
    return np.searchsorted(edges, rng.random(size), side="right").astype(np.int64)


def spread(rng: np.random.Generator, first: Days, last: Days) -> Days:
    """Return a day between each pair of days, both included; the first where they are in the wrong order."""
    length = np.maximum((last - first).astype(np.int64), 0) + 1
    found: Days = first + days(rng.random(len(first)) * length)
    return found


def days(count: Floats | Ints) -> npt.NDArray[np.timedelta64]:
    """Return whole lengths of time."""
    return np.asarray(count).astype(np.int64).astype("timedelta64[D]")


def earliest(*columns: Days) -> Days:
    """Return the earliest of each row, where a missing day is never."""
    found = columns[0]
    for column in columns[1:]:
        found = np.fmin(found, column)
    return found


def overlap(first: Days, last: Days) -> tuple[Days, Days]:
    """Return the part of spells that lies in the time of the records; an empty `last` is still going on."""
    return np.maximum(first, RECORDED_FROM), earliest(last, np.full(len(first), LAST))


def scatter(rng: np.random.Generator, first: Days, last: Days, a_year: Floats) -> tuple[Ints, Days]:
    """Return events that befall spells at a yearly rate: which spell, and the day.

    A little more often each year, as the programme takes hold.
    """
    begin, end = overlap(first, last)
    length = np.maximum((end - begin).astype(np.int64) + 1, 0)
    counts = rng.poisson(a_year * length / YEAR)
    which = np.repeat(np.arange(len(first)), counts)
    on = spread(rng, begin[which], end[which])
    growth = 0.85 + 0.15 * ((on - FIRST).astype(np.int64) / (LAST - FIRST).astype(np.int64))
    kept = rng.random(len(which)) < growth
    return which[kept], on[kept]


def pick(options: Sequence[str], places: Ints) -> Texts:
    """Return the texts at these places of a list."""
    return np.asarray(options, dtype=object)[places]


def blank(rng: np.random.Generator, texts: Texts, share: float) -> Texts:
    """Leave a share of texts empty: real registers have gaps."""
    return np.where(rng.random(len(texts)) < share, "", texts)
