"""A long text is shown page by page; links to its clauses and open proposals lead across pages."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast
from tests.clients import client_of
from tests.plans.builders import measure_of, proposal_of, receive

from tongxin.plans.document_pages import CLAUSES
from tongxin.plans.models import Document
from tongxin.plans.proposal_actions import accept_proposal, reject_proposal

HEAD = "关于做好服务工作的通知\n"


def long_text(n_lines: int, duties: set[int]) -> str:
    """Return a text with a head; line n is clause n + 1, and a duty where it is said to be one."""
    lines = [
        f"各单位要定期报告第{each}项工作进展情况。" if each in duties else f"第{each}项工作情况说明。"
        for each in range(1, n_lines + 1)
    ]
    return HEAD + "\n".join(lines) + "\n"


def numbers(answer) -> list[int]:
    return [row.clause.number for row in answer.context["rows"]]


@pytest.fixture
def long(cast: Cast) -> Document:
    """450 clauses; duties in clauses 11, 251 and 441."""
    return receive(cast.xiaoshan, long_text(449, {10, 250, 440}))


def test_a_page_has_so_many_paragraphs_and_leads_to_the_next(long, office) -> None:
    pages = [office.get(f"/documents/{long.pk}/?page={page}") for page in (1, 2, 3)]

    assert [numbers(each) for each in pages] == [
        [*range(1, CLAUSES + 1)],
        [*range(CLAUSES + 1, 2 * CLAUSES + 1)],
        [*range(2 * CLAUSES + 1, 451)],
    ]
    assert 'rel="next" href="?page=2"' in pages[0].text
    assert 'rel="prev" href="?page=2"' in pages[2].text
    assert 'rel="next"' not in pages[2].text


def test_the_numbers_are_those_of_the_whole_text_on_every_page(long, office) -> None:
    for page in (1, 2, 3):
        context = office.get(f"/documents/{long.pk}/?page={page}").context
        assert (context["coverage"].open, context["n_bare"]) == (3, 3)


@pytest.mark.parametrize(
    ("clause", "first"),
    [("1", 1), ("200", 1), ("201", 201), ("400", 201), ("401", 401), ("450", 401), ("99999", 401)],
)
def test_a_clause_is_shown_on_the_page_on_which_it_stands(long, office, clause: str, first: int) -> None:
    assert numbers(office.get(f"/documents/{long.pk}/?clause={clause}"))[0] == first


@pytest.mark.parametrize(
    "asked", ["clause=x", "clause=-1", "clause=", "page=0", "page=x", f"clause={'9' * 40}"]
)
def test_a_place_that_is_none_shows_a_page_all_the_same(long, office, asked: str) -> None:
    assert office.get(f"/documents/{long.pk}/?{asked}").status_code == 200


def test_open_proposals_lead_across_pages(long, office) -> None:
    first, second, third = (office.get(f"/documents/{long.pk}/?page={page}") for page in (1, 2, 3))

    assert f'href="/documents/{long.pk}/?clause=251#clause-251" data-open="next"' in first.text
    assert 'data-open="previous"' not in first.text
    assert f'href="/documents/{long.pk}/#clause-11" data-open="previous"' in second.text
    assert f'href="/documents/{long.pk}/?clause=441#clause-441" data-open="next"' in second.text
    assert f'href="/documents/{long.pk}/?clause=251#clause-251" data-open="previous"' in third.text
    assert 'data-open="next"' not in third.text

    reject_proposal(proposal_of(long, "第250项"), actor=None, reason="口号")

    first = office.get(f"/documents/{long.pk}/")
    assert f'href="/documents/{long.pk}/?clause=441#clause-441" data-open="next"' in first.text


def test_whoever_only_reads_is_led_to_no_proposals(cast: Cast, long) -> None:
    assert "data-open" not in client_of(cast.viewer_of_xiaoshan).get(f"/documents/{long.pk}/").text


def test_after_a_decision_one_stands_on_the_same_page(long, plan, office) -> None:
    proposal = proposal_of(long, "第250项")

    answer = office.post(
        f"/proposals-of-tasks/{proposal.pk}/accept/", {"plan": plan.pk, "back_plan": plan.pk}
    )

    assert answer.url == f"/documents/{long.pk}/?plan={plan.pk}&clause=251#clause-251"
    assert 251 in numbers(office.get(answer.url))


def test_a_filter_is_paged_too_and_finds_the_place_of_what_it_left_out(cast: Cast, office) -> None:
    every = receive(cast.xiaoshan, long_text(449, set(range(1, 450))))
    proposal = proposal_of(every, "第300项")
    address = f"/proposals-of-tasks/{proposal.pk}/reject/"

    answer = office.post(address, {"reason": "口号", "back_show": "open"})

    assert answer.url == f"/documents/{every.pk}/?show=open&clause=301#clause-301"
    page = office.get(answer.url)
    assert 301 not in numbers(page)
    assert {300, 302} <= set(numbers(page))
    assert 'href="?show=open&amp;page=1"' in page.text


def test_changes_lead_to_the_page_of_a_clause(cast: Cast, long, office) -> None:
    text = long_text(449, {10, 250, 440}).replace("第300项工作情况", "第300项工作最新情况")
    newer = receive(cast.xiaoshan, text, revises=long)

    page = office.get(f"/documents/{newer.pk}/changes/")

    assert f'href="/documents/{newer.pk}/?clause=301#clause-301"' in page.text


def test_a_page_asks_as_often_for_a_long_text_as_for_a_short_one(cast: Cast, plan, office) -> None:
    def make(n_lines: int) -> Document:
        made = receive(cast.xiaoshan, long_text(n_lines, {*range(1, n_lines, 2)}))
        for number in (1, 3, 5):
            proposal = proposal_of(made, f"第{number}项")
            accept_proposal(proposal, actor=cast.office_of_xiaoshan, measure=measure_of(plan))
        return made

    def ask(address: str) -> int:
        office.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert office.get(address).status_code == 200
        return len(asked)

    few, many = make(20), make(650)

    for show in ("", "open", "bare"):
        asked = [ask(f"/documents/{each.pk}/?show={show}") for each in (few, many)]
        assert asked[0] == asked[1]
    assert ask(f"/documents/{many.pk}/?page=2") == ask(f"/documents/{many.pk}/")
