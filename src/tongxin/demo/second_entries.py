"""A few people of the demo entered twice, so that the list of duplicates has something to show.

Somebody with a passport or a permit is made the second entry of a neighbour whose birth date differs by one
digit: name and phone become the neighbour's. No figure is changed, for none counts names or phones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl

from tongxin.demo.chances import Flags, Ints
from tongxin.demo.enterprises import Enterprises
from tongxin.demo.people import People
from tongxin.demo.vocabulary import read_words

MOST = 8
FIRST_COUNTY = "330109"
"""Where the demo's reviewer sits."""


def enter_twice(people: People, employments: pl.DataFrame, enterprises: Enterprises) -> People:
    """Return the people with a few of them entered a second time by another document."""
    names, phones = people.name.copy(), people.phone.copy()
    homophones: dict[str, str] = read_words("people")["homophones"]
    for place, (first, second) in enumerate(_pairs(people, _units(len(people), employments), enterprises)):
        name = str(people.name[first])
        other = "".join(homophones.get(letter, letter) for letter in name)
        names[second] = other if place % 2 else name
        phones[second] = people.phone[first]
    return replace(people, name=names, phone=phones)


def _units(n: int, employments: pl.DataFrame) -> Ints:
    """Return each person's enterprise, nothing (0) where they worked at several or came back to one."""
    of_person = (
        employments.group_by("worker_id")
        .agg("organisation_id")
        .filter(pl.col("organisation_id").list.len() == 1)
    )
    found: Ints = np.zeros(n, dtype=np.int64)
    found[of_person["worker_id"].to_numpy() - 1] = of_person["organisation_id"].list.first().to_numpy()
    return found


def _pairs(people: People, unit: Ints, enterprises: Enterprises) -> list[tuple[int, int]]:
    """Return first and second entries in one county, the reviewer's county before others."""
    county = np.where(unit > 0, enterprises.county[unit - 1], "")
    chosen: list[tuple[int, int]] = []
    used: set[int] = set()
    seconds = np.flatnonzero((people.document_type != "resident_id") & (unit > 0))
    for second in sorted(seconds.tolist(), key=lambda each: (county[each] != FIRST_COUNTY, each)):
        if len(chosen) == MOST:
            break
        near = (county == county[second]) & (people.sex == people.sex[second])
        # Two entries at one enterprise have spells that overlap, which is corrected before merging.
        elsewhere = near & (unit != unit[second])
        for first in (*_alike(people, elsewhere, second), *_alike(people, near & ~elsewhere, second)):
            if len(chosen) < MOST and not used & {first, second}:
                chosen.append((first, second))
                used |= {first, second}
    return chosen


def _alike(people: People, near: Flags, second: int) -> Iterator[int]:
    rows: Ints = np.flatnonzero(near & (people.document_type == "resident_id") & (people.phone != ""))
    born = str(people.born_on[second])
    for row in rows.tolist():
        if sum(one != other for one, other in zip(str(people.born_on[row]), born, strict=True)) == 1:
            yield row
