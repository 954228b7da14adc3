"""What lists and menus ask of the access room, for the operator, for users and for strangers."""

from __future__ import annotations

import pytest
from django.http import Http404
from tests.cast import OPENED, Cast

from tongxin.audit.models import LogEntry
from tongxin.organisations.access import (
    Action,
    actions_at,
    actions_of,
    explain,
    get_organisation_for,
    home_unit_of,
    is_revocable_by,
    keep_visible,
    organisations_visible_to,
    reach_of,
    reaches_grantable_by,
    roles_grantable_by,
)
from tongxin.organisations.listings import levels_below
from tongxin.organisations.models import Organisation, Role, RoleGrant
from tongxin.organisations.role_actions import grant_role
from tongxin.organisations.trail_access import trail_visible_to


def test_the_operator_is_held_back_nowhere(cast: Cast) -> None:
    grant = RoleGrant.objects.get(user=cast.auditor)

    assert organisations_visible_to(None).count() == Organisation.objects.count()
    assert Organisation.objects.filter(reach_of(None, Action.SEE_TRAIL)).count() == 11
    assert explain(None, Action.CHANGE_TREE, cast.alpha).allowed
    assert actions_of(None) == actions_at(None, cast.alpha) == frozenset(Action)
    assert roles_grantable_by(None, cast.alpha) == list(Role)
    assert reaches_grantable_by(None, cast.alpha, Role.OFFICE) == ["subtree", "unit"]
    assert keep_visible(None, [cast.alpha], Action.SEE_PEOPLE) == [cast.alpha]
    assert is_revocable_by(None, grant)
    assert trail_visible_to(None, LogEntry.objects.all()).count() == LogEntry.objects.count()


def test_a_stranger_has_no_home_no_menu_and_no_unit(cast: Cast) -> None:
    assert home_unit_of(cast.stranger) is None
    assert actions_of(cast.stranger) == frozenset()
    assert keep_visible(cast.stranger, [cast.alpha, cast.province], Action.SEE_UNIT) == []
    assert not is_revocable_by(cast.stranger, RoleGrant.objects.get(user=cast.auditor))


def test_the_first_page_stands_at_the_highest_unit_where_one_may_do_the_thing(cast: Cast) -> None:
    grant_role(
        cast.reporter_of_alpha, actor=None, role="viewer", organisation=cast.hangzhou, valid_from=OPENED
    )

    assert home_unit_of(cast.reporter_of_alpha) == cast.hangzhou
    assert home_unit_of(cast.reporter_of_alpha, Action.SEE_PEOPLE) == cast.alpha


def test_of_given_units_those_in_reach_are_kept_in_their_order(cast: Cast) -> None:
    units = [cast.gamma, cast.beta, cast.hangzhou, cast.xiaoshan]

    assert keep_visible(cast.office_of_xiaoshan, units, Action.SEE_PEOPLE) == [cast.beta, cast.xiaoshan]
    assert keep_visible(cast.viewer_of_xiaoshan, units, Action.SEE_PEOPLE) == []


def test_a_code_that_no_unit_has_is_not_found_like_one_that_is_hidden(cast: Cast) -> None:
    for code in ("999999", "330110"):
        with pytest.raises(Http404, match=rf"^There is no unit {code}\.$"):
            get_organisation_for(cast.office_of_xiaoshan, code)


def test_levels_below_are_those_that_units_have_highest_first(cast: Cast) -> None:
    assert levels_below(cast.province) == ["city", "county", "town", "enterprise"]
    assert levels_below(cast.haishu) == []
