"""Group companies: who belongs to one from which day, what is refused, who may do it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils import timezone
from tests.cast import OPENED, Cast

from tongxin.audit.models import LogEntry
from tongxin.codes.credit_codes import complete_credit_code
from tongxin.organisations.actions import create_organisation, move_organisation
from tongxin.organisations.closing_actions import close_organisation
from tongxin.organisations.company_group_actions import join_group, leave_group
from tongxin.organisations.company_groups import members_over_time, members_under, memberships_of
from tongxin.organisations.models import Hierarchy, Organisation, OrganisationEvent, Placement
from tongxin.organisations.queries import tree_on
from tongxin.organisations.rearranging_actions import merge_organisations

HOLDING, SMALLER = complete_credit_code("91330000MA2CAXT0H"), complete_credit_code("91330100MA2CAXT0J")
FIRST, LATER = date(2024, 1, 1), date(2025, 7, 1)


def found_group(parent: Organisation, code: str = HOLDING, opened_on: date = OPENED) -> Organisation:
    return create_organisation(
        actor=None, code=code, level="group", name_zh="同心示例集团", parent=parent, opened_on=opened_on
    )


@pytest.fixture
def group(cast: Cast) -> Organisation:
    return found_group(cast.province)


@pytest.fixture
def smaller(cast: Cast) -> Organisation:
    return found_group(cast.hangzhou, SMALLER)


def spells_of(unit: Organisation) -> list[tuple[str, date, date | None]]:
    spells = memberships_of(unit).order_by("valid_from")
    return [(each.parent.code, each.valid_from, each.valid_to) for each in spells if each.parent]


def test_an_enterprise_belongs_to_a_group_from_a_day_and_stays_in_its_town(cast: Cast, group: Organisation):
    join_group(cast.alpha, actor=cast.office_of_province, group=group, on=FIRST)

    assert spells_of(cast.alpha) == [(group.code, FIRST, None)]
    assert [node.code for node in tree_on(FIRST, under="330109001")] == [
        "330109001", cast.alpha.code, cast.beta.code,
    ]  # fmt: skip
    entry = LogEntry.objects.get(action="organisations.joined_group")
    assert entry.organisation_id == cast.alpha.pk
    assert entry.actor_name == "office_of_province"
    assert entry.changes["group_company"] == [None, group.name_zh]
    assert entry.changes["on"] == str(FIRST)


def test_going_to_another_group_ends_the_spell_at_the_first(
    cast: Cast, group: Organisation, smaller: Organisation
):
    join_group(cast.alpha, actor=None, group=group, on=FIRST)
    join_group(cast.alpha, actor=None, group=smaller, on=LATER)

    assert spells_of(cast.alpha) == [(group.code, FIRST, LATER), (smaller.code, LATER, None)]
    assert [each.organisation for each in members_over_time(group)] == [cast.alpha]
    assert members_under({group.pk}, FIRST) == {cast.alpha.pk}
    assert members_under({group.pk}, LATER) == set()


def test_leaving_ends_the_spell_and_is_on_the_log(cast: Cast, group: Organisation):
    join_group(cast.alpha, actor=None, group=group, on=FIRST)

    leave_group(cast.alpha, actor=cast.office_of_xiaoshan, on=LATER)

    assert spells_of(cast.alpha) == [(group.code, FIRST, LATER)]
    entry = LogEntry.objects.get(action="organisations.left_group")
    assert (entry.organisation_id, entry.actor_name) == (cast.alpha.pk, "office_of_xiaoshan")


def test_members_of_a_smaller_group_belong_to_the_group_above_it(
    cast: Cast, group: Organisation, smaller: Organisation
):
    join_group(smaller, actor=None, group=group, on=FIRST)
    join_group(cast.alpha, actor=None, group=smaller, on=FIRST)
    join_group(cast.gamma, actor=None, group=group, on=LATER)

    assert members_under({group.pk}, LATER) == {smaller.pk, cast.alpha.pk, cast.gamma.pk}
    tree = tree_on(LATER, hierarchy=Hierarchy.GROUP)
    assert {(node.code, node.parent) for node in tree} == {
        (group.code, None),
        (cast.gamma.code, group.code),
        (smaller.code, group.code),
        (cast.alpha.code, smaller.code),
    }


def test_a_smaller_group_that_leaves_stands_by_itself(cast: Cast, group: Organisation, smaller: Organisation):
    join_group(smaller, actor=None, group=group, on=FIRST)
    leave_group(smaller, actor=None, on=LATER)

    own = Placement.objects.filter(organisation=smaller, hierarchy=Hierarchy.GROUP).order_by("valid_from")
    assert [(each.parent_id, each.valid_from, each.valid_to) for each in own] == [
        (None, OPENED, FIRST),
        (group.pk, FIRST, LATER),
        (None, LATER, None),
    ]


def test_no_group_belongs_to_itself_by_any_way(cast: Cast, group: Organisation):
    other = found_group(cast.province, SMALLER)
    join_group(other, actor=None, group=group, on=FIRST)

    with pytest.raises(ValidationError, match="no group belongs to itself"):
        join_group(group, actor=None, group=group, on=LATER)
    with pytest.raises(ValidationError, match="no group belongs to itself"):
        join_group(group, actor=None, group=other, on=LATER)
    # What left later was inside on the day.
    leave_group(other, actor=None, on=date(2026, 1, 1))
    with pytest.raises(ValidationError, match="no group belongs to itself"):
        join_group(group, actor=None, group=other, on=LATER)


def test_two_spells_never_overlap(cast: Cast, group: Organisation, smaller: Organisation):
    join_group(cast.alpha, actor=None, group=group, on=FIRST)

    with pytest.raises(ValidationError, match="belongs to this group company already"):
        join_group(cast.alpha, actor=None, group=group, on=LATER)
    with pytest.raises(ValidationError, match="later change"):
        join_group(cast.alpha, actor=None, group=smaller, on=FIRST - timedelta(days=1))
    with pytest.raises(ValidationError, match="later change"):
        leave_group(cast.alpha, actor=None, on=FIRST)
    leave_group(cast.alpha, actor=None, on=LATER)
    with pytest.raises(ValidationError, match="later change, of 2025-07-01"):
        join_group(cast.alpha, actor=None, group=smaller, on=LATER - timedelta(days=1))
    with pytest.raises(ValidationError, match="belongs to no group"):
        leave_group(cast.alpha, actor=None, on=LATER)


def test_only_enterprises_and_groups_belong_to_a_group(cast: Cast, group: Organisation):
    for member, above in ((cast.chengxiang, group), (cast.alpha, cast.beta)):
        with pytest.raises(ValidationError, match="Enterprises and smaller groups"):
            join_group(member, actor=None, group=above, on=FIRST)


def test_a_day_on_which_one_of_both_is_not_there_is_refused(cast: Cast):
    late = found_group(cast.province, opened_on=LATER)

    with pytest.raises(ValidationError, match="does not exist on 2024-01-01"):
        join_group(cast.alpha, actor=None, group=late, on=FIRST)
    with pytest.raises(ValidationError, match="has not come yet"):
        join_group(
            cast.alpha,
            actor=cast.office_of_province,
            group=late,
            on=timezone.localdate() + timedelta(days=1),
        )


def test_the_code_of_a_group_is_that_of_its_head(cast: Cast):
    headed = found_group(cast.province, f"{cast.alpha.code}-G")

    assert headed.code == f"{cast.alpha.code}-G"
    for wrong, message in (("123", "not a unified"), (complete_credit_code("81330000MA2CAXT0K"), "begins")):
        with pytest.raises(ValidationError, match=message):
            found_group(cast.province, wrong)
    with pytest.raises(ValidationError, match="cannot stand under"):
        create_organisation(
            actor=None, code="330100001", level="town", name_zh="镇", parent=headed, opened_on=LATER
        )


# The division of a group covers its members, so that whoever sees its figures may see theirs.


def test_a_member_outside_of_the_division_of_the_group_is_refused(cast: Cast):
    of_yuhang = found_group(cast.yuhang)

    with pytest.raises(ValidationError, match="lies outside of Yuhang District"):
        join_group(cast.alpha, actor=None, group=of_yuhang, on=FIRST)


def test_a_group_does_not_move_away_from_its_members(cast: Cast, smaller: Organisation):
    join_group(cast.alpha, actor=None, group=smaller, on=FIRST)

    with pytest.raises(ValidationError, match="lies outside of Ningbo"):
        move_organisation(smaller, actor=None, parent=cast.ningbo, on=LATER)
    move_organisation(smaller, actor=None, parent=cast.xiaoshan, on=LATER)

    assert Organisation.objects.get(pk=smaller.pk).parent == cast.xiaoshan


def test_groups_rise_where_a_member_moves_away(cast: Cast):
    inner, outer = found_group(cast.xiaoshan), found_group(cast.hangzhou, SMALLER)
    join_group(inner, actor=None, group=outer, on=FIRST)
    join_group(cast.alpha, actor=None, group=inner, on=FIRST)
    join_group(cast.beta, actor=None, group=inner, on=FIRST)

    move_organisation(cast.beta, actor=None, parent=cast.linping, on=LATER)
    assert Organisation.objects.get(pk=inner.pk).parent == cast.hangzhou
    move_organisation(cast.chengxiang, actor=None, parent=cast.haishu, on=date(2026, 1, 1))

    # Alpha went to Ningbo with its town: what has members in two cities is of the province.
    assert Organisation.objects.get(pk=inner.pk).parent == cast.province
    assert Organisation.objects.get(pk=outer.pk).parent == cast.province
    lifted = OrganisationEvent.objects.filter(organisation=inner, kind="transfer").order_by("pk").last()
    assert lifted is not None
    assert (
        lifted.after["event"]
        == OrganisationEvent.objects.get(organisation=cast.chengxiang, kind="transfer").pk
    )


def test_a_closed_member_ends_its_spell_and_a_group_with_members_stays_open(cast: Cast, group: Organisation):
    join_group(cast.alpha, actor=None, group=group, on=FIRST)

    with pytest.raises(ValidationError, match="still stands under it"):
        close_organisation(group, actor=None, on=LATER)
    close_organisation(cast.alpha, actor=None, on=LATER)
    close_organisation(group, actor=None, on=LATER)

    assert spells_of(cast.alpha) == [(group.code, FIRST, LATER)]


# Rights


def test_who_covers_the_enterprise_takes_it_in_and_others_do_not(cast: Cast, smaller: Organisation):
    join_group(cast.alpha, actor=cast.office_of_hangzhou, group=smaller, on=FIRST)

    with pytest.raises(Http404):
        join_group(cast.gamma, actor=cast.office_of_xiaoshan, group=smaller, on=FIRST)
    # The group stands above them: whoever does not see it takes nothing into it.
    with pytest.raises(Http404):
        join_group(cast.beta, actor=cast.office_of_xiaoshan, group=smaller, on=FIRST)
    for user, refusal in (
        (cast.viewer_of_xiaoshan, PermissionDenied),
        (cast.reporter_of_alpha, PermissionDenied),
        (cast.office_of_yuhang, Http404),
        (cast.stranger, Http404),
    ):
        with pytest.raises(refusal):
            leave_group(cast.alpha, actor=user, on=LATER)


# Changes of divisions carry groups along with their members.


def test_a_group_goes_with_its_county_into_another(cast: Cast):
    group = found_group(cast.xiaoshan)
    join_group(cast.alpha, actor=None, group=group, on=FIRST)
    direct = create_organisation(
        actor=None,
        code=complete_credit_code("91330109MA2CAXTX0"),
        level="enterprise",
        name_zh="同心示例五厂",
        parent=cast.xiaoshan,
        opened_on=OPENED,
    )
    join_group(direct, actor=None, group=group, on=FIRST)

    merge_organisations([cast.xiaoshan], actor=None, into=cast.yuhang, on=LATER)

    assert Organisation.objects.get(pk=group.pk).parent == cast.yuhang
    assert members_under({group.pk}, LATER) == {cast.alpha.pk, direct.pk}


def test_a_group_goes_to_the_successor_of_its_closed_town(cast: Cast):
    group = found_group(cast.chengxiang)
    join_group(cast.beta, actor=None, group=group, on=FIRST)

    close_organisation(cast.chengxiang, actor=None, on=LATER, successor=cast.linping)

    assert Organisation.objects.get(pk=group.pk).parent == cast.linping
