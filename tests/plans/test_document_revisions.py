"""What was decided on a text holds for its revision, wherever the clause stayed as it was."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import Cast
from tests.plans.builders import measure_of, proposal_of, receive, rows
from tests.plans.texts import SECOND

from tongxin.plans.models import Document, Plan, TaskProposal, TaskSource
from tongxin.plans.proposal_actions import (
    accept_into,
    accept_proposal,
    edit_proposal,
    reject_proposal,
    reopen_proposal,
    split_proposal,
)
from tongxin.plans.task_actions import withdraw_task

HEAD = "关于做好服务工作的通知\n"


def states(document: Document) -> dict[str, str]:
    found = TaskProposal.objects.filter(clause__document=document).order_by("start")
    return dict(found.values_list("quote", "state"))


def revise(document: Document, text: str = SECOND, *, actor=None) -> Document:
    return receive(document.organisation, text, revises=document, actor=actor)


def test_what_was_accepted_stays_accepted_and_its_task_cites_the_new_clause_too(
    cast: Cast, document, plan
) -> None:
    office = cast.office_of_xiaoshan
    task = accept_proposal(proposal_of(document, "20场"), actor=office, measure=measure_of(plan))

    newer = revise(document)

    now = proposal_of(newer, "20场")
    assert (now.state, now.decided_by) == ("accepted", office)
    assert now.decided_at == proposal_of(document, "20场").decided_at
    sources = TaskSource.objects.filter(task=task).order_by("pk")
    assert [each.clause.document for each in sources] == [document, newer]
    assert [each.proposal for each in sources] == [proposal_of(document, "20场"), now]
    assert states(newer).pop("开展劳模宣讲活动") == "open"


def test_what_was_rejected_stays_rejected_for_the_same_reason(cast: Cast, document) -> None:
    reject_proposal(proposal_of(document, "活动"), actor=cast.office_of_xiaoshan, reason="口号")

    now = proposal_of(revise(document), "活动")

    assert (now.state, now.reason, now.decided_by) == ("rejected", "口号", cast.office_of_xiaoshan)


def test_in_a_clause_that_was_changed_everything_is_decided_anew(document, plan) -> None:
    # 建立 and 完善 stand in the clause of which the number of trained workers changes.
    for words in ("建立", "完善", "5000人次"):
        accept_proposal(proposal_of(document, words), actor=None, measure=measure_of(plan))

    newer = revise(document)

    assert set(states(newer).values()) == {"open"}
    assert not TaskSource.objects.filter(clause__document=newer).exists()
    assert rows("documents.carried_over") == []


def test_one_row_of_the_log_counts_what_was_carried_over(cast: Cast, document, plan) -> None:
    accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan))
    reject_proposal(proposal_of(document, "活动"), actor=None, reason="口号")

    newer = revise(document, actor=cast.office_of_xiaoshan)

    (row,) = rows("documents.carried_over")
    assert (row.changes["accepted"], row.changes["rejected"]) == (1, 1)
    assert (row.actor_id, row.target_id) == (cast.office_of_xiaoshan.pk, str(newer.pk))


def test_the_page_tells_how_many_decisions_came_from_the_older_text(
    cast: Cast, document, plan, office
) -> None:
    accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan))
    reject_proposal(proposal_of(document, "活动"), actor=None, reason="口号")
    newer = revise(document)
    said = "2 decisions were carried over"

    assert said in office.get(f"/documents/{newer.pk}/").text
    assert "carried over" not in office.get(f"/documents/{document.pk}/").text

    reopen_proposal(proposal_of(newer, "活动"), actor=None)
    reject_proposal(proposal_of(newer, "活动"), actor=None, reason="还是口号")

    assert "1 decision was carried over" in office.get(f"/documents/{newer.pk}/").text


def test_what_a_person_corrected_is_carried_with_the_decision(document, plan) -> None:
    proposal = proposal_of(document, "20场")
    told = {"title": "劳模宣讲", "lead": ["区总工会"], "target": "20场"}
    proposal = edit_proposal(proposal, actor=None, values=told, seen_at=None)
    accept_proposal(proposal, actor=None, measure=measure_of(plan))

    now = proposal_of(revise(document), "20场")

    assert (now.title, now.lead, now.target, now.state) == ("劳模宣讲", ["区总工会"], "20场", "accepted")
    assert now.edited_at == proposal.edited_at


def test_what_is_read_to_another_day_is_decided_anew(cast: Cast, plan) -> None:
    old = receive(cast.xiaoshan, f"{HEAD}各单位要在12月底前报告情况。\n萧山区总工会\n2026年3月1日\n")
    accept_proposal(proposal_of(old, "报告情况"), actor=None, measure=measure_of(plan))

    newer = revise(old, f"{HEAD}各单位要在12月底前报告情况。\n萧山区总工会\n2027年3月1日\n")

    days = [proposal_of(each, "报告情况").due_on.year for each in (old, newer)]
    assert days == [2026, 2027]
    assert proposal_of(newer, "报告情况").state == "open"


def test_what_several_tasks_stand_for_is_cited_by_all(document, plan) -> None:
    task = accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan))
    accept_into(proposal_of(document, "活动"), actor=None, task=task)

    newer = revise(document)

    cited = TaskSource.objects.filter(clause__document=newer, task=task)
    assert {each.proposal.quote for each in cited} == {"每年举办劳模宣讲20场以上", "开展劳模宣讲活动"}


def test_what_was_cut_in_two_is_decided_anew(document, plan) -> None:
    first, second = split_proposal(proposal_of(document, "20场"), actor=None, at=2)
    for each in (first, second):
        accept_proposal(each, actor=None, measure=measure_of(plan))

    assert set(states(revise(document)).values()) == {"open"}


def test_a_task_that_was_cancelled_and_a_closed_plan_leave_the_proposal_open(
    cast: Cast, document, plan
) -> None:
    task = accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan))
    accept_proposal(proposal_of(document, "活动"), actor=None, measure=measure_of(plan))
    withdraw_task(task, actor=None, reason="不做了")
    Plan.objects.update(state="closed")

    assert set(states(revise(document)).values()) == {"open"}


def test_a_document_that_revises_nothing_carries_nothing(cast: Cast, document, plan) -> None:
    accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan))

    assert set(states(receive(cast.xiaoshan, SECOND)).values()) == {"open"}


def test_a_chain_of_revisions_carries_decisions_to_the_newest(document, plan, office) -> None:
    task = accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan))

    newest = revise(revise(document), SECOND + "各单位要加强宣传。\n")

    assert proposal_of(newest, "20场").state == "accepted"
    assert TaskSource.objects.filter(task=task).count() == 3
    assert "1 decision was carried over" in office.get(f"/documents/{newest.pk}/").text


LINES = st.lists(st.sampled_from(range(6)), min_size=1, max_size=6, unique=True)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=LINES, after=LINES, figures=st.sets(st.sampled_from(range(6))))
def test_only_decisions_of_unchanged_clauses_are_carried(cast: Cast, before, after, figures) -> None:
    def text(numbers, changed, mark: str) -> str:
        names = "甲乙丙丁戊己"
        lines = [f"{names[each]}部门要举办{1 + (each in changed)}0场宣讲活动。" for each in numbers]
        return HEAD + "\n".join(lines) + f"\n{mark}\n"

    Document.objects.filter(organisation=cast.haishu).delete()
    old = receive(cast.haishu, text(before, set(), "第一版"))
    for each in TaskProposal.objects.filter(clause__document=old):
        reject_proposal(each, actor=None, reason="口号")
    newer = revise(old, text(after, figures, "第二版"))

    kept = {each for each in after if each in before and each not in figures}
    for each in after:
        quote = f"{'甲乙丙丁戊己'[each]}部门"
        found = TaskProposal.objects.filter(clause__document=newer, clause__text__startswith=quote)
        assert {one.state for one in found} <= {"rejected" if each in kept else "open"}
    Document.objects.filter(pk=newer.pk).delete()


def test_a_failure_while_carrying_over_leaves_nothing(document, plan, monkeypatch) -> None:
    accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan))

    def fail(*_args, **_values):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(TaskSource.objects, "bulk_create", fail)
    with pytest.raises(RuntimeError):
        revise(document)

    assert Document.objects.count() == 1
    assert TaskSource.objects.count() == 1
