"""Every page and form of the room, as each of those who stand around a share finds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from tests.cast import OPENED, make_user
from tests.clients import client_of
from tests.plans.builders import begin, enter
from tests.supervision.builders import World, go, on

from tongxin.organisations.access import ALLOWS, Action
from tongxin.organisations.models import Role
from tongxin.organisations.role_actions import grant_role
from tongxin.supervision.access import circulars_visible_to, orders_visible_to
from tongxin.supervision.models import Circular, SupervisionOrder
from tongxin.supervision.order_actions import issue_order, reply_to_order
from tongxin.supervision.urls import urlpatterns

READ = ["tasks/{share}/", "orders/{order}/"]
PLAN_READ = ["plans/{plan}/", "circulars/{circular}/"]
REVIEW = ["tasks/{share}/remind/", "orders/{order}/return/", "orders/{order}/close/"]
CHANGE = [
    "tasks/{share}/order/",
    "orders/{order}/withdraw/",
    "plans/{plan}/rule/",
    "plans/{plan}/circulate/",
]
REPLY = ["orders/{order}/reply/"]
LISTS = ["", "orders/"]


@dataclass
class Around(World):
    """What stands around Xiaoshan's share, and a list with it."""

    order: SupervisionOrder
    circular: Circular

    def url(self, path: str) -> str:
        pks = {"share": self.share, "order": self.order, "plan": self.plan, "circular": self.circular}
        return "/supervision/" + path.format(**{name: each.pk for name, each in pks.items()})


@pytest.fixture
def around(world) -> Around:
    go(date(2026, 5, 14))
    with on(date(2026, 5, 15)):
        order = issue_order(
            world.share, actor=None, organisation=world.cast.xiaoshan, demand="请办", reply_days=3
        )
    return Around(**vars(world), order=order, circular=Circular.objects.get())


def as_role(unit, role: Role):
    user = make_user(f"{role}_{unit.pk}")
    grant_role(user, actor=None, role=role, organisation=unit, valid_from=OPENED)
    return client_of(user)


# who, where: own is the unit of the share, parent the one that decides, child stands below, sibling beside
PLACES = {"own": "xiaoshan", "parent": "hangzhou", "child": "chengxiang", "sibling": "yuhang"}


def test_every_address_of_the_room_is_asked_for_here():
    asked = [*READ, *PLAN_READ, *REVIEW, *CHANGE, *REPLY, *LISTS]
    routes = {
        str(each.pattern).replace("supervision/", "", 1) for each in urlpatterns if hasattr(each, "pattern")
    }
    shown = {path.replace("{" + name + "}", "<int:pk>") for path in asked for name in _names(path)}

    assert routes == shown | {path for path in asked if "{" not in path}


def _names(path: str) -> list[str]:
    return [path.split("{")[1].split("}", maxsplit=1)[0]] if "{" in path else []


@pytest.mark.parametrize("place", PLACES)
def test_reading(around, place):
    for role in Role:
        client = as_role(getattr(around.cast, PLACES[place]), role)
        sees = Action.SEE_PLANS in ALLOWS[role]
        for path in LISTS:
            assert client.get(around.url(path)).status_code == (200 if sees else 403), (role, path)
        # A share is seen by its unit, those above and those below; an order by its two sides alone.
        expected = {
            "tasks/{share}/": sees and place != "sibling",
            "orders/{order}/": sees and place in {"own", "parent"},
            "plans/{plan}/": sees,
            "circulars/{circular}/": sees,
        }
        for path, is_seen in expected.items():
            assert client.get(around.url(path)).status_code == (200 if is_seen else 404), (role, path)


def expected_of(path: str, role: Role, place: str) -> set[int]:
    """Return how a form is answered; nothing is given, so that who may act is told so, or is led on."""
    action = Action.CHANGE_PLANS
    if path in [*REPLY, *REVIEW]:
        action = Action.REPORT_PROGRESS if path in REPLY else Action.REVIEW_PROGRESS
    if action in ALLOWS[role] and place in ({"own", "parent"} if path in REPLY else {"parent"}):
        return {302, 422}
    if path.startswith("plans"):
        is_seen = True
    elif path.startswith("tasks"):
        is_seen = place != "sibling"
    else:
        is_seen = place in {"own", "parent"}
    return {403} if is_seen and Action.SEE_PLANS in ALLOWS[role] else {404}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("path", [*REVIEW, *CHANGE, *REPLY])
def test_acting(around, place, path):
    if path in {"orders/{order}/return/", "orders/{order}/close/"}:
        reply_to_order(around.order, actor=None, text="办了")
    for role in Role:
        client = as_role(getattr(around.cast, PLACES[place]), role)
        with on(date(2026, 5, 15), hour=15):
            answer = client.post(around.url(path), {"sent": "1"})
        assert answer.status_code in expected_of(path, role, place), (role, path)


def test_strangers_and_who_is_not_signed_in(around, client):
    stranger = client_of(around.cast.stranger)
    for path in [*READ, *PLAN_READ]:
        assert stranger.get(around.url(path)).status_code == 404
        assert client.get(around.url(path)).status_code == 302
    for path in [*REVIEW, *CHANGE, *REPLY]:
        assert stranger.post(around.url(path)).status_code == 404
        assert client.post(around.url(path)).status_code == 302
    for path in LISTS:
        assert stranger.get(around.url(path)).status_code == 403


def test_the_list_of_a_unit_beside_is_not_shown(around):
    client = client_of(around.cast.office_of_yuhang)

    assert client.get("/supervision/?at=330109").status_code == 404
    assert client.get("/supervision/?at=330110").context["rows"] == []


def test_a_unit_below_sees_the_tasks_that_answer_there_alone(around):
    client = client_of(around.cast.office_of_xiaoshan)
    with on(date(2026, 5, 15)):
        rows = client.get("/supervision/?at=330109&kind=all").context["rows"]

    assert [row.task.pk for row in rows] == [around.share.pk]
    assert not rows[0].may_remind
    assert not rows[0].may_order


def test_a_draft_of_a_unit_above_is_not_shown(around):
    draft = begin(around.cast.province, "省方案草案")
    task = enter(draft, "草案任务", lead=["萧山区"])
    client = client_of(around.cast.office_of_xiaoshan)

    assert client.get(f"/supervision/tasks/{task.pk}/").status_code == 404
    assert client.get(f"/supervision/plans/{draft.pk}/").status_code == 404


def test_the_operator_sees_all(around):
    assert list(orders_visible_to(None)) == [around.order]
    assert list(circulars_visible_to(None)) == [around.circular]
