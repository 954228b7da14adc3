from __future__ import annotations

from tests.figures.group_world import grouped
from tests.figures.real_changes import real
from tests.figures.world import world

__all__ = ["grouped", "real", "world"]
