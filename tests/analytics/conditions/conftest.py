from __future__ import annotations

import ibis
import pytest
from tests.analytics.conditions import cast


@pytest.fixture(scope="session")
def connection():
    return ibis.duckdb.connect()


@pytest.fixture
def both(connection):
    """Answer a text by both engines, which must agree, and return what they say."""

    def answer(text, *rows, subject=cast.WORKERS, **given):
        condition = cast.parse(text, subject, given.get("parameters"))
        by_query = cast.compiled(connection, condition, rows, **given)
        assert cast.interpreted(condition, rows, **given) == by_query
        return by_query if len(rows) > 1 else by_query[0]

    return answer
