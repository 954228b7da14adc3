"""Lists ask the database as often for many rows as for few, and the head of a page once."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast
from tests.clients import client_of
from tests.notices.messages import post_for, tell

from tongxin.notices.webhook_actions import make_webhook


def ask(client: Client, address: str) -> list[str]:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    assert answer.status_code == 200
    return [query["sql"] for query in asked]


def test_the_list_of_notices_asks_as_often_for_many_as_for_few(cast: Cast):
    client = client_of(cast.office_of_xiaoshan)
    for number in range(5):
        tell(cast.office_of_xiaoshan, key=str(number), organisation=cast.xiaoshan)
    few = ask(client, "/notices/")
    for number in range(5, 50):
        tell(cast.office_of_xiaoshan, key=str(number), organisation=cast.alpha)

    assert len(ask(client, "/notices/")) == len(few)


def test_the_list_of_webhooks_asks_as_often_for_many_as_for_few(cast: Cast):
    client, address = client_of(cast.office_of_xiaoshan), "/notices/webhooks/?at=330109"

    def add(number: int) -> None:
        given = {"name": str(number), "url": "https://hooks.example.com/", "form": "wecom"}
        make_webhook(cast.xiaoshan, actor=cast.office_of_xiaoshan, **given)
        post_for(cast.xiaoshan, key=str(number))

    for number in range(3):
        add(number)
    few = ask(client, address)
    for number in range(3, 20):
        add(number)

    assert len(ask(client, address)) == len(few)


def test_the_head_of_a_page_asks_once_for_the_unread(cast: Cast):
    tell(cast.office_of_xiaoshan)

    asked = ask(client_of(cast.office_of_xiaoshan), "/organisations/")

    assert len([sql for sql in asked if "notices_notice" in sql]) == 1
