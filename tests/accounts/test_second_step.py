from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from tests.cast import PASSWORD, Cast, make_user
from tests.clients import client_of

from tongxin.accounts.actions import remove_second_step
from tongxin.accounts.models import User
from tongxin.audit.models import LogEntry
from tongxin.organisations.role_actions import grant_role

LOGIN = "/accounts/login/"
SECRET = "JBSWY3DPEHPK3PXP"  # the example of the authenticator apps
BUTTON = "Remove the lost second step"


@pytest.fixture(autouse=True)
def no_failures_yet() -> None:
    cache.clear()


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def protected(cast: Cast) -> User:
    TOTP.activate(cast.viewer_of_xiaoshan, SECRET)
    return cast.viewer_of_xiaoshan


def page_of(user: User) -> str:
    return f"/accounts/manage/{user.pk}/"


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def sign_in_safely(visitor: Client) -> None:
    """Sign the clerk in and give the password once more, as the pages of the second step ask."""
    visitor.post(LOGIN, {"login": "clerk", "password": PASSWORD})
    visitor.post("/accounts/reauthenticate/", {"password": PASSWORD})


def recorded(user: User) -> list[tuple[str, str]]:
    entries = LogEntry.objects.filter(target_type="accounts.user", target_id=str(user.pk)).order_by("pk")
    return list(
        entries.exclude(action__in=["roles.granted", "accounts.signed_in"]).values_list(
            "action", "actor_name"
        )
    )


def n_steps(user: User) -> int:
    return Authenticator.objects.filter(user=user).count()


def test_turning_the_second_step_on_and_off_and_making_codes_is_recorded(
    cast: Cast, visitor: Client, django_capture_on_commit_callbacks
) -> None:
    user = make_user("clerk")
    sign_in_safely(visitor)

    secret = visitor.get("/accounts/2fa/totp/activate/").context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        visitor.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
        visitor.post("/accounts/2fa/recovery-codes/generate/")
    visitor.post("/accounts/2fa/totp/deactivate/")

    assert recorded(user) == [
        ("accounts.second_step_turned_on", "clerk"),
        ("accounts.recovery_codes_made", "clerk"),
        ("accounts.second_step_turned_off", "clerk"),
    ]
    assert n_steps(user) == 0


def test_a_wrong_code_turns_nothing_on_and_records_nothing(
    cast: Cast, visitor: Client, django_capture_on_commit_callbacks
) -> None:
    user = make_user("clerk")
    sign_in_safely(visitor)

    visitor.get("/accounts/2fa/totp/activate/")
    with django_capture_on_commit_callbacks(execute=True):
        visitor.post("/accounts/2fa/totp/activate/", {"code": "000000"})

    assert (recorded(user), n_steps(user)) == ([], 0)


def test_a_system_administrator_removes_a_lost_step_and_the_password_alone_signs_in(
    cast: Cast, protected: User, visitor: Client
) -> None:
    administrator = client_of(cast.system_administrator)
    assert visitor.post(LOGIN, {"login": protected.username, "password": PASSWORD})["location"].startswith(
        "/accounts/2fa/"
    )
    assert BUTTON in administrator.get(page_of(protected)).content.decode()

    answer = administrator.post(page_of(protected) + "second-step/", follow=True)

    text = answer.content.decode()
    assert "The second step has been removed." in text
    assert BUTTON not in text
    assert recorded(protected) == [("accounts.second_step_removed", "system_administrator")]
    fresh = Client()
    fresh.post(LOGIN, {"login": protected.username, "password": PASSWORD})
    assert fresh.get("/organisations/").status_code == 200


def test_an_account_without_a_second_step_shows_no_button_and_nothing_is_recorded(cast: Cast) -> None:
    administrator = client_of(cast.system_administrator)

    assert BUTTON not in administrator.get(page_of(cast.stranger)).content.decode()
    administrator.post(page_of(cast.stranger) + "second-step/")

    assert recorded(cast.stranger) == []


def test_nobody_removes_their_own_step_that_way(cast: Cast) -> None:
    own = cast.system_administrator
    TOTP.activate(own, SECRET)
    client = client_of(own)

    with pytest.raises(ValidationError):
        remove_second_step(own, actor=own)
    told = client.post(page_of(own) + "second-step/", follow=True).content.decode()

    assert "You cannot remove your own second step here" in told
    assert BUTTON not in told
    assert (n_steps(own), recorded(own)) == (1, [])


@pytest.mark.parametrize(
    "who", ["stranger", "viewer_of_xiaoshan", "office_of_province", "security_administrator"]
)
def test_who_manages_no_accounts_removes_no_step(cast: Cast, who: str) -> None:
    TOTP.activate(cast.reporter_of_alpha, SECRET)

    answer = client_of(getattr(cast, who)).post(page_of(cast.reporter_of_alpha) + "second-step/")

    assert answer.status_code == 403
    assert n_steps(cast.reporter_of_alpha) == 1


def test_an_administrator_of_another_place_does_not_see_the_account(cast: Cast, protected: User) -> None:
    other = make_user("administrator_of_ningbo")
    grant_role(other, actor=None, role="system_administrator", organisation=cast.ningbo)

    answer = client_of(other).post(page_of(protected) + "second-step/")

    assert answer.status_code == 404
    assert n_steps(protected) == 1


def test_a_step_is_not_removed_by_following_a_link_or_without_signing_in(
    cast: Cast, protected: User, visitor: Client
) -> None:
    path = page_of(protected) + "second-step/"

    assert client_of(cast.system_administrator).get(path).status_code == 405
    assert visitor.post(path).status_code == 302
    assert n_steps(protected) == 1
