from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from tests.cast import OPENED, Cast

from tongxin.audit.models import LogEntry
from tongxin.codes.credit_codes import complete_credit_code
from tongxin.organisations.actions import create_organisation, move_organisation
from tongxin.organisations.models import Organisation
from tongxin.organisations.queries import events_of, tree_on
from tongxin.organisations.rearranging_actions import NewUnit, Part, split_organisation

DAY = date(2024, 3, 1)
BEFORE = date(2024, 2, 29)


def codes_on(day: date, under: str) -> list[str]:
    return [node.code for node in tree_on(day, under=under)][1:]


def new_town(cast: Cast, code: str = "330109088") -> NewUnit:
    return NewUnit(code, "新设镇", cast.xiaoshan)


def refused(cast: Cast, parts: list[Part], **asked) -> str:
    before = list(Organisation.objects.order_by("pk").values())
    values = {"actor": None, "on": DAY, "closes": True} | asked
    with pytest.raises(ValidationError) as refusal:
        split_organisation(cast.chengxiang, parts=parts, **values)
    assert list(Organisation.objects.order_by("pk").values()) == before
    return refusal.value.messages[0]


def test_a_town_that_goes_on_gives_chosen_enterprises_to_a_new_one(cast: Cast) -> None:
    event = split_organisation(
        cast.chengxiang,
        actor=cast.office_of_xiaoshan,
        parts=[Part(new_town(cast), [cast.beta])],
        closes=False,
        on=DAY,
    )

    assert codes_on(BEFORE, "330109") == ["330109001", cast.alpha.code, cast.beta.code]
    assert codes_on(DAY, "330109") == ["330109001", cast.alpha.code, "330109088", cast.beta.code]
    assert (event.kind, event.before, event.after) == (
        "split",
        {"codes": ["330109001"]},
        {"codes": ["330109001", "330109088"]},
    )
    assert event in events_of(Organisation.objects.get(code="330109088"))
    assert events_of(cast.beta)[0].after == {"parent": "330109088", "event": event.pk}


def test_a_town_that_closes_is_dealt_out_to_a_new_one_and_one_that_is_there(cast: Cast) -> None:
    parts = [Part(new_town(cast), [cast.alpha]), Part(cast.linping, [cast.beta])]

    event = split_organisation(
        cast.chengxiang, actor=cast.office_of_hangzhou, parts=parts, closes=True, on=DAY
    )

    assert codes_on(DAY, "330109") == ["330109088", cast.alpha.code]
    assert codes_on(DAY, "330110001") == [cast.beta.code, cast.gamma.code]
    assert event.before == {"codes": ["330109001", "330110001"]}
    assert event.after == {"codes": ["330109088", "330110001"]}
    assert Organisation.objects.get(pk=cast.chengxiang.pk).closed_on == DAY


def test_an_enterprise_without_departments_is_split_in_two(cast: Cast) -> None:
    parts = [
        Part(NewUnit(complete_credit_code(f"91330109MA2CAXT0{last}"), name, cast.chengxiang))
        for last, name in (("D", "甲厂"), ("E", "乙厂"))
    ]

    split_organisation(cast.alpha, actor=cast.office_of_xiaoshan, parts=parts, closes=True, on=DAY)

    names = [node.name_zh for node in tree_on(DAY, under="330109001", level="enterprise")]
    assert sorted(names) == ["乙厂", "同心示例二厂", "甲厂"]


def test_a_split_writes_one_audit_row_whatever_moves_with_it(cast: Cast) -> None:
    n_before = LogEntry.objects.count()

    split_organisation(
        cast.chengxiang, actor=None, parts=[Part(new_town(cast), [cast.beta])], closes=False, on=DAY
    )

    (entry,) = LogEntry.objects.order_by("pk")[n_before:]
    assert (entry.action, entry.organisation_id) == ("organisations.split", cast.chengxiang.pk)
    assert (entry.changes["parts"], entry.changes["units_moved"]) == ("新设镇 330109088", 1)


def test_a_split_that_closes_the_unit_assigns_every_unit_below(cast: Cast) -> None:
    one, other = new_town(cast), new_town(cast, "330109089")

    message = refused(cast, [Part(one, [cast.alpha]), Part(cast.linping, [])])
    assert "at least one unit below" in message
    message = refused(cast, [Part(one, []), Part(other, [])])
    assert "at least one unit below" in message
    workshop = create_organisation(
        actor=None,
        code=complete_credit_code("91330109MA2CAXT0D"),
        level="enterprise",
        name_zh="四厂",
        parent=cast.chengxiang,
        opened_on=OPENED,
    )
    message = refused(cast, [Part(one, [cast.alpha]), Part(other, [cast.beta])])
    assert f"Not chosen (1): 四厂 {workshop.code}" in message


def test_parts_that_are_too_few_the_same_or_wrong_are_refused(cast: Cast) -> None:
    one = new_town(cast)
    assert "at least two" in refused(cast, [Part(one, [cast.alpha, cast.beta])])
    assert "at least one unit" in refused(cast, [], closes=False)
    assert "no code twice" in refused(cast, [Part(one, [cast.alpha]), Part(one, [cast.beta])])
    assert "no code twice" in refused(cast, [Part(cast.chengxiang, [cast.alpha])], closes=False)
    assert "one part only" in refused(cast, [Part(one, [cast.alpha]), Part(cast.linping, [cast.alpha])])
    assert "directly under" in refused(cast, [Part(one, [cast.gamma])], closes=False)
    assert "only a town" in refused(cast, [Part(cast.yuhang, [cast.alpha])], closes=False)
    wrong = NewUnit("330000088", "新设镇", cast.province)
    assert "cannot stand under" in refused(cast, [Part(wrong, [cast.alpha])], closes=False)


def test_a_split_before_a_later_change_or_the_opening_is_refused(cast: Cast) -> None:
    part = [Part(new_town(cast), [cast.alpha])]
    move_organisation(cast.alpha, actor=None, parent=cast.linping, on=date(2024, 4, 1))
    move_organisation(cast.alpha, actor=None, parent=cast.chengxiang, on=date(2024, 5, 1))

    assert "of 2024-05-01" in refused(cast, part, closes=False)
    assert "does not exist" in refused(cast, part, closes=False, on=date(2014, 12, 31))


def test_a_split_needs_the_right_above_and_at_every_part(cast: Cast) -> None:
    asked = {"closes": False, "on": DAY}

    with pytest.raises(Http404):
        split_organisation(
            cast.chengxiang, actor=cast.office_of_xiaoshan, parts=[Part(cast.linping, [cast.alpha])], **asked
        )
    with pytest.raises(PermissionDenied):
        split_organisation(
            cast.xiaoshan,
            actor=cast.office_of_xiaoshan,
            parts=[Part(cast.yuhang, [cast.chengxiang])],
            **asked,
        )
    with pytest.raises(PermissionDenied):
        split_organisation(
            cast.chengxiang,
            actor=cast.viewer_of_xiaoshan,
            parts=[Part(new_town(cast), [cast.alpha])],
            **asked,
        )
    with pytest.raises(Http404):
        split_organisation(
            cast.chengxiang,
            actor=cast.office_of_xiaoshan,
            parts=[Part(NewUnit("330110088", "新设镇", cast.yuhang), [cast.alpha])],
            **asked,
        )
