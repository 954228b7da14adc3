from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from tests.cast import OPENED, Cast
from tests.clients import client_of

from tongxin.organisations.group_actions import close_group, end_seat, fill_seat, found_group
from tongxin.organisations.models import CoordinationGroup, GroupSeat
from tongxin.organisations.queries import group_of

FOUNDED = date(2022, 3, 1)
CHANGED = date(2024, 6, 1)
PAGE = "/organisations/330109/group/"


@pytest.fixture
def group(cast: Cast) -> CoordinationGroup:
    group = found_group(cast.xiaoshan, actor=cast.office_of_xiaoshan, name="协调小组", on=FOUNDED)
    for kind, person in (("chair", "陈甲"), ("vice_chair", "黄丙"), ("vice_chair", "吴丁")):
        fill_seat(group, actor=cast.office_of_xiaoshan, kind=kind, person=person, on=FOUNDED)
    fill_seat(group, actor=cast.office_of_xiaoshan, kind="office", unit_name="区总工会", on=FOUNDED)
    fill_seat(group, actor=cast.office_of_xiaoshan, kind="member_unit", unit=cast.alpha, on=FOUNDED)
    return group


def test_a_new_chair_ends_the_one_before_and_vice_chairs_sit_side_by_side(cast: Cast, group) -> None:
    fill_seat(group, actor=cast.office_of_xiaoshan, kind="chair", person="林乙", on=CHANGED)

    chairs = [(seat.person, seat.valid_from, seat.valid_to) for seat in group.seats.filter(kind="chair")]
    assert chairs == [("陈甲", FOUNDED, CHANGED), ("林乙", CHANGED, None)]
    assert group.seats.filter(kind="vice_chair", valid_to=None).count() == 2


def test_the_page_shows_the_group_as_it_was_on_the_day(cast: Cast, group) -> None:
    fill_seat(group, actor=None, kind="chair", person="林乙", on=CHANGED)
    client = client_of(cast.viewer_of_xiaoshan)

    before = client.get(PAGE, {"as_of": "2024-05-31"}).context
    after = client.get(PAGE, {"as_of": "2024-06-01"}).context
    too_early = client.get(PAGE, {"as_of": "2022-02-28"}).context

    assert [seat.person for seat in before["held"] if seat.kind == "chair"] == ["陈甲"]
    assert [seat.person for seat in after["held"] if seat.kind == "chair"] == ["林乙"]
    assert [seat.person for seat in after["others"]] == ["陈甲"]
    assert too_early["group"] is None


def test_seats_are_listed_by_rank(cast: Cast, group) -> None:
    held = client_of(cast.viewer_of_xiaoshan).get(PAGE).context["held"]

    assert [seat.kind for seat in held] == ["chair", "vice_chair", "vice_chair", "office", "member_unit"]


@pytest.mark.parametrize("on", [date(2022, 2, 28), FOUNDED])
def test_a_day_before_the_group_or_the_holder_is_refused(cast: Cast, group, on: date) -> None:
    with pytest.raises(ValidationError) as refusal:
        fill_seat(group, actor=None, kind="chair", person="林乙", on=on)
    assert "on" in refusal.value.error_dict


def test_a_seat_is_not_filled_twice_for_days_gone_by(cast: Cast, group) -> None:
    end_seat(group.seats.get(kind="chair"), actor=None, on=CHANGED)

    with pytest.raises(ValidationError):
        fill_seat(group, actor=None, kind="chair", person="林乙", on=date(2023, 1, 1))
    assert fill_seat(group, actor=None, kind="chair", person="林乙", on=CHANGED).valid_from == CHANGED


def test_a_seat_names_somebody_and_ends_once_after_it_began(cast: Cast, group) -> None:
    with pytest.raises(ValidationError):
        fill_seat(group, actor=None, kind="vice_chair", on=CHANGED)
    seat = group.seats.get(kind="chair")
    with pytest.raises(ValidationError):
        end_seat(seat, actor=None, on=FOUNDED)
    end_seat(seat, actor=cast.office_of_xiaoshan, on=CHANGED)
    with pytest.raises(ValidationError):
        end_seat(seat, actor=None, on=CHANGED)


def test_a_unit_has_one_group_at_a_time_and_may_found_another_later(cast: Cast, group) -> None:
    with pytest.raises(ValidationError):
        found_group(cast.xiaoshan, actor=None, name="又一个", on=CHANGED)

    close_group(group, actor=cast.office_of_xiaoshan, on=CHANGED)
    later = found_group(cast.xiaoshan, actor=None, name="新小组", on=CHANGED)

    assert group_of(cast.xiaoshan, date(2024, 5, 31)) == group
    assert group_of(cast.xiaoshan, CHANGED) == later
    assert not group.seats.filter(valid_to=None).exists()
    for refused in (
        lambda: close_group(group, actor=None, on=CHANGED),
        lambda: fill_seat(group, actor=None, kind="vice_chair", person="甲", on=CHANGED),
        lambda: found_group(cast.xiaoshan, actor=None, name="早", on=date(2023, 1, 1)),
    ):
        with pytest.raises(ValidationError):
            refused()


def test_only_divisions_have_groups_and_only_their_office_changes_them(cast: Cast, group) -> None:
    with pytest.raises(ValidationError):
        found_group(cast.alpha, actor=None, name="小组", on=OPENED)
    with pytest.raises(PermissionDenied):
        fill_seat(group, actor=cast.reviewer_of_xiaoshan, kind="chair", person="林乙", on=CHANGED)


def test_an_office_founds_fills_and_ends_by_page(cast: Cast) -> None:
    client = client_of(cast.office_of_xiaoshan)

    client.post(PAGE + "found/", {"name": "协调小组", "on": "2022-03-01"})
    wrong = client.post(PAGE + "seat/", {"kind": "chair", "title": "书记", "on": "2022-03-01"})
    client.post(PAGE + "seat/", {"kind": "chair", "person": "陈甲", "on": "2022-03-01"})
    client.post(PAGE + "seat/", {"kind": "office", "unit": cast.chengxiang.code, "on": "2022-03-01"})
    seat = GroupSeat.objects.get(kind="chair")
    client.post(f"{PAGE}seats/{seat.pk}/end/", {"on": "2024-06-01"})

    assert "person" in wrong.context["form"].errors
    assert 'value="书记"' in wrong.content.decode()
    assert GroupSeat.objects.get(kind="chair").valid_to == CHANGED
    assert GroupSeat.objects.get(kind="office").unit == cast.chengxiang
    client.post(PAGE + "close/", {"on": "2025-01-01"})
    assert CoordinationGroup.objects.get().valid_to == date(2025, 1, 1)


def test_a_seat_of_another_units_group_is_not_ended_through_this_one(cast: Cast, group) -> None:
    other = found_group(cast.yuhang, actor=None, name="余杭小组", on=FOUNDED)
    seat = fill_seat(other, actor=None, kind="chair", person="甲", on=FOUNDED)

    answer = client_of(cast.office_of_xiaoshan).post(f"{PAGE}seats/{seat.pk}/end/", {"on": "2024-06-01"})

    assert answer.status_code == 404
    seat.refresh_from_db()
    assert seat.valid_to is None


def test_without_a_group_there_is_no_seat_to_fill_and_the_page_says_how_to_begin(cast: Cast) -> None:
    client = client_of(cast.office_of_xiaoshan)

    assert client.get(PAGE + "seat/").status_code == 404
    assert "/organisations/330109/group/found/" in client.get(PAGE).content.decode()
