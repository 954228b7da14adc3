from __future__ import annotations

import pytest
from tests.languages import english
from tests.supervision.builders import World, raise_world

__all__ = ["english"]


@pytest.fixture
def world(cast) -> World:
    """A plan of Hangzhou in force since 20 April 2026; Xiaoshan has a share that is due on 30 April."""
    return raise_world(cast)
