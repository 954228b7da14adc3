from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from tests.cast import OPENED, Cast
from tests.clients import client_of

from tongxin.audit.models import LogEntry
from tongxin.organisations.actions import create_organisation, rename_organisation
from tongxin.organisations.models import Organisation, OrganisationEvent
from tongxin.organisations.rearranging_actions import NewUnit, Part, merge_organisations, split_organisation
from tongxin.workforce.actions import register_worker

DAY = date(2024, 3, 1)
MERGE = {"others": "", "code": "330110001", "name_zh": "", "name_en": "", "parent": "330109"}
WHEN = {"on": "2024-03-01", "source": "浙政函2024年1号"}
TOWN = "/organisations/330109001/"


def confirmed(client: Client, path: str, typed: dict[str, str]):
    asked = client.post(path, typed)
    return client.post(path, typed | {"confirmed": asked.context["seen"]})


def test_a_merger_is_shown_before_it_is_done(cast: Cast) -> None:
    client = client_of(cast.office_of_hangzhou)

    asked = client.post(TOWN + "merge/", MERGE | WHEN)
    text = asked.content.decode()

    assert "This will change from 1 March 2024" in text
    assert "Chengxiang Subdistrict is no more" in text
    assert [each.unit for each in asked.context["preview"].going] == [cast.alpha, cast.beta]
    assert asked.context["preview"].enterprises == 2
    assert Organisation.objects.get(code="330109001").closed_on is None
    assert not LogEntry.objects.filter(action="organisations.merged").exists()


def test_a_confirmed_merger_is_done_once_however_often_it_is_sent(cast: Cast) -> None:
    client = client_of(cast.office_of_hangzhou)
    asked = client.post(TOWN + "merge/", MERGE | WHEN)
    sent = MERGE | WHEN | {"confirmed": asked.context["seen"]}

    answers = [client.post(TOWN + "merge/", sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Organisation.objects.get(pk=cast.alpha.pk).parent == cast.linping
    assert LogEntry.objects.filter(action="organisations.merged").count() == 1
    assert "recorded already" in client.get(TOWN).content.decode()


def test_what_changed_since_the_preview_is_shown_again_before_it_is_done(cast: Cast) -> None:
    client = client_of(cast.office_of_hangzhou)
    asked = client.post(TOWN + "merge/", MERGE | WHEN)
    rename_organisation(cast.chengxiang, actor=None, name_zh="甲", name_en="Jia", on=date(2024, 2, 1))

    again = client.post(TOWN + "merge/", MERGE | WHEN | {"confirmed": asked.context["seen"]})

    assert "Meanwhile something else has been recorded" in again.content.decode()
    assert Organisation.objects.get(code="330109001").closed_on is None


def second_town(cast: Cast) -> Organisation:
    return create_organisation(
        actor=None,
        code="330109002",
        level="town",
        name_zh="北干街道",
        parent=cast.xiaoshan,
        opened_on=OPENED,
    )


def test_two_towns_merge_into_a_new_one_by_page(cast: Cast) -> None:
    second_town(cast)
    typed = MERGE | WHEN | {"others": "330109002", "code": "330109088", "name_zh": "萧城街道"}

    confirmed(client_of(cast.office_of_xiaoshan), TOWN + "merge/", typed)

    new = Organisation.objects.get(code="330109088")
    assert (new.parent, new.level, new.opened_on) == (cast.xiaoshan, "town", DAY)
    assert Organisation.objects.filter(parent=new).count() == 2
    assert Organisation.objects.get(code="330109002").closed_on == DAY


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "330109088"}, "code"),
        ({"code": "330109088", "name_zh": "新街道", "parent": ""}, "parent"),
        ({"code": "330110001"}, "code"),
        ({"code": "330110001", "name_zh": "新街道"}, "code"),
        ({"code": "330109002", "others": "330109002"}, "code"),
        ({"others": "330110001"}, "others"),
        ({"others": "330109"}, "others"),
        ({"others": "no such"}, "others"),
        ({"code": "330109088", "name_zh": "新街道"}, "others"),
        ({"on": "2014-01-01"}, "on"),
    ],
)
def test_a_mistake_stands_beside_its_field_and_what_was_typed_stays(
    cast: Cast, typed: dict[str, str], field: str
) -> None:
    second_town(cast)
    sent = MERGE | WHEN | {"code": "330109002"} | typed

    answer = client_of(cast.office_of_xiaoshan).post(TOWN + "merge/", sent)

    assert next(iter(answer.context["form"].errors)) == field
    assert "preview" not in answer.context
    assert "浙政函2024年1号" in answer.content.decode()


def split_of(cast: Cast, **changes: str) -> dict[str, str]:
    parts = {"code_1": "330109088", "name_zh_1": "新设镇", "parent": "330109", "closes": "no"}
    return parts | WHEN | {f"to_{cast.alpha.pk}": "", f"to_{cast.beta.pk}": "1"} | changes


def test_the_preview_counts_people_and_says_who_stays_at_an_enterprise_that_closes(cast: Cast) -> None:
    for number in ("11010519491231002X", "440524188001010014"):
        register_worker(
            actor=None,
            organisation=cast.alpha,
            document_type="resident_id",
            document_number=number,
            name="张三",
            started_on=date(2020, 1, 1),
            form="contract",
        )
    client = client_of(cast.office_of_hangzhou)
    of_alpha = f"/organisations/{cast.alpha.code}/merge/"

    town = client.post(TOWN + "merge/", MERGE | WHEN).context["preview"]
    factory = client.post(of_alpha, MERGE | WHEN | {"code": cast.beta.code}).content.decode()

    assert [each.people for each in town.going] == [2, 0]
    assert "2 people are employed at 同心示例一厂 itself and stay there" in factory


def test_a_split_is_shown_done_and_done_once(cast: Cast) -> None:
    client = client_of(cast.office_of_xiaoshan)

    asked = client.post(TOWN + "split/", split_of(cast))
    sent = split_of(cast) | {"confirmed": asked.context["seen"]}
    answers = [client.post(TOWN + "split/", sent) for _ in range(2)]

    assert "新设镇 (330109088) is opened under Xiaoshan District" in asked.content.decode()
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Organisation.objects.get(pk=cast.beta.pk).parent.code == "330109088"
    assert Organisation.objects.get(pk=cast.alpha.pk).parent == cast.chengxiang
    assert OrganisationEvent.objects.filter(kind="split").count() == 1


def test_a_split_that_closes_by_page_asks_for_every_unit_below(cast: Cast) -> None:
    client = client_of(cast.office_of_hangzhou)
    typed = split_of(cast, closes="yes", code_2="330110001")

    wrong = client.post(TOWN + "split/", typed)
    confirmed(client, TOWN + "split/", typed | {f"to_{cast.alpha.pk}": "2"})

    assert "at least one unit below" in wrong.content.decode()
    assert Organisation.objects.get(pk=cast.alpha.pk).parent == cast.linping
    assert Organisation.objects.get(code="330109001").closed_on == DAY


def test_units_given_to_a_part_without_a_code_are_missed_beside_the_code(cast: Cast) -> None:
    typed = split_of(cast, code_1="", name_zh_1="")

    answer = client_of(cast.office_of_xiaoshan).post(TOWN + "split/", typed)

    assert list(answer.context["form"].errors) == ["code_1"]


def test_a_move_is_shown_before_it_is_done(cast: Cast) -> None:
    client = client_of(cast.office_of_hangzhou)

    asked = client.post(TOWN + "move/", {"parent": "330110"} | WHEN)
    text = asked.content.decode()
    still = Organisation.objects.get(pk=cast.chengxiang.pk).parent
    confirmed(client, TOWN + "move/", {"parent": "330110"} | WHEN)

    assert "It leaves Xiaoshan District" in text
    assert asked.context["preview"].enterprises == 2
    assert still == cast.xiaoshan
    assert Organisation.objects.get(pk=cast.chengxiang.pk).parent == cast.yuhang


def test_a_move_sent_twice_is_done_once(cast: Cast) -> None:
    client = client_of(cast.office_of_hangzhou)
    asked = client.post(TOWN + "move/", {"parent": "330110"} | WHEN)
    sent = {"parent": "330110", "confirmed": asked.context["seen"]} | WHEN

    answers = [client.post(TOWN + "move/", sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert LogEntry.objects.filter(action="organisations.moved").count() == 1


def test_the_page_of_each_unit_says_what_happened_with_links_where_the_reader_may_go(cast: Cast) -> None:
    merge_organisations([cast.chengxiang], actor=None, into=cast.linping, on=DAY)
    link = '<a href="/organisations/330110001/">Linping Subdistrict</a>'

    closed = client_of(cast.office_of_hangzhou).get(TOWN).content.decode()
    received = client_of(cast.office_of_yuhang).get("/organisations/330110001/").content.decode()
    unseen = client_of(cast.viewer_of_xiaoshan).get(TOWN).content.decode()

    assert f"Merged into {link} 330110001." in closed
    assert "Chengxiang Subdistrict 330109001 merged into this unit." in received
    assert "Merged into Linping Subdistrict 330110001." in unseen


def test_a_split_is_told_from_each_side(cast: Cast) -> None:
    new = NewUnit("330109088", "新设镇", cast.xiaoshan)
    parts = [Part(new, [cast.alpha]), Part(cast.linping, [cast.beta])]
    split_organisation(cast.chengxiang, actor=None, parts=parts, closes=False, on=DAY)
    client = client_of(cast.office_of_hangzhou)

    texts = [client.get(f"/organisations/{code}/").content.decode() for code in ("330109001", "330109088")]
    there = client.get("/organisations/330110001/").content.decode()

    assert 'A part went to <a href="/organisations/330109088/">新设镇</a> 330109088' in texts[0]
    assert 'Split from <a href="/organisations/330109001/">Chengxiang Subdistrict</a>' in texts[1]
    assert 'Took over a part of <a href="/organisations/330109001/">' in there


def test_a_department_is_neither_merged_nor_split_by_page(cast: Cast) -> None:
    create_organisation(
        actor=None, code="dept-1", level="department", name_zh="处", parent=cast.xiaoshan, opened_on=OPENED
    )
    client = client_of(cast.office_of_hangzhou)

    assert client.get("/organisations/dept-1/merge/").status_code == 403
    assert client.get("/organisations/dept-1/move/").status_code == 200
    assert "dept-1/merge/" not in client.get("/organisations/dept-1/").content.decode()
