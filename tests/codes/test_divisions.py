"""Expected: the statistics bureau's list of 2023 (618 towns, 488 subdistricts, 258 townships, 23 others), and
the county-level changes of 2015 to 2021 as the State Council and the ministry published them.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from tongxin.codes.divisions import (
    BEGINS_ON,
    Division,
    EventKind,
    divisions_on,
    is_division_known,
    load_division_events,
    load_divisions,
)

TODAY = date(2026, 11, 23)


def counties_on(day: date) -> set[str]:
    return {division.code for division in divisions_on(day) if division.level == "county"}


def names_on(day: date) -> dict[str, str]:
    return {division.code: division.name_zh for division in divisions_on(day)}


def test_today_there_are_1_11_90_and_1387():
    counts = Counter(division.level for division in divisions_on(TODAY))

    assert counts == {"province": 1, "city": 11, "county": 90, "town": 1387}


def test_towns_of_today_by_kind():
    towns = [division for division in divisions_on(TODAY) if division.level == "town"]

    kinds = Counter(division.name_zh[-1] for division in towns if not division.is_pseudo)

    assert kinds == {"镇": 618, "道": 488, "乡": 258}
    assert sum(division.is_pseudo for division in towns) == 23


def test_the_counties_of_2015():
    counties = counties_on(date(2015, 1, 1))

    assert len(counties) == 90
    assert {"330322", "330185", "330283", "330204", "331021", "330103", "330104"} <= counties
    assert not {"330305", "330112", "330213", "331083", "330383", "330113", "330114"} & counties


@pytest.mark.parametrize(
    ("last_day_before", "gone", "new"),
    [
        (date(2015, 7, 22), {"330322"}, {"330305"}),
        (date(2016, 9, 13), {"330204", "330283"}, {"330213"}),
        (date(2017, 4, 8), {"331021"}, {"331083"}),
        (date(2017, 7, 17), {"330185"}, {"330112"}),
        (date(2019, 8, 15), set(), {"330383"}),
        (date(2021, 4, 8), {"330103", "330104"}, {"330113", "330114"}),
    ],
)
def test_counties_change_on_the_day(last_day_before, gone, new):
    before, after = counties_on(last_day_before), counties_on(last_day_before + timedelta(days=1))

    assert before - after == gone
    assert after - before == new


def test_a_code_that_is_used_again_for_another_territory_goes_on():
    rows = [division for division in load_divisions() if division.code == "330102"]

    assert len(rows) == 1
    assert rows[0].valid_to is None


@pytest.mark.parametrize(
    ("name", "before", "after", "on"),
    [
        ("长庆街道", "330103001", "330105014", date(2021, 4, 9)),
        ("凯旋街道", "330104005", "330102011", date(2021, 4, 9)),
        ("下沙街道", "330104010", "330114001", date(2021, 4, 9)),
        ("义蓬街道", "330109007", "330114004", date(2021, 4, 9)),
        ("塘栖镇", "330110102", "330113100", date(2021, 4, 9)),
        ("百丈街道", "330204001", "330212008", date(2016, 9, 14)),
        ("章水镇", "330212120", "330203106", date(2016, 9, 14)),
        ("溪口镇", "330283100", "330213100", date(2016, 9, 14)),
        ("楚门镇", "331021102", "331083102", date(2017, 4, 9)),
        ("昌化镇", "330185108", "330112108", date(2017, 7, 18)),
        ("大门镇", "330322101", "330305101", date(2015, 7, 23)),
        ("灵昆街道", "330303010", "330305002", date(2015, 7, 23)),
    ],
)
def test_a_town_moves_with_its_county(name, before, after, on):
    day_before = names_on(on - timedelta(days=1))

    assert day_before[before] == name
    assert after not in day_before
    assert names_on(on)[after] == name
    assert before not in names_on(on)
    assert any(
        (e.on, e.kind, e.codes_before, e.codes_after) == (on, EventKind.TRANSFER, (before,), (after,))
        for e in load_division_events()
    )


def test_every_row_stands_under_a_parent_of_its_whole_time():
    rows = load_divisions()
    by_code: dict[str, list[Division]] = {}
    for row in rows:
        by_code.setdefault(row.code, []).append(row)

    for row in rows:
        assert (row.parent is None) == (row.level == "province")
        if row.parent:
            parents = by_code[row.parent]
            changes = [p.valid_from for p in parents if row.is_valid_on(p.valid_from)]
            last_day = row.valid_to - timedelta(days=1) if row.valid_to else TODAY
            for day in (row.valid_from, *changes, last_day):
                assert any(parent.is_valid_on(day) for parent in parents)


def test_levels_follow_from_the_codes():
    for row in load_divisions():
        if row.level == "town":
            assert (len(row.code), row.parent) == (9, row.code[:6])
        elif row.level == "county":
            assert (len(row.code), row.parent) == (6, row.code[:4] + "00")
        elif row.level == "city":
            assert row.parent == "330000"


def test_rows_of_one_code_do_not_overlap():
    for one, other in pairwise(load_divisions()):
        if one.code == other.code:
            assert one.valid_to is not None
            assert one.valid_to <= other.valid_from


def test_every_change_of_the_rows_has_its_event():
    named_before = {(e.on, code) for e in load_division_events() for code in e.codes_before}
    named_after = {(e.on, code) for e in load_division_events() for code in e.codes_after}

    for row in load_divisions():
        assert row.valid_to is None or (row.valid_to, row.code) in named_before
        assert row.valid_from == BEGINS_ON or (row.valid_from, row.code) in named_after


def test_events_name_divisions_that_were_there():
    days = {event.on - timedelta(days=before) for event in load_division_events() for before in (0, 1)}
    codes = {day: set(names_on(day)) for day in days}

    for event in load_division_events():
        assert set(event.codes_before) <= codes[event.on - timedelta(days=1)]
        assert set(event.codes_after) <= codes[event.on]
        assert event.note_zh
        assert event.note_en
        assert event.source


def test_names_are_unique_within_a_county_on_any_day():
    for day in {row.valid_from for row in load_divisions()} | {TODAY}:
        names = Counter((row.parent, row.name_zh) for row in divisions_on(day))
        assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize(
    ("code", "name_en"),
    [
        ("330000", "Zhejiang Province"),
        ("330100", "Hangzhou City"),
        ("331000", "Taizhou City"),
        ("330109", "Xiaoshan District"),
        ("330112", "Lin'an District"),
        ("330382", "Yueqing City"),
        ("331127", "Jingning She Autonomous County"),
        ("330329101", "Siqian She Town"),
    ],
)
def test_english_names(code, name_en):
    named = {division.code: division.name_en for division in divisions_on(TODAY)}

    assert named[code] == name_en


def test_nothing_is_said_about_the_time_before():
    assert divisions_on(BEGINS_ON - timedelta(days=1)) == ()


@pytest.mark.parametrize(
    ("code", "birth_year", "known"),
    [
        ("330109", 2005, True),
        # Xiaoshan District and its code exist since 2001: whoever was numbered before has another one.
        ("330109", 1985, False),
        ("330121", 1970, True),
        ("330181", 1970, True),
        ("330181", 2005, False),
        ("330113", 2022, True),
        ("330113", 1990, False),
        ("330103", 1990, True),
        ("330103", 2023, False),
        ("110105", 1930, True),
        ("110105", 2026, True),
        ("810000", 1960, True),
        ("820000", 1960, True),
        ("830000", 1960, True),
        ("999999", 1990, False),
        ("", 1990, False),
    ],
)
def test_a_division_is_known_where_a_person_can_have_been_numbered(code, birth_year, known):
    assert is_division_known(code, date(birth_year, 6, 1)) is known
