from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import ip_network

import pytest
from tests.cast import Cast
from tests.languages import english
from tests.notices.receivers import Post, Web, mail_server, web_server

from tongxin.notices.models import Webhook
from tongxin.notices.webhook_actions import make_webhook

__all__ = ["english"]
SECRET = "a-secret-of-the-receiver"


@pytest.fixture
def web(settings) -> Iterator[Web]:
    """A receiver on this machine, which the operator has permitted."""
    settings.TONGXIN_WEBHOOK_HOSTS = [ip_network("127.0.0.0/8")]
    with web_server() as started:
        yield started


@pytest.fixture
def post(settings) -> Iterator[Post]:
    with mail_server() as started:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", started.port
        settings.DEFAULT_FROM_EMAIL = "tongxin@office.example"
        yield started


@pytest.fixture
def hook(cast: Cast, web: Web) -> Callable[..., Webhook]:
    """Make a webhook of Xiaoshan that leads to the receiver."""

    def make(form: str = "generic", secret: str = SECRET, path: str = "/hook", name: str = "") -> Webhook:
        given = {"name": name or form, "form": form, "url": web.url(path), "secret": secret}
        return make_webhook(cast.xiaoshan, actor=None, **given)[0]

    return make
