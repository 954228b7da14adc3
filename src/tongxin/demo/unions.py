"""The unions of the demo: of one enterprise, joint ones of several small ones, and who is a member."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tongxin.demo.careers import Jobs
from tongxin.demo.chances import FIRST, LAST, NEVER, Days, Flags, Ints, Texts, choose, days, earliest, spread
from tongxin.demo.enterprises import Enterprises, credit_code
from tongxin.demo.vocabulary import read_words

CHANCES = {"large": 1.0, "medium": 0.97, "small": 0.84, "micro": 0.6}
OWN_FROM = 25
"""A committee of its own needs 25 members; smaller enterprises share a union."""
JOINT = 6
FOUNDED_BEFORE = 0.86
MEMBERS = 0.86
AFTER = ("transferred", "withdrawn", "retained")


@dataclass(frozen=True)
class Unions:
    """One row a union, in columns; `of` names the union of each enterprise, -1 for none, and since when."""

    code: Texts
    name_zh: Texts
    name_en: Texts
    town: Texts
    county: Texts
    opened_on: Days
    of: Ints
    covered_from: Days

    def __len__(self) -> int:
        return len(self.code)


def found_unions(rng: np.random.Generator, enterprises: Enterprises, n_jobs: Ints) -> Unions:
    n = len(enterprises)
    chance = np.array([CHANCES[size] for size in enterprises.size])
    since = np.maximum(enterprises.opened_on + 60, np.datetime64("2015-01-01", "D"))
    until = earliest(enterprises.closed_on - 60, np.full(n, LAST))
    early = spread(rng, since, np.full(n, FIRST))
    late = spread(rng, np.maximum(since, FIRST), until)
    founded = np.where((rng.random(n) < FOUNDED_BEFORE) & (since < FIRST), early, late)
    has_union = (rng.random(n) < chance) & (founded <= until)
    groups = _group(enterprises, has_union, has_union & (n_jobs >= OWN_FROM))
    of = np.full(n, -1)
    for number, members in enumerate(groups):
        of[members] = number
    # A union sits where its first enterprise is, in a town that was there when it was founded.
    seats = np.array([members[int(np.argmin(founded[members]))] for members in groups])
    names = _names(enterprises, groups)
    return Unions(
        code=np.array(
            [credit_code("81", enterprises.county[seat], "TXGH", i) for i, seat in enumerate(seats)],
            dtype=object,
        ),
        name_zh=np.array([zh for zh, _ in names], dtype=object),
        name_en=np.array([en for _, en in names], dtype=object),
        town=enterprises.town[seats],
        county=enterprises.county[seats],
        opened_on=np.array([founded[members].min() for members in groups]),
        of=of,
        covered_from=np.where(has_union, founded, NEVER),
    )


def _group(enterprises: Enterprises, has_union: Flags, has_own: Flags) -> list[list[int]]:
    """Return the enterprises of each union: one, or up to JOINT small ones of a county.

    Those of the town that moves stay among themselves, so that no union reaches over the new boundary.
    """
    moved = read_words("places")["moved_town"]["town"]
    groups: list[list[int]] = []
    waiting: dict[tuple[str, bool], list[int]] = {}
    for i in range(len(enterprises)):
        if has_own[i]:
            groups.append([i])
        elif has_union[i]:
            key = (enterprises.county[i], enterprises.town[i] == moved)
            joined = waiting.setdefault(key, [])
            if not joined:
                groups.append(joined)
            joined.append(i)
            if len(joined) == JOINT:
                del waiting[key]
    return groups


def _names(enterprises: Enterprises, groups: list[list[int]]) -> list[tuple[str, str]]:
    words = read_words("texts")["unions"]
    names = []
    numbers: dict[str, int] = {}
    for members in groups:
        first = members[0]
        if len(members) == 1:
            zh, en = enterprises.name_zh[first], enterprises.name_en[first]
            names.append((words["own"]["zh"].format(enterprise=zh), words["own"]["en"].format(enterprise=en)))
            continue
        county = enterprises.county[first]
        numbers[county] = numbers.get(county, 0) + 1
        zh, en = (
            words["joint"][language].format(county=place, number=numbers[county])
            for language, place in (
                ("zh", enterprises.county_zh[first]),
                ("en", enterprises.county_en[first]),
            )
        )
        names.append((zh, en))
    return names


def membership_rows(rng: np.random.Generator, unions: Unions, jobs: Jobs) -> pl.DataFrame:
    """Return who is a member at which enterprise, and what became of the membership after the job."""
    since = np.maximum(jobs.started_on, unions.covered_from[jobs.enterprise])
    joined = since + days(rng.exponential(150, len(jobs)))
    ended = np.where(np.isnat(jobs.ended_on), LAST, jobs.ended_on)
    is_member = (rng.random(len(jobs)) < MEMBERS) & ~jobs.is_second & (joined < ended)
    rows = _first_each(jobs, np.flatnonzero(is_member))
    left = rows[~np.isnat(jobs.ended_on[rows])]
    after = np.array(AFTER, dtype=object)[choose(rng, [0.5, 0.35, 0.15], len(left))]
    end = jobs.ended_on + 1
    both = np.concatenate([rows, left])
    return pl.DataFrame(
        {
            "id": np.arange(1, len(both) + 1),
            "worker_id": jobs.worker[both] + 1,
            "organisation_id": jobs.enterprise[both] + 1,
            "state": ["registered"] * len(rows) + after.tolist(),
            "valid_from": np.concatenate([joined[rows], end[left]]),
            "valid_to": np.concatenate([end[rows], np.full(len(left), NEVER)]),
        }
    )


def _first_each(jobs: Jobs, rows: Ints) -> Ints:
    """Keep one employment of a person at an enterprise: who comes back has not joined again yet."""
    pairs = jobs.worker[rows] * (int(jobs.enterprise.max()) + 1) + jobs.enterprise[rows]
    _, first = np.unique(pairs, return_index=True)
    kept: Ints = rows[np.sort(first)]
    return kept
