"""Role by action by node, in one table. Expected from the design's section on organisations and time."""

from __future__ import annotations

import pytest
from tests.access.outcomes import outcome
from tests.cast import OPENED, Cast, make_user

from tongxin.organisations.access import ALLOWS, Action, explain, organisations_visible_to
from tongxin.organisations.models import Organisation, Role, RoleGrant
from tongxin.organisations.role_actions import grant_role

EVERYBODY = {"see_unit"}
TABLE = {
    "viewer": {"see_figures", "see_plans"},
    "assessor": {"see_figures", "see_plans"},
    "reporter": {"see_figures", "see_plans", "see_people", "change_people", "report_progress"},
    "reviewer": {"see_figures", "see_plans", "see_people", "review_people", "review_progress"},
    "office": {
        "see_figures",
        "see_plans",
        "see_people",
        "change_people",
        "review_people",
        "change_plans",
        "report_progress",
        "review_progress",
        "change_tree",
        "change_group",
        "see_roles",
        "grant_roles",
        "revoke_roles",
        "build_release",
        "manage_webhooks",
    },
    "service_worker": set(),
    "auditor": {"see_trail", "see_roles"},
    "system_administrator": {"manage_accounts", "manage_webhooks", "build_release"},
    "security_administrator": {"see_roles", "grant_roles", "revoke_roles"},
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("reach", ["subtree", "unit"])
def test_each_role_may_do_what_the_table_says_and_nothing_else(cast: Cast, role: Role, reach: str) -> None:
    user = make_user("somebody")
    grant_role(user, actor=None, role=role, organisation=cast.xiaoshan, reach=reach, valid_from=OPENED)

    for action in Action:
        at_home = "allowed" if action in TABLE[role] | EVERYBODY else "403"
        assert outcome(user, action, cast.xiaoshan) == at_home, action
        assert outcome(user, action, cast.chengxiang) == (at_home if reach == "subtree" else "404"), action
        assert outcome(user, action, cast.alpha) == (at_home if reach == "subtree" else "404"), action
        assert outcome(user, action, cast.yuhang) == "404", action
        assert outcome(user, action, cast.hangzhou) == "404", action


@pytest.mark.parametrize("action", list(Action))
def test_one_query_sees_the_same_units_as_asking_for_each(cast: Cast, action: Action) -> None:
    for user in (cast.office_of_hangzhou, cast.reviewer_of_xiaoshan, cast.reporter_of_alpha, cast.auditor):
        one_by_one = {unit for unit in Organisation.objects.all() if explain(user, action, unit).allowed}

        assert set(organisations_visible_to(user, action)) == one_by_one


def test_the_three_administrators_see_no_people_and_each_role_sees_its_unit() -> None:
    people = {Action.SEE_PEOPLE, Action.CHANGE_PEOPLE, Action.REVIEW_PEOPLE}

    for role in (Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR):
        assert not ALLOWS[role] & people
    assert all(Action.SEE_UNIT in allowed for allowed in ALLOWS.values())


def test_the_operator_may_do_everything_and_a_stranger_nothing(cast: Cast) -> None:
    assert {outcome(None, action, cast.alpha) for action in Action} == {"allowed"}
    assert {outcome(cast.stranger, action, cast.province) for action in Action} == {"404"}
    assert not organisations_visible_to(cast.stranger).exists()


@pytest.mark.parametrize("changes", [{"is_active": False}, {"must_change_password": True}])
def test_no_role_is_in_force_for_a_closed_account_or_a_password_others_know(cast: Cast, changes) -> None:
    user = cast.office_of_xiaoshan
    for name, value in changes.items():
        setattr(user, name, value)

    assert outcome(user, Action.SEE_UNIT, cast.xiaoshan) == "404"


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "expected"),
    [
        ("2026-05-01", None, "allowed"),
        ("2026-05-02", None, "404"),
        ("2026-04-01", "2026-05-02", "allowed"),
        ("2026-04-01", "2026-05-01", "404"),
    ],
)
def test_a_role_holds_from_its_first_day_until_the_day_of_its_end(
    cast: Cast, time_machine, valid_from: str, valid_to: str | None, expected: str
) -> None:
    time_machine.move_to("2026-05-01 12:00+08:00")
    user = make_user("somebody")
    RoleGrant.objects.create(
        user=user, role=Role.VIEWER, organisation=cast.xiaoshan, valid_from=valid_from, valid_to=valid_to
    )

    assert outcome(user, Action.SEE_FIGURES, cast.xiaoshan) == expected
