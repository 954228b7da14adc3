"""What changes inside the employments of the demo: post, occupation, form and wage, each from a day on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tongxin.demo.careers import Jobs
from tongxin.demo.chances import FIRST, LAST, YEAR, Days, Flags, Floats, Ints, Texts, blank, choose, pick
from tongxin.demo.enterprises import Enterprises
from tongxin.demo.people import People
from tongxin.demo.vocabulary import read_words

WAGE_OF_2021 = 6928
"""Yuan a month on the front line in 2021, as published; it had grown by 45.1 percent since 2017."""
GROWTH = 1.058
LOWEST_WAGE = 2600
MISSING_WAGE, MISSING_OCCUPATION, MISSING_POST = 0.03, 0.04, 0.02
POST_CHANGES, DISPATCHED_KEPT_ON = 0.07, 0.12

FORMS = (
    "contract",
    "dispatch",
    "outsourced",
    "labour_service",
    "intern",
    "apprentice",
    "retiree",
    "part_time",
)
SHARES = (0.875, 0.08, 0.025, 0.012, 0.004, 0.004, 0.0, 0.0)
PART_TIME, RETIREE, APPRENTICE = FORMS.index("part_time"), FORMS.index("retiree"), FORMS.index("apprentice")
REVISION_YEARS = (2024, 2025, 2026)


@dataclass(frozen=True)
class Posts:
    """What each employment is like: its form, its posts, and where on the scale of wages it lies."""

    form: Ints
    post: Ints
    wage: Floats
    """Yuan a month at the level of 2021, rising by GROWTH a year."""
    has_wage: Flags


def fill_posts(
    rng: np.random.Generator, people: People, enterprises: Enterprises, jobs: Jobs, grade_factor: Floats
) -> Posts:
    trades = read_words("trades")
    n = len(jobs)
    trade = enterprises.trade[jobs.enterprise]
    cities = read_words("places")["cities"]
    city_factor = np.array([cities[code]["wage"] for code in enterprises.city])
    trade_factor = np.array([trades[name]["wage"] for name in enterprises.trade])
    house = rng.normal(0, 0.08, len(enterprises))
    size_factor = np.where(np.isin(enterprises.size, ["large", "medium"]), 1.06, 0.98)
    place = (city_factor * trade_factor * size_factor * np.exp(house))[jobs.enterprise]
    wage = WAGE_OF_2021 * place * grade_factor[jobs.worker] * np.exp(rng.normal(-0.03, 0.2, n))
    lengths = np.array([len(trades[name]["posts"]) for name in trade])
    return Posts(
        form=_forms(rng, people, jobs),
        post=(rng.random(n) * lengths).astype(np.int64),
        wage=np.where(jobs.is_second, wage * 0.45, wage),
        has_wage=rng.random(n) >= MISSING_WAGE,
    )


def _forms(rng: np.random.Generator, people: People, jobs: Jobs) -> Ints:
    n = len(jobs)
    form = choose(rng, SHARES, n)
    age = (jobs.started_on - people.born_on[jobs.worker]).astype(np.int64) / YEAR
    form = np.where((age < 21) & (rng.random(n) < 0.15), APPRENTICE, form)
    form = np.where(age >= 60, RETIREE, form)
    form[jobs.is_second] = PART_TIME
    return form


def agencies(rng: np.random.Generator, posts: Posts) -> Texts:
    names = read_words("texts")["agencies"]
    drawn = pick(names, rng.integers(len(names), size=len(posts.form)))
    return np.where(posts.form == FORMS.index("dispatch"), drawn, "")


def state_rows(rng: np.random.Generator, enterprises: Enterprises, jobs: Jobs, posts: Posts) -> pl.DataFrame:
    """Return the first state of every employment and one a year after it: a raise, sometimes another post."""
    month = rng.choice([1, 4, 7], len(enterprises))
    everyone = np.arange(len(jobs))
    post, form = posts.post.copy(), posts.form.copy()
    parts = [_states(posts, everyone, jobs.started_on, post, form, np.ones(len(jobs)))]
    for year in REVISION_YEARS:
        first = np.array([f"{year}-{m:02d}-01" for m in month], dtype="datetime64[D]")[jobs.enterprise]
        rows = np.flatnonzero((jobs.started_on < first - 90) & jobs_on(jobs, first))
        changes = rng.random(len(rows)) < POST_CHANGES
        post[rows[changes]] += 1
        kept_on = (form[rows] == FORMS.index("dispatch")) & (rng.random(len(rows)) < DISPATCHED_KEPT_ON)
        form[rows[kept_on]] = FORMS.index("contract")
        parts.append(
            _states(posts, rows, first[rows], post[rows], form[rows], rng.normal(1, 0.015, len(rows)))
        )
    job, day, post, form, wage = (np.concatenate([part[i] for part in parts]) for i in range(5))
    title, occupation = name_posts(enterprises.trade[jobs.enterprise[job]], post)
    return pl.DataFrame(
        {
            "id": np.arange(1, len(job) + 1),
            "employment_id": job + 1,
            "valid_from": day,
            "post": blank(rng, title, MISSING_POST).tolist(),
            "occupation": blank(rng, occupation, MISSING_OCCUPATION).tolist(),
            "form": pick(FORMS, form).tolist(),
            "wage_fen": pl.Series(wage).replace(-1, None),
        }
    )


def jobs_on(jobs: Jobs, day: Days) -> Flags:
    return np.isnat(jobs.ended_on) | (jobs.ended_on >= day)


def _states(
    posts: Posts, rows: Ints, day: Days, post: Ints, form: Ints, noise: Floats
) -> tuple[Ints, Days, Ints, Ints, Ints]:
    # Wages of employments older than the register were entered a year before the facts begin.
    years = (np.clip(day, FIRST - 365, LAST) - np.datetime64("2021-07-01", "D")).astype(np.int64) / YEAR
    yuan = posts.wage[rows] * GROWTH**years * noise
    floor = np.where(form == PART_TIME, LOWEST_WAGE // 3, LOWEST_WAGE)
    fen = np.round(np.maximum(yuan, floor) / 10).astype(np.int64) * 1000
    return rows, day, post.copy(), form.copy(), np.where(posts.has_wage[rows], fen, -1)


def name_posts(trade: Texts, post: Ints) -> tuple[Texts, Texts]:
    """Return the title and the occupation of each post."""
    title = np.empty(len(post), dtype=object)
    occupation = np.empty(len(post), dtype=object)
    for name, words in read_words("trades").items():
        rows = np.flatnonzero(trade == name)
        places = post[rows] % len(words["posts"])
        title[rows] = pick([title for title, _ in words["posts"]], places)
        occupation[rows] = pick([code for _, code in words["posts"]], places)
    return title, occupation
