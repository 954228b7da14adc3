"""Skill certificates of the demo and how they came one after another, and appointments above them.

Anchored to the published shares of August 2025: 34.6 percent of the employed hold a skill
grade, and 35.2 percent of these are highly skilled. Both rise from the end of 2023 on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tongxin.demo.careers import Jobs
from tongxin.demo.chances import (
    FIRST,
    LAST,
    NEVER,
    YEAR,
    Days,
    Floats,
    Ints,
    Texts,
    choose,
    days,
    pick,
    spread,
)
from tongxin.demo.people import People
from tongxin.demo.vocabulary import read_words

ANCHOR = np.datetime64("2025-08-31", "D")
TREND_FROM = np.datetime64("2024-01-01", "D")
SKILLED = 0.346
HIGHLY_SKILLED = 0.352

GRADES = ("none", "junior", "intermediate", "senior", "technician", "senior_technician")
DIGITS = "-54321"
"""The digit of each grade in a certificate's number runs opposite to its rank."""
SHARES = (0.34, 0.308, 0.245, 0.076, 0.031)
"""Of the skilled, by grade from junior up: the last three are the highly skilled 35.2 percent."""
SENIOR = GRADES.index("senior")

NEWLY_SKILLED = 0.125
"""Of the skilled at the anchor, those without any certificate at the end of 2023."""
RAISED = 0.12
"""Of the other grades above junior, those who reached theirs in 2024 or 2025."""
NEWLY_HIGH = 0.13
"""Of the highly skilled with an older certificate, those who reached `senior` only in 2024 or 2025."""
SKILLED_SINCE, RAISED_SINCE = 0.037, 0.12
"""Of those without a grade, and of the intermediate, those who take a step between the anchor and the end."""
APPOINTED = 0.2
APPOINTMENT_COLUMNS = {
    "worker_id": pl.Int64,
    "organisation_id": pl.Int64,
    "grade": pl.String,
    "appointed_on": pl.Date,
    "lapses_on": pl.Date,
}


@dataclass(frozen=True)
class Skills:
    """The grade of each person at the anchor, and every certificate: whose, which grade, since when."""

    grade: Ints
    worker: Ints
    rank: Ints
    on: Days


def award_skills(rng: np.random.Generator, people: People, jobs: Jobs) -> Skills:
    grade = _grades_at_anchor(rng, people, jobs)
    n = len(people)
    adult = people.born_on + days(np.array(round(18.5 * YEAR)))
    is_new = (rng.random(n) < NEWLY_SKILLED) & (grade <= SENIOR)
    rise = np.array([0, 0, RAISED, NEWLY_HIGH * HIGHLY_SKILLED / SHARES[2], RAISED, RAISED])
    is_raised = ~is_new & (rng.random(n) < rise[grade])
    recent = is_new | is_raised
    window = (np.maximum(adult, TREND_FROM), np.full(n, ANCHOR))
    older = np.minimum(TREND_FROM - 1 - days(rng.exponential(6 * YEAR, n)), ANCHOR)
    on = np.where(recent, spread(rng, *window), np.maximum(older, adult))
    on = np.minimum(on, ANCHOR)
    steps = [_step(np.flatnonzero(grade > 0), grade, on)]
    steps += _earlier(rng, grade, on, adult, is_new)
    steps += _later(rng, grade)
    worker, rank, day = (np.concatenate([step[i] for step in steps]) for i in range(3))
    # One certificate of a grade a person, the first.
    order = np.lexsort((day, rank, worker))
    worker, rank, day = worker[order], rank[order], day[order]
    keep = np.ones(len(worker), dtype=bool)
    keep[1:] = (worker[1:] != worker[:-1]) | (rank[1:] != rank[:-1])
    return Skills(grade, worker[keep], rank[keep], day[keep])


def _grades_at_anchor(rng: np.random.Generator, people: People, jobs: Jobs) -> Ints:
    """Rank people by schooling, years and chance; those employed at the anchor meet the published shares."""
    n = len(people)
    age = people.ages_on(np.full(n, ANCHOR))
    schooled = np.isin(people.education, ["vocational_secondary", "junior_college", "bachelor"])
    skill = rng.normal(0, 1, n) + 0.5 * schooled - 0.0009 * (age - 41) ** 2
    level = 0.55 * skill + 0.02 * age + rng.normal(0, 0.6, n)
    counted = np.zeros(n, dtype=bool)
    counted[jobs.worker[jobs.employed_on(ANCHOR)]] = True
    counted &= age >= 18.6
    skilled = skill > np.quantile(skill[counted], 1 - SKILLED * _reach(jobs, counted))
    edges = np.quantile(level[counted & skilled], np.cumsum(SHARES)[:-1])
    grade = np.where(skilled & (age >= 18.6), 1 + np.searchsorted(edges, level), 0)
    # The highest grades take years.
    return np.where((grade > SENIOR) & (age < 27), SENIOR, grade).astype(np.int64)


def _reach(jobs: Jobs, counted: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    """Return by how much the old enough must exceed the share, since the youngest cannot hold a grade."""
    employed = len(np.unique(jobs.worker[jobs.employed_on(ANCHOR)]))
    return employed / max(int(counted.sum()), 1)


def _step(rows: Ints, grade: Ints, on: Days) -> tuple[Ints, Ints, Days]:
    return rows, grade[rows], on[rows]


def _earlier(
    rng: np.random.Generator,
    grade: Ints,
    on: Days,
    adult: Days,
    is_new: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> list[tuple[Ints, Ints, Days]]:
    """Return the certificates below the highest: most of them are on record."""
    steps = []
    current, before = grade.copy(), on.copy()
    for rank in range(len(GRADES) - 2, 0, -1):
        rows = np.flatnonzero((current == rank + 1) & ~is_new)
        day = before[rows] - days(rng.integers(2 * 365, 5 * 365, len(rows)))
        current[rows], before[rows] = rank, day
        # The grade below a recent rise must be there, or the rise would make somebody newly skilled.
        recorded = (rng.random(len(rows)) < 0.8) | (on[rows] >= TREND_FROM)
        held = rows[recorded & (day > adult[rows])]
        steps.append((held, np.full(len(held), rank), before[held]))
    return steps


def _later(rng: np.random.Generator, grade: Ints) -> list[tuple[Ints, Ints, Days]]:
    """Return the steps taken after the anchor: first certificates, and intermediate to senior."""
    chances = rng.random(len(grade))
    first = np.flatnonzero((grade == 0) & (chances < SKILLED_SINCE))
    raised = np.flatnonzero((grade == SENIOR - 1) & (chances < RAISED_SINCE))
    return [
        (rows, ranks, spread(rng, np.full(len(rows), ANCHOR + 1), np.full(len(rows), LAST)))
        for rows, ranks in (
            (first, 1 + choose(rng, [0.62, 0.33, 0.05], len(first))),
            (raised, np.full(len(raised), SENIOR)),
        )
    ]


def certificate_rows(
    rng: np.random.Generator, skills: Skills, place: Ints, occupation: Texts, *, before: int = 0
) -> pl.DataFrame:
    """Return the certificates as rows, numbered on from `before`.

    `place` is where each was earned, -1 where its holder had no work.
    """
    n = len(skills.worker)
    grade = pick(GRADES, skills.rank)
    numbered = rng.random(n) > 0.03
    # Declared without number or day: on record from the day of the declaration.
    declared = ~numbered & (rng.random(n) < 0.4)
    number = _numbers(rng, skills, before)
    issuers = read_words("texts")["issuers"]
    return pl.DataFrame(
        {
            "id": np.arange(1, n + 1),
            "worker_id": skills.worker + 1,
            "organisation_id": pl.Series(place + 1).replace(0, None),
            "grade": pl.Series(grade.tolist(), dtype=pl.String),
            "number": pl.Series(np.where(numbered, number, "").tolist(), dtype=pl.String),
            "occupation": pl.Series(np.where(declared, "", occupation).tolist(), dtype=pl.String),
            "issued_on": np.where(declared, NEVER, skills.on),
            "issuer": pl.Series(
                np.where(declared, "", pick(issuers, rng.integers(len(issuers), size=n))).tolist()
            ),
            "held_from": skills.on,
            "held_to": pl.Series([None] * n, dtype=pl.Date),
        }
    )


def _numbers(rng: np.random.Generator, skills: Skills, before: int) -> Texts:
    """Return 22 characters: kind and number of the body, province, series, year, grade, sequence."""
    n = len(skills.worker)
    years = (skills.on.astype("datetime64[Y]").astype(np.int64) + 1970) % 100
    kinds = pick(["Y", "S"], choose(rng, [0.6, 0.4], n))
    return np.array(
        [
            f"{kind}000033{9900 + i // 900_000:06d}{year:02d}{DIGITS[rank]}{i % 900_000 + 1:06d}"
            for i, (kind, year, rank) in enumerate(
                zip(kinds, years.tolist(), skills.rank.tolist(), strict=True), before
            )
        ],
        dtype=object,
    )


def appointment_rows(rng: np.random.Generator, certificates: pl.DataFrame, jobs: Jobs) -> pl.DataFrame:
    """Return appointments of some senior technicians at work to the two highest grades; they can lapse."""
    top = certificates.filter(pl.col("grade") == GRADES[-1])
    holders = dict(zip(top["worker_id"].to_list(), top["held_from"].to_numpy(), strict=True))
    rows = []
    for job in np.flatnonzero(np.isnat(jobs.ended_on) & ~jobs.is_second).tolist():
        worker = int(jobs.worker[job]) + 1
        if worker in holders and rng.random() < APPOINTED:
            begin = max(holders[worker] + 60, jobs.started_on[job] + 90, FIRST - 700)
            if begin < LAST - 30:
                rows.append((worker, int(jobs.enterprise[job]) + 1, *_appointment(rng, begin)))
    return pl.DataFrame(rows, schema=APPOINTMENT_COLUMNS, orient="row").with_row_index("id", 1)


def _appointment(rng: np.random.Generator, begin: np.datetime64) -> tuple[str, object, object]:
    day = spread(rng, np.array([begin]), np.array([LAST - 20]))[0]
    grade = "chief_technician" if rng.random() < 0.25 else "special_technician"
    lapse = None if rng.random() < 0.3 else (day + 3 * 365).item()
    return grade, day.item(), lapse


def grade_factor(skills: Skills) -> Floats:
    found: Floats = 1 + 0.055 * skills.grade.astype(np.float64)
    return found
