"""The shape of what waits for a reader."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Need:
    """Something to do, and where; of several of a kind, how many and the first few as name and address."""

    text: str
    url: str
    is_late: bool = False
    first: tuple[tuple[str, str], ...] = ()
    count: int = 0

    @property
    def more(self) -> int:
        """How many there are besides those that are named."""
        return max(0, self.count - len(self.first))
