"""Tasks in the calendar of a phone: the secret address, whose tasks it gives, and how they are written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import Cast
from tests.clients import client_of
from tests.plans.builders import begin, enter, rows
from tests.plans.calendars import read_events, read_lines
from tests.plans.task_worlds import TODAY, many_tasks, people_of, raise_tasks

from tongxin.organisations.models import RoleGrant
from tongxin.plans import calendar_feeds
from tongxin.plans.access import tasks_visible_to
from tongxin.plans.calendar_feeds import hash_of, make_feed, tasks_in_calendar
from tongxin.plans.calendar_texts import Event, write_calendar
from tongxin.plans.models import CalendarFeed, Task
from tongxin.plans.task_actions import change_task

TEXTS = st.text(st.characters(codec="utf-8"), max_size=120)


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(f"{TODAY}T12:00:00+08:00", tick=False) as clock:
        yield clock


def fetch(token: str, **headers: str):
    """Ask as a calendar program does: without a session."""
    return Client(headers={"accept-language": "en", **headers}).get(f"/tasks/calendar/{token}.ics")


def titles(answer) -> list[str]:
    assert answer.status_code == 200
    return [event["SUMMARY"].text.removeprefix("Due: ") for event in read_events(answer.content)[1]]


@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=3), st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_whatever_is_said_is_written_by_the_rules(summary, description, categories, day):
    at = datetime(2026, 3, 1, 4, tzinfo=UTC)
    event = Event("a@b", day, summary, description, "https://x.example/tasks/1/", at, 3, categories)

    calendar, (found,) = read_events(write_calendar("任务", [event]))

    def plain(text: str) -> str:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return "".join(
            sign for sign in text if sign == "\n" or (sign >= " " and not "\x7f" <= sign <= "\x9f")
        )

    assert calendar["X-WR-CALNAME"].text == "任务"
    assert (found["SUMMARY"].text, found["DESCRIPTION"].text) == (plain(summary), plain(description))
    assert found["DTSTART"].parameters == found["DTEND"].parameters == {"VALUE": "DATE"}
    assert found["DTSTART"].value == f"{day:%Y%m%d}"
    assert found["DTEND"].value == f"{day + timedelta(days=1):%Y%m%d}"


def test_a_long_line_is_folded_between_characters():
    event = Event("a@b", TODAY, "任" * 100, "", "https://x.example/", datetime(2026, 1, 1, tzinfo=UTC), 0)

    body = write_calendar("x", [event])

    # SUMMARY: and 22 characters of 3 octets fill 74; the next lines hold a blank and 24 each.
    assert b"SUMMARY:" + ("任" * 22).encode() + b"\r\n " + ("任" * 24).encode() + b"\r\n " in body
    assert [each.text for each in read_lines(body) if each.name == "SUMMARY"] == ["任" * 100]


def test_the_address_gives_what_the_unit_answers_for_leads_or_decides_on(cast: Cast):
    raise_tasks(cast)

    found = titles(fetch(make_feed(cast.office_of_hangzhou)))

    # The city's own task and its two shares; not the tasks of the districts' own plans.
    assert sorted(found) == ["任务 hangzhou"] * 3
    assert sorted(titles(fetch(make_feed(cast.office_of_xiaoshan)))) == ["任务 hangzhou", "任务 xiaoshan"]


def test_only_open_tasks_of_these_days_are_given(cast: Cast):
    plan = begin(cast.xiaoshan)
    for days in (-91, -90, 0, 400, 401):
        enter(plan, f"{days}", due_on=TODAY + timedelta(days=days))
    ended = enter(plan, "ended", due_on=TODAY)
    Task.objects.filter(pk=ended.pk).update(state="completed")
    enter(plan, "undated")

    assert titles(fetch(make_feed(cast.office_of_xiaoshan))) == ["-90", "0", "400"]


def test_nobody_is_given_what_they_may_not_see(cast: Cast):
    raise_tasks(cast)

    for name, user in people_of(cast).items():
        allowed = set(tasks_in_calendar(user, TODAY).values_list("pk", flat=True))
        assert allowed <= set(tasks_visible_to(user).values_list("pk", flat=True)), name


def test_the_secret_is_kept_as_a_hash_and_shown_once(cast: Cast):
    client = client_of(cast.office_of_xiaoshan)
    assert "There is no address yet." in client.get("/tasks/calendar/").text

    page = client.post("/tasks/calendar/")
    address = page.context["address"]
    token = address.rsplit("/", 1)[1].removesuffix(".ics")

    assert CalendarFeed.objects.get().token_hash == hash_of(token) != token
    assert address in page.text
    assert token not in client.get("/tasks/calendar/").text
    assert len(token) >= 43
    assert fetch(token).status_code == 200


def test_a_renewed_address_ends_the_old_one_and_a_revoked_one_is_gone(cast: Cast):
    client = client_of(cast.office_of_xiaoshan)
    first, second = make_feed(cast.office_of_xiaoshan), make_feed(cast.office_of_xiaoshan)
    assert (fetch(first).status_code, fetch(second).status_code) == (404, 200)

    assert client.post("/tasks/calendar/revoke/").status_code == 302
    client.post("/tasks/calendar/revoke/")

    assert fetch(second).status_code == 404
    verbs = ("calendars.made", "calendars.renewed", "calendars.revoked")
    assert [len(rows(verb)) for verb in verbs] == [1, 1, 1]
    assert hash_of(second) not in str(rows("calendars.renewed")[0].changes)


@pytest.mark.parametrize("why", ["deactivated", "role ended", "password seen", "viewer only"])
def test_the_address_stops_working_with_the_account_and_its_roles(cast: Cast, why):
    user = cast.office_of_xiaoshan
    token = make_feed(user)
    assert fetch(token).status_code == 200

    if why == "deactivated":
        user.is_active = False
    if why == "password seen":
        user.must_change_password = True
    user.save()
    grants = RoleGrant.objects.filter(user=user)
    if why == "role ended":
        grants.update(valid_to=TODAY)
    if why == "viewer only":
        grants.update(role="viewer")

    assert fetch(token).status_code == 404


@pytest.mark.parametrize("token", ["x", "a" * 43, "%00", "..%2f..%2fx"])
def test_another_address_is_not_found(cast: Cast, token):
    make_feed(cast.office_of_xiaoshan)

    assert fetch(token).status_code == 404


def test_the_page_is_for_whoever_sees_plans(cast: Cast):
    assert client_of(cast.stranger).get("/tasks/calendar/").status_code == 403
    assert client_of(cast.auditor).post("/tasks/calendar/").status_code == 403
    assert not CalendarFeed.objects.exists()
    for act in (Client().get, Client().post):
        assert act("/tasks/calendar/").url.startswith("/accounts/login/")


def test_what_has_not_changed_is_not_sent_again(cast: Cast, at_noon):
    plan = begin(cast.xiaoshan)
    task = enter(plan, "一", due_on=TODAY)
    token = make_feed(cast.office_of_xiaoshan)
    first = fetch(token)
    tag = first.headers["ETag"]

    same = fetch(token, if_none_match=f'"other", W/{tag}')
    at_noon.shift(60)
    change_task(task, actor=None, measure=task.measure, lead=[], support=[], title="二")
    later = fetch(token, if_none_match=tag)

    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    assert later.status_code == 200
    before, after = (read_events(each.content)[1][0] for each in (first, later))
    assert before["UID"] == after["UID"]
    assert int(after["SEQUENCE"].value) > int(before["SEQUENCE"].value)
    assert after["LAST-MODIFIED"].value > before["LAST-MODIFIED"].value


def test_a_program_needs_no_session_and_leaves_none(cast: Cast):
    answer = fetch(make_feed(cast.office_of_xiaoshan))

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-cache" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert not answer.cookies
    assert fetch(make_feed(cast.office_of_xiaoshan)).wsgi_request.user.is_anonymous


def test_when_it_was_last_fetched_is_noted_by_the_hour(cast: Cast, at_noon):
    token = make_feed(cast.office_of_xiaoshan)

    def used() -> datetime | None:
        return CalendarFeed.objects.get().last_used_at

    assert used() is None
    fetch(token)
    first = used()
    at_noon.shift(timedelta(minutes=50))
    fetch(token)
    assert used() == first
    at_noon.shift(timedelta(minutes=20))
    fetch(token)
    assert used() > first


def test_a_calendar_asks_as_often_for_many_as_for_few_and_has_an_end(cast: Cast, monkeypatch):
    plan = begin(cast.xiaoshan)
    token = make_feed(cast.office_of_xiaoshan)

    def ask() -> int:
        fetch(token)
        with CaptureQueriesContext(connection) as asked:
            fetch(token)
        return len(asked)

    many_tasks(plan, 5, due_on=TODAY)
    few = ask()
    many_tasks(plan, 45, due_on=TODAY)

    assert ask() == few
    monkeypatch.setattr(calendar_feeds, "MOST_EVENTS", 7)
    assert len(titles(fetch(token))) == 7


def test_an_event_leads_to_its_task(cast: Cast):
    task = enter(begin(cast.xiaoshan), "走访；一,二\\三", due_on=TODAY, lead=["萧山区"], target="20家")

    (event,) = read_events(fetch(make_feed(cast.office_of_xiaoshan)).content)[1]

    assert event["SUMMARY"].text == "Due: 走访；一,二\\三"
    assert event["URL"].value == f"http://testserver/tasks/{task.pk}/"
    assert "Lead: 萧山区" in event["DESCRIPTION"].text
    assert "Target: 20家" in event["DESCRIPTION"].text
    assert event["DTSTART"].value == "20260601"
