"""The group companies of the demo: members in several cities, one that changes sides, a person at two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from typing import Any

import numpy as np
import polars as pl

from tongxin.demo.chances import start_chances
from tongxin.demo.enterprises import Enterprises, credit_code
from tongxin.demo.tree import SYNTHETIC_SOURCE, Planted
from tongxin.demo.vocabulary import read_words
from tongxin.organisations.company_group_actions import join_group
from tongxin.organisations.models import Level, Organisation
from tongxin.organisations.placing import open_unit


def found_company_groups(
    enterprises: Enterprises, planted: Planted, *, seed: int, employments: pl.DataFrame | None = None
) -> int:
    """Store the group companies with their members over time; returns how many groups there are.

    Where employments are given, two enterprises that share a person belong to the first group.
    """
    words = read_words("company_groups")
    groups: dict[str, Organisation] = {}
    free = _lasting(enterprises, seed)
    sharing = [] if employments is None else _sharing(employments, set(free))
    for number, row in enumerate(words["groups"]):
        group = groups[row["name"]] = _open(row, words, number)
        if "within" in row:
            join_group(group, actor=None, group=groups[row["within"]], on=words["joined_on"])
        chosen = _choose(row, sharing if number == 0 else [], free, enterprises)
        free = [place for place in free if place not in chosen]
        for place in chosen:
            join_group(planted.enterprises[place], actor=None, group=group, on=words["joined_on"])
        if "last_goes_to" in row:
            leaving = planted.enterprises[chosen[-1]]
            join_group(leaving, actor=None, group=groups[row["last_goes_to"]], on=words["goes_on"])
    return len(groups)


def _open(row: Mapping[str, Any], words: Mapping[str, Any], number: int) -> Organisation:
    division = Organisation.objects.get(code=row["division"])
    names = {
        language: words["name"][language].format(place=row["place"][language], brand=row["brand"][language])
        for language in ("zh", "en")
    }
    group = Organisation(
        code=credit_code("91", row["division"], "TXJT", number),
        level=Level.GROUP,
        name_zh=names["zh"],
        name_en=names["en"],
        parent=division,
        opened_on=words["opened_on"],
    )
    open_unit(group, source=SYNTHETIC_SOURCE, is_synthetic=True)
    return group


def _lasting(enterprises: Enterprises, seed: int) -> list[int]:
    """Return the larger enterprises that last, and may belong to a group, in a seeded order."""
    joined = np.datetime64(read_words("company_groups")["joined_on"], "D")
    lasts = (enterprises.opened_on < joined) & np.isnat(enterprises.closed_on)
    lasts &= enterprises.share >= np.median(enterprises.share)
    order = start_chances(seed, "company groups").permutation(len(enterprises))
    return [int(place) for place in order if lasts[place]]


def _sharing(employments: pl.DataFrame, offered: set[int]) -> list[int]:
    """Return two enterprises at which one person works at the end of the facts; none where nobody does."""
    present = employments.filter(pl.col("ended_on").is_null()).sort("worker_id", "organisation_id")
    for _worker, rows in present.group_by("worker_id", maintain_order=True):
        places = sorted({number - 1 for number in rows["organisation_id"].to_list()} & offered)
        if len(places) > 1:
            return places[:2]
    return []


def _choose(
    row: Mapping[str, Any], first: Sequence[int], free: Sequence[int], enterprises: Enterprises
) -> list[int]:
    """Return the members of a group: those named first, then one of each of its cities in turn."""
    offered = [place for place in free if place not in first]
    inside = [place for place in offered if row["division"] in {"330000", enterprises.city[place]}]
    by_city: dict[str, list[int]] = {}
    for place in inside:
        by_city.setdefault(enterprises.city[place], []).append(place)
    cities = [iter(places) for places in list(by_city.values())[: row["cities"]]]
    turns = (next(city, None) for city in cycle(cities)) if cities else iter(())
    others = [place for place in islice(turns, 4 * row["members"]) if place is not None]
    return [*first, *others][: row["members"]]
