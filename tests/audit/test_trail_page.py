from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast, make_user
from tests.clients import client_of

from tongxin.audit import log
from tongxin.audit.models import LogEntry
from tongxin.organisations.role_actions import grant_role
from tongxin.organisations.trail_labels import show_entries
from tongxin.workforce.models import Worker

PAGE = "/audit/"


def write(cast: Cast, unit: str, *, times: int = 1, actor: str | None = None, **changes) -> None:
    target = getattr(cast, unit)
    for _ in range(times):
        log.record(
            actor=getattr(cast, actor) if actor else None,
            action="organisations.renamed",
            target=target,
            organisation_id=target.pk,
            **changes,
        )


def labels(answer) -> list[str]:
    return [each.what for each in answer.context["shown"]]


@pytest.fixture
def county_auditor(cast: Cast):
    user = make_user("county_auditor")
    grant_role(user, actor=None, role="auditor", organisation=cast.xiaoshan)
    return user


def test_an_auditor_reads_the_entries_of_the_units_in_reach_and_no_others(cast: Cast, county_auditor) -> None:
    log.record(actor=None, action="accounts.created", target=cast.stranger)

    seen = {entry.entry.organisation_id for entry in client_of(county_auditor).get(PAGE).context["shown"]}

    assert seen == {cast.xiaoshan.pk, cast.chengxiang.pk, cast.alpha.pk, cast.beta.pk}


def test_entries_of_no_unit_are_read_from_the_root_alone(cast: Cast) -> None:
    log.record(actor=None, action="accounts.created", target=cast.stranger)
    narrow = make_user("narrow")
    grant_role(narrow, actor=None, role="auditor", organisation=cast.province, reach="unit")

    assert "stranger" in labels(client_of(cast.auditor).get(PAGE, {"action": "accounts.created"}))
    assert labels(client_of(narrow).get(PAGE, {"action": "accounts.created"})) == []


def test_it_is_filtered_by_who_what_where_and_whom(cast: Cast) -> None:
    write(cast, "alpha", actor="office_of_xiaoshan")
    write(cast, "gamma", actor="office_of_yuhang")
    client = client_of(cast.auditor)

    by_actor = client.get(PAGE, {"actor": "office_of_yuhang"})
    by_unit = client.get(PAGE, {"unit": "330109", "action": "organisations.renamed"})
    by_label = client.get(PAGE, {"q": "三厂", "action": "organisations.renamed"})

    assert labels(by_actor) == ["同心示例三厂"]
    assert labels(by_unit) == ["同心示例一厂"]
    assert labels(by_label) == ["同心示例三厂"]


def test_both_days_of_a_span_are_included_and_are_days_of_the_office(cast: Cast, time_machine) -> None:
    for moment in (
        datetime(2026, 3, 4, 15, 59, tzinfo=UTC),  # 23:59 on the 4th in Shanghai
        datetime(2026, 3, 4, 16, 0, tzinfo=UTC),  # 00:00 on the 5th
        datetime(2026, 3, 5, 15, 59, tzinfo=UTC),  # 23:59 on the 5th
        datetime(2026, 3, 5, 16, 0, tzinfo=UTC),  # 00:00 on the 6th
    ):
        time_machine.move_to(moment, tick=False)
        write(cast, "alpha", at_minute=moment.isoformat())

    answer = client_of(cast.auditor).get(PAGE, {"from_day": "2026-03-05", "until_day": "2026-03-05"})

    minutes = [each.entry.changes["at_minute"] for each in answer.context["shown"]]
    assert minutes == ["2026-03-05T15:59:00+00:00", "2026-03-04T16:00:00+00:00"]


def test_pages_follow_one_another_without_gap_or_overlap_and_back_again(cast: Cast) -> None:
    write(cast, "alpha", times=120, actor="office_of_xiaoshan")
    client = client_of(cast.auditor)
    asked = {"actor": "office_of_xiaoshan"}

    first = client.get(PAGE, asked)
    second = client.get(PAGE + first.context["next_url"])
    third = client.get(PAGE + second.context["next_url"])
    back = client.get(PAGE + third.context["previous_url"])

    keys = [[each.entry.pk for each in page.context["shown"]] for page in (first, second, third)]
    expected = LogEntry.objects.filter(actor_name="office_of_xiaoshan").order_by("-pk")
    assert [len(page) for page in keys] == [50, 50, 20]
    assert [key for page in keys for key in page] == list(expected.values_list("pk", flat=True))
    assert [each.entry.pk for each in back.context["shown"]] == keys[1]
    assert "next_url" not in third.context
    assert "previous_url" not in first.context


def test_values_before_and_after_are_written_in_words(cast: Cast) -> None:
    grant_role(
        cast.stranger, actor=cast.office_of_xiaoshan, role="viewer", organisation=cast.alpha, reach="unit"
    )
    write(cast, "alpha", actor="office_of_xiaoshan", name=("before", "after"), is_above_scale=(False, True))

    renamed, granted = show_entries(LogEntry.objects.filter(actor=cast.office_of_xiaoshan))

    assert [(each.name, each.before, each.after) for each in renamed.changes] == [
        ("name", "before", "after"),
        ("above designated size", "no", "yes"),
    ]
    assert granted.verb == "granted a role"
    assert {each.name: each.after for each in granted.changes} == {
        "role": "viewer",
        "reach": "this unit only",
        "unit": "同心示例一厂",
        "until": "",
    }


def test_an_auditor_does_not_learn_who_a_worker_is(cast: Cast) -> None:
    worker = Worker(pk=7, name="张三丰")
    log.record(
        actor=None,
        action="workers.corrected",
        target=worker,
        organisation_id=cast.alpha.pk,
        name=("张三风", "张三丰"),
    )
    client = client_of(cast.auditor)

    text = client.get(PAGE).content.decode()
    as_file = b"".join(client.get(PAGE, {"format": "csv"})).decode()

    assert "张**" in text
    for told in (text, as_file):
        assert "张三丰" not in told
        assert "张三风" not in told
    assert labels(client.get(PAGE, {"q": "三丰"})) == []
    assert labels(client.get(PAGE, {"q": "7", "action": "workers.corrected"})) == ["张**"]


def test_the_log_as_a_file_has_every_entry_that_the_filters_leave(cast: Cast, county_auditor) -> None:
    write(cast, "alpha", times=60, actor="office_of_xiaoshan", name=("before", "after"))
    write(cast, "gamma", actor="office_of_yuhang")

    answer = client_of(county_auditor).get(PAGE, {"format": "csv", "action": "organisations.renamed"})

    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert len(rows) == 60
    assert rows[0]["who"] == "office_of_xiaoshan"
    assert rows[0]["changes"] == "name: before → after"
    assert rows[0]["unit"] == cast.alpha.code


def test_the_number_of_queries_does_not_grow_with_the_entries(cast: Cast) -> None:
    client = client_of(cast.auditor)
    counts = []

    for times in (5, 45):
        write(cast, "alpha", times=times, actor="office_of_xiaoshan", name=("before", "after"))
        path = PAGE + "?actor=office_of_xiaoshan"
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        counts.append(len(captured))

    assert counts[0] == counts[1]
