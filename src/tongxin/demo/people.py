"""The people of the demo: names, documents, birth dates, schooling. None of them exists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tongxin.codes.identity_numbers import CHECK_CHARACTERS, WEIGHTS
from tongxin.codes.tables import read_table
from tongxin.demo.chances import LAST, YEAR, Days, Flags, Floats, Ints, Texts, blank, choose, days, pick
from tongxin.demo.vocabulary import read_words

YOUNGEST, OLDEST = 19.0, 64.5
MISSING_EDUCATION = 0.04
MISSING_PHONE = 0.03
FIRST_SEQUENCE, SEQUENCES = 700, 299


@dataclass(frozen=True)
class People:
    """One row a person, in columns."""

    document_type: Texts
    document_number: Texts
    name: Texts
    sex: Texts
    born_on: Days
    phone: Texts
    education: Texts

    def __len__(self) -> int:
        return len(self.name)

    def ages_on(self, day: Days) -> Floats:
        return (day - self.born_on).astype(np.int64) / YEAR


NOBODY: Ints = np.array([], dtype=np.int64)
"""The bodies of the resident numbers of no people."""


def imagine_people(
    rng: np.random.Generator, women: Floats, *, before: int = 0, taken: Ints = NOBODY
) -> People:
    """Return one person for each entry of `women`, the chance that it is one.

    There are `before` people already; `taken` has the bodies of their resident numbers, sorted.
    """
    n = len(women)
    is_woman = rng.random(n) < women
    age = np.clip(rng.normal(39.5, 10.5, n), YOUNGEST, OLDEST)
    # Who would pile up at the edges is spread over working life.
    edge = (age <= YOUNGEST) | (age >= OLDEST)
    age[edge] = rng.uniform(YOUNGEST + 1, 45, int(edge.sum()))
    born_on = LAST - days(age * YEAR)
    document_type, number = _documents(rng, born_on, is_woman, before, taken)
    return People(
        document_type=document_type,
        document_number=number,
        name=_names(rng, is_woman),
        sex=np.where(is_woman, "female", "male").astype(object),
        born_on=born_on,
        phone=_phones(rng, n),
        education=_education(rng, age),
    )


def _names(rng: np.random.Generator, is_woman: Flags) -> Texts:
    words = read_words("people")
    n = len(is_woman)
    surnames = pick(list(words["surnames"]), choose(rng, list(words["surnames"].values()), n))
    given = words["given"]
    shared = len(given["shared"])
    first = np.empty(n, dtype=object)
    last = np.empty(n, dtype=object)
    for woman, letters in ((False, given["male"]), (True, given["female"])):
        rows = np.flatnonzero(is_woman == woman)
        both = [*letters, *given["shared"]]
        first[rows] = pick(both, rng.integers(len(both), size=len(rows)))
        last[rows] = pick(both, rng.integers(len(both) - shared, size=len(rows)))
    two = (rng.random(n) < words["two_characters"]) & (first != last)
    names: Texts = surnames + np.where(two, first, "") + last
    return names


def _documents(
    rng: np.random.Generator, born_on: Days, is_woman: Flags, before: int, taken: Ints
) -> tuple[Texts, Texts]:
    n = len(born_on)
    numbers = _resident_numbers(rng, born_on, is_woman, taken)
    types = np.full(n, "resident_id", dtype=object)
    chances = rng.random(n)
    edge = 0.0
    for name, kind in read_words("people")["other_documents"].items():
        rows = np.flatnonzero((chances >= edge) & (chances < edge + kind["per_thousand"] / 1000))
        edge += kind["per_thousand"] / 1000
        types[rows] = name
        numbers[rows] = _other_numbers(kind, rows + before)
    return types, numbers


def _other_numbers(kind: dict[str, Any], rows: Ints) -> Texts:
    """Return numbers that no two rows share: the row, spread by a step that has no divisor in common."""
    size = 10 ** kind["digits"]
    return np.array(
        [f"{kind['prefix']}{(row * 7_654_321 + 1) % size:0{kind['digits']}d}" for row in rows], dtype=object
    )


def _resident_numbers(rng: np.random.Generator, born_on: Days, is_woman: Flags, taken: Ints) -> Texts:
    """Return numbers under divisions that existed when the person was numbered, each number once."""
    codes = _home_codes(rng, len(born_on))
    bodies = codes * 10**11 + _as_digits(born_on) * 1000 + _sequences(rng, is_woman)
    while len(twice := _repeated(bodies, taken)):
        bodies[twice] += _sequences(rng, is_woman[twice]) - bodies[twice] % 1000
    digits = (bodies[:, None] // 10 ** np.arange(16, -1, -1)) % 10
    check = (digits * np.array(WEIGHTS)).sum(axis=1) % 11
    return np.array(
        [f"{body}{CHECK_CHARACTERS[c]}" for body, c in zip(bodies.tolist(), check.tolist(), strict=True)],
        dtype=object,
    )


def _repeated(bodies: Ints, taken: Ints) -> Ints:
    _, first = np.unique(bodies, return_index=True)
    is_repeated = np.ones(len(bodies), dtype=bool)
    is_repeated[first] = False
    if len(taken):
        place = np.minimum(np.searchsorted(taken, bodies), len(taken) - 1)
        is_repeated |= taken[place] == bodies
    return np.flatnonzero(is_repeated)


def resident_bodies(people: People) -> Ints:
    """Return the first 17 digits of the resident numbers."""
    numbers = people.document_number[people.document_type == "resident_id"]
    found: Ints = numbers.astype("U17").astype(np.int64)
    return found


def join_people(parts: Sequence[People]) -> People:
    """Return the people of several parts as one."""
    return People(**{name: np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])})


def _sequences(rng: np.random.Generator, is_woman: Flags) -> Ints:
    """Return sequence numbers, odd for men; high ones, which are seldom given out."""
    drawn = FIRST_SEQUENCE + rng.integers(SEQUENCES // 2, size=len(is_woman)) * 2
    return np.where(is_woman, drawn, drawn + 1)


def _as_digits(born_on: Days) -> Ints:
    """Return days as whole numbers: 1990-01-31 as 19900131."""
    months = born_on.astype("datetime64[M]")
    years = born_on.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = (born_on - months.astype("datetime64[D]")).astype(np.int64) + 1
    found: Ints = years * 10_000 + month * 100 + day
    return found


def _home_codes(rng: np.random.Generator, n: int) -> Ints:
    provinces = read_words("people")["home_provinces"]
    offered: dict[str, list[int]] = {province: [] for province in provinces}
    rows = read_table("division_codes")
    latest = max(row["last_year"] for row in rows)
    for row in rows:
        code = row["code"]
        # A county that exists today and existed when numbers were first given out fits every birth year.
        is_county = not code.endswith("00") and code[2:4] != "90"
        if code[:2] in offered and is_county and row["first_year"] <= "1998" and row["last_year"] == latest:
            offered[code[:2]].append(int(code))
    chosen = pick(list(provinces), choose(rng, list(provinces.values()), n))
    chances = rng.random(n)
    return np.array([offered[p][int(c * len(offered[p]))] for p, c in zip(chosen, chances, strict=True)])


def _phones(rng: np.random.Generator, n: int) -> Texts:
    """Return numbers of a block that is given to machines, never to a person."""
    prefix = read_words("people")["phone_prefix"]
    drawn = rng.integers(10**7, size=n)
    return blank(rng, np.array([f"{prefix}{number:07d}" for number in drawn], dtype=object), MISSING_PHONE)


def _education(rng: np.random.Generator, age: Floats) -> Texts:
    levels = read_words("people")["education"]
    bands = np.digitize(age, [30, 40, 50])
    found = np.empty(len(age), dtype=object)
    for band in range(4):
        rows = np.flatnonzero(bands == band)
        found[rows] = pick(list(levels), choose(rng, [shares[band] for shares in levels.values()], len(rows)))
    return blank(rng, found, MISSING_EDUCATION)
