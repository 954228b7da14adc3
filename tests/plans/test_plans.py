"""Plans and their tasks: begun, put into force, changed, cancelled."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from tests.cast import Cast
from tests.plans.builders import begin, enter, measure_of, proposal_of, rows

from tongxin.plans.models import Plan, Task, TaskUnit
from tongxin.plans.plan_actions import publish_plan
from tongxin.plans.proposal_actions import accept_proposal
from tongxin.plans.task_actions import change_task, withdraw_task

DIMENSIONS = ["guidance", "contribution", "competence", "standing", "ranks", ""]


def test_a_plan_begins_as_a_draft_with_six_measures(cast: Cast, plan: Plan) -> None:
    assert plan.state == "draft"
    assert [measure.dimension for measure in plan.measures.all()] == DIMENSIONS
    assert plan.made_by == cast.office_of_xiaoshan
    assert len(rows("plans.made")) == 1


def test_a_plan_is_begun_through_the_page(cast: Cast, office) -> None:
    sent = {"title": "三年行动", "starts_on": "2026-01-01", "ends_on": "2028-12-31"}

    answer = office.post("/plans/new/", sent)

    made = Plan.objects.get()
    assert answer.url == f"/plans/{made.pk}/"
    assert (made.organisation, made.title) == (cast.xiaoshan, "三年行动")


def test_a_plan_that_ends_before_it_begins_is_refused_beside_its_end(cast: Cast, office) -> None:
    sent = {"title": "三年行动", "starts_on": "2026-01-01", "ends_on": "2025-12-31"}

    answer = office.post("/plans/new/", sent)

    assert answer.status_code == 422
    assert "ends on 2025-12-31, before it begins (2026-01-01)" in answer.text
    assert not Plan.objects.exists()


def test_a_title_names_one_plan_of_a_unit(cast: Cast, plan: Plan, office) -> None:
    sent = {"title": plan.title, "starts_on": "2026-01-01", "ends_on": "2026-12-31"}

    assert office.post("/plans/new/", sent).status_code == 422
    assert Plan.objects.count() == 1
    assert begin(cast.yuhang, plan.title).pk


def test_publishing_assigns_the_tasks(cast: Cast, plan: Plan, office, time_machine) -> None:
    planned, cancelled = enter(plan), enter(plan, "作废")
    withdraw_task(cancelled, actor=None, reason="重复")
    time_machine.move_to(datetime(2027, 1, 1, tzinfo=UTC), tick=False)

    publish_plan(plan, actor=cast.office_of_xiaoshan)

    for each in (plan, planned, cancelled):
        each.refresh_from_db()
    assert (plan.state, planned.state, cancelled.state) == ("published", "assigned", "cancelled")
    assert planned.moved_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert rows("plans.published")[0].changes == {"tasks": 1}
    assert enter(plan, "新任务").state == "assigned"


def test_a_plan_is_published_once_and_with_tasks(plan: Plan, office) -> None:
    address = f"/plans/{plan.pk}/publish/"

    assert "without a task is not published" in office.post(address, follow=True).text
    enter(plan)
    assert "In force" in office.post(address, follow=True).text
    assert "in force already" in office.post(address, follow=True).text
    assert len(rows("plans.published")) == 1


def test_a_plan_whose_tasks_are_all_cancelled_is_not_published(plan: Plan) -> None:
    withdraw_task(enter(plan), actor=None, reason="重复")

    with pytest.raises(ValidationError, match="without a task"):
        publish_plan(plan, actor=None)


def form_of(plan: Plan, **values) -> dict:
    return {"title": "走访企业", "kind": "service", "measure": measure_of(plan, "standing").pk, **values}


def test_a_task_is_entered_by_hand(cast: Cast, plan: Plan, office) -> None:
    sent = form_of(
        plan, lead="城厢街道，区总工会", starts_on="2026-03-01", due_on="2026-06-30", target="100家"
    )

    answer = office.post(f"/plans/{plan.pk}/new-task/", sent)

    task = Task.objects.get()
    assert answer.url == f"/plans/{plan.pk}/"
    assert (task.measure, task.due_on, task.target) == (
        measure_of(plan, "standing"),
        date(2026, 6, 30),
        "100家",
    )
    assert [(unit.name, unit.organisation) for unit in task.units.all()] == [
        ("城厢街道", cast.chengxiang),
        ("区总工会", None),
    ]
    assert task.sources.get().origin == "own"
    assert len(rows("tasks.made")) == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": ""}, "title"),
        ({"measure": "0"}, "measure"),
        ({"kind": "x"}, "kind"),
        ({"starts_on": "2026-06-30", "due_on": "2026-03-01"}, "due_on"),
    ],
)
def test_a_task_that_is_wrong_is_shown_again_and_not_kept(plan: Plan, office, values, field) -> None:
    answer = office.post(f"/plans/{plan.pk}/new-task/", form_of(plan, **values))

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert not Task.objects.exists()


def test_a_task_is_changed_and_the_log_has_before_and_after(cast: Cast, plan: Plan, office) -> None:
    task = enter(plan, lead=["区总工会"], target="10家")
    sent = form_of(plan, title="走访企业百家", lead="区总工会", support="城厢街道", target="100家")

    answer = office.post(f"/tasks/{task.pk}/change/", sent)

    assert answer.url == f"/tasks/{task.pk}/"
    task.refresh_from_db()
    assert (task.title, task.kind, task.target) == ("走访企业百家", "service", "100家")
    assert task.units.get(part=TaskUnit.Part.SUPPORT).organisation == cast.chengxiang
    changes = rows("tasks.changed")[0].changes
    assert changes["title"] == ["走访企业", "走访企业百家"]
    assert changes["wanted"] == ["10家", "100家"]
    assert changes["units"] == [[["lead", "区总工会"]], [["lead", "区总工会"], ["support", "城厢街道"]]]


def test_saving_a_task_as_it_is_writes_no_row(plan: Plan, office) -> None:
    task = enter(plan, lead=["区总工会"], support=["城厢街道"])
    form = office.get(f"/tasks/{task.pk}/change/").context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    sent |= {"lead": "区总工会", "support": "城厢街道"}

    assert office.post(f"/tasks/{task.pk}/change/", sent).status_code == 302

    assert not rows("tasks.changed")


def test_the_words_of_a_day_go_when_the_day_is_set_by_hand(document, plan: Plan) -> None:
    task = accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan))
    assert task.due_text == "每年"
    values = {"title": task.title, "lead": [], "support": [], "due_on": date(2026, 11, 30)}

    changed = change_task(task, actor=None, measure=task.measure, **values)

    assert (changed.due_on, changed.due_text) == (date(2026, 11, 30), "")


def test_a_task_stays_in_its_plan(cast: Cast, plan: Plan) -> None:
    foreign = measure_of(begin(cast.xiaoshan, "另一计划"))

    with pytest.raises(ValidationError, match="same plan"):
        change_task(enter(plan), actor=None, measure=foreign, lead=[], support=[])


def test_a_task_is_cancelled_for_a_reason_and_its_proposals_are_open_again(
    cast: Cast, document, plan: Plan, office
) -> None:
    proposal = proposal_of(document, "20场")
    task = accept_proposal(proposal, actor=None, measure=measure_of(plan))
    address = f"/tasks/{task.pk}/withdraw/"
    assert "say why the task is cancelled" in office.post(address, {"reason": " "}, follow=True).text

    page = office.post(address, {"reason": "重复"}, follow=True).text

    task.refresh_from_db()
    proposal.refresh_from_db()
    assert "waits for a decision again" in page
    assert (task.state, proposal.state, proposal.decided_at) == ("cancelled", "open", None)
    assert not task.sources.exists()
    changes = rows("tasks.cancelled")[0].changes
    assert changes == {"state": ["planned", "cancelled"], "reason": "重复", "proposals_opened": 1}


@pytest.mark.parametrize("state", ["cancelled"])
def test_what_has_ended_is_not_changed_any_more(plan: Plan, office, state: str) -> None:
    task = enter(plan)
    Task.objects.filter(pk=task.pk).update(state=state)

    changed = office.post(f"/tasks/{task.pk}/change/", form_of(plan, title="x"))
    page = office.post(f"/tasks/{task.pk}/withdraw/", {"reason": "x"}, follow=True).text

    assert changed.status_code == 422
    assert "it is not changed any more" in changed.text
    assert "is cancelled and cannot become cancelled" in page
    task.refresh_from_db()
    assert (task.title, task.state) == ("走访企业", state)


def test_a_closed_plan_refuses_every_change(plan: Plan, office) -> None:
    task = enter(plan)
    Plan.objects.filter(pk=plan.pk).update(state="closed")

    pages = [
        office.post(f"/plans/{plan.pk}/publish/", follow=True).text,
        office.post(f"/plans/{plan.pk}/new-task/", form_of(plan)).text,
        office.post(f"/tasks/{task.pk}/change/", form_of(plan, title="x")).text,
        office.post(f"/tasks/{task.pk}/withdraw/", {"reason": "x"}, follow=True).text,
    ]

    assert all("is closed." in page for page in pages)
    task.refresh_from_db()
    assert (task.title, task.state) == ("走访企业", "planned")
    assert Task.objects.count() == 1
    assert f"/tasks/{task.pk}/change/" not in office.get(f"/tasks/{task.pk}/").text


def test_the_actions_ask_for_the_right_themselves(cast: Cast, plan: Plan) -> None:
    viewer, task = cast.viewer_of_xiaoshan, enter(plan)

    for act in (
        lambda: begin(cast.xiaoshan, "x", actor=viewer),
        lambda: enter(plan, actor=viewer),
        lambda: change_task(task, actor=viewer, measure=task.measure, lead=[], support=[]),
        lambda: withdraw_task(task, actor=viewer, reason="x"),
        lambda: publish_plan(plan, actor=viewer),
    ):
        with pytest.raises(PermissionDenied):
            act()
