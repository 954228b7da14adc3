from __future__ import annotations

import pytest
from django.test import Client
from lxml import html
from tests.cast import Cast
from tests.clients import client_of
from tests.notices.conftest import SECRET
from tests.notices.messages import post_for, tell
from tests.notices.receivers import Web

from tongxin.audit.models import LogEntry
from tongxin.notices.models import Delivery, Notice, Webhook
from tongxin.notices.sending import send_waiting
from tongxin.notices.webhook_actions import make_webhook

PUBLIC = "https://hooks.example.com/send?key=very-secret-key"


@pytest.fixture
def office(cast: Cast) -> Client:
    return client_of(cast.office_of_xiaoshan)


def add(office: Client, **values: str):
    given = {"name": "街道群", "form": "generic", "url": PUBLIC, "secret": ""}
    return office.post("/notices/webhooks/new/?at=330109", given | values)


def unread_in_head(client: Client) -> str:
    counts = html.fromstring(client.get("/organisations/").content).xpath("//span[@class='unread-count']")
    return counts[0].text if counts else ""


def test_the_page_shows_ones_own_notices_what_is_unread_first(cast: Cast, office: Client):
    for number in (1, 2, 3):
        tell(cast.office_of_xiaoshan, key=str(number), title=f"任务{number}", organisation=cast.xiaoshan)
    tell(cast.auditor, title="别人的")
    office.post(f"/notices/{Notice.objects.get(key='3').pk}/read/")

    page = html.fromstring(office.get("/notices/").text)

    titles = [each.text_content().strip() for each in page.xpath("//*[@class='notice-title']")]
    assert titles == ["Unread: 任务2", "Unread: 任务1", "任务3"]
    assert "Xiaoshan District" in page.text_content()
    assert "别人的" not in page.text_content()


def test_the_head_of_every_page_says_how_many_are_unread(cast: Cast, office: Client):
    assert unread_in_head(office) == ""
    for number in range(3):
        tell(cast.office_of_xiaoshan, key=str(number))
    assert unread_in_head(office) == "3"

    for number in range(3, 120):
        tell(cast.office_of_xiaoshan, key=str(number))
    assert unread_in_head(office) == "99+"

    office.post("/notices/read/")
    assert unread_in_head(office) == ""


def test_a_notice_that_is_opened_is_read_and_leads_where_it_says(cast: Cast, office: Client):
    tell(cast.office_of_xiaoshan, link="/organisations/330109/")
    notice = Notice.objects.get()

    answer = office.post(f"/notices/{notice.pk}/read/", {"then": "go"})

    assert (answer.status_code, answer.url) == (302, "/organisations/330109/")
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_looking_at_the_list_marks_nothing_as_read(cast: Cast, office: Client):
    tell(cast.office_of_xiaoshan)
    office.get("/notices/")

    assert Notice.objects.get().read_at is None


def test_who_has_no_notice_is_told_what_will_be_here(cast: Cast):
    page = client_of(cast.stranger).get("/notices/")

    assert "No notice yet" in page.text
    assert "Webhooks" not in page.text


def test_many_notices_are_on_several_pages(cast: Cast, office: Client):
    for number in range(60):
        tell(cast.office_of_xiaoshan, key=str(number))

    assert len(office.get("/notices/").context["page"].object_list) == 50
    assert len(office.get("/notices/?page=2").context["page"].object_list) == 10
    assert "?page=2" in office.get("/notices/").text


def test_a_new_webhook_shows_its_secret_once_and_keeps_it_sealed(office: Client):
    page = add(office)

    secret = html.fromstring(page.content).xpath("//output")[0].text
    webhook = Webhook.objects.get()
    assert (len(secret), webhook.secret, webhook.url) == (64, secret, PUBLIC)
    assert "no-store" in page.headers["Cache-Control"]
    for sealed in (webhook.secret_sealed, webhook.address_sealed):
        assert b"very-secret-key" not in bytes(sealed)
        assert secret.encode() not in bytes(sealed)
    for address in ("/notices/webhooks/?at=330109", f"/notices/webhooks/{webhook.pk}/"):
        text = office.get(address).text
        assert "hooks.example.com" in text
        assert secret not in text
        assert "very-secret-key" not in text


def test_neither_address_nor_secret_is_in_the_log(cast: Cast, office: Client):
    add(office, secret="the-secret-of-ours")
    webhook = Webhook.objects.get()
    office.post(
        f"/notices/webhooks/{webhook.pk}/",
        {
            "name": "新群",
            "is_active": "on",
            "url": "https://other.example.com/hidden-token",
            "secret": "another-secret-of-ours",
        },
    )
    office.post(f"/notices/webhooks/{webhook.pk}/test/")
    office.post(f"/notices/webhooks/{webhook.pk}/remove/")

    entries = list(LogEntry.objects.filter(action__startswith="webhooks.").order_by("pk"))
    assert [entry.action.split(".")[1] for entry in entries] == ["made", "changed", "tested", "removed"]
    assert {entry.actor_name for entry in entries} == {"office_of_xiaoshan"}
    assert entries[1].changes == {
        "name": ["街道群", "新群"],
        "host": ["hooks.example.com", "other.example.com"],
        "address_sealed": True,
        "secret_sealed": True,
    }
    written = str([(entry.changes, entry.target_label) for entry in entries])
    for hidden in ("very-secret", "the-secret", "another-secret", "hidden-token"):
        assert hidden not in written
    assert not Webhook.objects.exists()


def test_the_trail_names_what_was_changed_of_a_webhook(cast: Cast, office: Client):
    add(office)
    page = client_of(cast.auditor).get("/audit/").text

    assert "made a webhook" in page
    assert "hooks.example.com" in page


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"url": "http://hooks.example.com/"}, "nothing may be sent"),
        ({"url": "https://10.0.0.1/"}, "nothing may be sent"),
        ({"secret": "short"}, "The secret has 5 characters. Use at least 16."),
        ({"form": "wecom", "secret": "a-secret-for-nobody"}, "A WeCom robot knows no secret"),
        ({"name": "taken"}, "has a webhook named “taken” already"),
    ],
)
def test_what_cannot_work_is_refused_beside_its_field(cast: Cast, office: Client, values, words: str):
    make_webhook(cast.xiaoshan, actor=None, name="taken", url=PUBLIC, form="wecom")

    page = add(office, **values)

    assert page.status_code == 200
    assert words in page.text
    assert Webhook.objects.count() == 1


def test_a_webhook_of_a_robot_is_added_without_a_secret_of_ours(office: Client):
    assert add(office, form="wecom").url == "/notices/webhooks/?at=330109"
    assert not Webhook.objects.get().secret


def test_what_is_left_empty_stays_as_it_is(cast: Cast, office: Client):
    add(office, form="dingtalk", secret="the-secret-of-ours")
    webhook = Webhook.objects.get()
    office.post(f"/notices/webhooks/{webhook.pk}/", {"name": "街道群", "url": "", "secret": ""})

    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.url, webhook.secret) == (False, PUBLIC, "the-secret-of-ours")
    entry = LogEntry.objects.get(action="webhooks.changed")
    assert entry.changes == {"is_active": [True, False]}


def test_a_change_that_changes_nothing_is_not_logged(office: Client):
    add(office)
    office.post(f"/notices/webhooks/{Webhook.objects.get().pk}/", {"name": "街道群", "is_active": "on"})

    assert not LogEntry.objects.filter(action="webhooks.changed").exists()


def test_a_test_message_is_queued_and_the_list_says_how_it_went(cast: Cast, office: Client, web: Web, hook):
    webhook = hook()
    web.status = 500
    office.post(f"/notices/webhooks/{webhook.pk}/test/")
    assert web.got == []
    assert Delivery.objects.get().state == "waiting"

    send_waiting(Delivery.objects.get().next_try_at)
    page = office.get("/notices/webhooks/?at=330109").text

    assert "The other side did not take the message." in page
    assert "HTTP 500" in page
    assert "next attempt at" in page


def test_two_test_messages_are_two_messages(office: Client, web: Web, hook):
    webhook = hook()
    for _ in range(2):
        office.post(f"/notices/webhooks/{webhook.pk}/test/")

    assert send_waiting(Delivery.objects.latest("pk").next_try_at).sent == 2


def test_a_webhook_that_is_switched_off_is_sent_no_test(office: Client, hook):
    webhook = hook()
    Webhook.objects.update(is_active=False)

    page = office.post(f"/notices/webhooks/{webhook.pk}/test/", follow=True)

    assert "This webhook is switched off" in page.text
    assert not Delivery.objects.exists()


def test_with_a_webhook_goes_what_waits_for_it(cast: Cast, office: Client, web: Web, hook):
    webhook = hook(secret=SECRET)
    post_for(cast.xiaoshan)

    office.post(f"/notices/webhooks/{webhook.pk}/remove/")

    assert not Delivery.objects.exists()


def test_a_unit_without_webhooks_says_how_to_begin(office: Client):
    assert "No webhook yet" in office.get("/notices/webhooks/?at=330109").text


def test_what_a_robot_says_is_shown_as_text_and_not_as_markup(cast: Cast, office: Client, web: Web, hook):
    hook("wecom", secret="")
    web.answer = b'{"errcode":1,"errmsg":"<script>alert(1)</script>"}'
    post_for(cast.xiaoshan, title="<b>bold</b>")
    send_waiting(Delivery.objects.get().next_try_at)

    page = office.get("/notices/webhooks/?at=330109").text

    assert "<script>alert" not in page
    assert "<b>bold" not in page
    assert "&lt;script&gt;alert" in page
