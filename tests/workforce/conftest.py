from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.utils import translation
from tests.cast import Cast
from tests.workforce.people import identity_number, register
from tests.workforce.two_entries import NUMBER, enter, pair_of

from tongxin.workforce.actions import register_worker
from tongxin.workforce.models import DuplicatePair, Worker


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


@pytest.fixture
def visit(cast: Cast, english):
    """Fetch or send a page as one of the cast, in English."""

    def go(user: str, address: str, data=None, *, follow=False, **query):
        client = Client(HTTP_ACCEPT_LANGUAGE="en")
        client.force_login(getattr(cast, user))
        if data is None:
            return client.get(address, query, follow=follow)
        return client.post(address, data, follow=follow)

    return go


@pytest.fixture
def resident(cast: Cast) -> Worker:
    """Works at Alpha, by the resident identity card."""
    return enter(cast.alpha, NUMBER, document_type="resident_id", phone="13812345678")


@pytest.fixture
def traveller(cast: Cast) -> Worker:
    """The same person at Beta, by the passport, and by another phone."""
    return enter(cast.beta, "E12345678", phone="13900000000", education="bachelor")


@pytest.fixture
def pair(resident: Worker, traveller: Worker) -> DuplicatePair:
    return pair_of(resident, traveller)
