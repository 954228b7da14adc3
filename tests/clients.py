"""A signed-in browser that reads English, so that tests may name what a page says."""

from __future__ import annotations

from django.test import Client

from tongxin.accounts.models import User


def client_of(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client
