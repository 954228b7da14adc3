"""How messages are written. Expected signatures were computed with `openssl dgst -sha256 -hmac`."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tongxin.notices.wire import (
    refusal_in,
    shorten,
    sign_dingtalk,
    sign_feishu,
    sign_generic,
    text_of,
    write_request,
)

NOW = datetime(2026, 3, 5, 1, 2, 3, tzinfo=UTC)
PAYLOAD = {
    "kind": "tasks.assigned",
    "title": "新任务",
    "text": "走访企业20场",
    "link": "/tasks/7/",
    "organisation": {"code": "330109", "name": "萧山区"},
}


def test_the_signatures_are_those_that_openssl_makes():
    assert (
        sign_generic("a-secret-of-the-receiver", "1772672523", b'{"id":1}')
        == "sha256=55761532473591ab88a524c41099d8f35babfcf8a8317a071248ee22a52d3097"
    )
    assert (
        sign_dingtalk("SEC0123456789abcdef", 1772672523000)
        == "timestamp=1772672523000&sign=uuRcVy0S6kwAYJoxRkuAoEwnxVf%2BLmPrCSlkzwZIO9g%3D"
    )
    assert sign_feishu("feishu-secret-0123", 1772672523) == "6OyIbOUADhondUemJDVl9wdcgn9pQ1f4RUoOIeHfnR4="


def test_a_message_in_json_says_all_and_leads_back(settings):
    settings.TONGXIN_BASE_URL = "https://tongxin.example.cn"

    request = write_request("generic", "https://in.example/x", "secret", PAYLOAD, number=9, now=NOW)

    assert json.loads(request.body) == {
        **PAYLOAD,
        "id": 9,
        "link": "https://tongxin.example.cn/tasks/7/",
        "sent_at": "2026-03-05T01:02:03+00:00",
    }
    assert request.headers["X-Tongxin-Timestamp"] == "1772672523"
    assert request.headers["X-Tongxin-Signature"] == sign_generic("secret", "1772672523", request.body)


@pytest.mark.parametrize("form", ["wecom", "dingtalk"])
def test_robots_of_wecom_and_dingtalk_get_a_text(form: str, settings):
    settings.TONGXIN_BASE_URL = "https://tongxin.example.cn"

    request = write_request(form, "https://in.example/x?key=1", "", PAYLOAD, number=9, now=NOW)

    text = "新任务\n走访企业20场\nhttps://tongxin.example.cn/tasks/7/"
    assert json.loads(request.body) == {"msgtype": "text", "text": {"content": text}}
    assert request.url == "https://in.example/x?key=1"


def test_dingtalk_is_signed_in_the_address():
    for address, sign in (("https://in.example/x?key=1", "&"), ("https://in.example/x", "?")):
        request = write_request("dingtalk", address, "SEC0123456789abcdef", PAYLOAD, number=9, now=NOW)

        assert request.url == address + sign + sign_dingtalk("SEC0123456789abcdef", 1772672523000)


def test_feishu_is_signed_in_the_body_where_it_has_a_secret():
    url = "https://in.example/x"
    signed = write_request("feishu", url, "feishu-secret-0123", PAYLOAD, number=9, now=NOW)
    plain = write_request("feishu", url, "", PAYLOAD, number=9, now=NOW)

    content = {"msg_type": "text", "content": {"text": "新任务\n走访企业20场"}}
    assert json.loads(plain.body) == content
    assert json.loads(signed.body) == {
        "timestamp": "1772672523",
        "sign": sign_feishu("feishu-secret-0123", 1772672523),
        **content,
    }


def test_a_link_stands_in_a_text_only_where_it_leads_somewhere():
    assert text_of({"title": "A", "text": "", "link": "/x/"}) == "A"


def test_a_text_is_cut_between_two_characters_at_the_limit_of_the_robot():
    request = write_request(
        "wecom", "https://in.example/", "", {**PAYLOAD, "text": "职" * 4000}, number=9, now=NOW
    )
    content = json.loads(request.body)["text"]["content"]

    assert 2045 <= len(content.encode()) <= 2048
    assert content.endswith("职…")
    assert shorten("职工", 6) == "职工"
    assert shorten("职工们", 8) == "职…"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ('{"errcode":0,"errmsg":"ok"}', None),
        ('{"code":0,"msg":"success","data":{}}', None),
        ('{"StatusCode":0,"StatusMessage":"success"}', None),
        ('{"errcode":93000,"errmsg":"invalid webhook url"}', "93000 invalid webhook url"),
        ('{"code":19021,"msg":"sign match fail"}', "19021 sign match fail"),
        ('{"errcode":310000}', "310000"),
        ("<html>proxy</html>", "<html>proxy</html>"),
        ("{}", "{}"),
        ("[]", "[]"),
        ("7", "7"),
        ("", ""),
    ],
)
def test_a_robot_took_a_message_only_if_its_answer_says_so(answer: str, expected: str | None):
    assert refusal_in(answer.encode()) == expected
