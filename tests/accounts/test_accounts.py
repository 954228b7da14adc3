from __future__ import annotations

import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast, make_user
from tests.clients import client_of

from tongxin.accounts.actions import (
    change_account,
    create_account,
    deactivate_account,
    reactivate_account,
    reset_password,
)
from tongxin.accounts.models import User
from tongxin.audit.models import LogEntry
from tongxin.organisations.account_access import accounts_manageable_by, get_account_for
from tongxin.organisations.role_actions import grant_role

PAGE = "/accounts/manage/"
PASSWORD = re.compile(r"(?:[a-km-np-z2-9]{4}-){3}[a-km-np-z2-9]{4}")


def actions_on(user: User) -> list[str]:
    entries = LogEntry.objects.filter(target_type="accounts.user", target_id=str(user.pk))
    return list(entries.order_by("pk").values_list("action", flat=True))


@pytest.fixture
def county_administrator(cast: Cast) -> User:
    user = make_user("county_administrator")
    grant_role(user, actor=None, role="system_administrator", organisation=cast.xiaoshan)
    return user


def test_a_new_account_has_a_one_time_password_that_is_kept_nowhere(cast: Cast) -> None:
    user, password = create_account(actor=cast.system_administrator, username="newcomer", display_name="新人")

    assert PASSWORD.fullmatch(password)
    assert user.check_password(password)
    assert user.must_change_password
    assert actions_on(user) == ["accounts.created"]
    assert password not in str(LogEntry.objects.latest("pk").changes)


@pytest.mark.parametrize("username", ["", "stranger", "a b", "x" * 151])
def test_a_wrong_or_taken_user_name_is_refused(cast: Cast, username: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        create_account(actor=None, username=username, display_name="新人")
    assert "username" in refusal.value.error_dict


def test_a_change_is_logged_with_what_was_before_and_none_without_a_change(cast: Cast) -> None:
    user = cast.stranger

    change_account(user, actor=None, display_name="stranger", email="")
    change_account(user, actor=cast.system_administrator, display_name="新名", email="")

    assert actions_on(user) == ["accounts.changed"]
    assert LogEntry.objects.latest("pk").changes == {"display_name": ["stranger", "新名"]}


def test_a_deactivated_account_is_out_with_its_next_request_and_comes_back_with_its_roles(cast: Cast) -> None:
    client = client_of(cast.viewer_of_xiaoshan)
    assert client.get("/organisations/").status_code == 200

    deactivate_account(cast.viewer_of_xiaoshan, actor=cast.system_administrator)
    assert client.get("/organisations/").status_code == 302

    reactivate_account(cast.viewer_of_xiaoshan, actor=cast.system_administrator)
    assert client_of(cast.viewer_of_xiaoshan).get("/organisations/").status_code == 200


def test_nobody_deactivates_themselves(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        deactivate_account(cast.system_administrator, actor=cast.system_administrator)
    here = f"{PAGE}{cast.system_administrator.pk}/switch/"
    told = client_of(cast.system_administrator).post(here, {"state": "inactive"}, follow=True)
    assert "You cannot deactivate your own account" in told.content.decode()


def test_switching_an_account_to_what_it_is_already_writes_nothing(cast: Cast) -> None:
    reactivate_account(cast.stranger, actor=cast.system_administrator)

    assert actions_on(cast.stranger) == []


def test_a_one_time_password_ends_sessions_and_puts_roles_to_sleep(cast: Cast) -> None:
    client = client_of(cast.viewer_of_xiaoshan)

    password = reset_password(cast.viewer_of_xiaoshan, actor=cast.system_administrator)

    assert client.get("/organisations/").status_code == 302
    user = User.objects.get(pk=cast.viewer_of_xiaoshan.pk)
    assert user.check_password(password)
    assert client_of(user).get("/organisations/").status_code == 403


def test_an_administrator_manages_accounts_without_role_and_those_wholly_in_reach(
    cast: Cast, county_administrator: User
) -> None:
    grant_role(cast.reporter_of_beta, actor=None, role="viewer", organisation=cast.ningbo)

    managed = set(accounts_manageable_by(county_administrator).values_list("username", flat=True))

    assert managed == {
        "county_administrator",
        "office_of_xiaoshan",
        "reporter_of_alpha",
        "reviewer_of_xiaoshan",
        "stranger",
        "viewer_of_xiaoshan",
    }
    with pytest.raises(Http404):
        get_account_for(county_administrator, cast.office_of_province.pk)
    with pytest.raises(PermissionDenied):
        get_account_for(cast.office_of_province, cast.stranger.pk)


@pytest.mark.parametrize("page", ["", "switch/", "password/"])
def test_the_pages_of_an_account_outside_the_reach_are_hidden(
    cast: Cast, county_administrator: User, page: str
) -> None:
    path = f"{PAGE}{cast.office_of_province.pk}/{page}"

    answer = client_of(county_administrator).post(path, {"display_name": "x"})

    assert answer.status_code == 404
    assert actions_on(cast.office_of_province) == ["roles.granted"]


def test_the_page_shows_the_password_once_and_asks_no_browser_to_keep_it(cast: Cast) -> None:
    client = client_of(cast.system_administrator)
    typed = {"username": "newcomer", "display_name": "新人", "email": ""}

    made = client.post(PAGE + "new/", typed)
    again = client.post(PAGE + "new/", typed)

    password = PASSWORD.search(made.content.decode()).group()
    assert User.objects.get(username="newcomer").check_password(password)
    assert "no-store" in made["cache-control"]
    assert list(again.context["form"].errors) == ["username"]
    assert not PASSWORD.search(again.content.decode())


def test_an_account_is_changed_switched_and_given_a_password_by_page(cast: Cast) -> None:
    client, user = client_of(cast.system_administrator), cast.stranger
    here = f"{PAGE}{user.pk}/"

    client.post(here, {"display_name": "新名", "email": "a@example.org"})
    client.post(here + "switch/", {"state": "inactive"})
    client.post(here + "switch/", {"state": "active"})
    shown = client.post(here + "password/").content.decode()

    user.refresh_from_db()
    assert (user.display_name, user.is_active) == ("新名", True)
    assert user.check_password(PASSWORD.search(shown).group())
    assert actions_on(user) == [
        "accounts.changed",
        "accounts.deactivated",
        "accounts.reactivated",
        "accounts.password_reset",
    ]


def test_switching_and_new_passwords_are_not_done_by_following_a_link(cast: Cast) -> None:
    client = client_of(cast.system_administrator)

    for page in ("switch/", "password/"):
        assert client.get(f"{PAGE}{cast.stranger.pk}/{page}").status_code == 405


def test_the_list_is_searched_and_filtered(cast: Cast) -> None:
    deactivate_account(cast.stranger, actor=None)
    client = client_of(cast.system_administrator)

    def names(**asked) -> list[str]:
        return [user.username for user in client.get(PAGE, asked).context["page"].object_list]

    assert names(q="reporter") == ["reporter_of_alpha", "reporter_of_beta"]
    assert names(state="inactive") == ["stranger"]


def test_the_number_of_queries_does_not_grow_with_the_accounts(cast: Cast) -> None:
    client = client_of(cast.system_administrator)
    counts = []

    for first, last in ((1, 5), (6, 50)):
        for number in range(first, last + 1):
            make_user(f"clerk_{number:03}")
        client.get(PAGE)
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE)
        counts.append(len(captured))

    assert counts[0] == counts[1]
