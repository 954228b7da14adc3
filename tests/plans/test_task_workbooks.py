"""A plan's tasks as a workbook, out and in again."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from tests.cast import Cast
from tests.plans.builders import FIGURES, enter, measure_of, rows
from tests.plans.task_books import HEADERS, changed, codes, counts, rows_in, sent, taken
from tests.plans.task_worlds import raise_tasks

from tongxin.codes.lists import get_list
from tongxin.figures.actions import publish_definitions
from tongxin.figures.items import publish_items, starter_items
from tongxin.organisations.models import RoleGrant
from tongxin.plans.models import Kind, Plan, Task, TaskUnit
from tongxin.plans.plan_actions import publish_plan
from tongxin.plans.target_actions import Target, set_targets
from tongxin.plans.task_actions import change_task, withdraw_task
from tongxin.plans.task_workbook_actions import apply_tasks, receive_tasks
from tongxin.plans.task_workbook_cells import LENGTHS
from tongxin.plans.task_workbooks import KINDS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
FULL = {
    "lead": ["城厢街道"],
    "support": ["区总工会", "区人社局"],
    "starts_on": date(2026, 2, 1),
    "due_on": date(2026, 6, 30),
    "deliverable": "方案一份\n名单一份",
    "target": "不少于二十场",
    "goal": Decimal("20.50"),
    "goal_unit": "场",
}


@pytest.fixture
def catalogue(cast: Cast, settings, tmp_path) -> None:
    """Indicators are published, and no figure was computed yet."""
    settings.TONGXIN_HOME = tmp_path
    publish_items(starter_items())
    publish_definitions(FIGURES)


@pytest.fixture
def office(cast: Cast):
    return cast.office_of_xiaoshan


def new_row(**values):
    return {"measure": "Organisation of the work", "title": "新任务", **values}


def test_the_workbook_says_all_that_a_task_says(plan: Plan, office):
    task = enter(plan, "开展技能竞赛", **FULL)

    (row,) = rows_in(taken(plan, office))

    assert row["key"] == str(task.pk)
    assert (row["plan"], row["organisation"], row["title"]) == ("2026年计划", "萧山区", "开展技能竞赛")
    assert (row["lead"], row["support"]) == ("城厢街道", "区总工会、区人社局")
    assert (row["starts_on"].date(), row["due_on"].date()) == (FULL["starts_on"], FULL["due_on"])
    assert (row["goal"], row["goal_unit"], row["kind"]) == (20.5, "场", "任务")
    assert row["deliverable"] == "方案一份\n名单一份"
    assert rows("task_workbooks.exported")[0].changes == {"rows": 1}


@pytest.mark.parametrize("is_dry_run", [True, False])
def test_what_comes_back_as_it_was_changes_nothing(plan: Plan, office, is_dry_run):
    enter(plan, "一", **FULL)
    figured = enter(plan, "二", due_text="年底前")
    set_targets(
        figured,
        actor=None,
        indicator="staff",
        targets=[Target("2026", Decimal("81.5"), Decimal(80)), Target("2025", Decimal("-1.0001"))],
    )
    ended = enter(plan, "三")
    withdraw_task(ended, actor=None, reason="x")
    before = list(Task.objects.values_list("pk", "changed_at"))

    found = sent(plan, office, taken(plan, office), is_dry_run=is_dry_run)

    assert counts(found) == (0, 0, 3, 0)
    assert found.findings == []
    assert list(Task.objects.values_list("pk", "changed_at")) == before
    assert rows("tasks.changed") == []


def test_every_column_may_be_changed(plan: Plan, office):
    task = enter(plan, "开展技能竞赛", **FULL)

    def change(found):
        found[0] |= {
            "measure": measure_of(plan, "competence").title,
            "title": "开展劳动竞赛",
            "kind": "机制",
            "lead": "区人社局，城厢街道",
            "support": None,
            "starts_on": "2026年3月1日",
            "due_on": "2026/7/31",
            "due_text": "七月底前",
            "deliverable": "总结",
            "target": "三十场",
            "goal": "30",
            "goal_unit": "次",
        }

    found = sent(plan, office, changed(taken(plan, office), change))

    assert counts(found) == (0, 1, 0, 0), found.findings
    task.refresh_from_db()
    assert (task.title, task.kind, task.measure) == (
        "开展劳动竞赛",
        "mechanism",
        measure_of(plan, "competence"),
    )
    assert (task.starts_on, task.due_on, task.due_text) == (date(2026, 3, 1), date(2026, 7, 31), "七月底前")
    assert (task.deliverable, task.target, task.goal, task.goal_unit) == ("总结", "三十场", 30, "次")
    assert list(task.units.values_list("part", "name").order_by("name")) == [
        ("lead", "区人社局"),
        ("lead", "城厢街道"),
    ]
    assert task.units.get(name="城厢街道").organisation == TaskUnit.objects.get(name="城厢街道").organisation
    assert len(rows("tasks.changed")) == 1


def test_a_dry_run_stores_nothing_and_says_what_would_be(plan: Plan, office):
    enter(plan, "一")
    body = changed(taken(plan, office), lambda found: (found[0].update(title="二"), found.append(new_row())))

    found = sent(plan, office, body, is_dry_run=True)

    assert (found.state, counts(found)) == ("checked", (1, 1, 0, 0))
    assert set(Task.objects.values_list("title", flat=True)) == {"一"}
    assert rows("task_workbooks.checked")[0].changes["added"] == 1


def test_a_new_row_becomes_a_task_and_its_figure_is_set(plan: Plan, office):
    row = new_row(
        lead="城厢街道",
        due_on=date(2026, 9, 30),
        indicator="staff",
        targets="2026Q1：80.5（79）；2026Q2：82",
    )

    found = sent(plan, office, changed(taken(plan, office), lambda all_rows: all_rows.append(row)))

    assert counts(found) == (1, 0, 0, 0), found.findings
    task = Task.objects.get()
    assert (task.due_on, task.indicator, task.kind) == (date(2026, 9, 30), "staff", "task")
    assert [(each.period, each.value, each.baseline) for each in task.targets.all()] == [
        ("2026Q1", Decimal("80.5"), Decimal(79)),
        ("2026Q2", Decimal(82), None),
    ]
    assert task.sources.get().origin == "own"


def test_a_number_gives_way_to_a_figure_and_back(plan: Plan, office):
    task = enter(plan, "一", goal=Decimal(5), goal_unit="家")
    to_figure = {"goal": None, "goal_unit": None, "indicator": "staff", "targets": "2026: 90"}
    to_number = {"goal": 7, "goal_unit": "家", "indicator": None, "targets": None}

    first = sent(plan, office, changed(taken(plan, office), lambda found: found[0].update(to_figure)))
    task.refresh_from_db()
    assert (counts(first), task.goal, task.indicator) == ((0, 1, 0, 0), None, "staff")

    second = sent(plan, office, changed(taken(plan, office), lambda found: found[0].update(to_number)))
    task.refresh_from_db()
    assert (counts(second), task.goal, task.indicator) == ((0, 1, 0, 0), 7, ""), second.findings
    assert not task.targets.exists()


@pytest.mark.parametrize(
    ("values", "code", "nearest"),
    [
        ({"measure": "Organisation of work"}, "measure_unknown", "Organisation of the work"),
        ({"measure": None}, "required", None),
        ({"title": "  "}, "required", None),
        ({"title": "长" * 301}, "too_long", None),
        ({"kind": "机器"}, "code_unknown", "机制"),
        ({"due_on": "下周"}, "date_unreadable", None),
        ({"due_on": "2026-02-30"}, "date_impossible", None),
        ({"starts_on": "2026-05-02", "due_on": "2026-05-01"}, "due_before_start", None),
        ({"goal": "约20"}, "number_unreadable", None),
        ({"goal": "0"}, "number_unreadable", None),
        ({"goal": 5, "indicator": "staff", "targets": "2026: 1"}, "goal_and_indicator", None),
        ({"indicator": "stafff", "targets": "2026: 1"}, "indicator_unknown", "staff"),
        ({"indicator": "staff"}, "required", None),
        ({"indicator": "staff", "targets": "提高"}, "targets_unreadable", None),
        ({"indicator": "staff", "targets": "2026年二季度2: 9"}, "target_period_unknown", "2026Q2"),
        ({"indicator": "staff", "targets": "2026Q5: 9"}, "target_period_unknown", "2026Q4"),
    ],
)
def test_a_wrong_cell_keeps_its_row_out_and_says_what_would_be_right(
    plan: Plan, office, values, code, nearest
):
    good, bad = new_row(title="好的一行"), new_row(**values)

    found = sent(plan, office, changed(taken(plan, office), lambda all_rows: all_rows.extend([bad, good])))

    assert counts(found) == (1, 0, 0, 1)
    assert codes(found) == [code]
    assert found.findings[0]["row"] == 2
    if nearest:
        assert json.loads(found.findings[0]["params"])["nearest"] == nearest
    assert Task.objects.get().title == "好的一行"


def test_a_name_like_that_of_a_unit_is_kept_with_a_warning(plan: Plan, office):
    row = new_row(lead="城厢街", support="区总工会")

    found = sent(plan, office, changed(taken(plan, office), lambda all_rows: all_rows.append(row)))

    assert counts(found) == (1, 0, 0, 0)
    assert codes(found) == ["body_unknown"]
    assert json.loads(found.findings[0]["params"]) == {"part": "城厢街", "nearest": "城厢街道"}


def test_a_row_that_somebody_else_changed_meanwhile_is_not_overwritten(plan: Plan, office):
    task = enter(plan, "一", **FULL)
    body = changed(taken(plan, office), lambda found: found[0].update(title="我的"))
    change_task(task, actor=None, measure=task.measure, lead=[], support=[], title="别人的")

    found = sent(plan, office, body)

    assert counts(found) == (0, 0, 0, 1)
    assert codes(found) == ["changed_since"]
    task.refresh_from_db()
    assert task.title == "别人的"


@pytest.mark.parametrize("what", ["targets", "units"])
def test_others_changes_of_targets_and_units_count_too(plan: Plan, office, what):
    task = enter(plan, "一")
    body = changed(taken(plan, office), lambda found: found[0].update(title="我的"))
    if what == "targets":
        set_targets(task, actor=None, indicator="staff", targets=[Target("2026", Decimal(9))])
    else:
        change_task(task, actor=None, measure=task.measure, lead=["区人社局"], support=[])

    assert codes(sent(plan, office, body)) == ["changed_since"]


def test_a_row_that_only_others_changed_asks_for_nothing(plan: Plan, office):
    task = enter(plan, "一", **FULL)
    body = taken(plan, office)
    change_task(task, actor=None, measure=task.measure, lead=[], support=[], title="别人的")

    found = sent(plan, office, body)

    assert counts(found) == (0, 0, 1, 0)
    task.refresh_from_db()
    assert task.title == "别人的"


def test_a_removed_row_changes_nothing(plan: Plan, office):
    enter(plan, "一")
    enter(plan, "二")

    found = sent(plan, office, changed(taken(plan, office), lambda all_rows: all_rows.pop()))

    assert counts(found) == (0, 0, 1, 0)
    assert Task.objects.filter(state="planned").count() == 2


def test_the_same_workbook_sent_twice_adds_its_rows_once(plan: Plan, office):
    body = changed(taken(plan, office), lambda all_rows: all_rows.append(new_row()))

    first, second = sent(plan, office, body), sent(plan, office, body)

    assert (counts(first), counts(second)) == ((1, 0, 0, 0), (0, 0, 0, 1))
    assert codes(second) == ["task_there_already"]
    assert Task.objects.count() == 1


def test_rows_that_cannot_both_be_meant_are_all_kept_out(plan: Plan, office):
    enter(plan, "一")

    def change(found):
        found.append(dict(found[0]))
        found.extend([new_row(), new_row(title=" 新任务 ")])

    found = sent(plan, office, changed(taken(plan, office), change))

    assert counts(found) == (0, 0, 0, 4)
    assert codes(found) == ["task_in_two_rows"] * 4
    assert json.loads(found.findings[0]["params"]) == {"rows": "2, 3"}


def test_a_task_of_another_plan_an_ended_one_and_a_share_are_not_changed(cast: Cast, office):
    made = raise_tasks(cast)
    plan = made["xiaoshan"].measure.plan
    withdraw_task(made["xiaoshan led"], actor=None, reason="x")
    other = made["draft"]

    def change(found):
        for row in found:
            row["title"] = "改"
        found.append({**found[0], "key": str(other.pk)})
        found.append({**found[0], "key": "12x"})
        found[0]["version"] = None

    found = sent(plan, office, changed(taken(plan, office), change))

    assert sorted(codes(found)) == ["task_ended", "task_unknown", "task_unknown", "version_missing"]
    assert not Task.objects.filter(title="改").exists()


def test_a_share_goes_out_and_is_not_changed_by_a_workbook(cast: Cast):
    made = raise_tasks(cast)
    plan = made["hangzhou"].measure.plan

    def change(found):
        for row in found:
            if row["organisation"] == "萧山区":
                row["title"] = "改"

    found = sent(plan, cast.office_of_hangzhou, changed(taken(plan, cast.office_of_hangzhou), change))

    assert codes(found) == ["task_is_share"]


def test_columns_to_be_looked_at_are_not_read_and_that_is_said(plan: Plan, office):
    task = enter(plan, "一")
    change = {"state": "已完成", "organisation": "余杭区"}

    found = sent(plan, office, changed(taken(plan, office), lambda all_rows: all_rows[0].update(change)))

    assert (counts(found), codes(found)) == ((0, 0, 1, 0), ["not_read", "not_read"])
    task.refresh_from_db()
    assert task.state == "planned"


def test_columns_that_are_missing_say_nothing(plan: Plan, office):
    task = enter(plan, "一", **FULL)
    book = openpyxl.load_workbook(io.BytesIO(taken(plan, office)))
    sheet = book.worksheets[0]
    for key in ("deliverable", "lead", "goal"):
        column = next(cell.column for cell in sheet[1] if cell.value == HEADERS[key])
        sheet.delete_cols(column)
    title = next(cell.column for cell in sheet[1] if cell.value == HEADERS["title"])
    sheet.cell(2, title).value = "二"
    out = io.BytesIO()
    book.save(out)

    found = sent(plan, office, out.getvalue())

    assert counts(found) == (0, 1, 0, 0), found.findings
    task.refresh_from_db()
    assert (task.title, task.deliverable, task.goal) == ("二", FULL["deliverable"], FULL["goal"])
    assert task.units.filter(part="lead").exists()


def test_a_file_without_the_columns_is_refused_as_a_whole(plan: Plan, office):
    found = sent(plan, office, "姓名,证件\n张三,1\n".encode())

    assert (found.state, found.refusal["code"]) == ("refused", "columns_missing")
    assert "任务" in found.refusal["message"]
    assert rows("task_workbooks.refused")[0].changes["code"] == "columns_missing"


def test_an_interrupted_import_goes_on_and_does_nothing_twice(plan: Plan, office, monkeypatch):
    monkeypatch.setattr("tongxin.plans.task_workbook_actions.AT_ONCE", 2)
    body = changed(
        taken(plan, office), lambda found: found.extend(new_row(title=f"任务{place}") for place in range(5))
    )
    found = receive_tasks(plan, actor=office, file_name="x.xlsx", body=body, is_dry_run=False)

    def stop(stage: str, percent: int) -> None:
        if stage == "store" and percent > 60:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply_tasks(found.pk, progress=stop)
    assert Task.objects.count() == 4
    done = apply_tasks(found.pk, progress=lambda _stage, _percent: None)

    assert (done.state, counts(done)) == ("applied", (5, 0, 0, 0))
    assert Task.objects.count() == 5
    assert apply_tasks(found.pk, progress=stop).n_added == 5


def test_what_an_action_refuses_is_rejected_for_its_reason(plan: Plan, office, monkeypatch):
    enter(plan, "一")
    body = changed(taken(plan, office), lambda found: found[0].update(title="二"))

    def refuse(*_task, **_values):
        raise ValidationError("Not today.")

    monkeypatch.setattr("tongxin.plans.task_workbook_actions.change_task", refuse)
    found = sent(plan, office, body)

    assert (counts(found), codes(found)) == ((0, 0, 0, 1), ["not_taken"])
    assert "Not today." in found.findings[0]["params"]


def test_a_closed_plan_takes_no_workbook(plan: Plan, office):
    enter(plan, "一")
    publish_plan(plan, actor=None)
    body = taken(plan, office)
    Plan.objects.update(state="closed")

    with pytest.raises(ValidationError, match="is closed"):
        receive_tasks(plan, actor=office, file_name="x.xlsx", body=body)


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("viewer_of_xiaoshan", PermissionDenied),
        ("reviewer_of_xiaoshan", PermissionDenied),
        ("office_of_yuhang", Http404),
        ("reporter_of_alpha", Http404),
        ("stranger", Http404),
    ],
)
def test_only_who_changes_plans_sends_a_workbook(cast: Cast, plan: Plan, name, refusal):
    with pytest.raises(refusal):
        receive_tasks(plan, actor=getattr(cast, name), file_name="x.xlsx", body=b"x")


def test_whose_role_has_ended_meanwhile_stores_nothing(cast: Cast, plan: Plan, office):
    body = changed(taken(plan, office), lambda found: found.append(new_row()))
    found = receive_tasks(plan, actor=office, file_name="x.xlsx", body=body, is_dry_run=False)
    RoleGrant.objects.filter(user=office).update(valid_to=date(2020, 1, 1))

    with pytest.raises((Http404, PermissionDenied)):
        apply_tasks(found.pk, progress=lambda _stage, _percent: None)
    assert not Task.objects.exists()


def test_the_workbook_keeps_to_the_lengths_and_kinds_of_tasks():
    assert {name: Task._meta.get_field(name).max_length for name in LENGTHS} == LENGTHS
    assert get_list(KINDS).codes() == tuple(Kind.values)
