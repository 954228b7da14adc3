"""The values around those that are taken from an order, kept so that a few more or fewer can move them.

A median cannot be added up. But who knows the five hundred values to either side of it, and how many lie
beyond, finds the new one after as many changes, and need not read all the others again.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Nearness:
    """How many values to either side are kept, and whether also at nodes that have nothing below them."""

    reach: int
    is_everywhere: bool = False


KEPT = Nearness(500)
EVERY = Nearness(2**31, is_everywhere=True)
"""All values at all nodes."""

LOWER, HIGHER = -(2**63) + 1, 2**63 - 1
"""In the place of the values that lie below those that are kept, and above."""
