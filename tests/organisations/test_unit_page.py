from __future__ import annotations

from datetime import date

import pytest
from tests.cast import OPENED, Cast
from tests.clients import client_of

from tongxin.codes.credit_codes import complete_credit_code
from tongxin.organisations.actions import create_organisation, rename_organisation
from tongxin.organisations.models import Organisation
from tongxin.organisations.union_actions import cover_enterprise


def page(user, code: str, tail: str = "") -> str:
    return client_of(user).get(f"/organisations/{code}/{tail}").content.decode()


def test_it_tells_names_places_events_and_sources(cast: Cast) -> None:
    rename_organisation(
        cast.chengxiang,
        actor=None,
        name_zh="新城街道",
        name_en="Xincheng",
        on=date(2024, 3, 1),
        source="浙政函2024年1号",
    )

    text = page(cast.viewer_of_xiaoshan, "330109001")

    for expected in ("Xincheng", "城厢街道", "2015-01-01 until 2024-03-01", "浙政函2024年1号", "renamed"):
        assert expected in text


def test_an_event_that_is_made_up_is_labelled(cast: Cast) -> None:
    cast.chengxiang.events.update(is_synthetic=True)

    assert "synthetic</span>" in page(cast.viewer_of_xiaoshan, "330109001")


def test_an_enterprises_particulars_are_named_in_words(cast: Cast) -> None:
    text = page(cast.reporter_of_alpha, cast.alpha.code)

    for expected in ("C3311 金属结构制造", "Manufacturing", "Private", "Medium"):
        assert expected in text


def test_it_shows_the_union_of_an_enterprise_and_the_enterprises_of_a_union(cast: Cast) -> None:
    union = create_organisation(
        actor=None,
        code=complete_credit_code("81330109MA2CAXT0A"),
        level="union",
        name_zh="联合工会",
        parent=cast.chengxiang,
        opened_on=OPENED,
    )
    cover_enterprise(cast.alpha, actor=None, union=union, on=OPENED)

    assert "联合工会" in page(cast.office_of_xiaoshan, cast.alpha.code)
    assert "同心示例一厂" in page(cast.office_of_xiaoshan, union.code)
    assert "联合工会" not in page(cast.reporter_of_alpha, cast.alpha.code)


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("office_of_hangzhou", {"create", "rename", "move", "close"}),
        ("office_of_xiaoshan", {"create"}),
        ("viewer_of_xiaoshan", set()),
    ],
)
def test_it_offers_only_what_the_reader_may_do(cast: Cast, user: str, expected: set[str]) -> None:
    text = page(getattr(cast, user), "330109")

    offered = {
        tail for tail in ("create", "rename", "move", "close") if f"/organisations/330109/{tail}/" in text
    }
    assert offered == expected


def test_units_above_that_the_reader_does_not_see_are_not_in_the_way_down(cast: Cast) -> None:
    answer = client_of(cast.reporter_of_alpha).get(f"/organisations/{cast.alpha.code}/")

    assert [name for name, _ in answer.context["unit_crumbs"]] == ["同心示例一厂"]


def test_a_unit_is_opened_by_page_and_a_mistake_keeps_what_was_typed(cast: Cast) -> None:
    client = client_of(cast.office_of_xiaoshan)
    typed = {"level": "town", "code": "33010908", "name_zh": "新设镇", "opened_on": "2024-03-01"}

    wrong = client.post("/organisations/330109/create/", typed)
    right = client.post("/organisations/330109/create/", typed | {"code": "330109088"})

    assert list(wrong.context["form"].errors) == ["code"]
    assert 'value="新设镇"' in wrong.content.decode()
    assert right.status_code == 302
    assert Organisation.objects.get(code="330109088").parent == cast.xiaoshan


def test_what_the_action_refuses_stands_beside_its_field(cast: Cast) -> None:
    typed = {"level": "town", "code": "330109001", "name_zh": "又一个", "opened_on": "2024-03-01"}

    answer = client_of(cast.office_of_xiaoshan).post("/organisations/330109/create/", typed)

    assert list(answer.context["form"].errors) == ["code"]
    assert Organisation.objects.filter(code="330109001").count() == 1


def test_a_unit_is_renamed_moved_and_described_by_page(cast: Cast) -> None:
    client = client_of(cast.office_of_hangzhou)
    here = f"/organisations/{cast.alpha.code}/"

    client.post(here + "rename/", {"name_zh": "新名", "name_en": "", "on": "2024-03-01"})
    to_move = {"parent": "临平街道", "on": "2024-03-01"}
    asked = client.post(here + "move/", to_move)
    client.post(here + "move/", to_move | {"confirmed": asked.context["seen"]})
    described = {"industry": "2651", "ownership": "state", "size": "small", "on": "2024-03-01"}
    client.post(here + "particulars/", described)

    alpha = Organisation.objects.get(pk=cast.alpha.pk)
    assert (alpha.name_zh, alpha.parent) == ("新名", cast.linping)
    assert alpha.particulars.get(valid_to=None).industry == "C2651"


def test_a_unit_cannot_be_moved_to_one_outside_the_reach(cast: Cast) -> None:
    answer = client_of(cast.office_of_xiaoshan).post(
        f"/organisations/{cast.alpha.code}/move/", {"parent": "330110001", "on": "2024-03-01"}
    )

    assert list(answer.context["form"].errors) == ["parent"]
    assert Organisation.objects.get(pk=cast.alpha.pk).parent == cast.chengxiang


def test_the_union_is_set_and_ended_by_page(cast: Cast) -> None:
    union = create_organisation(
        actor=None,
        code=complete_credit_code("81330109MA2CAXT0A"),
        level="union",
        name_zh="联合工会",
        parent=cast.chengxiang,
        opened_on=OPENED,
    )
    client, here = client_of(cast.office_of_xiaoshan), f"/organisations/{cast.alpha.code}/union/"

    client.post(here, {"union": union.code, "on": "2024-03-01"})
    client.post(here, {"union": "", "on": "2025-03-01"})

    cover = cast.alpha.covered_by.get()
    assert (cover.valid_from, cover.valid_to) == (date(2024, 3, 1), date(2025, 3, 1))


def test_closing_shows_what_will_change_and_asks_once(cast: Cast) -> None:
    client, here = client_of(cast.office_of_hangzhou), "/organisations/330109001/close/"
    typed = {"on": "2024-03-01", "successor": "330110001", "source": ""}

    asked = client.post(here, typed)
    still_open = Organisation.objects.get(code="330109001").closed_on
    done = client.post(here, typed | {"confirmed": "yes"})

    assert still_open is None
    assert "2 units below it go to Linping Subdistrict" in asked.content.decode()
    assert done.status_code == 302
    assert Organisation.objects.get(code="330109001").closed_on == date(2024, 3, 1)
    assert Organisation.objects.get(pk=cast.alpha.pk).parent == cast.linping


def test_closing_without_a_successor_that_is_needed_says_so_beside_the_field(cast: Cast) -> None:
    answer = client_of(cast.office_of_hangzhou).post(
        "/organisations/330109001/close/", {"on": "2024-03-01", "confirmed": "yes"}
    )

    assert list(answer.context["form"].errors) == ["successor"]
    assert Organisation.objects.get(code="330109001").closed_on is None
