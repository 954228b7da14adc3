"""Industries of GB/T 4754-2017 as first published: 20 sections, 97 divisions, 473 groups, 1,381 classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from tongxin.codes.tables import read_table

LEVELS = {1: "section", 3: "division", 4: "group", 5: "class"}
"""Level by length of the code: a letter, then two, three or four digits."""


@dataclass(frozen=True)
class Industry:
    """One industry; `name_en` is given for sections only."""

    code: str
    name_zh: str
    name_en: str
    level: str
    parent: str | None


@lru_cache(maxsize=1)
def load_industries() -> Mapping[str, Industry]:
    """Return every industry by code, a section before what it holds."""
    return {
        row["code"]: Industry(
            code=row["code"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            level=LEVELS[len(row["code"])],
            parent=_parent_of(row["code"]),
        )
        for row in read_table("industries")
    }


def industry_named(code: str) -> Industry | None:
    """Return an industry by its code, with or without the section's letter (C3311, 3311); None if unknown."""
    code = code.strip().upper()
    return load_industries().get(code) or load_industries().get(_with_letter().get(code, ""))


def section_of(code: str) -> Industry | None:
    """Return the section that an industry belongs to.

    >>> section_of("3311").code
    'C'
    """
    industry = industry_named(code)
    return load_industries()[industry.code[0]] if industry else None


def _parent_of(code: str) -> str | None:
    return {1: None, 3: code[:1]}.get(len(code), code[:-1])


@lru_cache(maxsize=1)
def _with_letter() -> Mapping[str, str]:
    """Return the full code by its digits, which are unique: the letter only repeats the section."""
    return {code[1:]: code for code in load_industries() if len(code) > 1}
