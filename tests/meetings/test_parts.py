"""What belongs to a meeting: agenda, who takes part with what, visits, resolutions."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from tests.cast import Cast
from tests.meetings.builders import DAY, ORDERED, begin, bring, resolve, rows, task_of

from tongxin.containers.attachments import AttachmentRefused
from tongxin.files.actions import read_file
from tongxin.files.models import StoredFile
from tongxin.meetings.models import Meeting, Participation
from tongxin.meetings.part_actions import (
    add_agenda_item,
    add_contribution,
    add_members,
    add_visit,
    change_agenda_item,
    change_participation,
    change_resolution,
    change_visit,
    remove_part,
)
from tongxin.organisations.models import Organisation

EARLIER = datetime.fromisoformat("2026-03-01T00:00+00:00")
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def agenda(meeting: Meeting) -> list[tuple[int, str]]:
    return list(meeting.agenda.values_list("position", "text"))


def tell(meeting: Meeting, title: str = "五小创新", **values) -> Participation:
    told = {"part": "oral", "name": "区教育局", "title": title, **values}
    return add_contribution(meeting, actor=None, **told)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [(None, "abcX"), (1, "Xabc"), (2, "aXbc"), (3, "abXc"), (4, "abcX"), (99, "abcX"), (-5, "Xabc")],
)
def test_an_item_goes_to_its_place_and_the_others_move(meeting: Meeting, wanted, expected) -> None:
    for text in "abc":
        add_agenda_item(meeting, actor=None, text=text)

    add_agenda_item(meeting, actor=None, text="X", presenter="区总工会", position=wanted)

    assert agenda(meeting) == list(enumerate(expected, start=1))
    assert rows("agenda.added")[-1].changes == {"text": "X", "presenter": "区总工会"}


@pytest.mark.parametrize(("wanted", "expected"), [(1, "cab"), (2, "acb"), (3, "abc"), (50, "abc")])
def test_an_item_is_moved_among_the_others(meeting: Meeting, wanted, expected) -> None:
    *_others, last = [add_agenda_item(meeting, actor=None, text=text) for text in "abc"]

    change_agenda_item(last, actor=None, values={"position": wanted}, seen_at=None)

    assert agenda(meeting) == list(enumerate(expected, start=1))


def test_when_an_item_goes_the_others_close_up(meeting: Meeting) -> None:
    _first, second, _third = [add_agenda_item(meeting, actor=None, text=text) for text in "abc"]

    remove_part(second, actor=None, seen_at=None)

    assert agenda(meeting) == [(1, "a"), (2, "c")]
    assert rows("agenda.removed")[0].changes["text"] == "b"


def test_an_item_is_changed_without_its_place(meeting: Meeting) -> None:
    first, _second = [add_agenda_item(meeting, actor=None, text=text) for text in "ab"]

    change_agenda_item(first, actor=None, values={"text": "A", "presenter": ""}, seen_at=None)

    assert agenda(meeting) == [(1, "A"), (2, "b")]
    assert rows("agenda.changed")[0].changes == {"text": ["a", "A"]}


def test_members_are_linked_by_name_or_code_and_others_kept_as_names(cast: Cast, meeting: Meeting) -> None:
    names = ["城厢街道", cast.alpha.code, "區總工會", "临平街道", "城廂街道", "城厢街道"]
    add_members(meeting, actor=None, names=names)

    found = [(each.name, each.organisation) for each in meeting.participations.all()]
    assert found == [
        ("城厢街道", cast.chengxiang),
        ("同心示例一厂", cast.alpha),
        ("區總工會", None),
        ("临平街道", None),  # of another county: not below the one that holds the meeting
    ]
    assert len(rows("participations.added")) == 4
    assert add_members(meeting, actor=None, names=["城厢街道"]) == []


def test_a_name_that_two_units_have_is_nobodys(cast: Cast, meeting: Meeting) -> None:
    Organisation.objects.filter(pk=cast.beta.pk).update(name_zh=cast.alpha.name_zh)

    (member,) = add_members(meeting, actor=None, names=[cast.alpha.name_zh])
    by_code = add_members(meeting, actor=None, names=[cast.alpha.code, cast.beta.code])

    assert member.organisation is None
    assert [each.organisation for each in by_code] == [cast.alpha, cast.beta]
    assert meeting.participations.filter(name=cast.alpha.name_zh).count() == 3


def test_a_closed_unit_takes_part_no_more(cast: Cast, meeting: Meeting) -> None:
    Organisation.objects.filter(pk=cast.chengxiang.pk).update(closed_on=date(2025, 1, 1))

    assert add_members(meeting, actor=None, names=["城厢街道"])[0].organisation is None


def test_members_stand_before_what_is_told_orally_and_in_writing(meeting: Meeting) -> None:
    tell(meeting, part="written")
    tell(meeting)
    add_members(meeting, actor=None, names=["甲"])

    assert [each.part for each in meeting.participations.all()] == ["member", "oral", "written"]


def test_a_contribution_keeps_its_file(cast: Cast, meeting: Meeting) -> None:
    told = add_contribution(
        meeting,
        actor=cast.office_of_xiaoshan,
        part="written",
        name="城厢街道",
        title="产改经验",
        file=("照片.png", PNG),
    )

    assert (told.organisation, str(told)) == (cast.chengxiang, "城厢街道: 产改经验")
    assert (told.file.name, told.file.expires_on) == ("照片.png", None)
    assert read_file(told.file) == PNG
    assert told.changed_at is None
    assert rows("participations.added")[0].changes["title"] == "产改经验"
    assert rows("participations.filed")[0].changes["file"] == [None, "照片.png"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.txt", b"", "file_empty"),
        ("a.exe", b"MZ\x00\x00program", "not_a_proof"),
        ("a.pdf", PNG, "false_ending"),
        ("a.docx", b"PK\x03\x04 no more", "damaged"),
    ],
)
def test_a_file_that_is_not_kept_leaves_nothing(meeting: Meeting, name, content, code) -> None:
    with pytest.raises(AttachmentRefused) as refused:
        tell(meeting, file=(name, content))

    assert refused.value.code == code
    assert not Participation.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_file_that_is_too_large_is_told_the_limit(meeting: Meeting, settings) -> None:
    settings.TONGXIN_EVIDENCE_MEGABYTES = 1

    with pytest.raises(AttachmentRefused, match="at most 1 MB are kept"):
        tell(meeting, file=("a.txt", b"x" * (1024 * 1024 + 1)))


@pytest.mark.parametrize("values", [{"title": ""}, {"part": "x"}, {"name": ""}, {"name": "长" * 121}])
def test_a_contribution_without_what_it_needs_is_refused(meeting: Meeting, values) -> None:
    with pytest.raises(ValidationError):
        tell(meeting, **values)

    assert not Participation.objects.exists()


def test_the_same_contribution_is_entered_once(meeting: Meeting) -> None:
    tell(meeting)

    with pytest.raises(ValidationError, match="named for the same part already"):
        tell(meeting)
    tell(meeting, "另一题")


def test_a_new_file_takes_the_place_of_the_old_whose_bytes_go(
    meeting: Meeting, django_capture_on_commit_callbacks
) -> None:
    told = tell(meeting, file=("a.txt", b"first"))
    old = told.file

    with django_capture_on_commit_callbacks(execute=True):
        told = change_participation(
            told, actor=None, values={"title": "新题"}, seen_at=None, file=("b.txt", b"second")
        )

    assert read_file(told.file) == b"second"
    assert list(StoredFile.objects.all()) == [told.file]
    with pytest.raises(FileNotFoundError):
        read_file(old)
    assert rows("participations.filed")[-1].changes["file"] == ["a.txt", "b.txt"]
    assert told.changed_at is not None


def test_a_file_is_taken_away(meeting: Meeting) -> None:
    told = tell(meeting, file=("a.txt", b"first"))

    told = change_participation(told, actor=None, values={}, seen_at=None, drops_file=True)

    assert told.file is None
    assert not StoredFile.objects.exists()
    again = change_participation(told, actor=None, values={}, seen_at=told.changed_at, drops_file=True)
    assert again.changed_at == told.changed_at  # there was none


def test_who_takes_part_is_changed_with_its_link(cast: Cast, meeting: Meeting) -> None:
    told = tell(meeting)

    change_participation(told, actor=None, values={"name": "城厢街道", "part": "written"}, seen_at=None)

    told.refresh_from_db()
    assert (told.name, told.organisation, told.part) == ("城厢街道", cast.chengxiang, "written")
    assert rows("participations.changed")[0].changes["name"] == ["区教育局", "城厢街道"]


def test_who_takes_part_is_removed_with_the_file(meeting: Meeting) -> None:
    remove_part(tell(meeting, file=("a.txt", b"first")), actor=None, seen_at=None)

    assert not Participation.objects.exists()
    assert not StoredFile.objects.exists()


def test_the_database_holds_that_a_contribution_has_a_title(meeting: Meeting) -> None:
    for values in ({"part": "oral"}, {"part": "member", "title": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Participation.objects.create(meeting=meeting, name="甲", **values)


def test_a_visit_is_added_changed_and_removed(cast: Cast, meeting: Meeting) -> None:
    visit = add_visit(meeting, actor=None, name="同心示例一厂", visited_on=DAY, seen="实训基地")
    assert visit.organisation == cast.alpha

    change_visit(visit, actor=None, values={"name": "西湖边", "seen": "展板"}, seen_at=None)
    visit.refresh_from_db()
    assert (visit.organisation, str(visit)) == (None, "西湖边")
    change_visit(visit, actor=None, values={"visited_on": date(2026, 3, 9)}, seen_at=visit.changed_at)

    visit.refresh_from_db()
    remove_part(visit, actor=None, seen_at=visit.changed_at)
    assert [row.action for row in rows("visits.changed")] == ["visits.changed"] * 2
    assert rows("visits.removed")[0].changes["visited_on"] == "2026-03-09"


def test_resolutions_are_numbered_on(meeting: Meeting) -> None:
    made = [resolve(meeting, text) for text in ("一", "二")]
    made.append(resolve(meeting, "七", number=7))
    made.append(resolve(meeting, "八", number=None))

    assert [each.number for each in made] == [1, 2, 7, 8]
    assert str(made[2]) == "7. 七"


def test_a_number_is_given_once(meeting: Meeting) -> None:
    first, second = resolve(meeting, "一"), resolve(meeting, "二")

    with pytest.raises(ValidationError, match="number is taken"):
        resolve(meeting, "三", number=1)
    with pytest.raises(ValidationError, match="number is taken"):
        change_resolution(second, actor=None, values={"number": first.number}, seen_at=None)


def test_a_resolution_is_changed_and_keeps_its_number_where_none_is_given(meeting: Meeting) -> None:
    found = resolve(meeting, "一", wanted_by="组长", due_on=date(2026, 6, 30))

    change_resolution(found, actor=None, values={"number": None, "text": "改"}, seen_at=None)

    found.refresh_from_db()
    assert (found.number, found.text) == (1, "改")
    assert rows("resolutions.changed")[0].changes == {"text": ["一", "改"]}
    remove_part(found, actor=None, seen_at=found.changed_at)
    assert rows("resolutions.removed")[0].changes["due_on"] == "2026-06-30"


def test_a_resolution_that_a_task_names_stays_even_if_that_is_cancelled(cast: Cast, meeting: Meeting) -> None:
    bring(meeting, "held")
    found = resolve(meeting)
    task = task_of(found, begin(cast.xiaoshan), "培训职工")
    type(task).objects.update(state="cancelled")

    with pytest.raises(ValidationError, match="“培训职工” names this as its source"):
        remove_part(found, actor=None, seen_at=None)


def test_a_task_keeps_the_words_that_it_was_made_of(cast: Cast, meeting: Meeting) -> None:
    bring(meeting, "held")
    found = resolve(meeting)
    task = task_of(found, begin(cast.xiaoshan))

    change_resolution(found, actor=None, values={"text": "改"}, seen_at=None)

    assert task.sources.get().words == ORDERED


@pytest.mark.parametrize("kind", ["agenda", "participations", "visits", "resolutions"])
def test_no_part_of_any_kind_is_written_over_or_changed_when_final(
    cast: Cast, meeting: Meeting, kind
) -> None:
    part, change = {
        "agenda": (lambda: add_agenda_item(meeting, actor=None, text="a"), change_agenda_item),
        "participations": (lambda: tell(meeting), change_participation),
        "visits": (lambda: add_visit(meeting, actor=None, name="a", visited_on=DAY), change_visit),
        "resolutions": (lambda: resolve(meeting, "a"), change_resolution),
    }[kind]
    made = part()

    with pytest.raises(ValidationError, match="changed this meanwhile"):
        change(made, actor=None, values={}, seen_at=EARLIER)
    with pytest.raises(ValidationError, match="changed this meanwhile"):
        remove_part(made, actor=None, seen_at=EARLIER)
    with pytest.raises(PermissionDenied):
        remove_part(made, actor=cast.viewer_of_xiaoshan, seen_at=None)
    bring(meeting, "held", "closed")
    made.refresh_from_db()
    with pytest.raises(ValidationError, match="are final"):
        change(made, actor=None, values={}, seen_at=None)
    with pytest.raises(ValidationError, match="are final"):
        remove_part(made, actor=None, seen_at=None)
    with pytest.raises(ValidationError, match="are final"):
        part()
    assert type(made).objects.count() == 1


def test_a_part_that_somebody_else_has_removed_is_told(meeting: Meeting) -> None:
    found = resolve(meeting)
    type(found).objects.all().delete()

    with pytest.raises(ValidationError, match="removed this meanwhile"):
        change_resolution(found, actor=None, values={"text": "x"}, seen_at=None)
