"""The demo province: every fact of it, made from a number of workers and a seed, in columns.

Rows are numbered from 1 in every frame; `organisation_id` is the enterprise's number. Nothing is read from a
clock, so the same arguments give the same rows on any day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from tongxin.demo.careers import Jobs, assign_enterprises, run_careers
from tongxin.demo.chances import start_chances
from tongxin.demo.enterprise_records import enterprise_rows
from tongxin.demo.enterprises import Enterprises, found_enterprises
from tongxin.demo.people import People, imagine_people
from tongxin.demo.skills import Skills, appointment_rows, award_skills, certificate_rows, grade_factor
from tongxin.demo.states import agencies, fill_posts, name_posts, state_rows
from tongxin.demo.unions import Unions, found_unions, membership_rows
from tongxin.demo.vocabulary import read_words
from tongxin.demo.worker_records import record_rows

FEWEST_WORKERS = 120


@dataclass(frozen=True)
class Province:
    """Units, people, and a frame of rows for each table of facts."""

    enterprises: Enterprises
    unions: Unions
    people: People
    facts: Mapping[str, pl.DataFrame]


def make_province(*, n_workers: int, seed: int) -> Province:
    """Make a synthetic province of a size; refuses one too small for its 90 counties."""
    if n_workers < FEWEST_WORKERS:
        raise ValueError(f"The province has 90 counties; choose at least {FEWEST_WORKERS} workers.")
    enterprises = found_enterprises(start_chances(seed, "enterprises"), n_workers)
    first = assign_enterprises(enterprises, n_workers)
    trades = read_words("trades")
    women = np.array([trades[name]["women"] for name in enterprises.trade])[first]
    people = imagine_people(start_chances(seed, "people"), women)
    jobs = run_careers(start_chances(seed, "careers"), people, enterprises, first)
    n_jobs = np.bincount(first, minlength=len(enterprises))
    unions = found_unions(start_chances(seed, "unions"), enterprises, n_jobs)
    skills = award_skills(start_chances(seed, "skills"), people, jobs)
    return Province(enterprises, unions, people, _facts(seed, enterprises, unions, people, jobs, skills))


def _facts(
    seed: int, enterprises: Enterprises, unions: Unions, people: People, jobs: Jobs, skills: Skills
) -> dict[str, pl.DataFrame]:
    posts = fill_posts(start_chances(seed, "posts"), people, enterprises, jobs, grade_factor(skills))
    _, occupation = name_posts(enterprises.trade[jobs.enterprise], posts.post)
    # The first rows of the jobs are everybody's first jobs, in the order of the people.
    certificates = certificate_rows(
        start_chances(seed, "certificates"),
        skills,
        _places_of(skills, jobs),
        occupation[: len(people)][skills.worker],
    )
    employments = pl.DataFrame(
        {
            "id": np.arange(1, len(jobs) + 1),
            "worker_id": jobs.worker + 1,
            "organisation_id": jobs.enterprise + 1,
            "started_on": jobs.started_on,
            "ended_on": jobs.ended_on,
            "agency": agencies(start_chances(seed, "agencies"), posts).tolist(),
        }
    )
    return {
        "employments": employments,
        "states": state_rows(start_chances(seed, "states"), enterprises, jobs, posts),
        "certificates": certificates,
        "appointments": appointment_rows(start_chances(seed, "appointments"), certificates, jobs),
        "memberships": membership_rows(start_chances(seed, "memberships"), unions, jobs),
        **record_rows(start_chances(seed, "records"), enterprises, jobs, skills, occupation),
        **enterprise_rows(start_chances(seed, "enterprise records"), enterprises, unions, jobs),
    }


def _places_of(skills: Skills, jobs: Jobs) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the enterprise where each certificate was earned, -1 where the person had no job on the day."""
    place = np.full(len(skills.worker), -1)
    order = np.argsort(jobs.worker, kind="stable")
    begin = np.searchsorted(jobs.worker[order], skills.worker, "left")
    end = np.searchsorted(jobs.worker[order], skills.worker, "right")
    for step in range(int((end - begin).max(initial=0))):
        row = order[np.minimum(begin + step, len(order) - 1)]
        works = (begin + step < end) & (jobs.started_on[row] <= skills.on)
        works &= np.isnat(jobs.ended_on[row]) | (jobs.ended_on[row] >= skills.on)
        place = np.where((place < 0) & works, jobs.enterprise[row], place)
    return place
