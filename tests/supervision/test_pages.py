from __future__ import annotations

from datetime import date

import pytest
from lxml import html
from tests.clients import client_of
from tests.plans.builders import enter, renewed, share_out
from tests.supervision.builders import DUE, go, go_daily, on, steps

from tongxin.organisations.models import RoleGrant
from tongxin.supervision.models import Circular, Step, SupervisionOrder
from tongxin.supervision.order_actions import issue_order
from tongxin.supervision.queries import orders_of, rule_of

LATE = date(2026, 5, 8)


def texts(answer) -> str:
    return " ".join(html.fromstring(answer.content.decode()).text_content().split())


def rows_on(answer) -> list[tuple[str, str]]:
    return [(row.task.organisation.code, row.words) for row in answer.context["rows"]]


@pytest.fixture
def office(world):
    return client_of(world.cast.office_of_hangzhou)


def test_the_page_shows_what_is_late_whose_it_is_since_when_and_what_was_done(world, office):
    go(date(2026, 5, 6))
    with on(LATE):
        answer = office.get("/supervision/?at=330100")

    # Late by 6, 7 and 8 May; by the calendar 8 days after 30 April.
    assert rows_on(answer) == [("330109", "3 working days late (8 by the calendar)")]
    assert "overdue 2026-05-06" in texts(answer)
    counts = answer.context["counts"]
    assert (counts.n_open, counts.n_overdue, counts.n_due_soon, counts.n_stalled) == (2, 1, 0, 0)


def test_units_below_are_counted_in_the_order_of_the_tree(world, office):
    more = enter(world.plan, "另一任务", due_on=date(2026, 12, 31))
    share_out(renewed(more), world.cast.yuhang, world.cast.xiaoshan, due_on=date(2026, 5, 12))
    with on(LATE):
        answer = office.get("/supervision/?at=330100")

    found = [
        (each.unit.code, each.n_overdue, each.n_due_soon, each.n_open) for each in answer.context["units"]
    ]
    # 12 May lies three working days after 8 May: 9, 11, 12.
    assert found == [("330100", 0, 0, 2), ("330109", 1, 1, 2), ("330110", 0, 1, 1)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"share", "soon", "still"}),
        ("kind=overdue", {"share"}),
        ("kind=due_soon", {"soon"}),
        ("kind=stalled", {"still"}),
        ("kind=review", set()),
        ("kind=orders", {"share"}),
        ("kind=all", {"share", "soon", "still", "own"}),
        ("kind=all&unit=330110", {"soon"}),
        ("kind=all&dimension=ranks", {"still"}),
        ("kind=all&unit=330203", None),
    ],
)
def test_the_list_is_filtered(world, office, query, expected):
    (soon,) = share_out(world.task, world.cast.yuhang, due_on=date(2026, 5, 11))
    still = enter(world.plan, "停滞的任务", measure=world.plan.measures.get(dimension="ranks"))
    type(still).objects.filter(pk=still.pk).update(moved_at="2026-03-02T10:00:00+08:00")
    with on(LATE):
        issue_order(world.share, actor=None, organisation=world.cast.xiaoshan, demand="请办", reply_days=3)
        answer = office.get(f"/supervision/?at=330100&{query}")

    names = {world.share.pk: "share", soon.pk: "soon", still.pk: "still", world.task.pk: "own"}
    found = {names[row.task.pk] for row in answer.context["rows"]}
    # A unit that has no task is no choice; the filter is then refused and shows what needs attention.
    assert found == ({"share", "soon", "still"} if expected is None else expected)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("due", ["330110", "330109"]), ("unit", ["330109", "330110"]), ("task", ["330109", "330110"])],
)
def test_the_list_is_sorted_by_day_by_unit_or_by_name(world, office, sort, expected):
    more = enter(world.plan, "走访企业", due_on=date(2026, 12, 31))
    share_out(renewed(more), world.cast.yuhang, due_on=date(2026, 4, 28))
    with on(LATE):
        answer = office.get(f"/supervision/?at=330100&kind=overdue&sort={sort}")

    assert [row.task.organisation.code for row in answer.context["rows"]] == expected


def test_one_click_reminds_and_a_second_says_that_it_did_not(world, office):
    back = "/supervision/?at=330100&kind=overdue"
    with on(LATE):
        first = office.post(f"/supervision/tasks/{world.share.pk}/remind/", {"back": back})
        page = office.get(first.url)
        second = office.post(f"/supervision/tasks/{world.share.pk}/remind/", {"back": back}, follow=True)

    assert first.url == back
    assert "Reminded: the message went to 1 person at Xiaoshan District." in texts(page)
    assert (
        "Xiaoshan District was reminded at 2026-05-08 09:00 already; a task is reminded of once an hour. "
        "Nothing was sent." in texts(second)
    )
    assert steps(world.share) == [("reminder", "05-08")]


def test_a_reminder_that_nobody_can_read_says_so(world, office):
    RoleGrant.objects.exclude(user=world.cast.office_of_hangzhou).delete()
    RoleGrant.objects.update(role="reviewer")
    with on(LATE):
        answer = office.post(f"/supervision/tasks/{world.share.pk}/remind/", follow=True)

    assert "nobody at Xiaoshan District or above has a role to read it" in texts(answer)


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_a_reminder_leads_back_into_this_site_alone(world, office, back):
    with on(LATE):
        answer = office.post(f"/supervision/tasks/{world.share.pk}/remind/", {"back": back})

    assert answer.url == f"/supervision/tasks/{world.share.pk}/"


def test_a_tasks_page_tells_every_step_in_the_words_that_were_sent(world, office):
    go_daily(date(2026, 4, 27), date(2026, 5, 11))
    with on(date(2026, 5, 11)):
        page = texts(office.get(f"/supervision/tasks/{world.share.pk}/"))

    for step in Step.objects.filter(task=world.share):
        assert step.text in page
    assert "5 working days late (11 by the calendar)" in page
    assert "Told to 1 person." in page


def test_a_rule_is_changed_by_its_page_and_what_is_wrong_stands_beside_its_field(world, office):
    url = f"/supervision/plans/{world.plan.pk}/rule/"
    page = office.get(url)
    given = {
        name: field.initial if name.startswith("text_") else getattr(page.context["form"].instance, name)
        for name, field in page.context["form"].fields.items()
    }

    wrong = office.post(url, {**given, "text_overdue": "请{chief}办理", "circulate_after": "2"})
    assert wrong.status_code == 422
    assert "{chief} stands for nothing" in texts(wrong)
    assert "请{chief}办理" in wrong.content.decode()

    right = office.post(url, {**given, "remind_every": "7", "text_overdue": "请{unit}办理"})
    assert right.status_code == 302
    assert (rule_of(world.plan).remind_every, rule_of(world.plan).texts) == (7, {"overdue": "请{unit}办理"})
    assert "reminded every 7 working days" in texts(office.get(right.url))


def test_a_list_is_circulated_by_its_page_and_shown_as_it_was(world, office):
    with on(date(2026, 5, 14)):
        answer = office.post(f"/supervision/plans/{world.plan.pk}/circulate/", follow=True)
        again = office.post(f"/supervision/plans/{world.plan.pk}/circulate/", follow=True)

    circular = Circular.objects.get()
    assert answer.redirect_chain[-1][0] == f"/supervision/circulars/{circular.pk}/"
    assert "Of 2 open tasks, 1 were late by 8 working days or more." in texts(answer)
    assert "has been circulated already" in texts(again)


def test_an_order_goes_through_its_pages(world, office):
    unit = client_of(world.cast.office_of_xiaoshan)
    with on(date(2026, 4, 29)):
        answer = office.post(
            f"/supervision/tasks/{world.share.pk}/order/",
            {"organisation": "330109", "demand": "请说明原因", "reply_days": "5"},
        )
        order = SupervisionOrder.objects.get()
        assert answer.url == f"/supervision/orders/{order.pk}/"
        wrong = unit.post(f"/supervision/orders/{order.pk}/reply/", {"reply-text": ""})
        assert wrong.status_code == 422
        unit.post(f"/supervision/orders/{order.pk}/reply/", {"reply-text": "因故推迟"})
        office.post(
            f"/supervision/orders/{order.pk}/return/", {"return-text": "请写明时限", "return-reply_days": "2"}
        )
        unit.post(f"/supervision/orders/{order.pk}/reply/", {"reply-text": "5月20日前"})
        page = office.post(f"/supervision/orders/{order.pk}/close/", {"close-text": "同意"}, follow=True)
        late = unit.post(f"/supervision/orders/{order.pk}/reply/", {"reply-text": "又一次"})

    said = texts(page)
    for words in ("请说明原因", "因故推迟", "请写明时限", "5月20日前", "同意", "Order [2026] No. 1"):
        assert words in said
    assert late.status_code == 422
    assert "Order [2026] No. 1 is closed; it cannot become replied." in texts(late)
    assert list(orders_of(world.share)) == [order]


def test_a_second_order_keeps_what_was_typed(world, office):
    given = {"organisation": "330109", "demand": "请说明原因", "reply_days": "5"}
    url = f"/supervision/tasks/{world.share.pk}/order/"
    office.post(url, given)

    again = office.post(url, {**given, "demand": "再次要求"})

    assert again.status_code == 422
    assert "is still open" in texts(again)
    assert "再次要求" in again.content.decode()


def test_orders_are_listed_for_both_sides_and_by_state(world, office):
    with on(date(2026, 4, 29)):
        issue_order(world.share, actor=None, organisation=world.cast.xiaoshan, demand="请办", reply_days=3)
    unit = client_of(world.cast.office_of_xiaoshan)

    for client, at in ((office, "330100"), (unit, "330109")):
        assert len(client.get(f"/supervision/orders/?at={at}").context["page"].object_list) == 1
        assert len(client.get(f"/supervision/orders/?at={at}&state=open").context["page"].object_list) == 1
        assert not client.get(f"/supervision/orders/?at={at}&state=closed").context["page"].object_list


def test_empty_pages_say_what_will_be_there(cast):
    client = client_of(cast.office_of_xiaoshan)

    assert "Nothing needs attention" in texts(client.get("/supervision/"))
    assert "No order" in texts(client.get("/supervision/orders/"))
    assert "No task is like this" in texts(client.get("/supervision/?kind=overdue"))


def test_what_is_due_on_a_day_off_is_not_late_on_the_first_day_after_it(world, office):
    type(world.share).objects.filter(pk=world.share.pk).update(due_on=date(2026, 5, 2))
    with on(date(2026, 5, 6)):
        answer = office.get("/supervision/?at=330100")

    assert rows_on(answer) == [("330109", "due soon: 0 working days left")]
    assert date(2026, 5, 2) > DUE
