"""Occupations of the national classification of 2022; codes moved between editions, so name the edition."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from tongxin.codes.tables import read_table

EDITION = "2022"


@dataclass(frozen=True)
class Occupation:
    """One of 8 major groups (level 1) down to the occupations themselves (level 4)."""

    code: str
    level: int
    name_zh: str
    is_green: bool
    is_digital: bool


@lru_cache(maxsize=1)
def load_occupations() -> Mapping[str, Occupation]:
    """Return every group and occupation by code, in the order of the classification."""
    return {
        row["code"]: Occupation(
            code=row["code"],
            level=int(row["level"]),
            name_zh=row["name_zh"],
            is_green=row["is_green"] == "1",
            is_digital=row["is_digital"] == "1",
        )
        for row in read_table("occupations")
    }


def find_occupation(text: str) -> Occupation | None:
    """Return the occupation with this code or exact name; None when there is none, or two of that name."""
    text = "".join(unicodedata.normalize("NFKC", text).split())
    return load_occupations().get(text) or _by_name().get(text)


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, Occupation | None]:
    found: dict[str, Occupation | None] = {}
    for occupation in load_occupations().values():
        if occupation.level == 4:
            name = unicodedata.normalize("NFKC", occupation.name_zh)
            found[name] = None if name in found else occupation
    return found
