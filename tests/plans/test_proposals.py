"""Deciding on proposals: each change whole or not at all, and never over somebody else's."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from tests.plans.builders import enter, measure_of, proposal_of, rows

from tongxin.organisations.models import Organisation
from tongxin.plans import proposal_actions
from tongxin.plans.models import Plan, Task, TaskProposal, TaskSource, TaskUnit
from tongxin.plans.proposal_actions import (
    accept_into,
    accept_proposal,
    edit_proposal,
    join_proposals,
    reject_proposal,
    reopen_proposal,
    split_proposal,
)
from tongxin.plans.task_actions import withdraw_task


def address(proposal: TaskProposal, act: str = "") -> str:
    return f"/proposals-of-tasks/{proposal.pk}/{act}"


def told(client, proposal: TaskProposal, act: str, **data) -> str:
    """Send what a card sends, and return what the page says after it."""
    return client.post(address(proposal, act), data, follow=True).text


def filled(proposal: TaskProposal, **values) -> dict:
    """Return the form of a proposal as the page gave it, with what a person changed."""
    seen = proposal.edited_at.isoformat() if proposal.edited_at else ""
    told_of = {"act": "save", "title": proposal.title, "kind": proposal.kind, "seen_at": seen}
    return told_of | {"dimension": proposal.dimension, **values}


def test_a_proposal_becomes_a_task_under_the_measure_of_its_dimension(cast, document, plan, office) -> None:
    proposal = proposal_of(document, "20场")

    answer = office.post(address(proposal, "accept/"), {"plan": plan.pk, "back_show": "open"})

    task = Task.objects.get()
    assert task.measure == measure_of(plan, "guidance")
    assert (task.title, task.kind, task.target) == (proposal.quote, "publicity", "20场以上")
    assert (task.due_on, task.due_text) == (None, "每年")
    assert (task.organisation, task.state) == (cast.xiaoshan, "planned")
    assert answer.url == f"/documents/{document.pk}/?show=open#clause-4"


def test_a_proposal_of_no_dimension_goes_under_the_measure_without_one(cast, document, plan, office) -> None:
    proposal = proposal_of(document, "报告")
    TaskProposal.objects.filter(pk=proposal.pk).update(dimension="")

    office.post(address(proposal, "accept/"), {"plan": plan.pk})

    assert Task.objects.get().measure == measure_of(plan, "")


def test_bodies_are_named_and_those_that_are_units_below_are_linked(cast, document, plan) -> None:
    task = accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan))

    found = {unit.name: (unit.part, unit.organisation) for unit in task.units.all()}
    assert found == {
        "城厢街道": (TaskUnit.Part.LEAD, cast.chengxiang),
        "区总工会": (TaskUnit.Part.SUPPORT, None),
        "区教育局": (TaskUnit.Part.SUPPORT, None),
    }


def test_a_unit_beside_or_closed_or_named_like_another_is_not_linked(cast, plan) -> None:
    Organisation.objects.filter(pk=cast.beta.pk).update(name_zh=cast.alpha.name_zh)
    Organisation.objects.filter(pk=cast.chengxiang.pk).update(closed_on=date(2026, 1, 1))

    task = enter(plan, lead=["临平街道", "城厢街道"], support=[cast.alpha.name_zh])

    assert {unit.organisation for unit in task.units.all()} == {None}


def test_a_body_that_leads_does_not_support_as_well(cast, plan) -> None:
    task = enter(plan, lead=["区总工会"], support=["区总工会", "区教育局"])

    assert [(unit.name, unit.part) for unit in task.units.all()] == [
        ("区总工会", "lead"),
        ("区教育局", "support"),
    ]


def test_the_clause_is_the_source_of_the_task(cast, document, plan) -> None:
    proposal = proposal_of(document, "5000人次")

    task = accept_proposal(proposal, actor=cast.office_of_xiaoshan, measure=measure_of(plan))

    source = task.sources.get()
    assert (source.origin, source.clause, source.proposal) == ("clause", proposal.clause, proposal)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by) == ("accepted", cast.office_of_xiaoshan)
    assert [len(rows(verb)) for verb in ("proposals.accepted", "tasks.made")] == [1, 1]


def test_a_task_of_a_plan_in_force_is_assigned_at_once(cast, document, plan) -> None:
    Plan.objects.filter(pk=plan.pk).update(state="published")
    plan.refresh_from_db()

    assert (
        accept_proposal(proposal_of(document, "报告"), actor=None, measure=measure_of(plan)).state
        == "assigned"
    )


def test_a_closed_plan_takes_no_task_and_the_proposal_stays_open(cast, document, plan, office) -> None:
    Plan.objects.filter(pk=plan.pk).update(state="closed")
    proposal = proposal_of(document, "报告")

    page = told(office, proposal, "accept/", plan=plan.pk)

    assert "is closed" in page
    proposal.refresh_from_db()
    assert proposal.state == "open"
    assert not Task.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"plan": ""}, {"plan": "x"}, {"plan": "²"}, {"plan": "9" * 40}])
def test_a_plan_that_is_none_is_not_found(cast, document, plan, office, sent) -> None:
    assert office.post(address(proposal_of(document, "报告"), "accept/"), sent).status_code == 404


def test_what_goes_wrong_after_the_task_takes_the_task_back(cast, document, plan, monkeypatch) -> None:
    def fail(*_args, **_values):
        raise RuntimeError

    proposal = proposal_of(document, "20场")
    monkeypatch.setattr(proposal_actions, "_decide", fail)

    with pytest.raises(RuntimeError):
        accept_proposal(proposal, actor=None, measure=measure_of(plan))
    with pytest.raises(RuntimeError):
        split_proposal(proposal, actor=None, at=4)

    assert not Task.objects.exists()
    assert not TaskSource.objects.exists()
    assert TaskProposal.objects.count() == 6
    assert not rows("proposals.accepted")


def test_a_rejection_needs_a_reason(cast, document, office) -> None:
    proposal = proposal_of(document, "报告")

    assert "say why this is no task" in told(office, proposal, "reject/", reason="  ")
    proposal.refresh_from_db()
    assert proposal.state == "open"

    assert "只是口号" in told(office, proposal, "reject/", reason=" 只是口号 ")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.reason) == ("rejected", "只是口号")
    assert rows("proposals.rejected")[0].changes == {"reason": "只是口号"}


def test_a_rejection_is_taken_back(cast, document, office) -> None:
    proposal = reject_proposal(proposal_of(document, "报告"), actor=cast.office_of_xiaoshan, reason="口号")

    told(office, proposal, "reopen/")

    proposal.refresh_from_db()
    assert (proposal.state, proposal.reason, proposal.decided_at, proposal.decided_by) == (
        "open",
        "",
        None,
        None,
    )
    assert len(rows("proposals.reopened")) == 1


def test_what_is_open_is_not_taken_up_again_and_nobody_is_named(cast, document, office) -> None:
    page = told(office, proposal_of(document, "报告"), "reopen/")

    assert "is to be confirmed by now" in page
    assert "the operator" not in page


def test_a_task_that_is_there_stands_for_a_proposal_too(cast, document, plan, office) -> None:
    task = enter(plan)
    proposal = proposal_of(document, "报告")

    office.post(address(proposal), {"act": "into", "task": task.pk})

    proposal.refresh_from_db()
    assert proposal.state == "accepted"
    assert {source.origin for source in task.sources.all()} == {"own", "clause"}
    assert Task.objects.count() == 1
    assert len(rows("proposals.accepted")) == 1


def test_two_proposals_of_one_clause_in_one_task_are_both_open_when_it_is_cancelled(
    cast, document, plan
) -> None:
    first, second = proposal_of(document, "建立"), proposal_of(document, "完善")
    task = accept_proposal(first, actor=None, measure=measure_of(plan))
    accept_into(second, actor=None, task=task)
    assert {source.proposal for source in task.sources.all()} == {first, second}

    withdraw_task(task, actor=None, reason="重复")

    for each in (first, second):
        each.refresh_from_db()
        assert each.state == "open"


def test_a_cancelled_task_stands_for_nothing(cast, document, plan, office) -> None:
    task = enter(plan)
    withdraw_task(task, actor=None, reason="重复")
    proposal = proposal_of(document, "报告")

    with pytest.raises(ValidationError, match="cancelled"):
        accept_into(proposal, actor=None, task=task)

    proposal.refresh_from_db()
    assert proposal.state == "open"


def test_a_task_of_a_closed_plan_stands_for_nothing_more(cast, document, plan, office) -> None:
    task = enter(plan)
    Plan.objects.filter(pk=plan.pk).update(state="closed")

    with pytest.raises(ValidationError, match="is closed"):
        accept_into(proposal_of(document, "报告"), actor=None, task=task)

    assert not list(office.get(address(proposal_of(document, "报告"))).context["tasks"])


def test_what_was_decided_already_is_refused_naming_who(cast, document, plan, office) -> None:
    proposal = proposal_of(document, "报告")
    reject_proposal(proposal, actor=cast.office_of_hangzhou, reason="口号")
    task = enter(plan)

    for said in (
        told(office, proposal, "accept/", plan=plan.pk),
        told(office, proposal, "reject/", reason="again"),
        office.post(address(proposal), {"act": "cut", "at": 4}, follow=True).text,
        office.post(address(proposal), {"act": "into", "task": task.pk}, follow=True).text,
        office.post(address(proposal), filled(proposal, title="x")).text,
    ):
        assert "is rejected by now (office of hangzhou). Nothing was changed." in said

    assert Task.objects.count() == 1
    proposal.refresh_from_db()
    assert proposal.reason == "口号"


def test_what_the_operator_decided_is_said_so(cast, document) -> None:
    proposal = reject_proposal(proposal_of(document, "报告"), actor=None, reason="口号")

    with pytest.raises(ValidationError, match="the operator"):
        reject_proposal(proposal, actor=None, reason="again")


def test_the_actions_ask_for_the_right_themselves(cast, document, plan) -> None:
    viewer, proposal = cast.viewer_of_xiaoshan, proposal_of(document, "报告")
    task = enter(plan)

    for act in (
        lambda: edit_proposal(proposal, actor=viewer, values={"title": "x"}, seen_at=None),
        lambda: accept_proposal(proposal, actor=viewer, measure=measure_of(plan)),
        lambda: accept_into(proposal, actor=viewer, task=task),
        lambda: reject_proposal(proposal, actor=viewer, reason="x"),
        lambda: reopen_proposal(proposal, actor=viewer),
        lambda: split_proposal(proposal, actor=viewer, at=3),
        lambda: join_proposals([proposal, proposal], actor=viewer),
    ):
        with pytest.raises(PermissionDenied):
            act()
