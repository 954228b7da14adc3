from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import OPENED, Cast, make_user
from tests.clients import client_of

from tongxin.organisations.access import Action, may
from tongxin.organisations.models import RoleGrant
from tongxin.organisations.role_actions import grant_role, revoke_role

PAGE = "/roles/"


def holders(answer) -> list[str]:
    return [grant.user.username for grant in answer.context["page"].object_list]


def grant_many(cast: Cast, first: int, last: int) -> None:
    for number in range(first, last + 1):
        user = make_user(f"clerk_{number:03}")
        grant_role(user, actor=None, role="viewer", organisation=cast.chengxiang, valid_from=OPENED)


def test_the_list_shows_the_roles_in_reach_and_no_others(cast: Cast) -> None:
    seen = holders(client_of(cast.office_of_xiaoshan).get(PAGE))

    assert set(seen) == {
        "office_of_xiaoshan",
        "viewer_of_xiaoshan",
        "reviewer_of_xiaoshan",
        "reporter_of_alpha",
        "reporter_of_beta",
    }


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"q": "reporter"}, {"reporter_of_alpha", "reporter_of_beta"}),
        ({"role": "viewer"}, {"viewer_of_xiaoshan"}),
        ({"at": "330109001"}, {"reporter_of_alpha", "reporter_of_beta"}),
        ({"state": "past"}, set()),
    ],
)
def test_the_list_is_filtered(cast: Cast, asked, expected) -> None:
    assert set(holders(client_of(cast.office_of_xiaoshan).get(PAGE, asked))) == expected


def test_a_role_taken_back_moves_to_the_past(cast: Cast) -> None:
    revoke_role(RoleGrant.objects.get(user=cast.viewer_of_xiaoshan), actor=None)
    client = client_of(cast.office_of_xiaoshan)

    assert "viewer_of_xiaoshan" not in holders(client.get(PAGE))
    assert holders(client.get(PAGE, {"state": "past"})) == ["viewer_of_xiaoshan"]


def test_a_role_is_granted_by_page(cast: Cast) -> None:
    asked = {"account": "stranger", "organisation": "330109001", "role": "viewer", "reach": "subtree"}

    answer = client_of(cast.office_of_xiaoshan).post(PAGE + "grant/", asked)

    assert answer.status_code == 302
    assert may(cast.stranger, Action.SEE_FIGURES, cast.alpha)
    assert RoleGrant.objects.get(user=cast.stranger).granted_by == cast.office_of_xiaoshan


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"account": "nobody"}, "account"),
        ({"organisation": "330110"}, "organisation"),
        ({"role": "auditor"}, "role"),
        ({"valid_to": "2020-01-01"}, "valid_to"),
        ({"account": "viewer_of_xiaoshan", "organisation": "330109"}, "__all__"),
    ],
)
def test_what_cannot_be_granted_is_said_beside_the_field(cast: Cast, changes, field: str) -> None:
    asked = {"account": "stranger", "organisation": "330109001", "role": "viewer", "reach": "subtree"}
    n_before = RoleGrant.objects.count()

    answer = client_of(cast.office_of_xiaoshan).post(PAGE + "grant/", asked | changes)

    assert list(answer.context["form"].errors) == [field]
    assert RoleGrant.objects.count() == n_before


def test_who_holds_one_unit_is_told_to_grant_for_one_unit(cast: Cast) -> None:
    user = make_user("narrow")
    grant_role(user, actor=None, role="office", organisation=cast.xiaoshan, reach="unit")
    asked = {"account": "stranger", "organisation": "330109", "role": "viewer", "reach": "subtree"}

    answer = client_of(user).post(PAGE + "grant/", asked)

    assert list(answer.context["form"].errors) == ["reach"]


def test_taking_back_shows_what_ends_and_does_it_once(cast: Cast) -> None:
    client = client_of(cast.office_of_xiaoshan)
    path = f"{PAGE}{RoleGrant.objects.get(user=cast.viewer_of_xiaoshan).pk}/revoke/"

    asked = client.get(path)
    client.post(path)
    again = client.post(path, follow=True)

    assert "see figures" in asked.content.decode()
    assert not may(cast.viewer_of_xiaoshan, Action.SEE_UNIT, cast.xiaoshan)
    assert "This role has ended already." in again.content.decode()


def test_a_role_beyond_ones_own_is_not_taken_back_by_page(cast: Cast) -> None:
    watcher = make_user("watcher")
    grant = grant_role(watcher, actor=None, role="auditor", organisation=cast.xiaoshan)

    answer = client_of(cast.office_of_xiaoshan).post(f"{PAGE}{grant.pk}/revoke/")

    assert answer.status_code == 403
    assert may(watcher, Action.SEE_TRAIL, cast.xiaoshan)


def test_the_number_of_queries_does_not_grow_with_the_roles(cast: Cast) -> None:
    client = client_of(cast.office_of_xiaoshan)
    counts = []

    for first, last in ((1, 5), (6, 50)):
        grant_many(cast, first, last)
        client.get(PAGE)
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE)
        counts.append(len(captured))

    assert counts[0] == counts[1]
