"""What the enterprises of the demo agreed, held and reported."""

from __future__ import annotations

import numpy as np
import polars as pl

from tongxin.demo.careers import Jobs
from tongxin.demo.chances import (
    FIRST,
    LAST,
    RECORDED_FROM,
    Days,
    Flags,
    Floats,
    Ints,
    choose,
    days,
    earliest,
    pick,
    spread,
)
from tongxin.demo.enterprises import Enterprises
from tongxin.demo.unions import Unions
from tongxin.demo.vocabulary import read_words

AGREEMENTS = {"comprehensive": 0.78, "wage": 0.62, "women": 0.42, "safety": 0.22}
"""Share of the enterprises with a union that have each kind."""
SKILL_PAY_ABOVE_SCALE, SKILL_PAY_BELOW = 0.62, 0.26
"""By the end of the facts; Huzhou published 66.7 percent of those above designated size in August 2024."""
CONGRESSES = 0.76
ACTIVITIES_A_YEAR = 4.5


def enterprise_rows(
    rng: np.random.Generator, enterprises: Enterprises, unions: Unions, staff: Ints
) -> dict[str, pl.DataFrame]:
    """Return the frames of every kind of record; `staff` is what `count_staff` returns for all jobs."""
    return {
        "agreements": _agreements(rng, enterprises, unions, staff),
        "congresses": _congresses(rng, enterprises, unions, staff),
        "insurance": _insurance(rng, staff),
        "activities": _activities(rng, enterprises, unions, staff),
    }


def _quarter_ends() -> list[np.datetime64]:
    months = np.arange(np.datetime64("2024-01"), np.datetime64("2026-11"), 3)
    return [month.astype("datetime64[D]") - 1 for month in months]


def count_staff(jobs: Jobs | None, n_enterprises: int) -> Ints:
    """Return how many jobs each enterprise has at the end of each quarter: a row a quarter."""
    if jobs is None:
        return np.zeros((len(_quarter_ends()), n_enterprises), dtype=np.int64)
    on_days = [jobs.enterprise[jobs.employed_on(day)] for day in _quarter_ends()]
    return np.array([np.bincount(each, minlength=n_enterprises) for each in on_days])


def _agreements(
    rng: np.random.Generator, enterprises: Enterprises, unions: Unions, staff: Ints
) -> pl.DataFrame:
    covered = unions.of >= 0
    kinds: list[str] = []
    parts: list[tuple[Ints, Days, Days]] = []
    for kind, share in AGREEMENTS.items():
        rows = np.flatnonzero(covered & (rng.random(len(enterprises)) < share))
        begin = np.maximum(unions.covered_from[rows] + 30, FIRST - 1200)
        begin = begin + days(rng.integers(0, 700, len(rows)))
        for term in _terms(rng, enterprises, rows, begin):
            parts.append(term)
            kinds += [kind] * len(term[0])
    shares = np.where(enterprises.is_above_scale, SKILL_PAY_ABOVE_SCALE, SKILL_PAY_BELOW)
    rows = np.flatnonzero(covered & (rng.random(len(enterprises)) < shares))
    begin = np.maximum(
        spread(rng, np.full(len(rows), FIRST - 900), np.full(len(rows), LAST)), unions.covered_from[rows]
    )
    for term in _terms(rng, enterprises, rows, begin):
        parts.append(term)
        kinds += ["skill_pay"] * len(term[0])
    where, on, expires = (np.concatenate([part[i] for part in parts]) for i in range(3))
    n_covered = np.round(staff.max(axis=0)[where] * rng.uniform(0.85, 1.0, len(where))).astype(np.int64)
    unknown = rng.random(len(where)) < 0.03
    return pl.DataFrame(
        {
            "id": np.arange(1, len(where) + 1),
            "organisation_id": where + 1,
            "on": on,
            "kind": kinds,
            "expires_on": expires,
            "n_covered": pl.Series(np.where(unknown, -1, n_covered)).replace(-1, None),
        }
    )


def _terms(
    rng: np.random.Generator, enterprises: Enterprises, rows: Ints, begin: Days
) -> list[tuple[Ints, Days, Days]]:
    """Return an agreement and those that renewed it; one in ten lets it lapse."""
    terms = []
    years = choose(rng, [0.3, 0.25, 0.45], len(rows)) + 1
    until = earliest(enterprises.closed_on[rows] - 1, np.full(len(rows), LAST))
    while (begin <= until).any():
        now = begin <= until
        rows, begin, years, until = rows[now], begin[now], years[now], until[now]
        expires = begin + days(years * 365)
        terms.append((rows, begin, expires))
        renewed = rng.random(len(rows)) < 0.9
        gap = days(np.where(rng.random(len(rows)) < 0.6, 0, rng.integers(1, 90, len(rows))))
        rows, begin, years, until = rows[renewed], (expires + gap)[renewed], years[renewed], until[renewed]
    return terms


def _congresses(
    rng: np.random.Generator, enterprises: Enterprises, unions: Unions, staff: Ints
) -> pl.DataFrame:
    """Return a session each spring for those that hold a congress; some skip a year."""
    holds = (unions.of >= 0) & (rng.random(len(enterprises)) < CONGRESSES)
    where_parts, on_parts = [], []
    for year in (2023, 2024, 2025, 2026):
        first, last = (np.datetime64(f"{year}-{day}", "D") for day in ("01-08", "04-28"))
        on = spread(rng, np.full(len(enterprises), first), np.full(len(enterprises), last))
        open_then = _alive(enterprises, on) & (unions.covered_from <= on)
        rows = np.flatnonzero(holds & open_then & (rng.random(len(enterprises)) < 0.94))
        where_parts.append(rows)
        on_parts.append(on[rows])
    where, on = np.concatenate(where_parts), np.concatenate(on_parts)
    delegates = np.maximum(np.round(staff.max(axis=0)[where] * 0.15), 5).astype(np.int64)
    return pl.DataFrame(
        {
            "id": np.arange(1, len(where) + 1),
            "organisation_id": where + 1,
            "on": on,
            "n_delegates": delegates,
            "n_worker_delegates": np.floor(delegates * rng.uniform(0.5, 0.78, len(where))).astype(np.int64),
        }
    )


def _alive(enterprises: Enterprises, on: Days) -> Flags:
    return (enterprises.opened_on <= on) & (np.isnat(enterprises.closed_on) | (enterprises.closed_on > on))


def _insurance(rng: np.random.Generator, staff: Ints) -> pl.DataFrame:
    """Return the report of each quarter; a few are missing."""
    quarter, where = np.nonzero(staff)
    sent = rng.random(len(where)) > 0.03
    quarter, where = quarter[sent], where[sent]
    house: Floats = np.clip(rng.beta(22, 1.6, staff.shape[1]), 0, 1)
    workers = staff[quarter, where]
    rate = np.minimum(house[where] + 0.003 * quarter, 1.0)
    return pl.DataFrame(
        {
            "id": np.arange(1, len(where) + 1),
            "organisation_id": where + 1,
            "on": np.array(_quarter_ends())[quarter],
            "n_workers": workers,
            "n_insured": rng.binomial(workers, rate),
        }
    )


def _activities(
    rng: np.random.Generator, enterprises: Enterprises, unions: Unions, staff: Ints
) -> pl.DataFrame:
    words = read_words("texts")["activities"]
    rate = ACTIVITIES_A_YEAR * rng.gamma(2.0, 0.5, len(enterprises)) * np.where(unions.of >= 0, 1.0, 0.25)
    begin = np.maximum(enterprises.opened_on + 30, RECORDED_FROM)
    end = earliest(enterprises.closed_on - 1, np.full(len(enterprises), LAST))
    counts = rng.poisson(rate * np.maximum((end - begin).astype(np.int64), 0) / 365.25)
    where = np.repeat(np.arange(len(enterprises)), counts)
    place = choose(rng, [word["share"] for word in words.values()], len(where))
    titles = [word["titles"] for word in words.values()]
    chances = rng.random(len(where))
    attended = np.ceil(staff.max(axis=0)[where] * rng.uniform(0.1, 0.7, len(where))).astype(np.int64)
    unknown = rng.random(len(where)) < 0.04
    return pl.DataFrame(
        {
            "id": np.arange(1, len(where) + 1),
            "organisation_id": where + 1,
            "on": spread(rng, begin[where], end[where]),
            "kind": pick(list(words), place).tolist(),
            "title": [
                titles[p][int(c * len(titles[p]))]
                for p, c in zip(place.tolist(), chances.tolist(), strict=True)
            ],
            "n_attended": pl.Series(np.where(unknown, -1, attended)).replace(-1, None),
        }
    )
