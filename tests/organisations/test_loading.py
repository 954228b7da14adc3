"""The real divisions. Counts and changes are those of the State Council's approvals named beside them."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from django.http import Http404
from tests.cast import Cast

from tongxin.audit.models import LogEntry
from tongxin.organisations.loading import ensure_programme, load_divisions
from tongxin.organisations.models import NameSpell, Organisation, OrganisationEvent, Placement, Programme
from tongxin.organisations.queries import events_of, tree_on

pytestmark = pytest.mark.django_db


def counties_on(day: date, city: str) -> set[str]:
    return {node.code for node in tree_on(day, under=city, level="county")}


def test_the_tree_of_today_has_1_province_11_cities_90_counties_and_1387_towns() -> None:
    load_divisions(actor=None)

    levels = Counter(node.level for node in tree_on(date(2026, 1, 1)))
    assert levels == {"province": 1, "city": 11, "county": 90, "town": 1387}
    assert not Organisation.objects.filter(path=None).exists()


def test_hangzhou_before_and_after_april_2021() -> None:
    """Approval 2021 no. 29: 下城 and 江干 end; 临平 and 钱塘 begin; 13 counties on both sides."""
    load_divisions(actor=None)

    before = counties_on(date(2021, 4, 8), "330100")
    after = counties_on(date(2021, 4, 9), "330100")

    assert (len(before), len(after)) == (13, 13)
    assert before - after == {"330103", "330104"}
    assert after - before == {"330113", "330114"}


def test_ningbo_before_and_after_september_2016() -> None:
    """Approval 2016 no. 158: 江东 goes to 鄞州, and the city of 奉化 becomes a district with another code."""
    load_divisions(actor=None)

    before = counties_on(date(2016, 9, 13), "330200")
    after = counties_on(date(2016, 9, 14), "330200")

    assert before - after == {"330204", "330283"}
    assert after - before == {"330213"}


def test_a_code_that_changed_its_name_is_one_unit_with_two_names() -> None:
    """The town list of 2019 names 330205001 中马街道, that of 2020 外滩街道."""
    load_divisions(actor=None)

    unit = Organisation.objects.get(code="330205001")
    assert [name.name_zh for name in unit.names.all()] == ["中马街道", "外滩街道"]
    assert unit.placements.count() == 1
    assert unit.name_zh == "外滩街道"


def test_an_event_is_found_at_every_unit_that_took_part() -> None:
    load_divisions(actor=None)

    for code in ("330104", "330109", "330114"):
        notes = [
            event.note_zh
            for event in events_of(Organisation.objects.get(code=code))
            if event.source.endswith("29号")
        ]
        assert "以原江干区两街道和萧山区五街道设立钱塘区" in notes


def test_loading_again_changes_nothing_and_writes_no_second_audit_row() -> None:
    first = load_divisions(actor=None)
    models = (Organisation, Placement, NameSpell, OrganisationEvent)
    counts = [model.objects.count() for model in models]

    second = load_divisions(actor=None)

    assert first.units == counts[0]
    assert first.events == counts[3]
    assert (second.units, second.events) == (0, 0)
    assert [model.objects.count() for model in models] == counts
    assert LogEntry.objects.filter(action="organisations.loaded").count() == 1


def test_what_is_there_already_is_left_alone(cast: Cast) -> None:
    Organisation.objects.filter(pk=cast.xiaoshan.pk).update(name_zh="改过的名字")

    load_divisions(actor=None)

    assert Organisation.objects.get(code="330109").name_zh == "改过的名字"
    town = Organisation.objects.get(code="330109002")
    assert town.parent == cast.xiaoshan
    assert town.path.startswith(cast.xiaoshan.path)


def test_only_who_may_change_the_root_loads_into_a_tree_that_is_there(cast: Cast) -> None:
    with pytest.raises(Http404):
        load_divisions(actor=cast.office_of_xiaoshan)

    assert load_divisions(actor=cast.office_of_province).units > 1000


def test_a_new_home_is_about_the_whole_province_and_three_years_of_facts(time_machine) -> None:
    time_machine.move_to("2026-11-23 12:00+08:00")
    load_divisions(actor=None)

    programme = Programme.objects.get(pk=1)
    assert (programme.root.code, programme.facts_from) == ("330000", date(2023, 10, 1))
    assert not programme.is_synthetic


def test_a_programme_that_is_there_stays_as_it_is(cast: Cast) -> None:
    assert ensure_programme(cast.hangzhou).root == cast.province


def test_every_unit_ever_stands_below_the_root() -> None:
    load_divisions(actor=None)
    province = Organisation.objects.get(code="330000")

    assert Organisation.objects.below(province).count() == Organisation.objects.count()
