"""What agreement and difference say about two entries: the levels of each comparison and their weights.

A level has the share of pairs of one person in which it is met (`m`) and of pairs of two people (`u`); its
weight is log2(m / u), and the weights of a pair add up (Fellegi and Sunter 1969, "A theory for record
linkage"). `m` follows the kinds of slips in the generated registry of `benchmarks/duplicates.py`, `u` from
the spread of birth dates and sexes; for names and phones `u` is how common the very value is.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2


@dataclass(frozen=True)
class Level:
    """One answer of a comparison: the first whose condition holds is the pair's."""

    name: str
    condition: str
    m: float
    u: float
    rarity: str = ""
    """The feature whose frequency takes the place of `u`: a rare name in common says more."""

    @property
    def weight(self) -> float:
        """How many times likelier the level is with one person than with two, as a power of two."""
        return log2(self.m / self.u)


@dataclass(frozen=True)
class Comparison:
    """One feature compared; unless both entries have it, it says nothing."""

    name: str
    unknown: str
    levels: tuple[Level, ...]

    def level(self, name: str) -> Level:
        """Return the level of this name."""
        return next(level for level in self.levels if level.name == name)


UNKNOWN = "unknown"
_PARTS = ("head", "born", "tail")
_PARTS_IN_COMMON = " + ".join(f"CAST({part}_l = {part}_r AS INTEGER)" for part in _PARTS)
# DuckDB counts distances in bytes, of which a Chinese character has three.
_ALL_BUT_ONE = " OR ".join(
    f"(left(name_key_l, {place}) = left(name_key_r, {place}) "
    f"AND substring(name_key_l, {place + 2}) = substring(name_key_r, {place + 2}))"
    for place in range(4)
)
_ONE_LETTER = (
    f"length(name_key_l) = length(name_key_r) AND length(name_key_l) BETWEEN 3 AND 4 AND ({_ALL_BUT_ONE})"
)
_SPELT_ALIKE = "length(name_key_l) > 5 AND jaro_winkler_similarity(name_key_l, name_key_r) > 0.92"

COMPARISONS = (
    Comparison(
        "document",
        "number_l IS NULL OR number_r IS NULL",
        (
            Level("same", "number_l = number_r", 0.15, 1e-8),
            # A person has one identity number for life, and a slip of the pen fails its check character.
            Level("two_residents", "is_resident_l AND is_resident_r", 0.002, 0.94),
            Level("nearly", f"coalesce({_PARTS_IN_COMMON}, 0) > 1", 0.1, 1e-5),
            Level("other", "ELSE", 0.748, 0.06),
        ),
    ),
    Comparison(
        "name",
        "name_key_l IS NULL OR name_key_r IS NULL",
        (
            Level("same", "name_key_l = name_key_r", 0.76, 1e-4, rarity="name_key"),
            Level("sound", "name_sound_l = name_sound_r", 0.14, 4e-4, rarity="name_sound"),
            Level("one_letter", _ONE_LETTER, 0.06, 2e-3),
            Level("alike", _SPELT_ALIKE, 0.01, 1e-5),
            Level("surname", "surname_l = surname_r", 0.02, 0.03),
            Level("other", "ELSE", 0.01, 0.968),
        ),
    ),
    Comparison(
        "birth_date",
        "birth_l IS NULL OR birth_r IS NULL",
        (
            Level("same", "birth_l = birth_r", 0.86, 7e-5),
            Level("swapped", "birth_l = birth_swapped_r", 0.05, 3e-5),
            Level("one_slip", "damerau_levenshtein(birth_l, birth_r) < 2", 0.07, 2e-3),
            Level("other", "ELSE", 0.02, 0.998),
        ),
    ),
    Comparison(
        "sex",
        "sex_l IS NULL OR sex_r IS NULL",
        (Level("same", "sex_l = sex_r", 0.99, 0.51), Level("other", "ELSE", 0.01, 0.49)),
    ),
    Comparison(
        "phone",
        "phone_l IS NULL OR phone_r IS NULL",
        (Level("same", "phone_l = phone_r", 0.75, 2e-6), Level("other", "ELSE", 0.25, 0.999998)),
    ),
)  # fmt: skip

BLOCKS = (
    "l.number = r.number",
    "l.phone = r.phone",
    "l.name_key = r.name_key AND l.birth = r.birth",
    "l.name_sound = r.name_sound AND l.birth = r.birth",
    "l.name_sound = r.name_sound AND l.birth = r.birth_swapped",
    "l.head = r.head AND l.tail = r.tail",
    "l.born = r.born AND l.tail = r.tail",
    "l.head = r.head AND l.born = r.born",
)
"""Pairs that are compared at all: those that have one of these in common."""
LEAST_EVIDENCE = "NOT (l.is_resident AND r.is_resident)"
"""Of two correct identity numbers that differ, no evidence in use outweighs the difference."""
