from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils import timezone
from tests.cast import OPENED, Cast

from tongxin.audit.models import LogEntry
from tongxin.codes.credit_codes import complete_credit_code
from tongxin.organisations.actions import create_organisation, move_organisation, rename_organisation
from tongxin.organisations.closing_actions import close_organisation
from tongxin.organisations.group_actions import fill_seat, found_group
from tongxin.organisations.models import CoordinationGroup, GroupSeat, Organisation
from tongxin.organisations.queries import ancestors_of, events_of, tree_on
from tongxin.organisations.union_actions import cover_enterprise

DAY = date(2024, 3, 1)
BEFORE = date(2024, 2, 29)


def opened(cast: Cast, **changes) -> Organisation:
    values = {
        "actor": cast.office_of_xiaoshan,
        "code": "330109088",
        "level": "town",
        "name_zh": "新设镇",
        "name_en": "New Town",
        "parent": cast.xiaoshan,
        "opened_on": DAY,
    }
    return create_organisation(**values | changes)


def names_on(day: date, **where) -> list[str]:
    return [node.name_zh for node in tree_on(day, **where)]


def test_a_unit_exists_from_the_day_it_was_opened(cast: Cast) -> None:
    unit = opened(cast)

    assert "新设镇" not in names_on(BEFORE, under="330109")
    assert "新设镇" in names_on(DAY, under="330109")
    assert [above.code for above in ancestors_of(unit)] == ["330000", "330100", "330109"]
    assert [event.kind for event in events_of(unit)] == ["create"]


def test_opening_a_unit_writes_one_audit_row_at_the_unit(cast: Cast) -> None:
    unit = opened(cast)

    entry = LogEntry.objects.filter(action="organisations.created").latest("pk")
    assert entry.actor_name == "office_of_xiaoshan"
    assert entry.organisation_id == unit.pk
    assert entry.changes["code"] == "330109088"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "330109001"}, "code"),
        ({"level": "enterprise", "code": "91330109MA2CAXT0A0"}, "code"),
        ({"level": "enterprise", "code": complete_credit_code("81330109MA2CAXT0A")}, "code"),
        ({"level": "union", "code": complete_credit_code("91330109MA2CAXT0D")}, "code"),
        ({"level": "city"}, "parent"),
        ({"level": "county"}, "parent"),
        ({"opened_on": date(2014, 12, 31)}, "parent"),
        ({"name_zh": ""}, "name_zh"),
    ],
)
def test_a_wrong_unit_is_refused_at_its_field(cast: Cast, changes, field: str) -> None:
    n_before = Organisation.objects.count()

    with pytest.raises(ValidationError) as refusal:
        opened(cast, **changes)

    assert field in refusal.value.error_dict
    assert Organisation.objects.count() == n_before


def test_only_a_department_stands_under_an_enterprise(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        opened(cast, parent=cast.alpha)

    assert opened(cast, parent=cast.alpha, level="department", code="dept-1").parent == cast.alpha


def test_who_may_not_change_the_tree_opens_nothing(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        opened(cast, actor=cast.viewer_of_xiaoshan)
    with pytest.raises(Http404):
        opened(cast, actor=cast.office_of_yuhang)
    with pytest.raises(PermissionDenied):
        opened(cast, actor=cast.office_of_province, parent=None, level="province", code="340000")


def test_a_second_root_is_refused_even_to_the_operator(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        opened(cast, actor=None, parent=None, level="province", code="340000")


def test_a_renamed_unit_keeps_its_old_name_for_the_days_before(cast: Cast) -> None:
    rename_organisation(
        cast.chengxiang,
        actor=cast.office_of_xiaoshan,
        name_zh="新城街道",
        name_en="Xincheng",
        on=DAY,
        source="浙政函2024年1号",
    )

    assert names_on(BEFORE, under="330109001", level="town") == ["城厢街道"]
    assert names_on(DAY, under="330109001", level="town") == ["新城街道"]
    assert Organisation.objects.get(code="330109001").name_zh == "新城街道"
    event = events_of(cast.chengxiang)[0]
    assert (event.before, event.after, event.source) == (
        {"name": "城厢街道"},
        {"name": "新城街道"},
        "浙政函2024年1号",
    )


def test_a_day_before_the_last_change_is_refused(cast: Cast) -> None:
    rename = {"actor": None, "name_zh": "甲", "name_en": ""}
    rename_organisation(cast.chengxiang, on=DAY, **rename)

    with pytest.raises(ValidationError) as refusal:
        rename_organisation(cast.chengxiang, on=BEFORE, **rename)
    assert "on" in refusal.value.error_dict


def test_two_names_on_one_day_leave_the_second(cast: Cast) -> None:
    for name in ("甲", "乙"):
        rename_organisation(cast.chengxiang, actor=None, name_zh=name, name_en="", on=DAY)

    assert [name.name_zh for name in cast.chengxiang.names.all()] == ["城厢街道", "乙"]


def test_nobody_renames_moves_or_closes_the_unit_they_stand_on(cast: Cast) -> None:
    office = cast.office_of_xiaoshan

    with pytest.raises(PermissionDenied):
        rename_organisation(cast.xiaoshan, actor=office, name_zh="x", name_en="", on=DAY)
    with pytest.raises(PermissionDenied):
        move_organisation(cast.xiaoshan, actor=office, parent=cast.chengxiang, on=DAY)
    with pytest.raises(PermissionDenied):
        close_organisation(cast.xiaoshan, actor=office, on=DAY)
    with pytest.raises(PermissionDenied):
        rename_organisation(cast.province, actor=cast.office_of_province, name_zh="x", name_en="", on=DAY)


def test_users_enter_no_change_of_a_day_to_come_and_the_operator_may(cast: Cast, time_machine) -> None:
    time_machine.move_to("2024-02-29 12:00+08:00")
    rename = {"name_zh": "甲", "name_en": "", "on": DAY}

    with pytest.raises(ValidationError):
        rename_organisation(cast.chengxiang, actor=cast.office_of_xiaoshan, **rename)

    assert rename_organisation(cast.chengxiang, actor=None, **rename).on == DAY


def test_a_moved_unit_takes_along_what_stands_below_and_stood_elsewhere_before(cast: Cast) -> None:
    move_organisation(cast.chengxiang, actor=cast.office_of_hangzhou, parent=cast.yuhang, on=DAY)

    assert names_on(BEFORE, under="330109", level="enterprise") == ["同心示例一厂", "同心示例二厂"]
    assert names_on(DAY, under="330109", level="enterprise") == []
    assert len(names_on(DAY, under="330110", level="enterprise")) == 3
    alpha = Organisation.objects.get(pk=cast.alpha.pk)
    assert [above.code for above in ancestors_of(alpha)] == ["330000", "330100", "330110", "330109001"]


@pytest.mark.parametrize("target", ["alpha", "chengxiang", "linping", "xiaoshan"])
def test_a_unit_is_not_moved_where_it_cannot_stand(cast: Cast, target: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        move_organisation(cast.chengxiang, actor=None, parent=getattr(cast, target), on=DAY)
    assert "parent" in refusal.value.error_dict


def test_moving_needs_the_right_at_both_ends(cast: Cast) -> None:
    with pytest.raises(Http404):
        move_organisation(cast.chengxiang, actor=cast.office_of_xiaoshan, parent=cast.yuhang, on=DAY)


def test_a_closed_unit_keeps_its_history(cast: Cast) -> None:
    close_organisation(cast.gamma, actor=cast.office_of_hangzhou, on=DAY)

    assert "同心示例三厂" in names_on(BEFORE)
    assert "同心示例三厂" not in names_on(DAY)
    assert cast.gamma.names.get().name_zh == "同心示例三厂"
    assert Organisation.objects.get(pk=cast.gamma.pk).closed_on == DAY


def test_a_unit_with_others_below_it_is_closed_only_with_a_successor(cast: Cast) -> None:
    with pytest.raises(ValidationError) as refusal:
        close_organisation(cast.chengxiang, actor=cast.office_of_hangzhou, on=DAY)
    assert "successor" in refusal.value.error_dict

    close_organisation(cast.chengxiang, actor=cast.office_of_hangzhou, on=DAY, successor=cast.linping)

    assert len(names_on(DAY, under="330110001", level="enterprise")) == 3
    assert [event.kind for event in events_of(cast.linping)] == ["merge", "create"]


def test_a_successor_that_could_not_take_the_units_over_is_refused_and_nothing_is_changed(cast: Cast) -> None:
    for successor in (cast.alpha, cast.chengxiang, cast.gamma):
        with pytest.raises(ValidationError):
            close_organisation(cast.chengxiang, actor=None, on=DAY, successor=successor)

    assert Organisation.objects.get(pk=cast.alpha.pk).parent == cast.chengxiang
    assert Organisation.objects.get(pk=cast.chengxiang.pk).closed_on is None


def test_closing_ends_the_group_its_seats_and_the_union_cover(cast: Cast) -> None:
    union = opened(cast, level="union", code=complete_credit_code("81330109MA2CAXT0A"), opened_on=OPENED)
    cover_enterprise(cast.alpha, actor=None, union=union, on=OPENED)
    group = found_group(cast.chengxiang, actor=None, name="小组", on=OPENED)
    fill_seat(group, actor=None, kind="chair", person="甲", on=OPENED)

    close_organisation(cast.alpha, actor=None, on=DAY)
    close_organisation(cast.chengxiang, actor=None, on=DAY, successor=cast.linping)

    assert cast.alpha.covered_by.get().valid_to == DAY
    assert CoordinationGroup.objects.get().valid_to == DAY
    assert GroupSeat.objects.get().valid_to == DAY


def test_a_closed_unit_is_neither_renamed_nor_closed_again(cast: Cast) -> None:
    close_organisation(cast.gamma, actor=None, on=DAY)

    for change in (
        lambda: close_organisation(cast.gamma, actor=None, on=DAY),
        lambda: rename_organisation(cast.gamma, actor=None, name_zh="x", name_en="", on=DAY),
        lambda: move_organisation(cast.gamma, actor=None, parent=cast.chengxiang, on=DAY),
    ):
        with pytest.raises(ValidationError):
            change()


def test_the_tree_is_listed_from_the_root_down_each_unit_before_what_stands_below_it(cast: Cast) -> None:
    codes = [node.code for node in tree_on(timezone.localdate())]

    assert codes == [
        "330000",
        "330100",
        "330109",
        "330109001",
        cast.alpha.code,
        cast.beta.code,
        "330110",
        "330110001",
        cast.gamma.code,
        "330200",
        "330203",
    ]
    assert [node.parent for node in tree_on(DAY, under="330109")][:2] == ["330100", "330109"]
    assert tree_on(date(2014, 12, 31)) == []


def test_a_unit_is_not_closed_on_a_day_before_what_is_on_record_of_it(cast: Cast) -> None:
    rename_organisation(cast.gamma, actor=None, name_zh="改名", name_en="", on=DAY)

    for day in (BEFORE, DAY):
        with pytest.raises(ValidationError) as refusal:
            close_organisation(cast.gamma, actor=None, on=day)
        assert "on" in refusal.value.error_dict


def test_a_successor_that_is_no_more_takes_nothing_over(cast: Cast) -> None:
    close_organisation(cast.gamma, actor=None, on=BEFORE)

    with pytest.raises(ValidationError) as refusal:
        close_organisation(cast.alpha, actor=None, on=DAY, successor=cast.gamma)
    assert "successor" in refusal.value.error_dict


def test_a_unit_opened_under_one_that_moved_meanwhile_stands_where_it_stands_now(
    cast: Cast,
) -> None:
    move_organisation(cast.chengxiang, actor=None, parent=cast.yuhang, on=DAY)

    unit = opened(cast, actor=None, level="department", code="dept-1", parent=cast.chengxiang)

    assert [above.code for above in ancestors_of(unit)] == ["330000", "330100", "330110", "330109001"]
