from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from tests.cast import Cast, make_user
from tests.notices.messages import post_for, tell

from tongxin.notices.actions import mark_all_read, mark_read
from tongxin.notices.models import Delivery, Notice
from tongxin.notices.queries import count_unread, notices_of
from tongxin.notices.webhook_actions import change_webhook


def test_somebody_is_told_once_however_often_it_is_said(cast: Cast):
    assert tell(cast.office_of_xiaoshan, cast.office_of_xiaoshan, organisation=cast.xiaoshan) == 1
    assert tell(cast.office_of_xiaoshan) == 0
    assert tell(cast.office_of_xiaoshan, cast.viewer_of_xiaoshan) == 1
    assert tell(cast.office_of_xiaoshan, key="task:8") == 1

    assert Notice.objects.filter(recipient=cast.office_of_xiaoshan).count() == 2
    assert Notice.objects.get(recipient=cast.viewer_of_xiaoshan).title == "新任务"


def test_a_mail_is_queued_for_those_with_an_address(db):
    tell(make_user("with_address", email="a@office.example"), make_user("without"))

    delivery = Delivery.objects.get()
    assert (delivery.channel, delivery.notice.recipient.username) == ("mail", "with_address")
    assert delivery.state == "waiting"


def test_nobody_is_told_where_nobody_is_named_and_closed_accounts_are_passed_over(db):
    assert tell() == 0
    assert tell(make_user("closed", is_active=False, email="a@office.example")) == 0
    assert not Notice.objects.exists()
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"link": "https://elsewhere.example/"},
        {"link": "//elsewhere.example/"},
        {"link": ""},
        {"title": ""},
        {"title": "x" * 201},
        {"text": "x" * 4001},
        {"key": ""},
    ],
)
def test_what_cannot_be_told_is_refused_and_nothing_is_queued(cast: Cast, hook, values):
    hook()

    with pytest.raises(ValidationError):
        tell(cast.office_of_xiaoshan, **values)
    with pytest.raises(ValidationError):
        post_for(cast.xiaoshan, **values)

    assert not Notice.objects.exists()
    assert not Delivery.objects.exists()


def test_the_database_keeps_no_link_out_of_the_site(cast: Cast):
    for link in ("https://elsewhere.example/", "//elsewhere.example/"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.create(recipient=cast.auditor, kind="x", title="x", link=link, key=link)


def test_what_is_told_with_a_change_that_fails_is_not_told(cast: Cast):
    cast.auditor.email = "a@office.example"

    def fail() -> None:
        with transaction.atomic():
            tell(cast.auditor)
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert not Notice.objects.exists()
    assert not Delivery.objects.exists()


def test_each_active_webhook_of_the_units_gets_the_message_once(cast: Cast, hook):
    first, second, off = hook("generic"), hook("wecom", secret=""), hook("dingtalk")
    change_webhook(off, actor=None, name=off.name, is_active=False)

    assert post_for(cast.xiaoshan, cast.hangzhou) == 2
    assert post_for(cast.xiaoshan) == 0
    assert post_for(cast.hangzhou) == 0

    assert {delivery.webhook for delivery in Delivery.objects.all()} == {first, second}
    assert Delivery.objects.first().payload == {
        "kind": "tasks.assigned",
        "title": "新任务",
        "text": "走访企业20场",
        "link": "/tasks/7/",
        "organisation": {"code": "330109", "name": "萧山区"},
    }


def test_a_notice_is_unread_until_it_is_read_and_keeps_when_that_was(cast: Cast):
    user = cast.office_of_xiaoshan
    tell(user)
    tell(user, key="task:8")
    tell(cast.auditor)
    first = Notice.objects.get(recipient=user, key="task:7")
    assert count_unread(user.pk) == 2

    at = mark_read(first).read_at
    assert mark_read(Notice.objects.get(pk=first.pk)).read_at == at
    assert count_unread(user.pk) == 1
    assert [notice.key for notice in notices_of(user.pk)] == ["task:8", "task:7"]

    assert mark_all_read(user) == 1
    assert mark_all_read(user) == 0
    assert count_unread(cast.auditor.pk) == 1


def test_very_many_unread_notices_are_counted_to_a_hundred(cast: Cast, django_assert_num_queries):
    for number in range(103):
        tell(cast.auditor, key=f"task:{number}")

    with django_assert_num_queries(1):
        assert count_unread(cast.auditor.pk) == 100
