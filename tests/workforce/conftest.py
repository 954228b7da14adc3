from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation
from tests.cast import Cast
from tests.workforce.people import identity_number, register

from tongxin.workforce.actions import register_worker
from tongxin.workforce.models import Worker


@pytest.fixture
def li(cast: Cast) -> Worker:
    """Works at Alpha since 2024-03-01."""
    return register(cast.alpha, "李建国", identity_number("33010919900101123"), phone="13812345678")


@pytest.fixture
def wang(cast: Cast) -> Worker:
    """Works at Alpha and, part-time, at Beta."""
    number = identity_number("33010919850615224")
    person = register(cast.alpha, "王秀英", number)
    register_worker(
        actor=None,
        organisation=cast.beta,
        document_type="resident_id",
        document_number=number,
        name="王秀英",
        started_on=date(2025, 1, 1),
        form="part_time",
    )
    return person


@pytest.fixture
def english():
    with translation.override("en"):
        yield
