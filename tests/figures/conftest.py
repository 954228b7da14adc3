from __future__ import annotations

from tests.figures.group_world import grouped
from tests.figures.real_changes import real
from tests.figures.world import world
from tests.languages import english

__all__ = ["english", "grouped", "real", "world"]
