"""Every page: who stands outside, beside or above sees 404 or 403, and who stands inside sees it."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.cast import OPENED, Cast
from tests.clients import client_of

from tongxin.organisations.group_actions import fill_seat, found_group
from tongxin.organisations.models import RoleGrant

EVERYBODY = (
    "office_of_xiaoshan",
    "viewer_of_xiaoshan",
    "auditor",
    "system_administrator",
    "security_administrator",
    "stranger",
)
UNIT_PAGES = ["", "group/"]
CHANGE_PAGES = ["create/", "group/found/"]
ABOVE_PAGES = ["rename/", "move/", "merge/", "split/", "close/"]


def status(user, path: str) -> int:
    return client_of(user).get(path).status_code


def at(unit, page: str = "") -> str:
    return f"/organisations/{unit.code}/{page}"


@pytest.mark.parametrize("page", UNIT_PAGES)
def test_a_units_pages_are_seen_inside_its_reach_and_nowhere_else(cast: Cast, page: str) -> None:
    user = cast.viewer_of_xiaoshan

    assert status(user, at(cast.xiaoshan, page)) == 200
    assert status(user, at(cast.chengxiang, page)) == 200
    assert status(user, at(cast.yuhang, page)) == 404
    assert status(user, at(cast.hangzhou, page)) == 404
    assert status(cast.stranger, at(cast.xiaoshan, page)) == 404


@pytest.mark.parametrize("page", CHANGE_PAGES)
def test_pages_that_change_what_is_below_ask_for_the_right_at_the_unit(cast: Cast, page: str) -> None:
    assert status(cast.office_of_xiaoshan, at(cast.xiaoshan, page)) == 200
    assert status(cast.viewer_of_xiaoshan, at(cast.xiaoshan, page)) == 403
    assert status(cast.office_of_yuhang, at(cast.xiaoshan, page)) == 404
    assert status(cast.office_of_xiaoshan, at(cast.hangzhou, page)) == 404
    assert status(cast.stranger, at(cast.xiaoshan, page)) == 404


@pytest.mark.parametrize("page", ABOVE_PAGES)
def test_pages_that_change_the_unit_itself_ask_for_the_right_above_it(cast: Cast, page: str) -> None:
    assert status(cast.office_of_hangzhou, at(cast.xiaoshan, page)) == 200
    assert status(cast.office_of_xiaoshan, at(cast.xiaoshan, page)) == 403
    assert status(cast.viewer_of_xiaoshan, at(cast.xiaoshan, page)) == 403
    assert status(cast.office_of_yuhang, at(cast.xiaoshan, page)) == 404
    assert status(cast.stranger, at(cast.xiaoshan, page)) == 404


@pytest.mark.parametrize("page", ["particulars/", "union/"])
def test_pages_that_change_an_enterprise_are_the_offices(cast: Cast, page: str) -> None:
    assert status(cast.office_of_xiaoshan, at(cast.alpha, page)) == 200
    assert status(cast.reporter_of_alpha, at(cast.alpha, page)) == 403
    assert status(cast.reporter_of_beta, at(cast.alpha, page)) == 404
    assert status(cast.stranger, at(cast.alpha, page)) == 404


def test_the_pages_of_a_group_are_changed_by_the_units_office(cast: Cast) -> None:
    group = found_group(cast.xiaoshan, actor=None, name="小组", on=OPENED)
    seat = fill_seat(group, actor=None, kind="chair", person="甲", on=OPENED)

    for page in ("group/seat/", "group/close/", f"group/seats/{seat.pk}/end/"):
        assert status(cast.office_of_xiaoshan, at(cast.xiaoshan, page)) == 200
        assert status(cast.viewer_of_xiaoshan, at(cast.xiaoshan, page)) == 403
        assert status(cast.office_of_yuhang, at(cast.xiaoshan, page)) == 404
        assert status(cast.stranger, at(cast.xiaoshan, page)) == 404


@pytest.mark.parametrize(
    ("path", "readers"),
    [
        ("/organisations/", set(EVERYBODY) - {"stranger"}),
        ("/roles/", {"office_of_xiaoshan", "auditor", "security_administrator"}),
        ("/roles/grant/", {"office_of_xiaoshan", "security_administrator"}),
        ("/roles/explain/", set(EVERYBODY)),
        ("/accounts/manage/", {"system_administrator"}),
        ("/accounts/manage/new/", {"system_administrator"}),
        ("/audit/", {"auditor"}),
        ("/audit/?format=csv", {"auditor"}),
    ],
)
def test_pages_of_no_unit_open_for_the_roles_that_need_them(cast: Cast, path: str, readers: set[str]) -> None:
    for name in EVERYBODY:
        expected = 200 if name in readers else 403
        assert status(getattr(cast, name), path) == expected, name


def test_the_pages_of_one_role_and_one_account_are_hidden_from_others(cast: Cast) -> None:
    grant = RoleGrant.objects.get(user=cast.viewer_of_xiaoshan)
    revoke, account = f"/roles/{grant.pk}/revoke/", f"/accounts/manage/{cast.viewer_of_xiaoshan.pk}/"

    assert status(cast.office_of_xiaoshan, revoke) == 200
    assert status(cast.office_of_yuhang, revoke) == 404
    assert status(cast.viewer_of_xiaoshan, revoke) == 403
    assert status(cast.system_administrator, account) == 200
    assert status(cast.office_of_province, account) == 403
    assert status(cast.stranger, account) == 403


def test_nobody_who_is_not_signed_in_sees_any_of_them(cast: Cast) -> None:
    paths = ("/organisations/", at(cast.alpha), "/roles/", "/roles/explain/", "/accounts/manage/", "/audit/")
    for path in paths:
        answer = Client().get(path)
        assert answer.status_code == 302
        assert answer["location"].startswith("/accounts/login/")
