"""Correcting what a proposal says: whole, in the log, and never over somebody else's words."""

from __future__ import annotations

from datetime import date

import pytest
from tests.plans.builders import proposal_of, rows

from tongxin.plans.models import TaskProposal
from tongxin.plans.proposal_actions import (
    edit_proposal,
)


def address(proposal: TaskProposal, act: str = "") -> str:
    return f"/proposals-of-tasks/{proposal.pk}/{act}"


def filled(proposal: TaskProposal, **values) -> dict:
    """Return the form of a proposal as the page gave it, with what a person changed."""
    seen = proposal.edited_at.isoformat() if proposal.edited_at else ""
    told_of = {"act": "save", "title": proposal.title, "kind": proposal.kind, "seen_at": seen}
    return told_of | {"dimension": proposal.dimension, **values}


def test_an_edit_is_kept_with_before_and_after_and_leaves_the_quote(cast, document, office) -> None:
    proposal = proposal_of(document, "20场")
    sent = filled(proposal, title="劳模宣讲", lead="区总工会、区妇联", due_on="2026-11-30", kind="task")

    office.post(address(proposal), sent)

    proposal.refresh_from_db()
    assert (proposal.title, proposal.quote) == ("劳模宣讲", "每年举办劳模宣讲20场以上")
    assert (proposal.lead, proposal.support) == (["区总工会", "区妇联"], [])
    assert (proposal.due_on, proposal.due_text) == (date(2026, 11, 30), "")
    assert proposal.state == "open"
    (row,) = rows("proposals.edited")
    assert row.changes["title"] == ["每年举办劳模宣讲20场以上", "劳模宣讲"]
    assert row.changes["lead"] == [["城厢街道"], ["区总工会", "区妇联"]]
    assert row.changes["due_on"] == [None, "2026-11-30"]


def test_saving_without_a_change_changes_nothing(cast, document) -> None:
    proposal = proposal_of(document, "20场")

    edit_proposal(proposal, actor=None, values={"title": proposal.title}, seen_at=None)

    proposal.refresh_from_db()
    assert proposal.edited_at is None
    assert not rows("proposals.edited")


def test_the_form_is_filled_as_the_proposal_stands(cast, document, office) -> None:
    page = office.get(address(proposal_of(document, "20场"))).text

    assert 'value="区总工会、区教育局"' in page
    assert 'value="20场以上"' in page


def test_of_two_editors_the_second_is_refused_and_nothing_is_lost(cast, document, office) -> None:
    proposal = proposal_of(document, "20场")
    office.post(address(proposal), filled(proposal, title="第一人"))

    second = office.post(address(proposal), filled(proposal, title="第二人"))

    assert second.status_code == 422
    assert "Somebody else has edited this proposal" in second.text
    assert "第二人" in second.text
    proposal.refresh_from_db()
    assert proposal.title == "第一人"
    office.post(address(proposal), filled(proposal, title="第三次"))
    proposal.refresh_from_db()
    assert proposal.title == "第三次"


@pytest.mark.parametrize(
    "values", [{"title": ""}, {"kind": "x"}, {"due_on": "2026-02-30"}, {"title": "长" * 301}]
)
def test_an_edit_that_is_wrong_is_shown_again(cast, document, office, values) -> None:
    proposal = proposal_of(document, "20场")

    answer = office.post(address(proposal), filled(proposal, **values))

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(values)
