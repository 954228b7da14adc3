"""What befell the people of the demo at work: trainings, competitions, innovations, honours, mentorships."""

from __future__ import annotations

import numpy as np
import polars as pl

from tongxin.demo.careers import Jobs
from tongxin.demo.chances import (
    LAST,
    NEVER,
    YEAR,
    Days,
    Flags,
    Floats,
    Ints,
    Texts,
    choose,
    days,
    pick,
    scatter,
)
from tongxin.demo.enterprises import Enterprises
from tongxin.demo.skills import SENIOR, Skills
from tongxin.demo.vocabulary import read_words

TRAININGS, COMPETITIONS, INNOVATIONS, HONOURS, MENTORSHIPS = 0.75, 0.075, 0.04, 0.013, 0.02
"""How many a person and year."""
LEVELS = ("enterprise", "county", "city", "province", "national")


def record_rows(
    rng: np.random.Generator, enterprises: Enterprises, jobs: Jobs, skills: Skills, occupation: Texts
) -> dict[str, pl.DataFrame]:
    """Return the frames of every kind of record."""
    # Some enterprises do much for their people, others little.
    effort = rng.gamma(2.5, 0.4, len(enterprises))[jobs.enterprise]
    skill = np.where(skills.grade[jobs.worker] > 0, 1.6, 0.7)
    return {
        "trainings": _trainings(rng, jobs, TRAININGS * effort),
        "competitions": _competitions(rng, jobs, COMPETITIONS * effort * skill, occupation),
        "innovations": _innovations(rng, jobs, INNOVATIONS * effort * skill),
        "honours": _honours(rng, jobs, HONOURS * skill**2),
        "mentorships": _mentorships(rng, jobs, skills),
    }


def _record(jobs: Jobs, which: Ints, on: Days) -> dict[str, object]:
    return {
        "id": np.arange(1, len(which) + 1),
        "worker_id": jobs.worker[which] + 1,
        "organisation_id": jobs.enterprise[which] + 1,
        "on": on,
    }


def _kinds(rng: np.random.Generator, name: str, size: int) -> tuple[Texts, Texts, Ints]:
    """Return the kind and the title of each record, and the place of the kind in its list."""
    words = read_words("texts")[name]
    places = choose(rng, [word["share"] for word in words.values()], size)
    chances = rng.random(size)
    titles = np.empty(size, dtype=object)
    for place, word in enumerate(words.values()):
        rows = np.flatnonzero(places == place)
        offered = word["titles"]
        titles[rows] = pick(offered, (chances[rows] * len(offered)).astype(np.int64))
    return pick(list(words), places), titles, places


def _trainings(rng: np.random.Generator, jobs: Jobs, a_year: Floats) -> pl.DataFrame:
    which, on = scatter(rng, jobs.started_on, jobs.ended_on, a_year)
    kind, title, place = _kinds(rng, "courses", len(which))
    hours = np.empty(len(which))
    chances = rng.random(len(which))
    for i, word in enumerate(read_words("texts")["courses"].values()):
        rows = np.flatnonzero(place == i)
        hours[rows] = np.array(word["hours"])[(chances[rows] * len(word["hours"])).astype(np.int64)]
    minutes = np.where(rng.random(len(which)) < 0.02, 0, hours * 60).astype(np.int64)
    subsidised = rng.random(len(which)) < 0.28
    known = rng.random(len(which)) >= 0.03
    return pl.DataFrame(
        {
            **_record(jobs, which, on),
            "kind": kind.tolist(),
            "title": title.tolist(),
            "minutes": pl.Series(minutes).replace(0, None),
            "is_subsidised": pl.select(
                pl.when(pl.lit(pl.Series(known))).then(pl.lit(pl.Series(subsidised)))
            ).to_series(),
        }
    )


def _competitions(rng: np.random.Generator, jobs: Jobs, a_year: Floats, occupation: Texts) -> pl.DataFrame:
    which, on = scatter(rng, jobs.started_on, jobs.ended_on, a_year)
    level, title, _ = _kinds(rng, "competitions", len(which))
    place = np.where(rng.random(len(which)) < 0.4, rng.integers(1, 30, len(which)), 0)
    return pl.DataFrame(
        {
            **_record(jobs, which, on),
            "level": level.tolist(),
            "title": title.tolist(),
            "occupation": occupation[which].tolist(),
            "place": pl.Series(place).replace(0, None),
        }
    )


def _innovations(rng: np.random.Generator, jobs: Jobs, a_year: Floats) -> pl.DataFrame:
    which, on = scatter(rng, jobs.started_on, jobs.ended_on, a_year)
    n = len(which)
    kind, title, _ = _kinds(rng, "innovations", n)
    adopted = on + days(rng.integers(2, 25, n))
    is_adopted = (rng.random(n) < 0.5) & (adopted <= LAST)
    benefit = np.round(rng.lognormal(9.6, 1.1, n)).astype(np.int64) * 100
    return pl.DataFrame(
        {
            **_record(jobs, which, on),
            "kind": kind.tolist(),
            "title": title.tolist(),
            "adopted_on": np.where(is_adopted, adopted, NEVER),
            "benefit_fen": pl.Series(np.where(is_adopted & (rng.random(n) > 0.15), benefit, -1)).replace(
                -1, None
            ),
        }
    )


def _honours(rng: np.random.Generator, jobs: Jobs, a_year: Floats) -> pl.DataFrame:
    which, on = scatter(rng, jobs.started_on, jobs.ended_on, a_year)
    words = read_words("texts")
    kinds = words["honours"]
    place = choose(rng, [word["share"] for word in kinds.values()], len(which))
    # The higher the level, the fewer.
    chances = rng.random(len(which)) ** 2.5
    offered = [word["levels"] for word in kinds.values()]
    levels = [
        offered[p][int(c * len(offered[p]))] for p, c in zip(place.tolist(), chances.tolist(), strict=True)
    ]
    return pl.DataFrame(
        {
            **_record(jobs, which, on),
            "kind": pick(list(kinds), place).tolist(),
            "level": pl.Series(levels, dtype=pl.String),
            "issuer": [words["honour_issuer"]] * len(which),
        }
    )


def _mentorships(rng: np.random.Generator, jobs: Jobs, skills: Skills) -> pl.DataFrame:
    """Return masters with an apprentice who works in the same enterprise on the day."""
    rate = np.where(skills.grade[jobs.worker] >= SENIOR, MENTORSHIPS / 0.12, 0.0)
    which, on = scatter(rng, jobs.started_on, jobs.ended_on, rate)
    apprentice = _colleagues(rng, jobs, which)
    there = apprentice >= 0
    there[there] = _works(jobs, apprentice[there], on[there]) & (
        jobs.worker[apprentice[there]] != jobs.worker[which[there]]
    )
    which, on, apprentice = which[there], on[there], apprentice[there]
    pairs = np.column_stack([jobs.worker[which], jobs.worker[apprentice]])
    _, first = np.unique(pairs, axis=0, return_index=True) if len(pairs) else (pairs, np.arange(0))
    keep = np.sort(first)
    which, on, apprentice = which[keep], on[keep], apprentice[keep]
    end = on + days(rng.integers(300, round(2 * YEAR), len(which)))
    return pl.DataFrame(
        {
            **_record(jobs, which, on),
            "apprentice_id": jobs.worker[apprentice] + 1,
            "ended_on": np.where(end <= LAST, end, NEVER),
        }
    )


def _colleagues(rng: np.random.Generator, jobs: Jobs, which: Ints) -> Ints:
    """Return another employment of the same enterprise for each, -1 where there is none."""
    order = np.argsort(jobs.enterprise, kind="stable")
    sorted_enterprises = jobs.enterprise[order]
    begin = np.searchsorted(sorted_enterprises, jobs.enterprise[which], "left")
    end = np.searchsorted(sorted_enterprises, jobs.enterprise[which], "right")
    found = order[begin + (rng.random(len(which)) * (end - begin)).astype(np.int64)]
    return np.where(found == which, -1, found)


def _works(jobs: Jobs, rows: Ints, on: Days) -> Flags:
    ended = jobs.ended_on[rows]
    found: Flags = (jobs.started_on[rows] <= on) & (np.isnat(ended) | (ended >= on))
    return found
