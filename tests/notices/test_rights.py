"""Every page of the room, as each of those who stand around it finds it."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from tests.cast import OPENED, Cast, make_user
from tests.clients import client_of
from tests.notices.messages import tell

from tongxin.accounts.models import User
from tongxin.notices.models import Delivery, Notice, Webhook
from tongxin.notices.urls import urlpatterns
from tongxin.notices.webhook_actions import change_webhook, drop_webhook, make_webhook, queue_test
from tongxin.organisations.models import Role
from tongxin.organisations.role_actions import grant_role

OWN = ["notices/", "notices/read/", "notices/{notice}/read/"]
LISTS = ["notices/webhooks/", "notices/webhooks/new/"]
PAGES = ["notices/webhooks/{webhook}/"]
CHANGES = ["notices/webhooks/{webhook}/test/", "notices/webhooks/{webhook}/remove/"]
URL = "https://hooks.example.com/x"


@pytest.fixture
def webhook(cast: Cast) -> Webhook:
    return make_webhook(cast.xiaoshan, actor=None, name="x", url=URL, form="generic")[0]


@pytest.fixture
def below(cast: Cast) -> User:
    user = make_user("office_of_chengxiang")
    grant_role(user, actor=None, role=Role.OFFICE, organisation=cast.chengxiang, valid_from=OPENED)
    return user


def got(user: User, address: str) -> int:
    return client_of(user).get(address).status_code


def sent(user: User, address: str) -> int:
    return client_of(user).post(address, {"x": "y"}).status_code


def test_the_tables_name_every_address_of_the_room():
    named = {
        each.replace("{webhook}", "<int:pk>").replace("{notice}", "<int:pk>")
        for each in (*OWN, *LISTS, *PAGES, *CHANGES)
    }
    assert named == {str(each.pattern) for each in urlpatterns}


@pytest.mark.parametrize("address", LISTS)
def test_lists_are_open_to_office_and_system_administrator_of_the_unit_and_above(
    cast: Cast, below: User, address: str
):
    at = f"/{address}?at={cast.xiaoshan.code}"

    for user in (cast.office_of_xiaoshan, cast.office_of_hangzhou, cast.system_administrator):
        assert got(user, at) == 200
    for user in (
        cast.viewer_of_xiaoshan,
        cast.reviewer_of_xiaoshan,
        cast.auditor,
        cast.security_administrator,
    ):
        assert got(user, at) == 403
    for user in (cast.office_of_yuhang, cast.reporter_of_alpha, below, cast.stranger):
        assert got(user, at) == 404
    assert got(cast.stranger, f"/{address}") == 403
    assert got(cast.viewer_of_xiaoshan, f"/{address}") == 403


@pytest.mark.parametrize("address", [*PAGES, *CHANGES])
def test_a_webhook_is_hidden_beside_and_below_and_forbidden_to_other_roles(
    cast: Cast, webhook: Webhook, below: User, address: str
):
    place = "/" + address.format(webhook=webhook.pk)

    for user in (cast.viewer_of_xiaoshan, cast.auditor, cast.security_administrator):
        assert sent(user, place) == 403
    for user in (cast.office_of_yuhang, below, cast.stranger):
        assert sent(user, place) == 404
    assert Webhook.objects.get().name == "x"
    assert not Delivery.objects.exists()
    for user in (cast.office_of_hangzhou, cast.office_of_xiaoshan):
        if Webhook.objects.exists():
            assert sent(user, place) in {200, 302}


@pytest.mark.parametrize("address", CHANGES)
def test_nothing_is_changed_by_following_a_link(cast: Cast, webhook: Webhook, address: str):
    assert got(cast.office_of_xiaoshan, "/" + address.format(webhook=webhook.pk)) == 405


@pytest.mark.parametrize("address", ["/notices/webhooks/0/", "/notices/webhooks/0/test/"])
def test_what_does_not_exist_is_not_found(cast: Cast, address: str):
    assert sent(cast.office_of_xiaoshan, address) == 404


def test_a_webhook_is_made_by_nobody_beside(cast: Cast):
    given = {"name": "x", "url": URL, "form": "generic"}

    assert client_of(cast.office_of_yuhang).post("/notices/webhooks/new/?at=330109", given).status_code == 404
    assert (
        client_of(cast.viewer_of_xiaoshan).post("/notices/webhooks/new/?at=330109", given).status_code == 403
    )
    assert not Webhook.objects.exists()


def test_the_actions_ask_for_the_right_themselves(cast: Cast, webhook: Webhook):
    for user, refusal in ((cast.viewer_of_xiaoshan, PermissionDenied), (cast.office_of_yuhang, Http404)):
        with pytest.raises(refusal):
            make_webhook(cast.xiaoshan, actor=user, name="y", url=URL, form="generic")
        with pytest.raises(refusal):
            change_webhook(webhook, actor=user, name="y", is_active=False)
        with pytest.raises(refusal):
            queue_test(webhook, actor=user)
        with pytest.raises(refusal):
            drop_webhook(webhook, actor=user)


def test_a_notice_of_somebody_else_is_not_there(cast: Cast):
    tell(cast.office_of_xiaoshan)
    place = f"/notices/{Notice.objects.get().pk}/read/"

    for user in (cast.office_of_hangzhou, cast.system_administrator, cast.stranger):
        assert sent(user, place) == 404
        client_of(user).post("/notices/read/")
    assert Notice.objects.get().read_at is None
    assert got(cast.office_of_xiaoshan, place) == 405
    assert got(cast.office_of_xiaoshan, "/notices/read/") == 405


@pytest.mark.parametrize("address", [*OWN, *LISTS, *PAGES, *CHANGES])
def test_whoever_is_not_signed_in_is_led_to_the_entrance(cast: Cast, webhook: Webhook, address: str):
    place = "/" + address.format(webhook=webhook.pk, notice=1)

    for answer in (Client().get(place), Client().post(place)):
        assert answer.status_code == 302
        assert answer.url.startswith("/accounts/login/")
