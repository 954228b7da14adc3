from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast, make_user
from tests.clients import client_of

from tongxin.organisations.actions import create_organisation, move_organisation, rename_organisation
from tongxin.organisations.role_actions import grant_role

PAGE = "/organisations/"
DAY = date(2024, 3, 1)


def codes(answer) -> list[str]:
    return [unit.code for unit in answer.context["page"].object_list]


def open_towns(cast: Cast, first: int, last: int) -> None:
    for number in range(first, last + 1):
        create_organisation(
            actor=None,
            code=f"330109{number:03}",
            level="town",
            name_zh=f"第{number}镇",
            parent=cast.xiaoshan,
            opened_on=DAY,
        )


def test_it_begins_at_the_highest_unit_and_walks_down(cast: Cast) -> None:
    client = client_of(cast.office_of_hangzhou)

    assert codes(client.get(PAGE)) == ["330109", "330110"]
    assert codes(client.get(PAGE, {"at": "330109"})) == ["330109001"]
    assert client.get(PAGE).context["page"].object_list[0].n_below == 1


def test_a_search_looks_at_all_levels_below_by_name_and_by_code(cast: Cast) -> None:
    client = client_of(cast.office_of_hangzhou)

    assert codes(client.get(PAGE, {"q": "一厂"})) == [cast.alpha.code]
    assert codes(client.get(PAGE, {"q": "3301090"})) == ["330109001"]
    assert codes(client.get(PAGE, {"q": "linping"})) == ["330110001"]
    assert codes(client.get(PAGE, {"q": "nobody"})) == []


def test_a_level_lists_its_units_below_the_one(cast: Cast) -> None:
    client = client_of(cast.office_of_hangzhou)

    assert codes(client.get(PAGE, {"level": "enterprise"})) == [
        cast.alpha.code,
        cast.beta.code,
        cast.gamma.code,
    ]
    assert codes(client.get(PAGE, {"level": "enterprise", "at": "330110"})) == [cast.gamma.code]


def test_it_shows_the_tree_and_the_names_of_the_day(cast: Cast) -> None:
    move_organisation(cast.chengxiang, actor=None, parent=cast.yuhang, on=DAY)
    rename_organisation(cast.chengxiang, actor=None, name_zh="新城街道", name_en="Xincheng", on=DAY)
    client = client_of(cast.office_of_hangzhou)

    before = client.get(PAGE, {"at": "330109", "as_of": "2024-02-29"})
    after = client.get(PAGE, {"at": "330110", "as_of": "2024-03-01"})

    assert [unit.name_then for unit in before.context["page"].object_list] == ["Chengxiang Subdistrict"]
    assert [unit.name_then for unit in after.context["page"].object_list] == [
        "Xincheng",
        "Linping Subdistrict",
    ]
    assert codes(client.get(PAGE, {"at": "330109", "as_of": "2024-03-01"})) == []


def test_a_search_in_the_past_finds_the_names_of_the_past(cast: Cast) -> None:
    rename_organisation(cast.chengxiang, actor=None, name_zh="新城街道", name_en="", on=DAY)
    client = client_of(cast.office_of_hangzhou)

    assert codes(client.get(PAGE, {"q": "城厢", "as_of": "2024-02-29"})) == ["330109001"]
    assert codes(client.get(PAGE, {"q": "城厢"})) == []


def test_units_outside_the_reach_stay_hidden_in_list_search_and_past(cast: Cast) -> None:
    user = make_user("somebody")
    grant_role(user, actor=None, role="viewer", organisation=cast.hangzhou, reach="unit")
    grant_role(user, actor=None, role="viewer", organisation=cast.yuhang)
    client = client_of(user)

    assert codes(client.get(PAGE, {"at": "330100"})) == ["330110"]
    assert codes(client.get(PAGE, {"at": "330100", "level": "enterprise"})) == [cast.gamma.code]
    assert codes(client.get(PAGE, {"at": "330100", "q": "萧山", "as_of": "2020-01-01"})) == []
    assert client.get(PAGE, {"at": "330109"}).status_code == 404


def test_a_wrong_day_is_said_beside_the_field_and_the_list_is_todays(cast: Cast) -> None:
    answer = client_of(cast.office_of_hangzhou).get(PAGE, {"as_of": "2024-13-01"})

    assert "as_of" in answer.context["form"].errors
    assert codes(answer) == ["330109", "330110"]


def test_it_is_paged_and_the_pages_keep_the_question(cast: Cast) -> None:
    open_towns(cast, 100, 150)
    client = client_of(cast.office_of_xiaoshan)

    first = client.get(PAGE, {"level": "town"})
    second = client.get(PAGE + first.context["next_url"])

    back = client.get(PAGE + second.context["previous_url"])
    assert (len(codes(first)), len(codes(second))) == (50, 2)
    assert codes(back) == codes(first)
    assert set(codes(first)).isdisjoint(codes(second))


def test_the_table_as_a_file_has_what_the_list_has(cast: Cast) -> None:
    rename_organisation(cast.chengxiang, actor=None, name_zh="=1+1", name_en="", on=DAY)

    answer = client_of(cast.office_of_hangzhou).get(PAGE, {"at": "330109", "format": "csv"})

    text = b"".join(answer).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows == [
        ["code", "name", "level", "parent", "parent_name"],
        ["330109001", "'=1+1", "town", "330109", "Xiaoshan District"],
    ]
    assert "attachment" in answer["content-disposition"]


def count_queries(client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    "path",
    ["/organisations/?at=330109", "/organisations/?at=330109&as_of=2024-03-01", "/organisations/330109/"],
)
def test_the_number_of_queries_does_not_grow_with_the_units(cast: Cast, path: str) -> None:
    client = client_of(cast.office_of_xiaoshan)
    open_towns(cast, 100, 104)
    client.get(path)
    few = count_queries(client, path)

    open_towns(cast, 105, 149)

    assert count_queries(client, path) == few
