"""What the pages of meetings show, and how their forms answer."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.cast import Cast
from tests.clients import client_of
from tests.meetings.builders import DAY, begin, bring, hold_a, resolve, task_of
from tests.plans.builders import receive

from tongxin.meetings.forms import split_names
from tongxin.meetings.meeting_actions import change_meeting
from tongxin.meetings.models import Instruction, Meeting
from tongxin.meetings.part_actions import add_agenda_item, add_contribution, add_members, add_visit
from tongxin.plans.document_actions import publish_document
from tongxin.plans.models import Plan, Task

SCRIPT = "<script>alert(1)</script>"
HEAD = {"title": "推进会", "held_on": "2026-03-10"}


def test_without_meetings_the_lists_say_what_to_do(cast: Cast, office) -> None:
    page = office.get("/meetings/").text

    assert "No meeting yet" in page
    assert f"/meetings/new/?at={cast.xiaoshan.code}" in page
    assert "No instruction yet" in office.get("/instructions/").text


def test_places_of_plans_lead_to_each_other(cast: Cast, office) -> None:
    for address in ("/plans/", "/documents/", "/meetings/", "/instructions/"):
        page = office.get(address).text
        nav = page.partition('<nav class="neighbours"')[2].partition("</nav>")[0]
        for name in ("plans", "documents", "meetings", "instructions"):
            assert f'href="/{name}/?at={cast.xiaoshan.code}"' in nav
        assert nav.count('aria-current="page"') == 1
    assert 'class="neighbours"' not in office.get("/organisations/").text


def test_the_list_counts_resolutions_and_those_without_a_task(cast: Cast, plan: Plan, office) -> None:
    held, draft = bring(hold_a(cast.xiaoshan), "held"), hold_a(cast.xiaoshan, "草稿")
    with_task, cancelled = resolve(held, "一"), resolve(held, "二")
    resolve(held, "三")
    resolve(draft, "四")
    task_of(with_task, plan)
    task_of(cancelled, plan, "作废")
    Task.objects.filter(title="作废").update(state="cancelled")

    rows = office.get("/meetings/").context["rows"]

    found = {row["meeting"].title: (row["n_resolutions"], row["n_bare"]) for row in rows}
    assert found == {"产改推进会": (3, 2), "草稿": (1, None)}


def test_whoever_takes_part_is_not_told_what_is_not_final(cast: Cast, meeting: Meeting, below) -> None:
    add_members(meeting, actor=None, names=["城厢街道"])
    resolve(bring(meeting, "held"))
    reader = client_of(below)

    (row,) = reader.get("/meetings/").context["rows"]
    assert (row["n_resolutions"], row["n_bare"]) == (None, None)
    assert reader.get("/meetings/", {"q": "5000人次"}).context["rows"] == []
    assert "once the minutes are final" in reader.get(f"/meetings/{meeting.pk}/").text

    bring(meeting, "closed")

    (row,) = reader.get("/meetings/", {"q": "5000人次"}).context["rows"]
    assert (row["n_resolutions"], row["n_bare"]) == (1, None)
    page = reader.get(f"/meetings/{meeting.pk}/").text
    assert "5000人次" in page
    assert "No task yet" not in page  # it does not see drafts of plans, and so cannot tell


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"q": "推进"}, ["产改推进会"]),
        ({"q": "会议中心"}, ["现场会"]),
        ({"q": "5000人次"}, ["产改推进会"]),
        ({"q": "没有"}, []),
        ({"state": "held"}, ["产改推进会"]),
        ({"state": "draft"}, ["现场会"]),
        ({"state": "x"}, ["现场会", "产改推进会"]),
        ({"show": "bare"}, ["产改推进会"]),
    ],
)
def test_the_list_is_filtered(cast: Cast, office, asked, expected) -> None:
    resolve(bring(hold_a(cast.xiaoshan), "held"))
    hold_a(cast.xiaoshan, "现场会", place="区会议中心")

    answer = office.get("/meetings/", asked)

    assert [row["meeting"].title for row in answer.context["rows"]] == expected
    assert ("No meeting is like this" in answer.text) is not expected or expected


def test_lists_go_on_over_pages_and_keep_the_filter(cast: Cast, office) -> None:
    for number in range(51):
        hold_a(cast.xiaoshan, f"第{number}次")

    first = office.get("/meetings/", {"state": "draft"})
    second = office.get("/meetings/", {"state": "draft", "page": 2})

    assert [len(page.context["rows"]) for page in (first, second)] == [50, 1]
    assert f"at={cast.xiaoshan.code}&amp;state=draft&amp;page=2" in first.text.replace("q=&amp;", "")


def test_the_page_shows_all_that_belongs_to_a_meeting(cast: Cast, meeting: Meeting, plan, office) -> None:
    add_agenda_item(meeting, actor=None, text="部署工作", presenter="区总工会主席")
    add_members(meeting, actor=None, names=["城厢街道", "区财政局"])
    told = add_contribution(
        meeting, actor=None, part="oral", name="区教育局", title="校企共育", file=("发言.txt", b"words")
    )
    add_visit(meeting, actor=None, name="同心示例一厂", visited_on=DAY, seen="实训基地")
    first, second = resolve(bring(meeting, "held"), wanted_by="组长", due_on=DAY), resolve(meeting, "二")
    task = task_of(first, plan)

    answer = office.get(f"/meetings/{meeting.pk}/")

    page = answer.text
    for words in ("部署工作", "区总工会主席", "区财政局", "校企共育", "实训基地", "组长", "5000人次"):
        assert words in page
    assert f'href="/meetings/participations/{told.pk}/file/"' in page
    assert 'id="resolution-1"' in page
    assert f'href="/tasks/{task.pk}/"' in page
    assert [(row.source, row.is_bare) for row in answer.context["rows"]] == [(first, False), (second, True)]
    assert page.count("No task yet") == 1
    sent = office.get(f"/meetings/participations/{told.pk}/file/")
    assert sent.content == b"words"
    assert sent["Content-Disposition"].startswith("attachment")


def test_a_contribution_without_a_file_or_whose_bytes_are_gone_has_none(
    meeting: Meeting, office, tmp_path, settings
) -> None:
    bare = add_contribution(meeting, actor=None, part="oral", name="甲", title="乙")
    gone = add_contribution(meeting, actor=None, part="oral", name="甲", title="丙", file=("a.txt", b"x"))
    settings.TONGXIN_HOME = tmp_path

    assert office.get(f"/meetings/participations/{bare.pk}/file/").status_code == 404
    assert office.get(f"/meetings/participations/{gone.pk}/file/").status_code == 404


def test_a_reader_sees_no_buttons(cast: Cast, meeting: Meeting) -> None:
    resolve(meeting)
    page = client_of(cast.viewer_of_xiaoshan).get(f"/meetings/{meeting.pk}/").text

    for words in ("/change/", "/move/", "/new/", "new-task"):
        assert words not in page.partition("<main")[2]


def test_final_minutes_offer_to_make_tasks_and_to_reopen_alone(meeting: Meeting, office) -> None:
    resolve(meeting)
    bring(meeting, "held", "closed")

    page = office.get(f"/meetings/{meeting.pk}/").text.partition("<main")[2]

    assert "new-task" in page
    assert "Reopen the minutes" in page
    assert "/change/" not in page
    assert "/new/" not in page


def test_a_draft_offers_no_tasks(meeting: Meeting, office) -> None:
    resolve(meeting)
    page = office.get(f"/meetings/{meeting.pk}/").text

    assert "new-task" not in page
    assert "once the meeting was held" in page


def test_a_resolution_leads_to_its_place_on_the_page(meeting: Meeting, office) -> None:
    found = resolve(meeting, number=4)

    assert office.get(f"/resolutions/{found.pk}/").url == f"/meetings/{meeting.pk}/#resolution-4"


def test_the_minutes_are_linked_for_those_who_may_read_them(cast: Cast, meeting: Meeting, below) -> None:
    minutes = receive(cast.xiaoshan, genre="meeting")
    add_members(meeting, actor=None, names=["城厢街道"])
    change_meeting(meeting, actor=None, values={"document": minutes}, seen_at=None)
    bring(meeting, "announced")
    place, link = f"/meetings/{meeting.pk}/", f"/documents/{minutes.pk}/"

    assert link in client_of(cast.viewer_of_xiaoshan).get(place).text
    assert link not in client_of(below).get(place).text
    publish_document(minutes, actor=None, is_published=True)
    assert link in client_of(below).get(place).text


def test_only_minutes_of_the_unit_are_offered(cast: Cast, office) -> None:
    own = receive(cast.xiaoshan, genre="meeting")
    receive(cast.xiaoshan, "别的文件。\n", genre="policy")
    receive(cast.yuhang, genre="meeting")

    assert list(office.get("/meetings/new/").context["form"].fields["document"].queryset) == [own]


def test_what_people_type_is_shown_as_text(cast: Cast, office) -> None:
    made = hold_a(cast.xiaoshan, SCRIPT, place=SCRIPT, chair=SCRIPT)
    add_agenda_item(made, actor=None, text=SCRIPT, presenter=SCRIPT)
    add_members(made, actor=None, names=[SCRIPT])
    add_contribution(made, actor=None, part="oral", name=SCRIPT, title=SCRIPT)
    add_visit(made, actor=None, name=SCRIPT, visited_on=DAY, seen=SCRIPT)
    resolve(made, SCRIPT, wanted_by=SCRIPT)

    for address in (f"/meetings/{made.pk}/", "/meetings/", f"/meetings/{made.pk}/change/"):
        page = office.get(address).text
        assert SCRIPT not in page
        assert "&lt;script&gt;" in page


def test_a_meeting_and_an_instruction_are_entered_through_their_forms(cast: Cast, office) -> None:
    answer = office.post("/meetings/new/", {**HEAD, "begins_at": "14:30", "place": "萧山"})
    made = Meeting.objects.get()
    assert answer.url == f"/meetings/{made.pk}/"
    assert made.begins_at.hour == 14
    assert "14:30" in office.get(answer.url).text

    sent = {"given_by": "组长", "given_on": "2026-03-10", "text": "请办。", "asked": "城厢街道、区教育局"}
    answer = office.post("/instructions/new/", sent)
    instruction = Instruction.objects.get()
    assert answer.url == f"/instructions/{instruction.pk}/"
    assert [each.organisation for each in instruction.asked.all()] == [cast.chengxiang, None]


@pytest.mark.parametrize("values", [{"title": ""}, {"held_on": "x"}, {"begins_at": "25:00"}])
def test_a_form_that_is_wrong_is_shown_again_with_what_was_typed(office, values) -> None:
    answer = office.post("/meetings/new/", {**HEAD, "chair": "区委副书记办公室", **values})

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(values)
    assert "区委副书记办公室" in answer.text
    assert not Meeting.objects.exists()


def test_parts_are_entered_and_changed_through_their_forms(cast: Cast, meeting: Meeting, office) -> None:
    place = f"/meetings/{meeting.pk}"
    office.post(f"{place}/agenda/new/", {"text": "一"})
    office.post(f"{place}/agenda/new/", {"text": "二", "position": "1"})
    office.post(f"{place}/members/new/", {"names": "城厢街道\n区教育局，区财政局"})
    office.post(f"{place}/visits/new/", {"name": "城厢街道", "visited_on": "2026-03-10"})
    office.post(f"{place}/resolutions/new/", {"text": "决定"})
    file = SimpleUploadedFile("发言.txt", "内容".encode())
    told = {"part": "written", "name": "区教育局", "title": "经验", "file": file}
    office.post(f"{place}/contributions/new/", told)

    assert list(meeting.agenda.values_list("text", flat=True)) == ["二", "一"]
    assert meeting.participations.filter(part="member").count() == 3
    assert meeting.visits.get().organisation == cast.chengxiang
    contribution = meeting.participations.get(part="written")
    assert contribution.file.name == "发言.txt"

    item = meeting.agenda.get(text="一")
    office.post(f"/meetings/agenda/{item.pk}/", {"text": "壹", "position": "1"})
    member = meeting.participations.get(name="区教育局", part="member")
    office.post(f"/meetings/participations/{member.pk}/", {"name": "区司法局"})
    changed = {"part": "oral", "name": "区教育局", "title": "新经验", "drops_file": "on"}
    office.post(f"/meetings/participations/{contribution.pk}/", changed)
    office.post(f"/meetings/visits/{meeting.visits.get().pk}/", {"name": "某地", "visited_on": "2026-03-09"})
    office.post(f"/resolutions/{meeting.resolutions.get().pk}/change/", {"text": "改", "number": "5"})

    assert list(meeting.agenda.values_list("text", flat=True)) == ["壹", "二"]
    member.refresh_from_db()
    assert member.name == "区司法局"
    contribution.refresh_from_db()
    assert (contribution.title, contribution.part, contribution.file) == ("新经验", "oral", None)
    assert meeting.visits.get().visited_on == date(2026, 3, 9)
    assert meeting.resolutions.get().number == 5


def test_a_file_that_is_not_kept_is_refused_beside_its_field(meeting: Meeting, office, settings) -> None:
    told = {"part": "oral", "name": "甲", "title": "乙"}
    place = f"/meetings/{meeting.pk}/contributions/new/"
    program = office.post(place, {**told, "file": SimpleUploadedFile("a.pdf", b"MZ\x00\x00")})
    settings.TONGXIN_EVIDENCE_MEGABYTES = 1
    large = office.post(place, {**told, "file": SimpleUploadedFile("a.txt", b"x" * (3 * 1024 * 1024))})

    assert (program.status_code, large.status_code) == (422, 422)
    assert "The file is a program." in program.context["form"].errors["file"][0]
    assert "The file has 3.0 MB; at most 1 MB are kept." in large.context["form"].errors["file"][0]
    assert "choose it once more" in program.text
    assert not meeting.participations.exists()


def test_an_item_that_moved_with_others_stays_where_it_is_when_only_its_words_change(
    meeting: Meeting, office
) -> None:
    item = add_agenda_item(meeting, actor=None, text="一")
    add_agenda_item(meeting, actor=None, text="先", position=1)

    office.post(f"/meetings/agenda/{item.pk}/", {"text": "壹", "position": "2"})

    assert list(meeting.agenda.values_list("text", flat=True)) == ["先", "壹"]


def test_of_two_editors_the_second_sees_what_stands_there_and_may_then_save(meeting: Meeting, office) -> None:
    found = resolve(meeting, "原文")
    place = f"/resolutions/{found.pk}/change/"
    office.post(place, {"text": "第一人", "seen_at": ""})

    second = office.post(place, {"text": "第二人", "seen_at": ""})

    assert second.status_code == 422
    assert "Somebody else has changed this meanwhile" in second.text
    assert "第二人</textarea>" in second.text
    assert "<dd>第一人</dd>" in second.text
    found.refresh_from_db()
    assert found.text == "第一人"

    office.post(place, {"text": "第二人", "seen_at": second.context["form"]["seen_at"].value()})
    found.refresh_from_db()
    assert found.text == "第二人"


def test_what_stands_there_now_is_shown_in_words_and_only_where_it_differs(meeting: Meeting, office) -> None:
    told = add_contribution(meeting, actor=None, part="oral", name="区教育局", title="校企共育")
    place = f"/meetings/participations/{told.pk}/"
    sent = {"name": "区教育局", "title": "校企共育", "seen_at": ""}
    office.post(place, {**sent, "part": "written"})

    second = office.post(place, {**sent, "part": "oral"})

    assert second.context["present"] == [("Part", "written contribution")]


@pytest.mark.parametrize("seen", ["x", "2026-13-45T00:00", "2026-03-01T00:00:00+00:00", ""])
def test_a_form_that_saw_something_else_is_refused_whatever_it_says(meeting: Meeting, office, seen) -> None:
    change_meeting(meeting, actor=None, values={"place": "别处"}, seen_at=None)

    answer = office.post(f"/meetings/{meeting.pk}/change/", {**HEAD, "seen_at": seen})

    assert answer.status_code == 422
    assert "<dd>别处</dd>" in answer.text


def test_of_two_editors_of_an_instruction_nothing_is_lost(instruction: Instruction, office) -> None:
    place = f"/instructions/{instruction.pk}/change/"
    sent = {"given_by": "甲", "given_on": "2026-03-10", "text": "第一人", "asked": "某局"}
    office.post(place, sent)

    second = office.post(place, {**sent, "text": "第二人"})

    assert second.status_code == 422
    assert "第二人</textarea>" in second.text
    assert "<dd>第一人</dd>" in second.text


def test_what_somebody_removed_while_it_was_edited_keeps_what_was_typed(
    meeting: Meeting, office, monkeypatch
) -> None:
    found = resolve(meeting, "原文")
    fetch = type(found).objects.select_related("meeting__organisation").get(pk=found.pk)
    monkeypatch.setattr("tongxin.meetings.part_views.get_part_for", lambda *_args: fetch)
    type(found).objects.all().delete()

    answer = office.post(f"/resolutions/{found.pk}/change/", {"text": "第二人"})

    assert answer.status_code == 422
    assert "removed this meanwhile" in answer.text
    assert "第二人</textarea>" in answer.text


def test_steps_are_taken_and_refused_on_the_page(meeting: Meeting, office) -> None:
    place = f"/meetings/{meeting.pk}/move/"

    assert "not possible from there" in office.post(place, {"state": "closed"}, follow=True).text
    assert "“held”" in office.post(place, {"state": "held"}, follow=True).text
    office.post(place, {"state": "closed"})
    assert "Please say why." in office.post(place, {"state": "held"}, follow=True).text
    office.post(place, {"state": "held", "reason": "补充"})

    meeting.refresh_from_db()
    assert meeting.state == "held"


def test_things_are_removed_from_their_forms_or_stay_for_a_reason(
    cast: Cast, meeting: Meeting, instruction: Instruction, office
) -> None:
    kept, gone = resolve(meeting, "一"), resolve(meeting, "二")
    bring(meeting, "held")
    task_of(kept, begin(cast.xiaoshan))

    refused = office.post(f"/meetings/resolutions/{kept.pk}/remove/", follow=True).text
    removed = office.post(f"/meetings/resolutions/{gone.pk}/remove/", follow=True).text
    office.post(f"/instructions/{instruction.pk}/remove/")
    stays = office.post(f"/meetings/{meeting.pk}/remove/", follow=True).text

    assert "names this as its source" in refused
    assert "It was removed." in removed
    assert list(meeting.resolutions.all()) == [kept]
    assert not Instruction.objects.exists()
    assert "Only a draft is removed" in stays


def test_a_draft_is_removed_from_its_form(meeting: Meeting, office) -> None:
    assert f"/meetings/{meeting.pk}/remove/" in office.get(f"/meetings/{meeting.pk}/change/").text

    assert office.post(f"/meetings/{meeting.pk}/remove/").url.startswith("/meetings/?at=")
    assert not Meeting.objects.exists()


def test_names_are_split_at_the_signs_of_a_list() -> None:
    assert split_names("甲、乙，丙；丁\r\n甲\n\n 戊 ") == ["甲", "乙", "丙", "丁", "戊"]


@pytest.mark.parametrize("names", ["", "、、", "\n".join(f"局{number}" for number in range(301))])
def test_no_name_and_too_many_are_told(meeting: Meeting, office, names) -> None:
    answer = office.post(f"/meetings/{meeting.pk}/members/new/", {"names": names})

    assert answer.status_code == (302 if names == "、、" else 422)
    assert not meeting.participations.exists()
