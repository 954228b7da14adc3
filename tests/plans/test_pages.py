"""What the pages of documents, plans and tasks show."""

from __future__ import annotations

import pytest
from tests.cast import Cast
from tests.clients import client_of
from tests.plans.builders import begin, enter, measure_of, proposal_of, receive
from tests.plans.texts import FIRST, HOSTILE, SECOND, TITLE

from tongxin.plans.models import Document, Plan, TaskProposal
from tongxin.plans.proposal_actions import accept_into, accept_proposal, reject_proposal
from tongxin.plans.task_actions import withdraw_task

SCRIPT = "<script>alert(1)</script>"


def numbers(answer) -> list[int]:
    """Return the numbers of the paragraphs that the page of a document shows."""
    return [row.clause.number for row in answer.context["rows"]]


def titles(answer) -> list[str]:
    return [task.title for group in answer.context["groups"] for task, _progress in group.tasks]


def test_without_documents_the_list_says_what_to_do(cast: Cast, office) -> None:
    page = office.get("/documents/").text

    assert "No document yet" in page
    assert f"/documents/new/?at={cast.xiaoshan.code}" in page
    assert "No plan yet" in office.get("/plans/").text


def test_the_list_counts_what_is_to_be_confirmed_and_what_became_tasks(document, plan, office) -> None:
    accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan))
    reject_proposal(proposal_of(document, "报告"), actor=None, reason="口号")

    answer = office.get("/documents/")

    (row,) = answer.context["page"].object_list
    assert (row.n_open, row.n_accepted) == (4, 1)
    assert TITLE in answer.text
    assert "萧工发〔2026〕3号" in answer.text


@pytest.mark.parametrize(
    ("asked", "expected"), [("产业工人", 1), ("萧工发", 1), ("区总工会", 1), ("没有", 0)]
)
def test_the_list_is_searched_by_title_number_and_issuer(document, office, asked, expected) -> None:
    answer = office.get("/documents/", {"q": asked})

    assert answer.context["page"].paginator.count == expected
    assert ("No document has these words" in answer.text) is not expected or expected


def test_documents_stand_the_newest_first_and_go_on_over_pages(cast: Cast, office) -> None:
    made = [receive(cast.xiaoshan, f"{FIRST}第{number}份。\n") for number in range(51)]

    first, second = (office.get("/documents/", {"page": page}) for page in (1, 2))

    assert list(first.context["page"].object_list) == made[:0:-1]
    assert list(second.context["page"].object_list) == made[:1]


def test_plans_stand_with_their_tasks_counted(cast: Cast, plan: Plan, office) -> None:
    enter(plan)
    withdraw_task(enter(plan, "作废"), actor=None, reason="重复")
    newer = begin(cast.xiaoshan, "另一计划")

    found = list(office.get("/plans/").context["page"].object_list)

    assert found == [newer, plan]
    assert [each.n_tasks for each in found] == [0, 1]


def test_the_page_marks_each_quote_and_shows_a_card_for_it(document, plan, office) -> None:
    page = office.get(f"/documents/{document.pk}/").text

    proposal = proposal_of(document, "20场")
    assert f'<mark class="quote-open" id="quote-{proposal.pk}">每年举办劳模宣讲20场以上</mark>' in page
    assert page.count("<mark ") == page.count('<article class="card-proposal') == 6
    assert f'action="/proposals-of-tasks/{proposal.pk}/accept/"' in page
    assert "区总工会、区教育局" in page


def test_the_paragraphs_of_the_page_are_the_text_letter_by_letter(document, office) -> None:
    rows = office.get(f"/documents/{document.pk}/").context["rows"]

    for row in rows:
        assert "".join(each.text for each in row.stretches) == row.clause.text


def test_without_a_plan_the_page_leads_to_one_and_accepts_nothing(cast: Cast, document, office) -> None:
    page = office.get(f"/documents/{document.pk}/").text

    assert f"/plans/new/?at={cast.xiaoshan.code}" in page
    assert "/accept/" not in page


def test_a_reader_sees_the_cards_and_no_buttons(cast: Cast, document, plan) -> None:
    page = client_of(cast.viewer_of_xiaoshan).get(f"/documents/{document.pk}/").text

    assert page.count('<article class="card-proposal') == 6
    assert "/accept/" not in page
    assert "/publish/" not in page
    assert 'id="join"' not in page


def test_the_plan_into_which_tasks_go_is_chosen(cast: Cast, document, plan, office) -> None:
    begin(cast.xiaoshan, "另一计划")
    closed = begin(cast.xiaoshan, "旧计划")
    Plan.objects.filter(pk=closed.pk).update(state="closed")

    answer = office.get(f"/documents/{document.pk}/", {"plan": plan.pk})

    assert answer.context["plan"] == plan
    assert closed not in answer.context["plans"]


def test_paragraphs_are_filtered_by_what_is_left_to_do(document, plan, office) -> None:
    accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan))
    reject_proposal(proposal_of(document, "活动"), actor=None, reason="口号")
    reject_proposal(proposal_of(document, "报告"), actor=None, reason="口号")
    place = f"/documents/{document.pk}/"

    assert numbers(office.get(place)) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert numbers(office.get(place, {"show": "open"})) == [6]
    assert numbers(office.get(place, {"show": "bare"})) == [6, 7]
    for each in ("建立", "完善", "5000人次"):
        reject_proposal(proposal_of(document, each), actor=None, reason="口号")
    assert "Nothing is left here" in office.get(place, {"show": "open"}).text


def test_a_task_is_named_once_beside_a_paragraph_that_it_cites_twice(document, plan, office) -> None:
    task = accept_proposal(proposal_of(document, "建立"), actor=None, measure=measure_of(plan))
    accept_into(proposal_of(document, "完善"), actor=None, task=task)

    page = office.get(f"/documents/{document.pk}/").text

    assert page.count(f'href="/tasks/{task.pk}/"') == 1


def test_what_was_removed_is_listed_with_its_place(document: Document, office) -> None:
    answer = office.get(f"/documents/{document.pk}/noise/")

    (removed,) = answer.context["removed"]
    assert removed["start"] == FIRST.index("\N{ZERO WIDTH SPACE}")
    assert "a character that nobody sees" in answer.text


def test_the_changes_of_a_revision_and_the_tasks_that_they_touch(cast: Cast, document, plan, office) -> None:
    touched = accept_proposal(proposal_of(document, "5000人次"), actor=None, measure=measure_of(plan))
    lost = accept_proposal(proposal_of(document, "报告"), actor=None, measure=measure_of(plan))
    kept = accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan))
    newer = receive(cast.xiaoshan, SECOND + "新设创新工作室。\n", revises=document)

    answer = office.get(f"/documents/{newer.pk}/changes/")

    assert sorted(each.kind for each in answer.context["changed"]) == ["changed", "gone", "new"]
    assert answer.context["n_same"] == 7
    assert set(answer.context["touched"]) == {touched, lost}
    assert f"/tasks/{kept.pk}/" not in answer.text
    for said in ("8000人次", "5000人次", "Left out", "New paragraph"):
        assert said in answer.text
    assert f"/documents/{newer.pk}/changes/" in office.get(f"/documents/{newer.pk}/").text
    assert "Revised by" in office.get(f"/documents/{document.pk}/").text


def test_a_text_of_its_own_has_no_changes(document, office) -> None:
    assert office.get(f"/documents/{document.pk}/changes/").status_code == 404


def test_a_revision_that_only_sets_other_signs_changes_not_a_word(cast: Cast, document, office) -> None:
    newer = receive(cast.xiaoshan, FIRST.replace("。", "；"), revises=document)

    assert "Not a word is different" in office.get(f"/documents/{newer.pk}/changes/").text


@pytest.fixture
def tasks(document, plan: Plan) -> None:
    """Of three one is cited, one is cancelled, and one has a body and a measure of its own."""
    accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan, "guidance"))
    enter(plan, "走访企业", measure=measure_of(plan, "standing"), lead=["城厢街道"], support=["区总工会"])
    withdraw_task(enter(plan, "作废任务"), actor=None, reason="重复")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["每年举办劳模宣讲20场以上", "走访企业", "作废任务"]),
        ({"q": "走访"}, ["走访企业"]),
        ({"q": "区总工会"}, ["每年举办劳模宣讲20场以上", "走访企业"]),
        ({"dimension": "guidance"}, ["每年举办劳模宣讲20场以上"]),
        ({"state": "cancelled"}, ["作废任务"]),
        ({"origin": "clause"}, ["每年举办劳模宣讲20场以上"]),
        ({"origin": "own"}, ["走访企业", "作废任务"]),
        ({"dimension": "guidance", "origin": "own"}, []),
    ],
)
def test_the_tasks_of_a_plan_are_filtered(plan: Plan, tasks, office, asked, expected) -> None:
    answer = office.get(f"/plans/{plan.pk}/", asked)

    assert titles(answer) == expected
    assert ("No task is like this" in answer.text) is (not expected)


def test_a_filter_that_does_not_exist_says_so_and_shows_all(plan: Plan, tasks, office) -> None:
    answer = office.get(f"/plans/{plan.pk}/", {"state": "x"})

    assert len(titles(answer)) == 3
    assert "x is not one of the available choices" in answer.text


def test_a_plan_counts_its_tasks_without_the_cancelled(plan: Plan, tasks, office) -> None:
    answer = office.get(f"/plans/{plan.pk}/")

    counts = [answer.context[name] for name in ("n_tasks", "n_without_clause", "n_without_day")]
    assert counts == [2, 1, 2]
    assert "No task yet" in office.get(f"/plans/{begin(plan.organisation, '空').pk}/").text


def test_the_page_of_a_task_says_who_when_and_which_words_ask_for_it(document, plan, office) -> None:
    task = accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan))

    page = office.get(f"/tasks/{task.pk}/").text

    for said in (
        "城厢街道",
        "区总工会",
        "每年",
        "20场以上",
        TITLE,
        f"/documents/{document.pk}/?clause=4#clause-4",
    ):
        assert said in page
    own = enter(plan)
    assert "Entered without a clause." in office.get(f"/tasks/{own.pk}/").text
    withdraw_task(task, actor=None, reason="重复")
    assert "the task was cancelled" in office.get(f"/tasks/{task.pk}/").text


def test_words_that_look_like_markup_are_words_on_every_page(cast: Cast, office) -> None:
    document = receive(cast.xiaoshan, HOSTILE, name=f"{SCRIPT}.txt")
    newer = receive(cast.xiaoshan, HOSTILE + SCRIPT, revises=document)
    plan = begin(cast.xiaoshan, SCRIPT)
    task = enter(plan, SCRIPT, lead=[SCRIPT], support=["<b>"], target="<b>", deliverable=SCRIPT)
    proposal = proposal_of(newer, "报告")
    reject_proposal(proposal_of(document, "报告"), actor=None, reason=SCRIPT)
    addresses = [
        "/documents/",
        "/plans/",
        "/documents/new/",
        f"/documents/{document.pk}/",
        f"/documents/{newer.pk}/",
        f"/documents/{newer.pk}/changes/",
        f"/documents/{newer.pk}/noise/",
        f"/proposals-of-tasks/{proposal.pk}/",
        f"/plans/{plan.pk}/?q={SCRIPT}",
        f"/tasks/{task.pk}/",
        f"/tasks/{task.pk}/change/",
    ]

    for address in addresses:
        page = office.get(address).text
        assert SCRIPT not in page, address
        assert "<img src=x" not in page, address
    assert "&lt;script&gt;" in office.get(f"/documents/{document.pk}/").text


def test_titles_as_long_as_they_may_be_are_shown_whole(cast: Cast, plan: Plan, office) -> None:
    long = "长" * 300
    document = receive(cast.xiaoshan, "做好服务。\n", name=long)
    task = enter(plan, long)

    for address in ("/documents/", f"/documents/{document.pk}/", f"/plans/{plan.pk}/"):
        assert long in office.get(address).text
    assert office.get(f"/tasks/{task.pk}/").status_code == 200


def test_of_two_quotes_that_overlap_the_first_is_marked_and_no_word_is_said_twice(document, office) -> None:
    clause = document.clauses.get(number=6)
    start = clause.start + 2
    TaskProposal.objects.create(
        clause=clause, start=start, end=start + 4, quote=clause.text[2:6], title="x", kind="task"
    )

    (row,) = [
        each for each in office.get(f"/documents/{document.pk}/").context["rows"] if each.clause == clause
    ]

    assert "".join(each.text for each in row.stretches) == clause.text
    assert next(each.text for each in row.stretches if each.proposal) == "建立技能培训制度"
    assert len(row.proposals) == 4
