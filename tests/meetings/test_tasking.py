"""Resolutions and instructions become tasks: their words are proposed, and the task names its source."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from tests.cast import Cast
from tests.meetings.builders import DAY, ORDERED, begin, bring, instruct, resolve, rows, task_of

from tongxin.meetings.models import Instruction, Meeting, Resolution
from tongxin.meetings.task_words import Words, with_defaults, words_of
from tongxin.meetings.tasking_actions import let_task_stand, make_task_of
from tongxin.plans.models import Plan, Task, TaskSource

TWO = "会议要求，各街道要每季度报告一次进展；区总工会要在9月底前走访20家企业。"


@pytest.fixture
def resolution(meeting: Meeting) -> Resolution:
    return resolve(bring(meeting, "held"))


@pytest.fixture(params=["resolution", "instruction"])
def source(request) -> Resolution | Instruction:
    found: Resolution | Instruction = request.getfixturevalue(request.param)
    return found


def address(source: Resolution | Instruction) -> str:
    return f"/{type(source).__name__.lower()}s/{source.pk}/new-task/"


def test_the_words_of_an_order_say_who_what_by_when_and_how_much() -> None:
    assert words_of(ORDERED, DAY) == [
        Words(
            title=ORDERED.rstrip("。"),
            kind="task",
            dimension="competence",
            lead=("城厢街道",),
            support=("区总工会", "区教育局"),
            due_on=date(2026, 6, 30),
            due_text="6月底前",
            target="5000人次",
        )
    ]


def test_a_text_that_asks_for_two_things_proposes_two_tasks() -> None:
    first, second = words_of(TWO, DAY)

    assert (first.title, first.lead, first.due_on, first.due_text) == (
        "各街道要每季度报告一次进展",
        ("各街道",),
        None,
        "每季度",
    )
    assert (second.title, second.lead, second.due_on) == (
        "区总工会要在9月底前走访20家企业",
        ("区总工会",),
        date(2026, 9, 30),
    )


def test_the_year_of_a_month_is_that_of_the_meeting() -> None:
    assert words_of(ORDERED, date(2027, 1, 5))[0].due_on == date(2027, 6, 30)


@pytest.mark.parametrize("text", ["同意。", "x", "  请 研究 。 ", "1", "。", "\n"])
def test_a_text_without_a_duty_is_one_task_as_a_whole(text: str) -> None:
    (found,) = words_of(text, DAY)

    assert (found.lead, found.due_on) == ((), None)


def test_a_long_text_is_cut_to_what_a_title_holds() -> None:
    assert len(words_of("长" * 5000, DAY)[0].title) == 300


def test_what_was_entered_beside_the_text_goes_before_or_fills_in() -> None:
    said = Words("x", lead=("甲",), due_on=DAY, due_text="3月")
    silent = Words("x", due_text="每季度")

    assert with_defaults(said, lead=("乙",)) == said
    assert with_defaults(silent, lead=("乙",)).lead == ("乙",)
    dated = with_defaults(said, due_on=date(2026, 5, 1))
    assert (dated.due_on, dated.due_text) == (date(2026, 5, 1), "")


def test_a_task_names_its_source_with_the_words_of_that_day(cast: Cast, source, plan: Plan) -> None:
    task = make_task_of(
        source,
        actor=cast.office_of_xiaoshan,
        measure=plan.measures.get(dimension=""),
        lead=["城厢街道"],
        support=["区总工会"],
        title="培训",
        due_on=date(2026, 6, 30),
    )

    noun = type(source).__name__.lower()
    kept = task.sources.get()
    assert (kept.origin, kept.identifier, kept.words, kept.clause) == (noun, source.pk, ORDERED, None)
    units = [(unit.part, unit.name, unit.organisation) for unit in task.units.all()]
    assert units == [("lead", "城厢街道", cast.chengxiang), ("support", "区总工会", None)]
    assert (task.state, task.organisation) == ("planned", cast.xiaoshan)
    (row,) = rows(f"{noun}s.tasked")
    assert (row.organisation_id, row.changes["task"]) == (cast.xiaoshan.pk, "培训")
    assert len(rows("tasks.made")) == 1


def test_one_source_becomes_several_tasks(source, plan: Plan) -> None:
    made = [task_of(source, plan, title) for title in ("一", "二")]

    assert {each.task_id for each in TaskSource.objects.filter(identifier=source.pk)} == {
        task.pk for task in made
    }


@pytest.mark.parametrize("states", [(), ("announced",)])
def test_what_was_not_held_yet_has_resolved_nothing(meeting: Meeting, plan: Plan, states) -> None:
    found = resolve(bring(meeting, *states))

    with pytest.raises(ValidationError, match="not held yet"):
        task_of(found, plan)

    assert not Task.objects.exists()


def test_tasks_are_made_of_final_minutes_too(meeting: Meeting, plan: Plan) -> None:
    found = resolve(bring(meeting, "held"))
    bring(meeting, "closed")

    assert task_of(found, plan).pk


def test_a_task_goes_into_a_plan_of_the_same_unit(cast: Cast, source, plan: Plan) -> None:
    with pytest.raises(ValidationError, match="plan of the same unit"):
        task_of(source, begin(cast.hangzhou))
    Plan.objects.update(state="closed")
    with pytest.raises(ValidationError, match="closed"):
        task_of(source, plan)

    assert not TaskSource.objects.exists()
    assert not Task.objects.exists()


def test_only_who_may_change_plans_makes_tasks(cast: Cast, source, plan: Plan) -> None:
    task = task_of(source, plan)
    told = {"measure": task.measure, "lead": [], "support": [], "title": "x"}

    with pytest.raises(PermissionDenied):
        make_task_of(source, actor=cast.viewer_of_xiaoshan, **told)
    with pytest.raises(PermissionDenied):
        let_task_stand(source, actor=cast.viewer_of_xiaoshan, task=task)


def test_a_task_that_is_there_gets_one_more_source(cast: Cast, resolution, instruction, plan: Plan) -> None:
    task = task_of(instruction, plan)

    let_task_stand(resolution, actor=cast.office_of_xiaoshan, task=task)

    assert [each.origin for each in task.sources.all()] == ["instruction", "resolution"]
    with pytest.raises(ValidationError, match="stands for it already"):
        let_task_stand(resolution, actor=None, task=task)
    assert len(rows("resolutions.tasked")) == 1


def test_a_cancelled_task_or_one_of_another_unit_stands_for_nothing(
    cast: Cast, resolution, instruction, plan: Plan
) -> None:
    cancelled = task_of(instruction, plan)
    Task.objects.update(state="cancelled")
    foreign = task_of(instruct(cast.yuhang), begin(cast.yuhang))

    with pytest.raises(ValidationError, match="is cancelled"):
        let_task_stand(resolution, actor=None, task=cancelled)
    with pytest.raises(ValidationError, match="plan of the same unit"):
        let_task_stand(resolution, actor=None, task=foreign)


def test_a_source_that_somebody_removed_is_told(source, plan: Plan) -> None:
    type(source).objects.filter(pk=source.pk).delete()

    with pytest.raises(ValidationError, match="removed this meanwhile"):
        task_of(source, plan)


def test_the_page_proposes_and_the_form_makes_the_task(cast: Cast, source, plan: Plan, office) -> None:
    page = office.get(address(source))

    form = page.context["form"]
    assert form.initial["title"] == ORDERED.rstrip("。")
    assert form.initial["measure"] == plan.measures.get(dimension="competence").pk
    assert 'value="区总工会、区教育局"' in page.text
    assert 'value="2026-06-30"' in page.text

    answer = office.post(address(source), {**form.initial, "lead": "城厢街道", "support": "", "act": "make"})

    assert answer.status_code == 302
    task = Task.objects.get()
    assert (task.title, task.due_on, task.target) == (ORDERED.rstrip("。"), date(2026, 6, 30), "5000人次")
    assert f"/tasks/{task.pk}/" in office.get(answer.url.partition("#")[0]).text


def test_each_of_several_things_has_its_own_form(cast: Cast, plan: Plan, office) -> None:
    found = instruct(cast.xiaoshan, TWO)

    first, second = (office.get(address(found), {"duty": duty}) for duty in (0, 1))

    assert first.context["form"].initial["title"] == "各街道要每季度报告一次进展"
    assert second.context["form"].initial["title"] == "区总工会要在9月底前走访20家企业"
    for odd in ("", "-1", "x", "²", "9", "1" * 40):
        assert office.get(address(found), {"duty": odd}).status_code == 200


def test_the_day_and_the_units_that_were_entered_are_proposed(cast: Cast, plan: Plan, office) -> None:
    found = instruct(cast.xiaoshan, "请研究。", asked=["区教育局", "城厢街道"], reply_by=date(2026, 5, 1))

    initial = office.get(address(found)).context["form"].initial

    assert (initial["lead"], initial["due_on"]) == (["区教育局", "城厢街道"], date(2026, 5, 1))


def test_the_day_of_a_resolution_goes_before_that_of_its_text(meeting: Meeting, plan: Plan, office) -> None:
    found = resolve(bring(meeting, "held"), due_on=date(2026, 5, 1))

    assert office.get(address(found)).context["form"].initial["due_on"] == date(2026, 5, 1)


def test_without_a_plan_the_page_leads_to_one(cast: Cast, source, office) -> None:
    page = office.get(address(source)).text

    assert f"/plans/new/?at={cast.xiaoshan.code}" in page
    assert 'value="make"' not in page
    assert 'value="stand"' not in page


@pytest.mark.parametrize("values", [{"title": ""}, {"measure": "0"}, {"measure": "x"}, {"due_on": "x"}])
def test_a_form_that_is_wrong_is_shown_again_with_what_was_typed(source, plan: Plan, office, values) -> None:
    initial = office.get(address(source)).context["form"].initial
    sent = {**initial, "lead": "甲乙丙局", "support": "", "act": "make", **values}

    answer = office.post(address(source), sent)

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(values)
    assert "甲乙丙局" in answer.text
    assert not Task.objects.exists()


def test_what_the_action_refuses_is_shown_in_the_form(meeting: Meeting, plan: Plan, office) -> None:
    found = resolve(meeting)
    initial = office.get(address(found)).context["form"].initial

    answer = office.post(address(found), {**initial, "lead": "", "support": "", "act": "make"})

    assert answer.status_code == 422
    assert "was not held yet" in answer.text


def test_a_task_that_is_there_is_chosen_on_the_page(source, cast: Cast, plan: Plan, office) -> None:
    task = task_of(instruct(cast.xiaoshan, "另一批示"), plan, "已有任务")
    assert "已有任务" in office.get(address(source)).text

    wrong = office.post(address(source), {"act": "stand", "task": "0"})
    right = office.post(address(source), {"act": "stand", "task": task.pk})

    assert (wrong.status_code, right.status_code) == (422, 302)
    assert task.sources.count() == 2
    assert 'value="stand"' not in office.get(address(source)).text  # it is no longer offered
