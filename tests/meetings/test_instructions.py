"""Instructions that a unit received: entered, changed, removed, and those that are late or have no task."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from tests.cast import Cast
from tests.meetings.builders import DAY, begin, instruct, rows, task_of

from tongxin.meetings.instruction_actions import change_instruction, remove_instruction
from tongxin.meetings.models import AskedUnit, Instruction
from tongxin.organisations.models import Organisation
from tongxin.plans.models import Task

EARLIER = datetime.fromisoformat("2026-03-01T00:00+00:00")


def test_an_instruction_is_entered_with_whom_it_asks(cast: Cast) -> None:
    made = instruct(
        cast.xiaoshan,
        actor=cast.office_of_xiaoshan,
        asked=["城厢街道", "区总工会", "城厢街道"],
        number="浙产改办〔2026〕1号",
        reply_by=date(2026, 4, 1),
    )

    asked = [(each.name, each.organisation) for each in made.asked.all()]
    assert asked == [("城厢街道", cast.chengxiang), ("区总工会", None)]
    assert made.made_by == cast.office_of_xiaoshan
    assert str(made).startswith("浙产改办〔2026〕1号: 由城厢街道牵头")
    assert str(made.asked.first()) == "城厢街道"
    (row,) = rows("instructions.entered")
    assert row.organisation_id == cast.xiaoshan.pk
    assert row.changes["asked"] == ["城厢街道", "区总工会"]
    assert row.changes["reply_by"] == "2026-04-01"


def test_two_units_of_one_name_are_asked_by_their_codes(cast: Cast) -> None:
    Organisation.objects.filter(pk=cast.beta.pk).update(name_zh=cast.alpha.name_zh)

    made = instruct(cast.xiaoshan, asked=[cast.alpha.code, cast.beta.code, cast.alpha.name_zh])

    assert [each.organisation for each in made.asked.all()] == [cast.alpha, cast.beta, None]


@pytest.mark.parametrize(
    "values",
    [{"text": ""}, {"given_by": ""}, {"number": "长" * 61}, {"reply_by": date(2026, 3, 9)}],
)
def test_an_instruction_without_what_it_needs_is_refused(cast: Cast, values) -> None:
    told = {"text": "请报告。", **values}
    with pytest.raises(ValidationError):
        instruct(cast.xiaoshan, **told)

    assert not Instruction.objects.exists()


def test_a_reply_is_due_on_the_day_of_the_instruction_at_the_earliest(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="due on 2026-03-09, before the instruction was given"):
        instruct(cast.xiaoshan, reply_by=date(2026, 3, 9))

    made = instruct(cast.xiaoshan, reply_by=DAY)
    with pytest.raises(ValidationError, match="before the instruction was given"):
        change_instruction(made, actor=None, values={"given_on": date(2026, 3, 11)}, asked=[], seen_at=None)
    made.refresh_from_db()
    assert made.given_on == DAY


def test_a_change_is_kept_with_before_and_after(cast: Cast, instruction: Instruction) -> None:
    change_instruction(
        instruction, actor=cast.office_of_xiaoshan, values={"number": "3号"}, asked=["区总工会"], seen_at=None
    )

    instruction.refresh_from_db()
    assert (instruction.number, instruction.changed_at is not None) == ("3号", True)
    assert rows("instructions.changed")[0].changes == {"number": ["", "3号"], "asked": [[], ["区总工会"]]}


def test_whom_it_asks_alone_is_a_change_too(instruction: Instruction) -> None:
    change_instruction(instruction, actor=None, values={}, asked=["区总工会"], seen_at=None)

    with pytest.raises(ValidationError, match="changed this meanwhile"):
        change_instruction(instruction, actor=None, values={}, asked=["区教育局"], seen_at=None)
    assert [each.name for each in AskedUnit.objects.all()] == ["区总工会"]


def test_saving_without_a_change_changes_nothing(instruction: Instruction) -> None:
    change_instruction(instruction, actor=None, values={"text": instruction.text}, asked=[], seen_at=None)

    instruction.refresh_from_db()
    assert instruction.changed_at is None
    assert not rows("instructions.changed")


def test_an_instruction_is_removed_unless_a_task_names_it(cast: Cast, instruction: Instruction, plan) -> None:
    kept = instruct(cast.xiaoshan, "请研究。")
    task_of(kept, plan)

    remove_instruction(instruction, actor=None, seen_at=None)
    with pytest.raises(ValidationError, match="names this as its source"):
        remove_instruction(kept, actor=None, seen_at=None)

    assert list(Instruction.objects.all()) == [kept]
    assert rows("instructions.removed")[0].changes["given_on"] == "2026-03-10"


def test_what_was_changed_or_removed_since_it_was_seen_is_told(instruction: Instruction) -> None:
    with pytest.raises(ValidationError, match="changed this meanwhile"):
        remove_instruction(instruction, actor=None, seen_at=EARLIER)
    Instruction.objects.filter(pk=instruction.pk).delete()
    with pytest.raises(ValidationError, match="removed this meanwhile"):
        remove_instruction(instruction, actor=None, seen_at=None)


def test_only_who_may_change_plans_enters_changes_and_removes(cast: Cast, instruction: Instruction) -> None:
    for user, refusal in ((cast.viewer_of_xiaoshan, PermissionDenied), (cast.office_of_yuhang, Http404)):
        with pytest.raises(refusal):
            instruct(cast.xiaoshan, actor=user)
        with pytest.raises(refusal):
            change_instruction(instruction, actor=user, values={}, asked=[], seen_at=None)
        with pytest.raises(refusal):
            remove_instruction(instruction, actor=user, seen_at=None)


@pytest.fixture
def several(cast: Cast, time_machine) -> dict[str, Instruction]:
    """One of each sort, on 20 March 2026."""
    time_machine.move_to("2026-03-20 04:00+00:00", tick=False)
    plan = begin(cast.xiaoshan)
    days = {"today": date(2026, 3, 20), "yesterday": date(2026, 3, 19), "none": None}
    sorts = [f"{day} {tasks}" for day in days for tasks in ("bare", "open", "done", "half", "cancelled")]
    made = {}
    for sort in sorts:
        day, tasks = sort.split()
        made[sort] = instruct(cast.xiaoshan, sort, reply_by=days[day])
        for state in {
            "bare": [],
            "open": ["assigned"],
            "done": ["completed", "cancelled"],
            "half": ["completed", "under_way"],
            "cancelled": ["cancelled"],
        }[tasks]:
            task = task_of(made[sort], plan, f"{sort} {state}")
            Task.objects.filter(pk=task.pk).update(state=state)
    return made


def shown(office, **asked) -> list[str]:
    return sorted(row.source.text for row in office.get("/instructions/", asked).context["rows"])


def test_the_list_finds_those_without_a_task(several, office) -> None:
    expected = [f"{day} {tasks}" for day in ("none", "today", "yesterday") for tasks in ("bare", "cancelled")]

    assert shown(office, show="bare") == sorted(expected)
    bare = [row.source.text for row in office.get("/instructions/").context["rows"] if row.is_bare]
    assert sorted(bare) == sorted(expected)


def test_the_list_finds_those_past_the_reply_date_and_not_done(several, office) -> None:
    expected = [f"yesterday {tasks}" for tasks in ("bare", "open", "half", "cancelled")]

    assert shown(office, show="late") == sorted(expected)
    late = [row.source.text for row in office.get("/instructions/").context["rows"] if row.is_late]
    assert sorted(late) == sorted(expected)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("yesterday b", ["yesterday bare"]), ("没有", []), ("省协调小组", 15)],
)
def test_the_list_is_searched(several, office, asked, expected) -> None:
    found = shown(office, q=asked)

    assert (len(found) if isinstance(expected, int) else found) == expected


def test_the_page_of_an_instruction_names_all_tasks_with_their_states(several, office) -> None:
    page = office.get(f"/instructions/{several['yesterday half'].pk}/").text

    assert "yesterday half completed" in page
    assert "yesterday half under_way" in page
    assert "under way" in page
    assert '<span class="late">' in page
    assert "No task yet" not in page
    assert "No task yet" in office.get(f"/instructions/{several['today cancelled'].pk}/").text
