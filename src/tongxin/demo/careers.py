"""Who of the demo worked where and when: joining, leaving, moving, two jobs at once, coming back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tongxin.demo.chances import (
    FIRST,
    LAST,
    NEVER,
    YEAR,
    Array,
    Days,
    Flags,
    Ints,
    choose,
    days,
    earliest,
    spread,
)
from tongxin.demo.enterprises import Enterprises, headcounts
from tongxin.demo.people import People

THERE_BEFORE = 0.78
YOUNGER = 0.014
"""By how much the chance to have come lately grows with each year under the middle age."""
LEAVING = 0.18
SEVERAL_JOBS = 0.055
MOVING, OVERLAPPING = 0.55, 0.35
"""Of those with several jobs; the others come back to where they were."""
SAME_CITY = 0.5
LATEST_START = 15
MIDDLE_AGE = 39.5


@dataclass(frozen=True)
class Jobs:
    """One row an employment, in columns; worker and enterprise count from 0, `ended_on` is the last day."""

    worker: Ints
    enterprise: Ints
    started_on: Days
    ended_on: Days
    is_second: Flags

    def __len__(self) -> int:
        return len(self.worker)

    def employed_on(self, day: np.datetime64) -> Flags:
        return (self.started_on <= day) & (np.isnat(self.ended_on) | (self.ended_on >= day))

    def take(self, rows: Array) -> Jobs:
        return Jobs(**{name: column[rows] for name, column in vars(self).items()})


def assign_enterprises(enterprises: Enterprises, n_workers: int) -> Ints:
    """Return the first enterprise of each worker."""
    return np.repeat(np.arange(len(enterprises)), headcounts(enterprises.share, n_workers))


def run_careers(
    rng: np.random.Generator, people: People, enterprises: Enterprises, first_enterprise: Ints
) -> Jobs:
    """Return every employment; a person's first job comes before the others."""
    first = _first_jobs(rng, people, enterprises, first_enterprise)
    steady = np.isnat(enterprises.closed_on[first.enterprise]) & (
        first.started_on <= LAST - days(np.array(400))
    )
    rows = np.flatnonzero(steady)
    several = np.sort(rng.choice(rows, size=min(len(rows), round(len(people) * SEVERAL_JOBS)), replace=False))
    kind = choose(rng, [MOVING, OVERLAPPING, 1 - MOVING - OVERLAPPING], len(several))
    moving, overlapping, returning = (several[kind == i] for i in range(3))
    ended_on = first.ended_on.copy()
    leaving = np.concatenate([moving, returning])
    begin = np.maximum(first.started_on[leaving] + 60, FIRST)
    ended_on[leaving] = spread(rng, begin, np.full(len(leaving), LAST - 220))
    ended_on[overlapping] = NEVER
    first = replace(first, ended_on=ended_on)
    others = (
        _moves(rng, first, enterprises, moving),
        _second_jobs(rng, first, enterprises, overlapping),
        _returns(rng, first, returning),
    )
    return Jobs(
        **{
            name: np.concatenate([vars(first)[name], *(vars(o)[name] for o in others)])
            for name in vars(first)
        }
    )


def _first_jobs(rng: np.random.Generator, people: People, enterprises: Enterprises, enterprise: Ints) -> Jobs:
    n = len(people)
    adult = people.born_on + days(np.array(round(17 * YEAR)))
    too_late = enterprises.closed_on[enterprise] - 120 < adult
    enterprise = enterprise.copy()
    enterprise[too_late] = _other_enterprises(rng, enterprise[too_late], enterprises)
    opened, closed = enterprises.opened_on[enterprise], enterprises.closed_on[enterprise]
    floor = np.maximum(opened, adult)
    latest = earliest(closed - 90, np.full(n, LAST - LATEST_START))
    long_ago = FIRST - 1 - days(rng.exponential(4 * YEAR, n))
    long_ago = np.where(long_ago < floor, spread(rng, floor, np.full(n, FIRST - 1)), long_ago)
    recently = spread(rng, np.maximum(floor, np.full(n, FIRST)), latest)
    age = people.ages_on(np.full(n, LAST))
    is_old = (rng.random(n) < np.clip(THERE_BEFORE + YOUNGER * (age - MIDDLE_AGE), 0.3, 0.97)) & (
        floor < FIRST
    )
    started = np.minimum(np.where(is_old, long_ago, recently), np.maximum(latest, floor))
    last_day = earliest(closed - 1, np.full(n, LAST))
    leaves = (rng.random(n) < LEAVING) & (started < last_day - 40)
    left = spread(rng, np.maximum(started + 20, FIRST), last_day - 1)
    ended = np.where(leaves, left, np.where(np.isnat(closed), NEVER, closed - 1))
    return Jobs(np.arange(n), enterprise, started, ended, np.zeros(n, dtype=bool))


def _moves(rng: np.random.Generator, first: Jobs, enterprises: Enterprises, rows: Ints) -> Jobs:
    """Return the job after a change of enterprise, within two months."""
    started = first.ended_on[rows] + days(rng.integers(1, 60, len(rows)))
    left = spread(rng, started + 30, np.full(len(rows), LAST - 1))
    ended = np.where(rng.random(len(rows)) < 0.15, left, NEVER)
    target = _other_enterprises(rng, first.enterprise[rows], enterprises)
    return Jobs(rows, target, started, ended, np.zeros(len(rows), dtype=bool))


def _second_jobs(rng: np.random.Generator, first: Jobs, enterprises: Enterprises, rows: Ints) -> Jobs:
    """Return a job held beside the first one."""
    begin = np.maximum(first.started_on[rows] + 30, FIRST)
    started = spread(rng, begin, np.full(len(rows), LAST - 60))
    end = started + days(rng.integers(60, 500, len(rows)))
    ended = np.where((rng.random(len(rows)) < 0.4) & (end < LAST), end, NEVER)
    target = _other_enterprises(rng, first.enterprise[rows], enterprises)
    return Jobs(rows, target, started, ended, np.ones(len(rows), dtype=bool))


def _returns(rng: np.random.Generator, first: Jobs, rows: Ints) -> Jobs:
    started = first.ended_on[rows] + days(rng.integers(60, 180, len(rows)))
    return Jobs(
        rows, first.enterprise[rows], started, np.full(len(rows), NEVER), np.zeros(len(rows), dtype=bool)
    )


def _other_enterprises(rng: np.random.Generator, before: Ints, enterprises: Enterprises) -> Ints:
    """Return another enterprise for each, open throughout the facts: in the same city for half of them."""
    open_throughout = (enterprises.opened_on < FIRST) & np.isnat(enterprises.closed_on)
    weights = np.where(open_throughout, enterprises.share, 0.0)
    found = choose(rng, weights, len(before))
    near = rng.random(len(before)) < SAME_CITY
    for city in sorted(set(enterprises.city)):
        rows = np.flatnonzero(near & (enterprises.city[before] == city))
        found[rows] = choose(rng, weights * (enterprises.city == city), len(rows))
    usable = np.flatnonzero(open_throughout)
    same = found == before
    found[same] = usable[(np.searchsorted(usable, before[same]) + 1) % len(usable)]
    return found
