from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from tests.cast import OPENED, Cast, make_user

from tongxin.audit.models import LogEntry
from tongxin.codes.credit_codes import complete_credit_code
from tongxin.organisations.access import Action, may
from tongxin.organisations.actions import create_organisation, move_organisation, rename_organisation
from tongxin.organisations.closing_actions import close_organisation
from tongxin.organisations.models import Organisation, Role
from tongxin.organisations.queries import events_of, tree_on
from tongxin.organisations.rearranging_actions import NewUnit, merge_organisations
from tongxin.organisations.role_actions import grant_role

DAY = date(2024, 3, 1)
BEFORE = date(2024, 2, 29)


def town(code: str, name: str, parent: Organisation, opened_on: date = OPENED) -> Organisation:
    return create_organisation(
        actor=None, code=code, level="town", name_zh=name, parent=parent, opened_on=opened_on
    )


def codes_on(day: date, under: str) -> list[str]:
    return [node.code for node in tree_on(day, under=under)][1:]


def refused(field: str, *units: Organisation, **asked) -> str:
    """Return why the merger is refused, beside which field; nothing may have changed."""
    before = list(Organisation.objects.order_by("pk").values())
    with pytest.raises(ValidationError) as refusal:
        merge_organisations(units, **{"actor": None, "on": DAY} | asked)
    assert list(Organisation.objects.order_by("pk").values()) == before
    found = (
        refusal.value.message_dict if hasattr(refusal.value, "error_dict") else {"": refusal.value.messages}
    )
    assert list(found) == [field]
    return found[field][0]


def test_a_town_merged_into_another_gives_it_its_enterprises_from_the_day(cast: Cast) -> None:
    merge_organisations(
        [cast.chengxiang],
        actor=cast.office_of_hangzhou,
        into=cast.linping,
        on=DAY,
        source="浙政函2024年1号",
    )

    assert codes_on(BEFORE, "330109001") == [cast.alpha.code, cast.beta.code]
    assert codes_on(DAY, "330110001") == [cast.alpha.code, cast.beta.code, cast.gamma.code]
    assert codes_on(DAY, "330109") == []
    assert Organisation.objects.get(pk=cast.chengxiang.pk).closed_on == DAY


def test_the_event_names_what_was_before_and_after_and_is_found_at_each_unit(cast: Cast) -> None:
    event = merge_organisations([cast.chengxiang], actor=None, into=cast.linping, on=DAY)

    assert (event.before, event.after) == (
        {"codes": ["330109001", "330110001"]},
        {"codes": ["330110001"]},
    )
    assert event in events_of(cast.chengxiang)
    assert event in events_of(cast.linping)
    moved = events_of(cast.alpha)[0]
    assert (moved.kind, moved.before, moved.after) == (
        "transfer",
        {"parent": "330109001"},
        {"parent": "330110001", "event": event.pk},
    )


def test_two_towns_merge_into_a_new_one_that_opens_on_the_day(cast: Cast) -> None:
    other = town("330109002", "北干街道", cast.xiaoshan)
    new = NewUnit("330109088", "萧城街道", cast.xiaoshan)

    event = merge_organisations([cast.chengxiang, other], actor=cast.office_of_xiaoshan, into=new, on=DAY)

    assert codes_on(BEFORE, "330109") == ["330109001", cast.alpha.code, cast.beta.code, "330109002"]
    assert codes_on(DAY, "330109") == ["330109088", cast.alpha.code, cast.beta.code]
    assert (event.before, event.after) == (
        {"codes": ["330109001", "330109002"]},
        {"codes": ["330109088"]},
    )


def test_two_counties_of_different_cities_merge_with_all_below_them(cast: Cast) -> None:
    merge_organisations([cast.haishu, cast.yuhang], actor=None, into=cast.xiaoshan, on=DAY)

    assert codes_on(DAY, "330200") == []
    assert codes_on(DAY, "330109") == [
        "330109001",
        cast.alpha.code,
        cast.beta.code,
        "330110001",
        cast.gamma.code,
    ]


def test_an_enterprise_merges_into_another_with_its_departments(cast: Cast) -> None:
    workshop = create_organisation(
        actor=None, code="dept-1", level="department", name_zh="车间", parent=cast.alpha, opened_on=OPENED
    )

    merge_organisations([cast.alpha], actor=cast.office_of_xiaoshan, into=cast.beta, on=DAY)

    assert Organisation.objects.get(pk=workshop.pk).parent == cast.beta
    assert [spell.valid_to for spell in cast.alpha.particulars.all()] == [DAY]


def test_a_merger_writes_one_audit_row_whatever_moves_with_it(cast: Cast) -> None:
    n_before = LogEntry.objects.count()

    merge_organisations([cast.chengxiang], actor=cast.office_of_hangzhou, into=cast.linping, on=DAY)

    (entry,) = LogEntry.objects.order_by("pk")[n_before:]
    assert (entry.action, entry.actor_name) == ("organisations.merged", "office_of_hangzhou")
    assert entry.organisation_id == cast.linping.pk
    assert entry.changes["merged"] == "Chengxiang Subdistrict 330109001"
    assert entry.changes["units_moved"] == 2


def test_what_cannot_be_merged_is_refused_with_what_to_do(cast: Cast) -> None:
    new = NewUnit("330109088", "新街道", cast.xiaoshan)
    assert refused("others", into=cast.linping) == "Name the units to be merged."
    assert "named twice" in refused("others", cast.chengxiang, cast.chengxiang, into=cast.linping)
    assert "Only units of one level" in refused("others", cast.chengxiang, cast.yuhang, into=cast.linping)
    assert "at least two" in refused("others", cast.chengxiang, into=new)
    assert "takes over, so it is not" in refused("code", cast.chengxiang, cast.linping, into=cast.linping)
    assert "only a town can take over" in refused("code", cast.chengxiang, into=cast.yuhang)
    assert "is a province" in refused("", cast.province, into=cast.hangzhou)


def test_a_new_unit_of_a_merger_stands_where_its_level_may_stand(cast: Cast) -> None:
    units = (cast.chengxiang, cast.linping)
    wrong = NewUnit("330000088", "新街道", cast.province)
    taken = NewUnit("330109", "新街道", cast.xiaoshan)

    assert refused("parent", *units, into=wrong) == "A town cannot stand under a province."
    assert "already exists" in refused("code", *units, into=taken)
    factories = (cast.alpha, cast.beta)
    union = NewUnit(complete_credit_code("81330109MA2CAXT0A"), "厂", cast.chengxiang)
    assert "begins with 9" in refused("code", *factories, into=union)


def test_a_merger_before_a_unit_was_there_or_after_it_closed_is_refused(cast: Cast) -> None:
    late = town("330109002", "北干街道", cast.xiaoshan, opened_on=DAY)
    assert "does not exist" in refused("on", late, into=cast.chengxiang, on=BEFORE)
    assert "does not exist" in refused("on", cast.chengxiang, into=late, on=BEFORE)
    close_organisation(late, actor=None, on=date(2025, 1, 1))

    assert "was closed on 2025-01-01" in refused("on", cast.chengxiang, into=late)
    assert "was closed on 2025-01-01" in refused("on", late, into=cast.chengxiang)
    assert "does not exist" in refused("on", late, into=cast.chengxiang, on=date(2025, 1, 1))


def test_a_merger_before_a_later_change_is_refused_and_names_the_day(cast: Cast) -> None:
    later = date(2024, 5, 1)
    rename_organisation(cast.chengxiang, actor=None, name_zh="甲", name_en="", on=later)
    assert "of 2024-05-01" in refused("on", cast.chengxiang, into=cast.linping)

    move_organisation(cast.gamma, actor=None, parent=cast.chengxiang, on=later)
    assert "of 2024-05-01" in refused("", cast.chengxiang, into=cast.linping)
    assert "stood under it until 2024-05-01" in refused("on", cast.linping, into=cast.chengxiang)


def test_a_unit_below_that_closed_later_holds_the_merger_back_until_then(cast: Cast) -> None:
    close_organisation(cast.beta, actor=None, on=date(2024, 5, 1))

    assert "stood under it until 2024-05-01" in refused("on", cast.chengxiang, into=cast.linping)
    merge_organisations([cast.chengxiang], actor=None, into=cast.linping, on=date(2024, 5, 1))


def test_a_merger_needs_the_right_above_each_unit_and_at_the_one_that_takes_over(cast: Cast) -> None:
    new = NewUnit("330110088", "新街道", cast.yuhang)
    other = town("330109002", "北干街道", cast.xiaoshan)
    asked = {"actor": cast.office_of_xiaoshan, "on": DAY}

    with pytest.raises(Http404):
        merge_organisations([cast.chengxiang], into=cast.linping, **asked)
    with pytest.raises(Http404):
        merge_organisations([cast.chengxiang, cast.linping], into=other, **asked)
    with pytest.raises(Http404):
        merge_organisations([cast.chengxiang, other], into=new, **asked)
    with pytest.raises(PermissionDenied):
        merge_organisations([cast.xiaoshan], into=cast.yuhang, **asked)
    with pytest.raises(PermissionDenied):
        merge_organisations([other], into=cast.chengxiang, actor=cast.viewer_of_xiaoshan, on=DAY)
    with pytest.raises(ValidationError):
        merge_organisations([other], into=cast.chengxiang, actor=cast.office_of_xiaoshan, on=date(2999, 1, 1))


def test_roles_at_the_units_alone_do_not_reach_what_would_move(cast: Cast) -> None:
    user = make_user("somebody")
    for unit in (cast.xiaoshan, cast.chengxiang, cast.yuhang, cast.linping):
        grant_role(user, actor=None, role=Role.OFFICE, organisation=unit, reach="unit", valid_from=OPENED)

    with pytest.raises(Http404):
        merge_organisations([cast.chengxiang], actor=user, into=cast.linping, on=DAY)
    assert Organisation.objects.get(pk=cast.alpha.pk).parent == cast.chengxiang


def test_what_a_merger_moved_leaves_the_old_reach_and_enters_the_new(cast: Cast) -> None:
    merge_organisations([cast.chengxiang], actor=None, into=cast.linping, on=DAY)
    alpha = Organisation.objects.get(pk=cast.alpha.pk)

    assert not may(cast.viewer_of_xiaoshan, Action.SEE_UNIT, alpha)
    assert may(cast.office_of_yuhang, Action.CHANGE_TREE, alpha)
