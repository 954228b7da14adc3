from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest
from django.core.cache import cache
from django.test import Client
from tests.cast import PASSWORD, Cast

from tongxin.accounts.actions import reset_password
from tongxin.accounts.models import User
from tongxin.audit.models import LogEntry

LOGIN = "/accounts/login/?next=/organisations/"
CHANGE = "/accounts/password/change/"


@pytest.fixture(autouse=True)
def no_failures_yet() -> None:
    cache.clear()


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"accept-language": "en"})


def sign_in(client: Client, username: str, password: str = PASSWORD):
    return client.post(LOGIN, {"login": username, "password": password})


def recorded() -> list[tuple[str, str, str]]:
    entries = LogEntry.objects.filter(action__startswith="accounts.").order_by("pk")
    return list(entries.values_list("action", "actor_name", "target_label"))


def test_signing_in_and_out_is_recorded(cast: Cast, visitor: Client) -> None:
    answer = sign_in(visitor, "viewer_of_xiaoshan")
    visitor.post("/accounts/logout/")

    assert answer["location"] == "/organisations/"
    assert recorded() == [
        ("accounts.signed_in", "viewer_of_xiaoshan", "viewer of xiaoshan"),
        ("accounts.signed_out", "viewer_of_xiaoshan", "viewer of xiaoshan"),
    ]
    assert visitor.get("/organisations/").status_code == 302


def test_a_failure_is_recorded_at_the_account_and_a_name_that_is_nobodys_is_not_kept(
    cast: Cast, visitor: Client
) -> None:
    sign_in(visitor, "viewer_of_xiaoshan", "wrong")
    sign_in(visitor, "my-secret-password", "wrong")

    assert recorded() == [
        ("accounts.sign_in_failed", "anonymous", "viewer of xiaoshan"),
        ("accounts.sign_in_failed", "anonymous", ""),
    ]
    assert not LogEntry.objects.filter(target_label__contains="secret").exists()


def test_after_five_failures_even_the_right_password_waits_and_the_page_says_so(
    cast: Cast, visitor: Client
) -> None:
    for _ in range(5):
        sign_in(visitor, "viewer_of_xiaoshan", "wrong")

    refused = sign_in(visitor, "viewer_of_xiaoshan")

    text = refused.content.decode()
    assert "Too many failed attempts" in text
    assert "15 minutes" in text
    assert visitor.get("/organisations/").status_code == 302
    assert [action for action, *_ in recorded()] == ["accounts.sign_in_failed"] * 5 + ["accounts.locked_out"]
    assert sign_in(Client(), "office_of_xiaoshan")["location"] == "/organisations/"


def test_four_failures_do_not_lock_and_success_does_not_count(cast: Cast, visitor: Client) -> None:
    for _ in range(4):
        sign_in(visitor, "viewer_of_xiaoshan", "wrong")

    for _ in range(3):
        assert sign_in(Client(), "viewer_of_xiaoshan").status_code == 302


def test_the_lock_ends_after_a_quarter_of_an_hour(cast: Cast, visitor: Client, time_machine) -> None:
    time_machine.move_to("2026-05-01 12:00+08:00")
    for _ in range(5):
        sign_in(visitor, "viewer_of_xiaoshan", "wrong")

    time_machine.move_to("2026-05-01 12:16+08:00")

    assert sign_in(visitor, "viewer_of_xiaoshan").status_code == 302


def test_failures_in_another_process_count(cast: Cast, visitor: Client) -> None:
    failing = textwrap.dedent("""
        import django
        django.setup()
        from allauth.account.adapter import get_adapter
        from django.test import RequestFactory
        request = RequestFactory().post("/accounts/login/")
        for _ in range(5):
            get_adapter(request).pre_authenticate(request, username="viewer_of_xiaoshan")
    """)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tongxin.config.settings",
        "ALLOWED_HOSTS": "testserver",
    }
    subprocess.run([sys.executable, "-c", failing], env=environment, check=True)

    refused = sign_in(visitor, "viewer_of_xiaoshan")

    assert "Too many failed attempts" in refused.content.decode()


def test_a_closed_account_does_not_sign_in(cast: Cast, visitor: Client) -> None:
    User.objects.filter(pk=cast.stranger.pk).update(is_active=False)

    sign_in(visitor, "stranger")

    assert visitor.get("/organisations/").status_code == 302
    assert "accounts.signed_in" not in [action for action, *_ in recorded()]


def test_a_one_time_password_leads_to_choosing_another_and_then_the_roles_come_into_force(
    cast: Cast, visitor: Client, settings
) -> None:
    settings.LOGIN_REDIRECT_URL = "organisations"
    given = reset_password(cast.viewer_of_xiaoshan, actor=None)

    assert sign_in(visitor, "viewer_of_xiaoshan", given)["location"] == CHANGE
    assert visitor.get("/organisations/").status_code == 403

    same = visitor.post(CHANGE, {"oldpassword": given, "password1": given, "password2": given})
    assert "other than the one that you were given" in same.content.decode()

    chosen = "quiet-River-stone-9"
    visitor.post(CHANGE, {"oldpassword": given, "password1": chosen, "password2": chosen})
    assert visitor.get("/organisations/").status_code == 200
    assert ("accounts.password_chosen", "viewer_of_xiaoshan", "viewer of xiaoshan") in recorded()


@pytest.mark.parametrize("weak", ["short-1", "1234567890123", "password1234", "viewer_of_xiaoshan"])
def test_a_weak_password_is_refused(cast: Cast, visitor: Client, weak: str) -> None:
    sign_in(visitor, "viewer_of_xiaoshan")

    visitor.post(CHANGE, {"oldpassword": PASSWORD, "password1": weak, "password2": weak})

    assert User.objects.get(pk=cast.viewer_of_xiaoshan.pk).check_password(PASSWORD)


def test_nobody_opens_an_account_for_themselves(cast: Cast, visitor: Client) -> None:
    visitor.post("/accounts/signup/", {"username": "me", "password1": PASSWORD, "password2": PASSWORD})

    assert not User.objects.filter(username="me").exists()
