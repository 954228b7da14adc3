"""Meetings themselves: begun, changed, and their steps from the draft to minutes that are final."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from tests.cast import Cast
from tests.meetings.builders import DAY, begin, bring, hold_a, resolve, rows, task_of
from tests.plans.builders import receive

from tongxin.files.models import StoredFile
from tongxin.meetings.meeting_actions import change_meeting, make_meeting, move_meeting, remove_meeting
from tongxin.meetings.models import Meeting
from tongxin.meetings.part_actions import add_agenda_item, add_contribution

STATES = ("draft", "announced", "held", "closed")
STEPS = {
    ("draft", "announced"): "meetings.announced",
    ("announced", "draft"): "meetings.withdrawn",
    ("draft", "held"): "meetings.held",
    ("announced", "held"): "meetings.held",
    ("held", "closed"): "meetings.closed",
    ("closed", "held"): "meetings.reopened",
}
WAYS = {"draft": (), "announced": ("announced",), "held": ("held",), "closed": ("held", "closed")}


@pytest.fixture(autouse=True)
def _today(time_machine) -> None:
    time_machine.move_to("2026-03-20 04:00+00:00", tick=False)


def test_a_meeting_is_begun_as_a_draft_and_recorded(cast: Cast) -> None:
    made = make_meeting(
        cast.xiaoshan,
        actor=cast.office_of_xiaoshan,
        title="推进会",
        held_on=DAY,
        begins_at=time(14, 30),
        chair="区协调小组组长",
    )

    assert (made.state, made.made_by, made.chair) == ("draft", cast.office_of_xiaoshan, "区协调小组组长")
    (row,) = rows("meetings.made")
    assert (row.organisation_id, row.changes["held_on"]) == (cast.xiaoshan.pk, "2026-03-10")


@pytest.mark.parametrize("values", [{"title": ""}, {"title": "长" * 201}, {"held_on": None}])
def test_a_meeting_without_what_it_needs_is_refused(cast: Cast, values) -> None:
    with pytest.raises(ValidationError):
        hold_a(cast.xiaoshan, **values)

    assert not Meeting.objects.exists()
    assert not rows("meetings.made")


def test_only_who_may_change_plans_begins_or_moves_a_meeting(cast: Cast, meeting: Meeting) -> None:
    with pytest.raises(PermissionDenied):
        hold_a(cast.xiaoshan, actor=cast.viewer_of_xiaoshan)
    with pytest.raises(Http404):
        hold_a(cast.xiaoshan, actor=cast.office_of_yuhang)
    with pytest.raises(PermissionDenied):
        move_meeting(meeting, actor=cast.viewer_of_xiaoshan, state="announced")
    with pytest.raises(PermissionDenied):
        change_meeting(meeting, actor=cast.viewer_of_xiaoshan, values={"title": "x"}, seen_at=None)
    with pytest.raises(PermissionDenied):
        remove_meeting(meeting, actor=cast.viewer_of_xiaoshan, seen_at=None)


@pytest.mark.parametrize("start", STATES)
@pytest.mark.parametrize("end", [*STATES, "x", ""])
def test_a_meeting_takes_the_steps_of_the_table_and_no_others(meeting: Meeting, start, end) -> None:
    bring(meeting, *WAYS[start])
    verb = STEPS.get((start, end))

    if verb is None:
        with pytest.raises(ValidationError, match="not possible from there"):
            move_meeting(meeting, actor=None, state=end, reason="因故")
    else:
        before = len(rows(verb))
        move_meeting(meeting, actor=None, state=end, reason="因故")
        assert len(rows(verb)) == before + 1
        assert rows(verb)[-1].changes["state"] == [start, end]

    meeting.refresh_from_db()
    assert meeting.state == (end if verb else start)


@pytest.mark.parametrize(("way", "back"), [(("announced",), "draft"), (("held", "closed"), "held")])
def test_a_step_back_needs_a_reason_which_is_kept(meeting: Meeting, way, back) -> None:
    bring(meeting, *way)

    with pytest.raises(ValidationError, match="say why"):
        move_meeting(meeting, actor=None, state=back, reason="  ")
    move_meeting(meeting, actor=None, state=back, reason=" 改期 ")

    verb = "meetings.withdrawn" if back == "draft" else "meetings.reopened"
    assert rows(verb)[0].changes["reason"] == "改期"


def test_a_meeting_that_lies_ahead_was_not_held(cast: Cast) -> None:
    ahead = hold_a(cast.xiaoshan, held_on=date(2026, 3, 21))

    with pytest.raises(ValidationError, match="2026-03-21, which has not come yet"):
        move_meeting(ahead, actor=None, state="held")

    today = hold_a(cast.xiaoshan, held_on=date(2026, 3, 20))
    assert move_meeting(today, actor=None, state="held").state == "held"


def test_a_meeting_that_was_held_is_not_moved_ahead(meeting: Meeting) -> None:
    bring(meeting, "held")

    with pytest.raises(ValidationError, match="not held"):
        change_meeting(meeting, actor=None, values={"held_on": date(2026, 4, 1)}, seen_at=None)

    meeting.refresh_from_db()
    assert meeting.held_on == DAY


def test_a_change_is_kept_with_before_and_after(cast: Cast, meeting: Meeting) -> None:
    values = {"title": "推进大会", "place": "区会议中心", "held_on": DAY}
    changed = change_meeting(meeting, actor=cast.office_of_xiaoshan, values=values, seen_at=None)

    assert (changed.title, changed.place) == ("推进大会", "区会议中心")
    (row,) = rows("meetings.changed")
    assert row.changes == {"title": ["产改推进会", "推进大会"], "place": ["", "区会议中心"]}


def test_saving_without_a_change_changes_nothing(meeting: Meeting) -> None:
    change_meeting(meeting, actor=None, values={"title": meeting.title}, seen_at=None)

    meeting.refresh_from_db()
    assert meeting.changed_at is None
    assert not rows("meetings.changed")


def test_of_two_editors_the_second_is_refused(meeting: Meeting) -> None:
    change_meeting(meeting, actor=None, values={"title": "第一人"}, seen_at=None)

    with pytest.raises(ValidationError, match="Somebody else has changed this meanwhile"):
        change_meeting(meeting, actor=None, values={"title": "第二人"}, seen_at=None)

    meeting.refresh_from_db()
    assert meeting.title == "第一人"
    change_meeting(meeting, actor=None, values={"title": "第三次"}, seen_at=meeting.changed_at)
    meeting.refresh_from_db()
    assert meeting.title == "第三次"


def test_final_minutes_are_not_changed(meeting: Meeting) -> None:
    bring(meeting, "held", "closed")

    with pytest.raises(ValidationError, match="are final"):
        change_meeting(meeting, actor=None, values={"title": "x"}, seen_at=None)
    with pytest.raises(ValidationError, match="are final"):
        remove_meeting(meeting, actor=None, seen_at=None)


def test_minutes_are_a_document_of_the_same_unit(cast: Cast, meeting: Meeting) -> None:
    own = receive(cast.xiaoshan, genre="meeting")
    foreign = receive(cast.yuhang, genre="meeting")

    change_meeting(meeting, actor=None, values={"document": own}, seen_at=None)
    meeting.refresh_from_db()
    assert meeting.document == own
    with pytest.raises(ValidationError, match="same unit has read in"):
        change_meeting(meeting, actor=None, values={"document": foreign}, seen_at=meeting.changed_at)
    with pytest.raises(ValidationError, match="same unit has read in"):
        hold_a(cast.xiaoshan, document=foreign)


def test_a_draft_is_removed_with_all_that_belongs_to_it(
    meeting: Meeting, django_capture_on_commit_callbacks
) -> None:
    add_agenda_item(meeting, actor=None, text="一")
    add_contribution(
        meeting, actor=None, part="written", name="甲", title="乙", file=("a.txt", b"text of it")
    )
    add_contribution(meeting, actor=None, part="written", name="甲", title="丙")

    with django_capture_on_commit_callbacks(execute=True):
        remove_meeting(meeting, actor=None, seen_at=None)

    assert not Meeting.objects.exists()
    assert not StoredFile.objects.exists()
    assert rows("meetings.removed")[0].target_label == "产改推进会"


@pytest.mark.parametrize("states", [("announced",), ("held",)])
def test_what_others_have_seen_is_not_removed(meeting: Meeting, states) -> None:
    bring(meeting, *states)

    with pytest.raises(ValidationError, match="Only a draft is removed"):
        remove_meeting(meeting, actor=None, seen_at=None)


def test_a_meeting_whose_resolution_became_a_task_is_not_removed(cast: Cast, meeting: Meeting) -> None:
    """Its state alone would let it: held, with a task, and by a hand in the database a draft again."""
    bring(meeting, "held")
    task_of(resolve(meeting), begin(cast.xiaoshan))
    Meeting.objects.update(state="draft")

    with pytest.raises(ValidationError, match="names this as its source"):
        remove_meeting(meeting, actor=None, seen_at=None)


def test_what_was_changed_since_it_was_seen_is_not_removed(meeting: Meeting) -> None:
    with pytest.raises(ValidationError, match="meanwhile"):
        remove_meeting(meeting, actor=None, seen_at=datetime.fromisoformat("2026-03-01T00:00+00:00"))


def test_what_somebody_else_has_removed_is_told(meeting: Meeting) -> None:
    Meeting.objects.filter(pk=meeting.pk).delete()

    with pytest.raises(ValidationError, match="removed this meanwhile"):
        move_meeting(meeting, actor=None, state="announced")
