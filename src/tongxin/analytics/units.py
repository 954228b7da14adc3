"""The units in which figures are read, and the factor from the counted or stored number to each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Unit:
    """A unit of figures; a figure is its number times `factor`."""

    code: str
    factor: int
    label_en: str
    is_ratio: bool
    """Whether only a ratio can have this unit."""


UNITS: Mapping[str, Unit] = MappingProxyType(
    {
        unit.code: unit
        for unit in (
            Unit("percent", 100, "%", is_ratio=True),
            Unit("per_hundred", 100, "per 100", is_ratio=True),
            Unit("per_thousand", 1_000, "per 1,000", is_ratio=True),
            Unit("per_ten_thousand", 10_000, "per 10,000", is_ratio=True),
            Unit("ratio", 1, "ratio", is_ratio=True),
            Unit("number", 1, "number", is_ratio=False),
            Unit("persons", 1, "persons", is_ratio=False),
            Unit("person_times", 1, "person-times", is_ratio=False),
            Unit("organisations", 1, "organisations", is_ratio=False),
            Unit("items", 1, "items", is_ratio=False),
            Unit("pairs", 1, "pairs", is_ratio=False),
            Unit("hours", 1, "hours", is_ratio=False),
            Unit("days", 1, "days", is_ratio=False),
            Unit("months", 1, "months", is_ratio=False),
            Unit("years", 1, "years", is_ratio=False),
            Unit("points", 1, "points", is_ratio=False),
            Unit("yuan", 1, "yuan", is_ratio=False),
            Unit("dollars", 1, "dollars", is_ratio=False),
        )
    }
)
"""Every declared unit by its code; their Chinese names are in the translations of the interface."""
