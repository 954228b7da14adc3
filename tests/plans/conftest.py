from __future__ import annotations

import pytest
from django.test import Client
from tests.cast import Cast
from tests.clients import client_of
from tests.languages import english
from tests.plans.builders import begin, receive

from tongxin.plans.models import Document, Plan

__all__ = ["english"]


@pytest.fixture
def document(cast: Cast) -> Document:
    """A text that Xiaoshan works by; six duties in three paragraphs."""
    return receive(cast.xiaoshan, actor=cast.office_of_xiaoshan)


@pytest.fixture
def plan(cast: Cast) -> Plan:
    """A draft of Xiaoshan."""
    return begin(cast.xiaoshan, actor=cast.office_of_xiaoshan)


@pytest.fixture
def office(cast: Cast) -> Client:
    """The browser of Xiaoshan's office."""
    return client_of(cast.office_of_xiaoshan)
