from __future__ import annotations

import pytest
from django.test import Client
from tests.cast import OPENED, Cast, make_user
from tests.clients import client_of
from tests.languages import english
from tests.meetings.builders import begin, hold_a, instruct

from tongxin.accounts.models import User
from tongxin.meetings.models import Instruction, Meeting
from tongxin.organisations.models import Role
from tongxin.organisations.role_actions import grant_role
from tongxin.plans.models import Plan

__all__ = ["english"]


@pytest.fixture
def meeting(cast: Cast) -> Meeting:
    """A draft of Xiaoshan."""
    return hold_a(cast.xiaoshan, actor=cast.office_of_xiaoshan)


@pytest.fixture
def instruction(cast: Cast) -> Instruction:
    """What Xiaoshan was asked to do."""
    return instruct(cast.xiaoshan, actor=cast.office_of_xiaoshan)


@pytest.fixture
def plan(cast: Cast) -> Plan:
    """A draft of Xiaoshan."""
    return begin(cast.xiaoshan)


@pytest.fixture
def office(cast: Cast) -> Client:
    """The browser of Xiaoshan's office."""
    return client_of(cast.office_of_xiaoshan)


@pytest.fixture
def below(cast: Cast) -> User:
    """The office of Chengxiang, below Xiaoshan."""
    user = make_user("office_of_chengxiang")
    grant_role(user, actor=None, role=Role.OFFICE, organisation=cast.chengxiang, valid_from=OPENED)
    return user
