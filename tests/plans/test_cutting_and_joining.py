"""Proposals cut in two and joined: the new ones quote the text letter by letter as well."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from tests.plans.builders import proposal_of, receive, rows

from tongxin.plans.models import Document, TaskProposal
from tongxin.plans.proposal_actions import (
    join_proposals,
    reject_proposal,
    split_proposal,
)


def address(proposal: TaskProposal, act: str = "") -> str:
    return f"/proposals-of-tasks/{proposal.pk}/{act}"


def test_a_quote_is_cut_at_a_sign_that_goes_to_neither_side(cast, document) -> None:
    whole = join_proposals(
        [proposal_of(document, "建立"), proposal_of(document, "完善")], actor=None
    )  # 建立技能培训制度，完善技能等级认定办法
    first, second = split_proposal(whole, actor=None, at=9)

    assert (first.quote, second.quote) == ("建立技能培训制度", "完善技能等级认定办法")
    assert all(document.text[each.start : each.end] == each.quote for each in (first, second))
    whole.refresh_from_db()
    assert whole.state == "replaced"
    assert set(whole.successors.all()) == {first, second}
    assert rows("proposals.split")[0].changes["into"] == [str(first.pk), str(second.pk)]


@pytest.mark.parametrize(("at", "expected"), [(8, True), (9, True), (0, False), (19, False), (500, False)])
def test_a_cut_needs_words_on_both_sides(cast, document, office, at, expected) -> None:
    whole = join_proposals([proposal_of(document, "建立"), proposal_of(document, "完善")], actor=None)

    page = office.post(address(whole), {"act": "cut", "at": at}, follow=True).text

    whole.refresh_from_db()
    assert (whole.state == "replaced") is expected
    assert ("words on both sides" in page) is not expected


def test_a_place_before_the_quote_is_no_place(cast, document) -> None:
    with pytest.raises(ValidationError):
        split_proposal(proposal_of(document, "报告"), actor=None, at=-2)


def test_a_target_goes_to_the_side_that_says_it(cast, document) -> None:
    first, second = split_proposal(proposal_of(document, "20场"), actor=None, at=8)

    assert (first.quote, first.target) == ("每年举办劳模宣讲", "")
    assert (second.quote, second.target) == ("20场以上", "20场以上")
    assert first.lead == second.lead == ["城厢街道"]


def test_proposals_of_one_clause_are_joined_word_for_word(cast, document, office) -> None:
    chosen = [proposal_of(document, words).pk for words in ("5000人次", "建立", "完善")]

    office.post(f"/documents/{document.pk}/join/", {"proposal": chosen})

    made = proposal_of(document, "建立")
    assert made.quote == "建立技能培训制度，完善技能等级认定办法，2026年12月底前培训产业工人5000人次"
    assert document.text[made.start : made.end] == made.quote
    assert {each.pk for each in made.origins.all()} == set(chosen)
    assert len(rows("proposals.joined")) == 3


def test_the_joined_proposal_keeps_the_day_and_the_target_that_one_of_them_had(cast, document) -> None:
    made = join_proposals([proposal_of(document, "完善"), proposal_of(document, "5000人次")], actor=None)

    assert (made.due_on, made.due_text, made.target) == (date(2026, 12, 31), "2026年12月底前", "5000人次")


def test_bodies_of_joined_proposals_are_named_once(cast, document) -> None:
    made = join_proposals([proposal_of(document, "活动"), proposal_of(document, "20场")], actor=None)

    assert (made.lead, made.support) == (["城厢街道"], ["区总工会", "区教育局"])


def test_proposals_of_two_clauses_are_not_joined(cast, document, office) -> None:
    chosen = [proposal_of(document, words).pk for words in ("20场", "建立")]

    page = office.post(f"/documents/{document.pk}/join/", {"proposal": chosen}, follow=True).text

    assert "different paragraphs are not joined" in page
    assert TaskProposal.objects.filter(state="open").count() == 6


@pytest.mark.parametrize("sent", [[], ["x"], ["²"], ["9" * 40], ["1" * 17]])
def test_one_proposal_is_not_joined(cast, document, office, sent) -> None:
    sent = [*sent, proposal_of(document, "建立").pk]

    page = office.post(f"/documents/{document.pk}/join/", {"proposal": sent}, follow=True).text

    assert "at least two proposals" in page


def test_proposals_of_another_document_are_not_joined_in(cast, document, office) -> None:
    other = receive(cast.yuhang)
    chosen = [proposal_of(each, "建立").pk for each in (document, other)]

    office.post(f"/documents/{document.pk}/join/", {"proposal": chosen})

    assert not TaskProposal.objects.filter(state="replaced").exists()


def test_of_joined_ones_one_that_was_decided_leaves_the_others_open(cast, document: Document) -> None:
    first, second = proposal_of(document, "建立"), proposal_of(document, "完善")
    reject_proposal(second, actor=None, reason="口号")

    with pytest.raises(ValidationError):
        join_proposals([first, second], actor=None)

    first.refresh_from_db()
    assert first.state == "open"
