"""Numbers in place of breakdowns and their categories, shared by everything that is rolled up."""

from __future__ import annotations

import pyarrow as pa

TOTAL = 0
"""The slot of figures that are not broken down."""


class Slots:
    """A number for each category of each breakdown.

    Examples
    --------
    >>> slots = Slots()
    >>> slots.number("sex", "male"), slots.number("sex", "female"), slots.number("sex", "male")
    (1, 2, 1)
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[str | None, str | None], int] = {(None, None): TOTAL}

    def number(self, breakdown: str, category: str) -> int:
        """Return the number of a category, a new one where it has none yet."""
        return self._numbers.setdefault((breakdown, category), len(self._numbers))

    def table(self) -> pa.Table:
        """Return a row per slot."""
        return pa.table(
            {
                "slot": pa.array(self._numbers.values(), pa.int32()),
                "breakdown": pa.array([name for name, _ in self._numbers], pa.string()),
                "category": pa.array([name for _, name in self._numbers], pa.string()),
            }
        )
