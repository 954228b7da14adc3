"""What a role held at a group company reaches: figures of its members of today, and nothing about people."""

from __future__ import annotations

from datetime import date

import pytest
from tests.access.outcomes import outcome
from tests.cast import OPENED, Cast, make_user

from tongxin.accounts.models import User
from tongxin.codes.credit_codes import complete_credit_code
from tongxin.organisations.access import (
    ALLOWS,
    Action,
    actions_at,
    explain,
    keep_visible,
    organisations_visible_to,
    roles_grantable_by,
)
from tongxin.organisations.actions import create_organisation
from tongxin.organisations.company_group_actions import join_group, leave_group
from tongxin.organisations.explanations import explain_to
from tongxin.organisations.models import Organisation, Role
from tongxin.organisations.role_actions import grant_role

FIGURES = {Action.SEE_UNIT, Action.SEE_FIGURES}


@pytest.fixture
def group(cast: Cast) -> Organisation:
    """A group of the province: Alpha through a smaller group, Gamma until 2025."""
    outer, inner = (
        create_organisation(
            actor=None,
            code=complete_credit_code(code),
            level="group",
            name_zh="同心示例集团",
            parent=cast.province,
            opened_on=OPENED,
        )
        for code in ("91330000MA2CAXT0H", "91330000MA2CAXT0J")
    )
    join_group(inner, actor=None, group=outer, on=OPENED)
    join_group(cast.alpha, actor=None, group=inner, on=OPENED)
    join_group(cast.gamma, actor=None, group=outer, on=OPENED)
    leave_group(cast.gamma, actor=None, on=date(2025, 1, 1))
    return outer


def holder(role: Role, at: Organisation, reach: str = "subtree") -> User:
    user = make_user(f"{role}_{reach}")
    grant_role(user, actor=None, role=role, organisation=at, reach=reach, valid_from=OPENED)
    return user


@pytest.mark.parametrize("role", list(Role))
def test_through_a_group_only_figures_of_members_are_reached(cast: Cast, group: Organisation, role: Role):
    user = holder(role, group)

    for action in Action:
        allowed = action in ALLOWS[role]
        assert outcome(user, action, group) == ("allowed" if allowed else "403")
        assert outcome(user, action, cast.alpha) == ("allowed" if allowed and action in FIGURES else "403")
        for hidden in (cast.beta, cast.gamma, cast.chengxiang, cast.province):
            assert outcome(user, action, hidden) == "404"


@pytest.mark.parametrize("role", list(Role))
def test_one_query_sees_the_same_units_as_asking_for_each(cast: Cast, group: Organisation, role: Role):
    user, units = holder(role, group), list(Organisation.objects.all())

    for action in Action:
        one_by_one = {unit for unit in units if explain(user, action, unit).allowed}
        assert set(organisations_visible_to(user, action)) == one_by_one
        assert set(keep_visible(user, units, action)) == one_by_one


def test_a_role_for_the_group_alone_reaches_no_member(cast: Cast, group: Organisation):
    user = holder(Role.VIEWER, group, "unit")

    assert outcome(user, Action.SEE_FIGURES, group) == "allowed"
    assert outcome(user, Action.SEE_FIGURES, cast.alpha) == "404"


def test_no_role_at_a_group_hands_out_roles_at_its_members(cast: Cast, group: Organisation):
    office = holder(Role.OFFICE, group)

    assert actions_at(office, cast.alpha) == FIGURES
    assert roles_grantable_by(office, cast.alpha) == []
    assert Role.VIEWER in roles_grantable_by(office, group)


def test_the_explanation_names_the_role_at_the_group(cast: Cast, group: Organisation):
    user = holder(Role.REPORTER, group)

    figures = explain_to(user, user, Action.SEE_FIGURES, cast.alpha.code)
    people = explain_to(user, user, Action.SEE_PEOPLE, cast.alpha.code)

    assert [(step.reaches, step.allows) for step in figures.steps] == [(True, True)]
    assert [(step.reaches, step.allows) for step in people.steps] == [(True, False)]
    assert (figures.decision.allowed, people.decision.allowed) == (True, False)
