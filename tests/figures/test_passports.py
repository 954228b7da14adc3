from __future__ import annotations

import json

import pytest
from django.urls import reverse
from tests.figures.pages import open_page
from tests.figures.world import World

from tongxin.audit.models import LogEntry

pytestmark = pytest.mark.django_db
CATALOGUE = reverse("catalogue")
PASSPORT, FACTS = (reverse(name, args=["skilled_share"]) for name in ("passport", "figure_facts"))


@pytest.mark.parametrize(
    ("code", "unit", "period", "words"),
    [
        (
            "skilled_share",
            "xiaoshan",
            "2026Q3",
            ["50.0%", "as on 30 September 2026", "skill grade is at least"],
        ),
        ("skilled_share", "haishu", "2026Q3", ["No value", "nobody or nothing to divide by"]),
        ("skilled_share", "xiaoshan", "2023Q4", ["Not applicable"]),
        ("sales_per_head", "gamma", "2026Q3", ["Missing", "has not been reported yet", "0 of 1"]),
        ("sales_per_head", "hangzhou", "2026Q3", ["123,456.8", "1 of 3", "Not reported yet"]),
        ("sales_mean", "hangzhou", "2026Q3", ["1,234,567.5", "Number of units that reported"]),
        ("sales_per_head", "alpha", "2026Q3", ["reporter of alpha", "1,234,567.5"]),
        ("training_reach", "xiaoshan", "2026Q3", ["66.7", "1 cannot be told"]),
    ],
)
def test_the_passport_tells_how_a_figure_of_each_status_came_about(
    world: World, code: str, unit: str, period: str, words: list[str]
):
    path = reverse("passport", args=[code])

    response = open_page(
        world.cast.office_of_province, path, at=getattr(world.cast, unit).code, period=period
    )

    page = response.content.decode()
    assert response.status_code == 200
    for word in [*words, world.release.id, world.release.cut_id, f"code: {code}"]:
        assert word in page


def test_a_passport_leads_to_facts_only_who_may_see_people(world: World):
    values = {"at": world.cast.xiaoshan.code}

    office = open_page(world.cast.office_of_xiaoshan, PASSPORT, **values).content.decode()
    viewer = open_page(world.cast.viewer_of_xiaoshan, PASSPORT, **values).content.decode()

    assert "/figures/skilled_share/facts/" in office
    assert "/facts/" not in viewer


def test_a_passport_for_programs_has_the_definition_as_it_was_written(world: World):
    found = open_page(
        world.cast.viewer_of_xiaoshan, PASSPORT, at=world.cast.xiaoshan.code, format="json"
    ).json()

    assert found["figure"]["value"] == 50
    assert found["tree"] == "2026-09-30"
    assert found["definition"]["written"].startswith("code: skilled_share\n") or (
        "\ncode: skilled_share\n" in found["definition"]["written"]
    )
    assert json.dumps(found["definition"]["version"]) == '"skilled_share@2024-01-01"'


def test_a_category_that_is_met_elsewhere_has_a_passport_here(world: World):
    path = reverse("passport", args=["headcount"])

    page = open_page(
        world.cast.office_of_province, path, at=world.cast.haishu.code, by="sex", category="female"
    )

    assert page.status_code == 200


def test_the_facts_are_the_people_of_the_figure_without_names(world: World):
    page = open_page(world.cast.office_of_xiaoshan, FACTS, at=world.cast.xiaoshan.code).content.decode()

    assert f"/workers/{world.li.pk}/" in page
    assert "李建国" not in page
    assert "1 row" in page
    entry = LogEntry.objects.get(action="facts.viewed")
    assert (entry.actor_name, entry.changes["indicator"]) == ("office_of_xiaoshan", "skilled_share")


def test_the_facts_come_by_fifty(world: World, monkeypatch):
    monkeypatch.setattr("tongxin.figures.pages.PAGE", 2)
    path = reverse("figure_facts", args=["headcount"])

    first = open_page(world.cast.office_of_xiaoshan, path, at=world.cast.xiaoshan.code).content.decode()
    second = open_page(
        world.cast.office_of_xiaoshan, path, at=world.cast.xiaoshan.code, page=2
    ).content.decode()

    assert first.count("<code>") == 2
    assert second.count("<code>") == 1
    assert "page=2" in first


def test_the_facts_of_a_reported_figure_are_units(world: World):
    path = reverse("figure_facts", args=["sales_per_head"])

    page = open_page(world.cast.office_of_province, path, at=world.cast.hangzhou.code).content.decode()

    assert "同心示例一厂" in page
    assert "/workers/" not in page.split("<tbody>")[1].split("</tbody>")[0]


def test_the_catalogue_lists_every_indicator_with_its_value(world: World):
    page = open_page(world.cast.viewer_of_xiaoshan, CATALOGUE).content.decode()

    assert all(f'id="{code}"' in page for code in world.release.codes)
    assert "人社部发" in page
    assert "50.0%" in page
