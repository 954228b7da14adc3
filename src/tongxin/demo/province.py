"""The demo province: every fact of it, made from a number of workers and a seed, in columns.

Rows are numbered from 1 in every frame; `organisation_id` is the enterprise's number. Nothing is read from a
clock, so the same arguments give the same rows on any day. People are made a part at a time, so that a
province of any size fits into memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from tongxin.demo.careers import Jobs, assign_enterprises, run_careers
from tongxin.demo.chances import Ints, start_chances
from tongxin.demo.enterprise_records import count_staff, enterprise_rows
from tongxin.demo.enterprises import Enterprises, found_enterprises
from tongxin.demo.people import NOBODY, People, imagine_people, join_people, resident_bodies
from tongxin.demo.skills import Skills, appointment_rows, award_skills, certificate_rows, grade_factor
from tongxin.demo.states import agencies, fill_posts, name_posts, state_rows
from tongxin.demo.unions import Unions, found_unions, membership_rows
from tongxin.demo.vocabulary import read_words
from tongxin.demo.worker_records import record_rows

FEWEST_WORKERS = 120
PART = 500_000
"""So many people are made at once."""


@dataclass(frozen=True)
class Ground:
    """The units of a province, and in which enterprise each of its people begins."""

    enterprises: Enterprises
    unions: Unions
    first_enterprise: Ints


@dataclass(frozen=True)
class Part:
    """Some of the people with their facts, numbered on from the part before; the last has no people."""

    people: People | None
    facts: Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Province(Ground):
    """Units, people, and a frame of rows for each table of facts."""

    people: People
    facts: Mapping[str, pl.DataFrame]


def make_province(*, n_workers: int, seed: int, part_size: int = PART) -> Province:
    """Make a synthetic province of a size; refuses one too small for its 90 counties."""
    ground = lay_ground(n_workers=n_workers, seed=seed)
    parts = list(make_parts(ground, seed=seed, part_size=part_size))
    frames: dict[str, list[pl.DataFrame]] = {}
    for part in parts:
        for name, frame in part.facts.items():
            frames.setdefault(name, []).append(frame)
    return Province(
        **vars(ground),
        people=join_people([part.people for part in parts if part.people]),
        facts={name: pl.concat(each) for name, each in frames.items()},
    )


def lay_ground(*, n_workers: int, seed: int) -> Ground:
    """Make the units of a province; refuses one too small for its 90 counties."""
    if n_workers < FEWEST_WORKERS:
        raise ValueError(f"The province has 90 counties; choose at least {FEWEST_WORKERS} workers.")
    enterprises = found_enterprises(start_chances(seed, "enterprises"), n_workers)
    first = assign_enterprises(enterprises, n_workers)
    n_jobs = np.bincount(first, minlength=len(enterprises))
    return Ground(enterprises, found_unions(start_chances(seed, "unions"), enterprises, n_jobs), first)


def make_parts(ground: Ground, *, seed: int, part_size: int = PART) -> Iterator[Part]:
    """Yield the people with their facts, part by part, and in the end the facts of enterprises."""
    taken, staff = NOBODY, count_staff(None, len(ground.enterprises))
    rows: Counter[str] = Counter()
    for number, begin in enumerate(range(0, len(ground.first_enterprise), part_size)):
        first = ground.first_enterprise[begin : begin + part_size]
        people, jobs, facts = _people_part(ground, _Chances(seed, number), first, rows, taken)
        taken = np.sort(np.concatenate([taken, resident_bodies(people)]), kind="stable")
        staff = staff + count_staff(jobs, len(ground.enterprises))
        yield Part(people, _number_on(facts, rows))
        rows["people"] += len(people)
        rows.update({name: frame.height for name, frame in facts.items()})
    yield Part(
        None,
        enterprise_rows(start_chances(seed, "enterprise records"), ground.enterprises, ground.unions, staff),
    )


@dataclass(frozen=True)
class _Chances:
    """The draws of one part of the people; those of the first are named as if it were the only one."""

    seed: int
    number: int

    def of(self, name: str) -> np.random.Generator:
        return start_chances(self.seed, f"{name} {self.number}" if self.number else name)


def _people_part(
    ground: Ground, chances: _Chances, first: Ints, rows: Counter[str], taken: Ints
) -> tuple[People, Jobs, dict[str, pl.DataFrame]]:
    enterprises = ground.enterprises
    trades = read_words("trades")
    women = np.array([trades[name]["women"] for name in enterprises.trade])[first]
    people = imagine_people(chances.of("people"), women, before=rows["people"], taken=taken)
    jobs = run_careers(chances.of("careers"), people, enterprises, first)
    skills = award_skills(chances.of("skills"), people, jobs)
    facts = _facts(chances, enterprises, ground.unions, people, jobs, skills, rows["certificates"])
    return people, jobs, facts


def _number_on(facts: Mapping[str, pl.DataFrame], rows: Counter[str]) -> dict[str, pl.DataFrame]:
    """Let the numbers of rows, people and employments go on from those of the parts before."""
    before = {
        "worker_id": rows["people"],
        "apprentice_id": rows["people"],
        "employment_id": rows["employments"],
    }
    return {
        name: frame.with_columns(
            pl.col(column) + shift
            for column, shift in (before | {"id": rows[name]}).items()
            if column in frame.columns
        )
        for name, frame in facts.items()
    }


def _facts(
    chances: _Chances,
    enterprises: Enterprises,
    unions: Unions,
    people: People,
    jobs: Jobs,
    skills: Skills,
    n_certificates: int,
) -> dict[str, pl.DataFrame]:
    posts = fill_posts(chances.of("posts"), people, enterprises, jobs, grade_factor(skills))
    _, occupation = name_posts(enterprises.trade[jobs.enterprise], posts.post)
    # The first rows of the jobs are everybody's first jobs, in the order of the people.
    certificates = certificate_rows(
        chances.of("certificates"),
        skills,
        _places_of(skills, jobs),
        occupation[: len(people)][skills.worker],
        before=n_certificates,
    )
    employments = pl.DataFrame(
        {
            "id": np.arange(1, len(jobs) + 1),
            "worker_id": jobs.worker + 1,
            "organisation_id": jobs.enterprise + 1,
            "started_on": jobs.started_on,
            "ended_on": jobs.ended_on,
            "agency": agencies(chances.of("agencies"), posts).tolist(),
        }
    )
    return {
        "employments": employments,
        "employment_states": state_rows(chances.of("states"), enterprises, jobs, posts),
        "certificates": certificates,
        "appointments": appointment_rows(chances.of("appointments"), certificates, jobs),
        "memberships": membership_rows(chances.of("memberships"), unions, jobs),
        **record_rows(chances.of("records"), enterprises, jobs, skills, occupation),
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
