"""Sending what waits, to servers on this machine."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.utils import timezone
from tests.cast import Cast, make_user
from tests.notices.conftest import SECRET
from tests.notices.messages import post_for, tell
from tests.notices.receivers import Post, Web

from tongxin.accounts.models import User
from tongxin.notices.models import Delivery, Notice, Webhook
from tongxin.notices.sending import Sent, send_waiting
from tongxin.notices.webhook_actions import change_webhook
from tongxin.notices.wire import sign_generic

MINUTES = (1, 5, 30, 120, 720)


def only() -> Delivery:
    return Delivery.objects.get()


@pytest.fixture
def reader(db) -> User:
    return make_user("reader", email="reader@office.example")


def send(after: timedelta = timedelta()) -> Sent:
    return send_waiting(timezone.now() + after)


def test_a_notice_is_mailed_with_its_link(reader, post: Post, settings):
    settings.TONGXIN_BASE_URL = "https://tongxin.example.cn"
    tell(reader, title="新任务\r\nBcc: all@office.example")

    assert send() == Sent(sent=1, failed=0, waiting=0)

    mail = message_from_bytes(post.got[0], policy=policy.default)
    assert mail["Subject"] == "新任务 Bcc: all@office.example"
    assert (mail["To"], mail["From"], mail["Bcc"]) == (
        "reader@office.example",
        "tongxin@office.example",
        None,
    )
    assert mail.get_content().strip().splitlines()[-2:] == [
        "走访企业20场",
        "https://tongxin.example.cn/tasks/7/",
    ]
    assert mail["Message-ID"].endswith("@office.example>")
    assert (only().state, only().attempts, only().error) == ("sent", 1, "")
    assert only().sent_at is not None


def test_many_mails_go_over_one_connection_and_nothing_is_sent_twice(reader, post: Post):
    for number in range(5):
        tell(reader, key=f"task:{number}")

    assert send().sent == 5
    assert send() == Sent(0, 0, 0)
    assert (len(post.got), post.connections) == (5, 1)


def test_a_mailbox_that_is_not_there_holds_up_no_other(db, post: Post):
    tell(make_user("gone", email="nobody@office.example"), make_user("there", email="a@office.example"))

    assert send() == Sent(sent=1, failed=0, waiting=1)

    failed = Delivery.objects.get(state="waiting")
    assert (failed.error, failed.detail) == ("mail", "550 no such mailbox")


def test_a_mail_server_that_is_closed_is_asked_once_a_round(db, post: Post):
    post.refuses_all = True
    tell(*(make_user(f"user{number}", email="a@office.example") for number in range(3)))

    assert send() == Sent(sent=0, failed=0, waiting=3)
    assert post.connections == 1
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    assert Delivery.objects.get(attempts=1).detail.startswith("421 closed")

    post.refuses_all = False
    assert send(timedelta(minutes=2)) == Sent(sent=3, failed=0, waiting=0)


def test_a_mail_server_that_is_not_there_is_an_error_that_waits(reader, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    tell(reader)

    assert send() == Sent(0, 0, 1)
    assert only().error == "unreachable"


@pytest.mark.parametrize("changes", [{"is_active": False}, {"email": ""}])
def test_whoever_left_is_mailed_nothing_any_more(reader, post: Post, changes):
    tell(reader)
    User.objects.filter(pk=reader.pk).update(**changes)

    assert send() == Sent(sent=0, failed=1, waiting=0)
    assert (only().state, only().error) == ("failed", "recipient")
    assert post.got == []


def test_a_message_in_json_arrives_with_a_signature_that_its_receiver_can_check(cast: Cast, web: Web, hook):
    hook()
    post_for(cast.xiaoshan)

    assert send() == Sent(sent=1, failed=0, waiting=0)

    (got,) = web.got
    stamp = got.headers["X-Tongxin-Timestamp"]
    assert got.path == "/hook"
    assert got.headers["X-Tongxin-Signature"] == sign_generic(SECRET, stamp, got.body)
    assert got.said["organisation"] == {"code": "330109", "name": "萧山区"}
    assert got.said["id"] == only().pk


def test_each_robot_gets_what_it_reads(cast: Cast, web: Web, hook):
    hook("wecom", secret="", path="/cgi-bin/webhook/send?key=1")
    hook("dingtalk", path="/robot/send?access_token=1")
    hook("feishu", path="/open-apis/bot/v2/hook/1")
    post_for(cast.xiaoshan)
    assert send().sent == 3

    said = {got.path.split("/")[1]: got for got in web.got}
    assert said["cgi-bin"].said["text"] == {"content": "新任务\n走访企业20场"}
    assert said["robot"].path.startswith("/robot/send?access_token=1&timestamp=")
    assert said["open-apis"].said["sign"]


@pytest.mark.parametrize(
    ("form", "answer", "detail"),
    [
        ("wecom", b'{"errcode":93000,"errmsg":"invalid webhook url"}', "93000 invalid webhook url"),
        ("dingtalk", b'{"errcode":310000,"errmsg":"sign not match"}', "310000 sign not match"),
        ("feishu", b'{"code":19021,"msg":"sign match fail"}', "19021 sign match fail"),
    ],
)
def test_a_robot_that_refuses_with_status_200_has_not_got_the_message(
    cast: Cast, web: Web, hook, form, answer, detail
):
    hook(form, secret="")
    web.answer = answer
    post_for(cast.xiaoshan)

    assert send() == Sent(0, 0, 1)
    assert (only().error, only().detail) == ("robot", detail)


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 500])
def test_no_other_status_is_success_and_no_redirect_is_followed(cast: Cast, web: Web, hook, status: int):
    hook()
    web.status, web.headers = status, {"Location": web.url("/elsewhere")}
    post_for(cast.xiaoshan)

    assert send() == Sent(0, 0, 1)
    assert (only().error, only().detail) == ("status", f"HTTP {status}")
    assert [got.path for got in web.got] == ["/hook"]


def test_what_fails_is_tried_again_ever_later_and_given_up_in_the_end(
    cast: Cast, web: Web, hook, time_machine
):
    time_machine.move_to("2026-03-05 09:00+08:00", tick=False)
    hook()
    web.status = 500
    post_for(cast.xiaoshan)
    now = timezone.now()

    for attempt, minutes in enumerate(MINUTES, 1):
        assert send_waiting(now) == Sent(0, 0, 1)
        assert (only().attempts, only().next_try_at - now) == (attempt, timedelta(minutes=minutes))
        send_waiting(now + timedelta(minutes=minutes, seconds=-1))
        assert len(web.got) == attempt
        now += timedelta(minutes=minutes)

    assert send_waiting(now) == Sent(sent=0, failed=1, waiting=0)
    assert (only().state, only().attempts, len(web.got)) == ("failed", 6, 6)
    assert send_waiting(now + timedelta(days=2)) == Sent(0, 0, 0)


def test_what_succeeds_at_last_has_no_error(cast: Cast, web: Web, hook):
    hook()
    web.status = 500
    post_for(cast.xiaoshan)
    send()
    web.status = 200

    assert send(timedelta(minutes=1)).sent == 1
    assert (only().error, only().detail, only().attempts) == ("", "", 2)


def test_a_webhook_that_fails_is_left_alone_for_the_round_and_the_others_go_on(cast: Cast, web: Web, hook):
    broken = hook(name="broken", path="/broken")
    hook(name="fine")
    Webhook.objects.filter(pk=broken.pk).update(host="gone")
    broken.seal_url("http://127.0.0.1:1/")
    broken.save(update_fields=["address_sealed"])
    for number in range(3):
        post_for(cast.xiaoshan, key=f"task:{number}")

    assert send() == Sent(sent=3, failed=0, waiting=3)
    assert sorted(Delivery.objects.filter(webhook=broken).values_list("attempts", flat=True)) == [0, 0, 1]


def test_a_webhook_that_was_switched_off_gets_nothing_that_waited(cast: Cast, web: Web, hook):
    webhook = hook()
    post_for(cast.xiaoshan)
    change_webhook(webhook, actor=None, name="x", is_active=False)

    assert send() == Sent(0, 1, 0)
    assert only().error == "switched_off"
    assert web.got == []


def test_an_address_that_is_not_permitted_any_more_is_not_asked(cast: Cast, web: Web, hook, settings):
    hook()
    post_for(cast.xiaoshan)
    settings.TONGXIN_WEBHOOK_HOSTS = []

    assert send() == Sent(0, 0, 1)
    assert only().error == "address"
    assert web.got == []


def test_what_another_key_sealed_is_an_error_that_says_so(cast: Cast, web: Web, hook, settings):
    hook()
    post_for(cast.xiaoshan)
    settings.TONGXIN_FIELD_KEY = "ab" * 32

    assert send() == Sent(0, 0, 1)
    assert only().error == "key"


def test_a_message_that_cannot_be_made_is_logged_and_stops_no_other(cast: Cast, web: Web, hook, caplog):
    hook(name="a")
    hook(name="b")
    post_for(cast.xiaoshan)
    Delivery.objects.filter(webhook__name="a").update(payload={})

    assert send() == Sent(sent=1, failed=0, waiting=1)
    assert Delivery.objects.get(webhook__name="a").error == "unexpected"
    assert "could not be sent" in caplog.text


def test_notices_stay_when_nothing_can_be_sent(reader, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    tell(reader)
    send()

    assert Notice.objects.get().read_at is None
