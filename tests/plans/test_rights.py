"""Every page and every form of the room, as each of those who stand around it finds it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client
from tests.cast import OPENED, Cast, make_user
from tests.clients import client_of
from tests.plans.builders import begin, enter, measure_of, proposal_of, receive
from tests.plans.texts import SECOND

from tongxin.accounts.models import User
from tongxin.organisations.models import Role
from tongxin.organisations.role_actions import grant_role
from tongxin.plans.access import documents_visible_to
from tongxin.plans.document_actions import publish_document
from tongxin.plans.models import Document, Measure, Plan, Task, TaskProposal
from tongxin.plans.plan_actions import publish_plan
from tongxin.plans.proposal_actions import accept_proposal, reject_proposal
from tongxin.plans.urls import urlpatterns

LISTS = ["documents/", "plans/"]
BEGINNINGS = ["documents/new/", "plans/new/"]
PAGES = [
    "documents/{newer}/",
    "documents/{newer}/file/",
    "documents/{newer}/noise/",
    "documents/{newer}/changes/",
    "plans/{plan}/",
    "plans/{plan}/reach/",
    "tasks/{task}/",
]
CHANGE_PAGES = [
    "proposals-of-tasks/{proposal}/",
    "plans/{plan}/new-task/",
    "plans/{plan}/measures/",
    "plans/{plan}/measures/{measure}/",
    "tasks/{task}/change/",
    "tasks/{task}/targets/",
    "tasks/{task}/hand-down/",
]
CHANGES = [
    *CHANGE_PAGES,
    "documents/{newer}/publish/",
    "documents/{newer}/join/",
    "proposals-of-tasks/{proposal}/accept/",
    "proposals-of-tasks/{proposal}/reject/",
    "proposals-of-tasks/{proposal}/reopen/",
    "plans/{plan}/publish/",
    "plans/{plan}/close/",
    "plans/{plan}/measures/{measure}/remove/",
    "tasks/{task}/withdraw/",
    "tasks/{task}/reopen/",
]
READINGS = ["documents/readings/<int:pk>/", "documents/readings/<int:pk>/again/"]
"""Asked for in the tests of reading in the background."""
ELSEWHERE = ("reports/", "tasks/<int:pk>/report/")
"""Asked for in the tests of the pages of reports."""
LISTED = ("tasks/workbook/", "tasks/calendar/", "plans/<int:pk>/workbook/", "task-imports/")
"""Asked for in the tests of the lists of all tasks."""
POST_ONLY = [each for each in CHANGES if each not in CHANGE_PAGES]


@dataclass
class World:
    """Two documents, a plan and a task of Xiaoshan."""

    older: Document
    newer: Document
    plan: Plan
    task: Task
    proposal: TaskProposal
    below: User
    measure: Measure

    def at(self, address: str) -> str:
        told = {
            "newer": self.newer,
            "plan": self.plan,
            "task": self.task,
            "proposal": self.proposal,
            "measure": self.measure,
        }
        return "/" + address.format(**{name: each.pk for name, each in told.items()})

    def publish(self) -> None:
        Document.objects.update(is_published=True)
        Plan.objects.update(state="published")


@pytest.fixture
def world(cast: Cast, document: Document, plan: Plan) -> World:
    newer = receive(cast.xiaoshan, SECOND, revises=document)
    below = make_user("office_of_chengxiang")
    grant_role(below, actor=None, role=Role.OFFICE, organisation=cast.chengxiang, valid_from=OPENED)
    proposal, measure = proposal_of(newer, "8000人次"), measure_of(plan, "ranks")
    return World(document, newer, plan, enter(plan), proposal, below, measure)


def got(user: User, address: str) -> int:
    return client_of(user).get(address).status_code


def sent(user: User, address: str) -> int:
    return client_of(user).post(address, {"x": "y"}).status_code


def untouched(world: World) -> bool:
    """Tell whether nothing was decided, published, cancelled or made."""
    return (
        set(TaskProposal.objects.values_list("state", flat=True)) == {"open"}
        and not Task.objects.exclude(pk=world.task.pk, title="走访企业").exists()
        and not Task.objects.filter(state="cancelled").exists()
        and world.plan.measures.count() == 6
    )


def test_the_tables_name_every_address_of_the_room(world: World) -> None:
    def shape(address: str) -> str:
        for name in ("newer", "plan", "task", "proposal"):
            address = address.replace("{" + name + "}", "<int:pk>")
        return address.replace("{measure}", "<int:measure_pk>")

    named = {shape(each) for each in (*LISTS, *BEGINNINGS, *PAGES, *CHANGES, *READINGS)}
    routes = {str(each.pattern) for each in urlpatterns}
    routes -= {each for each in routes if each == "tasks/" or each.startswith(LISTED)}
    assert named == {each for each in routes if not each.startswith(ELSEWHERE)}


@pytest.mark.parametrize("address", [*PAGES, *CHANGE_PAGES])
def test_pages_open_for_the_unit_and_above_and_are_hidden_beside(cast: Cast, world: World, address) -> None:
    place = world.at(address)
    changes = address in CHANGE_PAGES

    assert got(cast.office_of_xiaoshan, place) == 200
    assert got(cast.office_of_hangzhou, place) == 200
    assert got(cast.office_of_province, place) == 200
    assert got(cast.viewer_of_xiaoshan, place) == (403 if changes else 200)
    assert got(cast.office_of_yuhang, place) == 404
    assert got(cast.stranger, place) == 404
    assert got(cast.auditor, place) == 404
    assert got(world.below, place) == 404


@pytest.mark.parametrize("address", CHANGES)
def test_changes_are_hidden_or_forbidden_to_all_others(cast: Cast, world: World, address) -> None:
    place = world.at(address)

    assert sent(cast.viewer_of_xiaoshan, place) == 403
    assert sent(cast.reviewer_of_xiaoshan, place) == 403
    assert sent(cast.office_of_yuhang, place) == 404
    assert sent(cast.stranger, place) == 404
    assert sent(world.below, place) == 404
    assert untouched(world)


@pytest.mark.parametrize("address", CHANGES)
def test_changes_are_open_to_the_unit_and_above(cast: Cast, world: World, address) -> None:
    """What is sent says too little: a form is the answer, or a message, or that a thing is not there."""
    goes = address.endswith(("accept/", "{proposal}/", "remove/"))
    expected = {200, 302, 422} | ({404} if goes else set())

    assert sent(cast.office_of_hangzhou, world.at(address)) in expected
    assert sent(cast.office_of_xiaoshan, world.at(address)) in expected


@pytest.mark.parametrize("address", PAGES)
def test_what_is_published_is_read_below_and_nowhere_else(cast: Cast, world: World, address) -> None:
    world.publish()

    assert got(world.below, world.at(address)) == 200
    assert got(cast.reporter_of_alpha, world.at(address)) == 200
    assert got(cast.office_of_yuhang, world.at(address)) == 404
    assert got(cast.stranger, world.at(address)) == 404


@pytest.mark.parametrize("address", CHANGES)
def test_what_is_published_is_not_changed_below(world: World, address) -> None:
    world.publish()

    assert sent(world.below, world.at(address)) == 403
    if address in CHANGE_PAGES:
        assert got(world.below, world.at(address)) == 403
    assert untouched(world)


@pytest.mark.parametrize("address", POST_ONLY)
def test_nothing_is_changed_by_following_a_link(cast: Cast, world: World, address) -> None:
    assert got(cast.office_of_xiaoshan, world.at(address)) == 405


@pytest.mark.parametrize("address", [*LISTS, *BEGINNINGS])
def test_lists_and_beginnings_are_of_a_unit(cast: Cast, world: World, address) -> None:
    begins = address in BEGINNINGS
    at = f"/{address}?at={cast.xiaoshan.code}"

    for act in (got, sent) if begins else (got,):
        refused = (200, 422)
        assert act(cast.office_of_xiaoshan, at) in refused
        assert act(cast.office_of_hangzhou, at) in refused
        assert act(cast.viewer_of_xiaoshan, at) == (403 if begins else 200)
        assert act(cast.office_of_yuhang, at) == 404
        assert act(world.below, at) == 404
        assert act(cast.stranger, at) == 404
        assert act(cast.stranger, f"/{address}") == 403


@pytest.mark.parametrize("address", [*LISTS, *BEGINNINGS, *PAGES, *CHANGES])
def test_whoever_is_not_signed_in_is_led_to_the_entrance(world: World, address) -> None:
    for answer in (Client().get(world.at(address)), Client().post(world.at(address))):
        assert answer.status_code == 302
        assert answer.url.startswith("/accounts/login/")


def test_lists_show_what_is_published_above_and_no_draft(cast: Cast, world: World) -> None:
    reader = client_of(world.below)
    assert [list(reader.get(f"/{each}").context["page"].object_list) for each in LISTS] == [[], []]

    world.publish()

    documents, plans = (reader.get(f"/{each}") for each in LISTS)
    assert list(documents.context["page"].object_list) == [world.newer, world.older]
    assert list(plans.context["page"].object_list) == [world.plan]
    assert "Read in a document" in documents.text  # at its own unit


def test_below_a_document_says_nothing_of_drafts(cast: Cast, world: World) -> None:
    """Its tasks stand in a draft plan, and the text that it revises is not published."""
    client_of(cast.office_of_xiaoshan).post(
        world.at("proposals-of-tasks/{proposal}/accept/"), {"plan": world.plan.pk}
    )
    made = Task.objects.latest("pk")
    Document.objects.filter(pk=world.newer.pk).update(is_published=True)
    place = world.at("documents/{newer}/")
    assert f"/tasks/{made.pk}/" in client_of(cast.viewer_of_xiaoshan).get(place).text

    page = client_of(world.below).get(place)

    assert page.status_code == 200
    assert f"/tasks/{made.pk}/" not in page.text
    assert "Revises" not in page.text
    assert got(world.below, world.at("documents/{newer}/changes/")) == 404


def test_below_an_older_text_does_not_tell_of_its_unpublished_revision(cast: Cast, world: World) -> None:
    Document.objects.filter(pk=world.older.pk).update(is_published=True)

    assert "Revised by" not in client_of(world.below).get(f"/documents/{world.older.pk}/").text
    assert "Revised by" in client_of(cast.viewer_of_xiaoshan).get(f"/documents/{world.older.pk}/").text


def test_below_a_plan_links_no_document_that_is_closed_to_the_reader(cast: Cast, world: World) -> None:
    office = client_of(cast.office_of_xiaoshan)
    office.post(world.at("proposals-of-tasks/{proposal}/accept/"), {"plan": world.plan.pk})
    Plan.objects.update(state="published")
    place, link = world.at("plans/{plan}/"), f"/documents/{world.newer.pk}/"

    assert link in office.get(place).text
    assert link not in client_of(world.below).get(place).text


def test_a_proposal_goes_into_no_plan_that_is_out_of_reach(cast: Cast, world: World) -> None:
    """Hidden beside, and of a plan in force above forbidden."""
    beside, above = begin(cast.yuhang), begin(cast.hangzhou)
    tasks = [enter(beside), enter(above)]
    Plan.objects.update(state="published")
    office, place = client_of(cast.office_of_xiaoshan), world.at("proposals-of-tasks/{proposal}/")

    into = [office.post(place, {"act": "into", "task": each.pk}).status_code for each in tasks]
    accepted = [office.post(f"{place}accept/", {"plan": each.pk}).status_code for each in (beside, above)]

    assert into == accepted == [404, 403]
    assert set(TaskProposal.objects.values_list("state", flat=True)) == {"open"}


@pytest.mark.parametrize("address", ["documents/0/", "plans/0/", "tasks/0/", "proposals-of-tasks/0/"])
def test_what_does_not_exist_is_not_found(cast: Cast, address: str) -> None:
    assert got(cast.office_of_xiaoshan, f"/{address}") == 404


def test_the_operator_sees_all(world: World) -> None:
    assert set(documents_visible_to(None)) == {world.older, world.newer}


def test_a_unit_below_reads_what_became_a_task_and_not_what_was_turned_down(cast: Cast):
    document = receive(cast.xiaoshan)
    publish_document(document, actor=None, is_published=True)
    kept, turned_down = TaskProposal.objects.filter(clause__document=document).order_by("pk")[:2]
    accept_proposal(kept, actor=None, measure=measure_of(begin(cast.xiaoshan)))
    reject_proposal(turned_down, actor=None, reason="Nobody asked for it.")
    below = make_user("office_below")
    grant_role(below, actor=None, role=Role.OFFICE, organisation=cast.chengxiang, valid_from=OPENED)

    page = client_of(below).get(f"/documents/{document.pk}/").content.decode()
    own = client_of(cast.office_of_xiaoshan).get(f"/documents/{document.pk}/").content.decode()

    assert f'id="proposal-{kept.pk}"' in page
    assert f'id="proposal-{turned_down.pk}"' not in page
    assert "Nobody asked for it." not in page
    assert "Nobody asked for it." in own


def test_a_task_in_force_does_not_give_away_a_document_that_is_not_open(cast: Cast):
    document = receive(cast.xiaoshan)
    plan = begin(cast.xiaoshan)
    proposal = TaskProposal.objects.filter(clause__document=document).order_by("pk")[0]
    task = accept_proposal(proposal, actor=None, measure=measure_of(plan))
    publish_plan(plan, actor=None)
    below = make_user("office_below")
    grant_role(below, actor=None, role=Role.OFFICE, organisation=cast.chengxiang, valid_from=OPENED)

    page = client_of(below).get(f"/tasks/{task.pk}/").content.decode()

    assert "A document that is not open to you." in page
    assert f"/documents/{document.pk}/" not in page
    assert document.title not in page
