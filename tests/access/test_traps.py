"""The five traps of rights over a tree, and who may take a role back."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from tests.cast import OPENED, Cast, make_user

from tongxin.organisations.access import (
    Action,
    may,
    organisations_visible_to,
    reaches_grantable_by,
    roles_grantable_by,
)
from tongxin.organisations.actions import create_organisation, move_organisation
from tongxin.organisations.models import Role, RoleGrant
from tongxin.organisations.role_actions import grant_role, revoke_role


def holder(cast: Cast, *held: tuple[str, str, str]):
    user = make_user("somebody")
    for role, unit, reach in held:
        at = getattr(cast, unit)
        grant_role(user, actor=None, role=role, organisation=at, reach=reach, valid_from=OPENED)
    return user


def test_holding_a_role_at_all_children_does_not_grant_the_parent(cast: Cast) -> None:
    user = holder(cast, ("office", "xiaoshan", "subtree"), ("office", "yuhang", "subtree"))

    assert not may(user, Action.SEE_UNIT, cast.hangzhou)
    assert cast.hangzhou not in organisations_visible_to(user)
    assert may(user, Action.SEE_UNIT, cast.xiaoshan)
    assert may(user, Action.SEE_UNIT, cast.yuhang)


def test_a_unit_opened_later_is_inside_at_once(cast: Cast) -> None:
    town = create_organisation(
        actor=None,
        code="330109099",
        level="town",
        name_zh="新设镇",
        parent=cast.xiaoshan,
        opened_on=date(2020, 1, 1),
    )

    assert may(cast.viewer_of_xiaoshan, Action.SEE_FIGURES, town)
    assert town in organisations_visible_to(cast.viewer_of_xiaoshan)


def test_a_unit_moved_away_leaves_the_old_reach_and_enters_the_new_with_all_below_it(cast: Cast) -> None:
    move_organisation(cast.chengxiang, actor=None, parent=cast.yuhang, on=date(2024, 1, 1))
    cast.alpha.refresh_from_db()

    assert not may(cast.viewer_of_xiaoshan, Action.SEE_UNIT, cast.alpha)
    assert may(cast.office_of_yuhang, Action.SEE_UNIT, cast.alpha)


def test_this_unit_only_is_not_this_unit_and_all_below(cast: Cast) -> None:
    user = holder(cast, ("office", "xiaoshan", "unit"))

    assert list(organisations_visible_to(user)) == [cast.xiaoshan]
    assert not may(user, Action.SEE_UNIT, cast.chengxiang)


def test_two_roles_add_up_and_only_where_both_reach(cast: Cast) -> None:
    user = holder(cast, ("reviewer", "hangzhou", "subtree"), ("auditor", "xiaoshan", "subtree"))

    assert may(user, Action.REVIEW_PEOPLE, cast.alpha)
    assert may(user, Action.SEE_TRAIL, cast.alpha)
    assert not may(user, Action.SEE_TRAIL, cast.yuhang)
    assert may(user, Action.REVIEW_PEOPLE, cast.yuhang)


def test_two_roles_add_up_in_what_may_be_handed_out(cast: Cast) -> None:
    user = holder(cast, ("office", "xiaoshan", "subtree"), ("auditor", "xiaoshan", "subtree"))

    assert Role.AUDITOR in roles_grantable_by(user, cast.xiaoshan)
    assert Role.AUDITOR not in roles_grantable_by(cast.office_of_xiaoshan, cast.xiaoshan)


@pytest.mark.parametrize(
    ("giver", "role", "unit"),
    [
        ("office_of_xiaoshan", "auditor", "xiaoshan"),
        ("office_of_xiaoshan", "system_administrator", "xiaoshan"),
        ("security_administrator", "viewer", "xiaoshan"),
        ("security_administrator", "office", "province"),
        ("viewer_of_xiaoshan", "viewer", "xiaoshan"),
        ("auditor", "auditor", "province"),
    ],
)
def test_nobody_hands_out_more_than_they_hold(cast: Cast, giver: str, role: str, unit: str) -> None:
    with pytest.raises(PermissionDenied):
        grant_role(cast.stranger, actor=getattr(cast, giver), role=role, organisation=getattr(cast, unit))

    assert not cast.stranger.role_grants.exists()


def test_who_holds_a_unit_alone_hands_out_for_the_unit_alone(cast: Cast) -> None:
    user = holder(cast, ("office", "xiaoshan", "unit"))

    assert reaches_grantable_by(user, cast.xiaoshan, Role.VIEWER) == ["unit"]
    with pytest.raises(PermissionDenied):
        grant_role(cast.stranger, actor=user, role="viewer", organisation=cast.xiaoshan, reach="subtree")
    grant_role(cast.stranger, actor=user, role="viewer", organisation=cast.xiaoshan, reach="unit")


def test_a_narrow_right_to_grant_does_not_widen_with_another_role_of_wide_reach(cast: Cast) -> None:
    user = holder(cast, ("office", "xiaoshan", "unit"), ("viewer", "xiaoshan", "subtree"))

    assert reaches_grantable_by(user, cast.xiaoshan, Role.VIEWER) == ["unit"]


def test_an_office_hands_out_its_own_role_below_and_not_above_or_beside(cast: Cast) -> None:
    grant_role(cast.stranger, actor=cast.office_of_xiaoshan, role="office", organisation=cast.chengxiang)

    assert may(cast.stranger, Action.CHANGE_TREE, cast.alpha)
    for unit in (cast.hangzhou, cast.yuhang):
        assert roles_grantable_by(cast.office_of_xiaoshan, unit) == []


def test_two_of_the_three_administrators_are_never_one_person(cast: Cast) -> None:
    for role in ("security_administrator", "auditor"):
        with pytest.raises(ValidationError) as refusal:
            grant_role(cast.system_administrator, actor=None, role=role, organisation=cast.province)
        assert "role" in refusal.value.error_dict


def test_the_separation_also_holds_for_an_account_that_waits_for_its_first_sign_in(cast: Cast) -> None:
    cast.auditor.must_change_password = True
    cast.auditor.save()

    with pytest.raises(ValidationError):
        grant_role(cast.auditor, actor=None, role="system_administrator", organisation=cast.province)


def grant_of(user) -> RoleGrant:
    return RoleGrant.objects.select_related("organisation", "user").get(user=user)


def test_an_office_takes_back_what_it_could_hand_out_and_not_the_auditor_that_watches_it(cast: Cast) -> None:
    revoke_role(grant_of(cast.viewer_of_xiaoshan), actor=cast.office_of_xiaoshan)
    watcher = make_user("watcher")
    grant_role(watcher, actor=None, role="auditor", organisation=cast.xiaoshan)

    assert not may(cast.viewer_of_xiaoshan, Action.SEE_UNIT, cast.xiaoshan)
    with pytest.raises(PermissionDenied):
        revoke_role(grant_of(watcher), actor=cast.office_of_xiaoshan)
    revoke_role(grant_of(watcher), actor=cast.security_administrator)
    assert not may(watcher, Action.SEE_TRAIL, cast.xiaoshan)


def test_a_role_is_taken_back_once_and_its_row_stays(cast: Cast) -> None:
    grant = revoke_role(grant_of(cast.viewer_of_xiaoshan), actor=None)

    with pytest.raises(ValidationError):
        revoke_role(grant, actor=None)
    assert RoleGrant.objects.filter(pk=grant.pk).exists()


def test_the_same_role_can_be_granted_again_after_it_was_taken_back_but_not_twice_at_once(cast: Cast) -> None:
    revoke_role(grant_of(cast.viewer_of_xiaoshan), actor=None)
    again = {"actor": None, "role": "viewer", "organisation": cast.xiaoshan}

    grant_role(cast.viewer_of_xiaoshan, **again)

    with pytest.raises(ValidationError):
        grant_role(cast.viewer_of_xiaoshan, **again)
