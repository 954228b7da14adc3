from __future__ import annotations

from tests.figures.world import world

__all__ = ["world"]
