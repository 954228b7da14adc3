"""Coverage both ways, and what a revision changes."""

from __future__ import annotations

import pytest
from tests.cast import Cast
from tests.plans.builders import enter, measure_of, proposal_of, receive, rows

from tongxin.plans.access import documents_to_confirm, plans_visible_to
from tongxin.plans.models import Document, Plan, TaskProposal
from tongxin.plans.proposal_actions import accept_into, accept_proposal, join_proposals, reject_proposal
from tongxin.plans.queries import compare, coverage_of, tasks_without_clause
from tongxin.plans.task_actions import withdraw_task

HEAD = "关于做好服务工作的通知\n"


def numbers(document: Document) -> list[int]:
    return [clause.number for clause in coverage_of(document).clauses_without_task]


def kinds(old: Document, new: Document) -> list[tuple[str, str, str]]:
    """Return what became of each paragraph, with the first characters before and after."""
    found = compare(old, new, plans_visible_to(None))
    return [
        (each.kind, each.old.text[:4] if each.old else "", each.new.text[:4] if each.new else "")
        for each in found
    ]


def test_before_any_decision_every_clause_with_a_duty_is_bare(document: Document) -> None:
    coverage = coverage_of(document)

    assert (coverage.open, coverage.accepted, coverage.rejected) == (6, 0, 0)
    assert numbers(document) == [4, 6, 7]


def test_a_clause_with_one_task_is_covered_though_others_of_it_were_rejected(document, plan: Plan) -> None:
    accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan))
    reject_proposal(proposal_of(document, "活动"), actor=None, reason="口号")
    reject_proposal(proposal_of(document, "报告"), actor=None, reason="口号")
    coverage = coverage_of(document)

    assert (coverage.open, coverage.accepted, coverage.rejected) == (3, 1, 2)
    assert numbers(document) == [6, 7]


def test_replaced_proposals_are_counted_nowhere(document: Document) -> None:
    join_proposals([proposal_of(document, "建立"), proposal_of(document, "完善")], actor=None)
    coverage = coverage_of(document)

    assert (coverage.open, coverage.accepted + coverage.rejected) == (5, 0)
    assert numbers(document) == [4, 6, 7]


def test_a_clause_is_bare_again_when_its_task_is_cancelled(document, plan: Plan) -> None:
    task = accept_proposal(proposal_of(document, "报告"), actor=None, measure=measure_of(plan))
    assert numbers(document) == [4, 6]

    withdraw_task(task, actor=None, reason="重复")

    assert numbers(document) == [4, 6, 7]


def test_tasks_that_no_clause_asks_for_are_told(document, plan: Plan) -> None:
    own, cited = enter(plan, "自己的"), enter(plan, "也有条款")
    accept_into(proposal_of(document, "报告"), actor=None, task=cited)
    accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan))

    assert list(tasks_without_clause(plan)) == [own]


def test_a_document_against_its_like_says_the_same_throughout(cast: Cast) -> None:
    text = HEAD + "一、建立台账。\n二、定期走访。\n"
    old, new = receive(cast.xiaoshan, text), receive(cast.yuhang, text)

    assert {kind for kind, _, _ in kinds(old, new)} == {"same"}


@pytest.fixture
def old(cast: Cast) -> Document:
    return receive(
        cast.xiaoshan,
        HEAD + "一、建立困难职工帮扶台账。\n二、每年走访企业不少于十次，及时报告。\n三、做好宣传。\n",
    )


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        # Another number and another sign are no change of the words.
        (
            "（一）建立困难职工帮扶台账；\n二、每年走访企业不少于十次，及时报告。\n三、做好宣传。\n",
            [
                ("same", "一、建立", "（一）建"),
                ("same", "二、每年", "二、每年"),
                ("same", "三、做好", "三、做好"),
            ],
        ),
        # One word of the second is another: it is the same paragraph, changed.
        (
            "一、建立困难职工帮扶台账。\n二、每年走访企业不少于二十次，及时报告。\n三、做好宣传。\n",
            [
                ("same", "一、建立", "一、建立"),
                ("changed", "二、每年", "二、每年"),
                ("same", "三、做好", "三、做好"),
            ],
        ),
        # The second is left out.
        (
            "一、建立困难职工帮扶台账。\n三、做好宣传。\n",
            [("same", "一、建立", "一、建立"), ("gone", "二、每年", ""), ("same", "三、做好", "三、做好")],
        ),
        # Nothing of the new one is like the one in whose place it stands.
        (
            "一、建立困难职工帮扶台账。\n二、组织健康体检与心理疏导。\n三、做好宣传。\n",
            [
                ("same", "一、建立", "一、建立"),
                ("gone", "二、每年", ""),
                ("new", "", "二、组织"),
                ("same", "三、做好", "三、做好"),
            ],
        ),
        # The first stands last now.
        (
            "一、每年走访企业不少于十次，及时报告。\n二、做好宣传。\n三、建立困难职工帮扶台账。\n",
            [
                ("same", "二、每年", "一、每年"),
                ("same", "三、做好", "二、做好"),
                ("same", "一、建立", "三、建立"),
            ],
        ),
        # Two are new, of which the second is what the old one became.
        (
            "一、建立困难职工帮扶台账。\n二、组织体检。\n三、每年走访企业不少于二十次，及时报告。\n四、做好宣传。\n",
            [
                ("same", "一、建立", "一、建立"),
                ("new", "", "二、组织"),
                ("changed", "二、每年", "三、每年"),
                ("same", "三、做好", "四、做好"),
            ],
        ),
    ],
    ids=["renumbered", "changed", "gone", "replaced", "moved", "inserted"],
)
def test_paragraphs_are_paired_by_their_words_then_by_likeness(cast: Cast, old, after, expected) -> None:
    new = receive(cast.xiaoshan, HEAD + after, revises=old)

    assert kinds(old, new)[1:] == expected


def test_a_point_or_a_percent_sign_that_moves_is_a_change(cast: Cast) -> None:
    """Signs count for nothing in an anchor: 1.5% and 15% are one to it, and are not one to a reader."""
    old = receive(cast.xiaoshan, HEAD + "一、培训人数增长1.5%以上。\n二、做好3件实事。\n")
    new = receive(cast.xiaoshan, HEAD + "一、培训人数增长15%以上。\n1.做好3件实事。\n", revises=old)

    assert [kind for kind, _, _ in kinds(old, new)] == ["same", "changed", "same"]


def test_tasks_of_a_changed_or_lost_paragraph_are_told(cast: Cast, document, plan: Plan) -> None:
    first, second = proposal_of(document, "建立"), proposal_of(document, "5000人次")
    task = accept_proposal(first, actor=None, measure=measure_of(plan))
    accept_into(second, actor=None, task=task)
    lost = accept_proposal(proposal_of(document, "报告"), actor=None, measure=measure_of(plan))
    text = document.text.replace("5000", "8000").replace("各单位要定期报告进展情况。\n", "")
    new = receive(cast.xiaoshan, text, revises=document)

    found = {each.kind: each.tasks for each in compare(document, new, plans_visible_to(None)) if each.tasks}

    assert found == {"changed": (task,), "gone": (lost,)}


def test_a_row_of_the_log_is_written_for_each_change_of_the_room(cast: Cast, document, plan: Plan) -> None:
    accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan))

    assert rows("proposals.accepted")[0].organisation_id == cast.xiaoshan.pk
    assert TaskProposal.objects.filter(state="accepted").count() == 1


def test_documents_with_open_proposals_wait_for_their_office_the_newest_first(cast: Cast, document) -> None:
    done = receive(cast.xiaoshan, HEAD + "每年走访企业不少于十次。\n")
    for each in TaskProposal.objects.filter(clause__document=done):
        reject_proposal(each, actor=None, reason="口号")
    newer = receive(cast.chengxiang)

    found = list(documents_to_confirm(cast.office_of_xiaoshan))

    assert found == [newer, document]
    assert [each.n_open for each in found] == [6, 6]
    assert not documents_to_confirm(cast.viewer_of_xiaoshan).exists()
