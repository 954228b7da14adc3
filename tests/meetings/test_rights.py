"""Every page and every form of the room, as each of those who stand around it finds it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client
from tests.cast import Cast
from tests.clients import client_of
from tests.meetings.builders import bring, hold_a, instruct, resolve

from tongxin.accounts.models import User
from tongxin.audit.models import LogEntry
from tongxin.meetings.access import (
    get_instruction_for,
    get_meeting_for,
    get_part_for,
    instructions_visible_to,
    meetings_visible_to,
)
from tongxin.meetings.models import AgendaItem, Instruction, Meeting, Participation, Resolution, SiteVisit
from tongxin.meetings.part_actions import add_agenda_item, add_contribution, add_members, add_visit
from tongxin.meetings.urls import urlpatterns
from tongxin.organisations.access import Action

LISTS = ["meetings/", "instructions/"]
BEGINNINGS = ["meetings/new/", "instructions/new/"]
MEETING_PAGES = ["meetings/{meeting}/", "meetings/participations/{told}/file/"]
RESOLUTION = "resolutions/{resolution}/"
INSTRUCTION = "instructions/{instruction}/"
MEETING_FORMS = [
    "meetings/{meeting}/change/",
    "meetings/{meeting}/agenda/new/",
    "meetings/{meeting}/members/new/",
    "meetings/{meeting}/contributions/new/",
    "meetings/{meeting}/visits/new/",
    "meetings/{meeting}/resolutions/new/",
    "meetings/agenda/{item}/",
    "meetings/participations/{told}/",
    "meetings/visits/{visit}/",
]
RESOLUTION_FORMS = ["resolutions/{resolution}/change/", "resolutions/{resolution}/new-task/"]
INSTRUCTION_FORMS = ["instructions/{instruction}/change/", "instructions/{instruction}/new-task/"]
FORMS = [*MEETING_FORMS, *RESOLUTION_FORMS, *INSTRUCTION_FORMS]
MEETING_ACTS = [
    "meetings/{meeting}/move/",
    "meetings/{meeting}/remove/",
    "meetings/agenda/{item}/remove/",
    "meetings/participations/{told}/remove/",
    "meetings/visits/{visit}/remove/",
]
RESOLUTION_ACT = "meetings/resolutions/{resolution}/remove/"
INSTRUCTION_ACT = "instructions/{instruction}/remove/"
ACTS = [*MEETING_ACTS, RESOLUTION_ACT, INSTRUCTION_ACT]


@dataclass
class World:
    """A meeting of Xiaoshan with one of each part, in which Chengxiang takes part, and an instruction."""

    meeting: Meeting
    item: AgendaItem
    told: Participation
    visit: SiteVisit
    resolution: Resolution
    instruction: Instruction

    def at(self, address: str) -> str:
        return "/" + address.format(**{name: each.pk for name, each in vars(self).items()})

    def bring(self, *states: str) -> None:
        bring(self.meeting, *states)


@pytest.fixture
def world(cast: Cast, meeting: Meeting, instruction: Instruction) -> World:
    add_members(meeting, actor=None, names=["城厢街道"])
    told = add_contribution(
        meeting, actor=None, part="oral", name="区教育局", title="发言", file=("a.txt", "发言".encode())
    )
    return World(
        meeting,
        add_agenda_item(meeting, actor=None, text="部署工作"),
        told,
        add_visit(meeting, actor=None, name="示例一厂", visited_on=meeting.held_on),
        resolve(meeting),
        instruction,
    )


def got(user: User, address: str) -> int:
    return client_of(user).get(address).status_code


def sent(user: User, address: str) -> int:
    return client_of(user).post(address, {"x": "y"}).status_code


def test_the_tables_name_every_address_of_the_room(world: World) -> None:
    def shape(address: str) -> str:
        for noun in ("agenda", "participations", "visits", "resolutions"):
            for name in ("item", "told", "visit", "resolution"):
                address = address.replace(
                    f"meetings/{noun}/{{{name}}}/remove/", "meetings/<slug:noun>/<int:pk>/remove/"
                )
        for name in vars(world):
            address = address.replace("{" + name + "}", "<int:pk>")
        return address

    tables = (*LISTS, *BEGINNINGS, *MEETING_PAGES, RESOLUTION, INSTRUCTION, *FORMS, *ACTS)
    assert {shape(each) for each in tables} == {str(each.pattern) for each in urlpatterns}


@pytest.mark.parametrize("address", [*MEETING_PAGES, INSTRUCTION, *FORMS])
def test_pages_open_for_the_unit_and_above_and_are_hidden_beside(cast: Cast, world: World, address) -> None:
    place = world.at(address)

    assert got(cast.office_of_xiaoshan, place) == 200
    assert got(cast.office_of_hangzhou, place) == 200
    assert got(cast.office_of_province, place) == 200
    assert got(cast.viewer_of_xiaoshan, place) == (403 if address in FORMS else 200)
    assert got(cast.office_of_yuhang, place) == 404
    assert got(cast.stranger, place) == 404
    assert got(cast.auditor, place) == 404


@pytest.mark.parametrize("address", [*FORMS, *ACTS])
def test_changes_are_hidden_or_forbidden_to_all_others(cast: Cast, world: World, below, address) -> None:
    place, before = world.at(address), LogEntry.objects.count()

    assert sent(cast.viewer_of_xiaoshan, place) == 403
    assert sent(cast.reviewer_of_xiaoshan, place) == 403
    assert sent(cast.office_of_yuhang, place) == 404
    assert sent(cast.stranger, place) == 404
    assert sent(below, place) == 404
    assert LogEntry.objects.count() == before


@pytest.mark.parametrize("address", FORMS)
def test_forms_are_open_to_the_unit_and_above(cast: Cast, world: World, address) -> None:
    """What is sent says too little; the form tells so."""
    world.bring("held")
    expected = {302, 422}  # an empty form of a head that is complete otherwise

    assert sent(cast.office_of_hangzhou, world.at(address)) in expected
    assert sent(cast.office_of_xiaoshan, world.at(address)) in expected


@pytest.mark.parametrize("address", ACTS)
def test_acts_are_open_to_the_unit_above(cast: Cast, world: World, address) -> None:
    assert sent(cast.office_of_hangzhou, world.at(address)) == 302


@pytest.mark.parametrize("address", ACTS)
def test_nothing_is_changed_by_following_a_link(cast: Cast, world: World, address) -> None:
    assert got(cast.office_of_xiaoshan, world.at(address)) == 405


@pytest.mark.parametrize("address", MEETING_PAGES)
@pytest.mark.parametrize("states", [("announced",), ("held",), ("held", "closed")])
def test_a_unit_that_takes_part_sees_a_meeting_from_its_announcement_on(
    cast: Cast, world: World, below, address, states
) -> None:
    assert got(below, world.at(address)) == 404

    world.bring(*states)

    assert got(below, world.at(address)) == 200
    assert got(cast.office_of_yuhang, world.at(address)) == 404
    assert got(cast.reporter_of_alpha, world.at(address)) == 404
    assert got(cast.stranger, world.at(address)) == 404


def test_an_announcement_that_is_taken_back_hides_the_meeting_again(world: World, below) -> None:
    world.bring("announced", "draft")

    assert got(below, world.at("meetings/{meeting}/")) == 404


@pytest.mark.parametrize("address", [*MEETING_FORMS, *MEETING_ACTS])
def test_a_unit_that_takes_part_changes_nothing(world: World, below, address) -> None:
    world.bring("announced")

    assert sent(below, world.at(address)) == 403


@pytest.mark.parametrize("address", [RESOLUTION, *RESOLUTION_FORMS, RESOLUTION_ACT])
def test_resolutions_are_hidden_from_those_who_take_part_until_they_are_final(
    world: World, below, address
) -> None:
    world.bring("held")
    act = got if address == RESOLUTION else sent
    assert act(below, world.at(address)) == 404
    assert "5000人次" not in client_of(below).get(world.at("meetings/{meeting}/")).text

    world.bring("closed")

    assert act(below, world.at(address)) == (302 if address == RESOLUTION else 403)
    assert "5000人次" in client_of(below).get(world.at("meetings/{meeting}/")).text


@pytest.mark.parametrize("address", [INSTRUCTION, *INSTRUCTION_FORMS])
def test_an_instruction_is_not_seen_below(cast: Cast, world: World, below, address) -> None:
    """Also not by a unit that it asks: what that is to do comes to it as a task."""
    world.instruction.asked.create(name="城厢街道", organisation=cast.chengxiang)

    assert got(below, world.at(address)) == 404


@pytest.mark.parametrize("address", [*LISTS, *BEGINNINGS])
def test_lists_and_beginnings_are_of_a_unit(cast: Cast, world: World, below, address) -> None:
    begins = address in BEGINNINGS
    at = f"/{address}?at={cast.xiaoshan.code}"

    for act in (got, sent) if begins else (got,):
        assert act(cast.office_of_xiaoshan, at) in {200, 422}
        assert act(cast.office_of_hangzhou, at) in {200, 422}
        assert act(cast.viewer_of_xiaoshan, at) == (403 if begins else 200)
        assert act(cast.office_of_yuhang, at) == 404
        assert act(below, at) == 404
        assert act(cast.stranger, at) == 404
        assert act(cast.stranger, f"/{address}") == 403


@pytest.mark.parametrize(
    "address", [*LISTS, *BEGINNINGS, *MEETING_PAGES, RESOLUTION, INSTRUCTION, *FORMS, *ACTS]
)
def test_whoever_is_not_signed_in_is_led_to_the_entrance(world: World, address) -> None:
    for answer in (Client().get(world.at(address)), Client().post(world.at(address))):
        assert answer.status_code == 302
        assert answer.url.startswith("/accounts/login/")


@pytest.mark.parametrize("address", [*MEETING_PAGES, RESOLUTION, INSTRUCTION, *FORMS])
def test_what_does_not_exist_is_not_found(cast: Cast, world: World, address: str) -> None:
    for name in vars(world):
        address = address.replace("{" + name + "}", "0")

    assert got(cast.office_of_xiaoshan, f"/{address}") == 404


@pytest.mark.parametrize("noun", ["meeting", "instructions", "x"])
def test_only_what_belongs_to_a_meeting_is_removed_as_its_part(cast: Cast, world: World, noun) -> None:
    assert sent(cast.office_of_xiaoshan, f"/meetings/{noun}/{world.item.pk}/remove/") == 404


def test_lists_show_what_takes_part_and_no_draft(cast: Cast, world: World, below) -> None:
    other = hold_a(cast.xiaoshan, "别的会")
    bring(other, "announced")

    def listed(user: User) -> list[Meeting]:
        rows = client_of(user).get("/meetings/").context["rows"]
        return [row["meeting"] for row in rows]

    assert listed(below) == []
    world.bring("announced")
    assert listed(below) == [world.meeting]
    assert listed(cast.office_of_xiaoshan) == [other, world.meeting]


def test_the_list_of_a_unit_above_is_its_own(cast: Cast, world: World) -> None:
    """What a county was told does not stand among what the city was told; it is found at the county."""
    own = instruct(cast.hangzhou)
    office = client_of(cast.office_of_hangzhou)

    def listed(at: str) -> list[Instruction]:
        return [row.source for row in office.get("/instructions/", {"at": at}).context["rows"]]

    assert listed(cast.hangzhou.code) == [own]
    assert listed(cast.xiaoshan.code) == [world.instruction]


def test_the_operator_sees_all(world: World) -> None:
    assert list(meetings_visible_to(None)) == [world.meeting]
    assert list(instructions_visible_to(None)) == [world.instruction]
    assert get_meeting_for(None, world.meeting.pk, Action.CHANGE_PLANS) == world.meeting
    assert get_part_for(None, Resolution, world.resolution.pk, Action.CHANGE_PLANS) == world.resolution
    assert get_instruction_for(None, world.instruction.pk, Action.CHANGE_PLANS) == world.instruction
