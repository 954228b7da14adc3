"""The search over everything: what is found, what stays hidden, and how the page says it."""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast, make_user
from tests.clients import client_of
from tests.plans.builders import begin, enter, receive

from tongxin.accounts.models import User
from tongxin.organisations.models import Role
from tongxin.organisations.role_actions import grant_role
from tongxin.plans.document_actions import publish_document
from tongxin.plans.models import Document, Plan
from tongxin.plans.searching import index_task

HEAD = "关于做好服务工作的通知\n"
TEXT = f"{HEAD}各单位要定期报告龙门吊检查情况。\n各街道要开展安全宣讲活动。\n"


def ask(user: User, query: str, **asked: object):
    return client_of(user).get(f"/search/?{urlencode({'q': query, **asked})}")


def counts(answer) -> dict[str, int]:
    return {kind: count for kind, _name, count in answer.context["counts"]}


def titles(answer, kind: str) -> list[str]:
    """Return the titles of the hits of a kind as the page shows them."""
    groups = [group for group in answer.context["groups"] if group.kind == kind]
    return ["".join(part.text for part in each.title) for group in groups for each in group.results]


def marked(answer) -> set[str]:
    return {html.unescape(each) for each in re.findall(r"<mark>(.*?)</mark>", answer.text)}


def add_task(plan: Plan, title: str, **values: object):
    task = enter(plan, title, **values)
    index_task(task)
    return task


@pytest.fixture
def document(cast: Cast) -> Document:
    return receive(cast.xiaoshan, TEXT, actor=cast.office_of_xiaoshan)


def test_a_word_is_found_in_documents_clauses_tasks_and_names_of_units(cast: Cast, document) -> None:
    plan = begin(cast.xiaoshan, "计划")
    task = add_task(plan, "走访", lead=["萧山龙门吊协会"])

    answer = ask(cast.office_of_xiaoshan, "龙门吊")

    assert counts(answer) == {"document": 1, "clause": 1, "task": 1}
    assert answer.context["total"] == 3
    for url in (f"/documents/{document.pk}/", f"/documents/{document.pk}/#clause-2", f"/tasks/{task.pk}/"):
        assert f'href="{url}"' in answer.text
    assert marked(answer) == {"龙门吊"}
    assert titles(ask(cast.office_of_xiaoshan, "萧山"), "unit") == ["Xiaoshan District"]


def test_units_are_found_by_code_and_by_several_words(cast: Cast) -> None:
    code = cast.xiaoshan.code

    assert titles(ask(cast.office_of_xiaoshan, code), "unit")[0] == "Xiaoshan District"
    assert titles(ask(cast.office_of_xiaoshan, "区 萧山"), "unit") == ["Xiaoshan District"]
    assert "unit" not in counts(ask(cast.office_of_xiaoshan, "萧山 余杭"))


def test_the_traditional_script_finds_the_simplified_and_marks_it(cast: Cast, document) -> None:
    answer = ask(cast.office_of_xiaoshan, "龍門吊檢查")

    assert counts(answer) == {"document": 1, "clause": 1}
    assert marked(answer) == {"龙门吊检查"}
    assert titles(ask(cast.office_of_xiaoshan, "蕭山區"), "unit") == ["Xiaoshan District"]


def test_a_hit_far_in_a_long_text_leads_to_the_page_that_has_it(cast: Cast) -> None:
    lines = [f"各单位要定期报告第{each}项工作。" for each in range(230)]
    long = receive(cast.xiaoshan, HEAD + "\n".join(lines))

    answer = ask(cast.office_of_xiaoshan, "第220项")

    assert f'href="/documents/{long.pk}/?clause=222#clause-222"' in answer.text
    page = client_of(cast.office_of_xiaoshan).get(f"/documents/{long.pk}/?clause=222")
    assert 'id="clause-222"' in page.text


@pytest.mark.parametrize(
    ("name", "published", "expected"),
    [
        ("office_of_xiaoshan", False, {"document", "clause", "task"}),
        ("viewer_of_xiaoshan", False, {"document", "clause", "task"}),
        ("office_of_hangzhou", False, {"document", "clause", "task"}),
        ("office_of_yuhang", False, set()),
        ("office_of_yuhang", True, set()),
        ("office_of_chengxiang", False, set()),
        ("office_of_chengxiang", True, {"document", "clause", "task"}),
        ("stranger", True, set()),
        ("auditor", True, set()),
        ("system_administrator", True, set()),
    ],
)
def test_everybody_finds_what_they_may_read_and_counts_nothing_else(
    cast: Cast, document: Document, name: str, published: bool, expected: set[str]
) -> None:
    plan = begin(cast.xiaoshan, "计划")
    add_task(plan, "龙门吊")
    if published:
        publish_document(document, actor=None, is_published=True)
        Plan.objects.update(state="published")

    answer = ask(reader(cast, name), "龙门吊")

    assert set(counts(answer)) == expected
    assert answer.context["total"] == len(expected)
    assert ("检查情况" in answer.text) == bool(expected)


def reader(cast: Cast, name: str) -> User:
    if hasattr(cast, name):
        found: User = getattr(cast, name)
        return found
    unit = getattr(cast, name.removeprefix("office_of_"))
    user = make_user(name)
    grant_role(user, actor=None, role=Role.OFFICE, organisation=unit, valid_from=cast.xiaoshan.opened_on)
    return user


def test_what_is_hidden_takes_no_place_on_any_page(cast: Cast) -> None:
    for each in range(25):
        receive(cast.yuhang, f"{HEAD}各单位要报告龙门吊第{each}台。\n")
    for each in range(22):
        receive(cast.xiaoshan, f"{HEAD}各单位要报告龙门吊第{each}号。\n")

    first, second = (ask(cast.office_of_xiaoshan, "龙门吊", kind="clause", page=page) for page in (1, 2))

    assert counts(first) == {"document": 22, "clause": 22}
    assert [len(titles(each, "clause")) for each in (first, second)] == [20, 2]
    assert "page=2" in first.text
    assert "台" not in first.text + second.text


def test_a_few_of_each_kind_are_shown_with_the_way_to_all(cast: Cast) -> None:
    for each in range(7):
        receive(cast.xiaoshan, f"{HEAD}各单位要报告龙门吊第{each}号。\n")

    answer = ask(cast.office_of_xiaoshan, "龙门吊")

    assert len(titles(answer, "clause")) == 5
    assert counts(answer) == {"document": 7, "clause": 7}
    assert "kind=clause" in answer.text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Search over everything you may see"),
        ("   ", "Search over everything you may see"),
        ("，。！", "nothing to look for in these signs"),
        ('""', "nothing to look for in these signs"),
        ("\0", "nothing to look for in these signs"),
        ("无人写过的话", "Nothing that you may see says all these words"),
        ("<script>alert(1)</script>", "Nothing that you may see says all these words"),
        ("龙" * 5_000, "Only the first 400 characters were looked for."),
        ("a b " * 2_000, "Only the first 400 characters were looked for."),
    ],
)
def test_a_query_that_finds_nothing_is_answered_in_words(cast: Cast, document, query: str, said: str) -> None:
    answer = ask(cast.office_of_xiaoshan, query)

    assert answer.status_code == 200
    assert said in answer.text
    assert "<script>alert" not in answer.text


def test_a_text_that_was_revised_says_so(cast: Cast, document: Document) -> None:
    assert "revised since" not in ask(cast.office_of_xiaoshan, "龙门吊").text

    receive(cast.xiaoshan, TEXT.replace("龙门吊", "行车"), revises=document)

    assert ask(cast.office_of_xiaoshan, "龙门吊").text.count("revised since") == 2
    assert "revised since" not in ask(cast.office_of_xiaoshan, "行车").text


def test_one_character_is_enough(cast: Cast, document) -> None:
    assert counts(ask(cast.office_of_xiaoshan, "吊")) == {"document": 1, "clause": 1}


def test_a_page_or_kind_that_is_not_there_does_no_harm(cast: Cast, document) -> None:
    for asked in ({"kind": "worker"}, {"kind": "task"}, {"kind": "clause", "page": "99"}, {"page": "x"}):
        assert ask(cast.office_of_xiaoshan, "龙门吊", **asked).status_code == 200


def test_signs_of_a_text_are_shown_as_they_are(cast: Cast) -> None:
    receive(cast.xiaoshan, f"{HEAD}各单位要<b>定期</b>报告<img src=x>龙门吊情况。\n")

    answer = ask(cast.office_of_xiaoshan, "龙门吊")

    assert "<img" not in answer.text.split("<main", 1)[1]
    assert "&lt;img src=x&gt;" in answer.text


def test_a_visitor_signs_in_first(cast: Cast) -> None:
    assert Client().get("/search/?q=a").status_code == 302


def test_every_page_has_the_box_and_it_keeps_the_words(cast: Cast, document) -> None:
    answer = ask(cast.office_of_xiaoshan, '龙门吊 "检查')

    assert 'action="/search/"' in answer.text
    assert answer.text.count('value="龙门吊 &quot;检查"') == 2


def test_the_page_asks_as_often_for_many_hits_as_for_few(cast: Cast) -> None:
    plan = begin(cast.xiaoshan, "计划")

    def add(first: int, last: int) -> None:
        for each in range(first, last):
            receive(cast.xiaoshan, f"{HEAD}各单位要报告龙门吊第{each}号。\n")
            add_task(plan, f"龙门吊{each}")

    def count(**asked: object) -> int:
        client = client_of(cast.office_of_xiaoshan)
        address = f"/search/?{urlencode({'q': '龙门吊', **asked})}"
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    add(0, 5)
    few = [count(), count(kind="clause"), count(kind="task")]
    add(5, 50)

    assert [count(), count(kind="clause"), count(kind="task")] == few
