from __future__ import annotations

import pytest
from tests.cast import Cast, raise_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return raise_cast()
