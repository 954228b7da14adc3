from __future__ import annotations

from io import BytesIO, StringIO

import openpyxl
import pandas as pd
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.figures.pages import open_page
from tests.figures.world import World

from tongxin.accounts.models import User
from tongxin.audit.models import LogEntry
from tongxin.organisations.models import Organisation

pytestmark = pytest.mark.django_db
EXPLORER, CATALOGUE, RELEASES = (reverse(name) for name in ("explorer", "catalogue", "releases"))
EXPORT = reverse("figure_export")
PASSPORT, FACTS = (reverse(name, args=["skilled_share"]) for name in ("passport", "figure_facts"))
SIX = (
    "office_of_province",
    "office_of_xiaoshan",
    "viewer_of_xiaoshan",
    "reporter_of_alpha",
    "auditor",
    "stranger",
)
STATUSES = {
    # At Xiaoshan: its own people see it, the auditor knows of the unit, the stranger does not.
    EXPLORER: (200, 200, 200, 404, 403, 404),
    EXPORT: (200, 200, 200, 404, 403, 404),
    CATALOGUE: (200, 200, 200, 404, 403, 404),
    PASSPORT: (200, 200, 200, 404, 403, 404),
    # The rows behind it are people's: a viewer sees figures only.
    FACTS: (200, 200, 403, 404, 403, 404),
}


def user_of(world: World, name: str) -> User:
    found: User = getattr(world.cast, name)
    return found


@pytest.mark.parametrize(
    ("path", "name", "status"),
    [(path, name, status) for path, row in STATUSES.items() for name, status in zip(SIX, row, strict=True)],
)
def test_each_part_sees_of_xiaoshan_what_its_role_allows(world: World, path: str, name: str, status: int):
    response = open_page(user_of(world, name), path, at=world.cast.xiaoshan.code)

    assert response.status_code == status


@pytest.mark.parametrize("path", [EXPLORER, EXPORT, CATALOGUE, PASSPORT, FACTS])
@pytest.mark.parametrize("hidden", ["hangzhou", "yuhang", "province"])
def test_a_sibling_and_a_unit_above_are_hidden(world: World, path: str, hidden: str):
    unit: Organisation = getattr(world.cast, hidden)

    assert open_page(world.cast.office_of_xiaoshan, path, at=unit.code).status_code == 404


def test_a_role_for_one_unit_only_gives_no_figure_below_it(world: World):
    user, province = world.viewer_of_province_only, world.cast.province

    own = open_page(user, EXPORT, at=province.code, i="headcount", format="json").json()
    below = open_page(user, EXPORT, at=province.code, i="headcount", level="city", format="json").json()

    assert [each["value"] for each in own["figures"]] == [4]
    assert below["figures"] == []
    assert open_page(user, PASSPORT, at=world.cast.hangzhou.code).status_code == 404


def test_the_table_shows_each_unit_with_links_to_passport_and_below(world: World):
    page = open_page(world.cast.office_of_province, EXPLORER, i="headcount", level="county").content.decode()

    assert "Xiaoshan District" in page
    assert f"/figures/headcount/passport/?at={world.cast.xiaoshan.code}&amp;period=2026Q3" in page
    assert f"at={world.cast.xiaoshan.code}&amp;level=town" in page
    assert "need not add up" in page


def test_a_value_that_is_no_number_is_named_and_is_not_zero(world: World):
    found = open_page(
        world.cast.office_of_province, EXPORT, at=world.cast.haishu.code, i="skilled_share", format="json"
    ).json()["figures"]
    page = open_page(world.cast.office_of_province, EXPLORER, at=world.cast.haishu.code, i="skilled_share")

    assert [(each["status"], each["value"]) for each in found] == [("no_value", None)]
    assert "No value" in page.content.decode()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"i": "headcont"}, "There is no indicator headcont"),
        ({"i": "headcount", "level": "planet"}, "no units of the level planet"),
        ({"i": "headcount", "from": "2026Q5"}, "no figures for the period 2026Q5"),
        ({"i": "headcount", "from": "1912"}, "no figures for the period 1912"),
        ({"i": "headcount", "from": "2026Q3", "to": "2026Q1"}, "lies before the first"),
        ({"i": "headcount", "from": "2025", "to": "2026Q1"}, "must be of one kind"),
        ({"i": "headcount", "by": "shoe_size"}, "no breakdown by shoe_size"),
        ({"i": "enterprises", "by": "sex"}, "is not broken down by sex"),
        ({"i": "headcount", "view": "hologram"}, "no view hologram"),
        ({"i": "headcount", "as_of": "yesterday"}, "valid date"),
        ({"i": "headcount", "as_of": "2099-01-01"}, "end before that day"),
    ],
)
def test_a_wrong_address_gets_a_message(world: World, values: dict[str, str], message: str):
    page = open_page(world.cast.office_of_province, EXPLORER, **values)
    file = open_page(world.cast.office_of_province, EXPORT, **values)

    assert page.status_code == 200
    assert message in page.content.decode()
    assert file.status_code == 400
    assert message in file.content.decode()


@pytest.mark.parametrize(
    ("path", "values", "message"),
    [
        (reverse("passport", args=["headcont"]), {}, "Did you mean headcount?"),
        (PASSPORT, {"period": "2026Q9"}, "is not a period"),
        (PASSPORT, {"period": "1912"}, "no figures for the period"),
        (PASSPORT, {"by": "education", "category": "doctor"}, "is not broken down by education"),
        (PASSPORT, {"by": "sex", "category": "third"}, "no category third"),
        (PASSPORT, {"as_of": "soon"}, "is no date"),
        (FACTS, {"period": "2023Q4"}, "No version of skilled_share"),
        (reverse("figure_facts", args=["headcount"]), {"part": "denominator"}, "has no denominator"),
        (EXPORT, {"format": "pdf"}, "Choose csv, xlsx or json"),
    ],
)
def test_a_wrong_address_of_one_figure_is_refused(
    world: World, path: str, values: dict[str, str], message: str
):
    response = open_page(world.cast.office_of_province, path, **values)

    assert response.status_code == 400
    assert message in response.content.decode()


def test_the_three_exports_are_equal_and_say_where_they_come_from(world: World):
    asked = {"i": ["headcount", "skilled_share"], "level": "county", "from": "2025Q4", "to": "2026Q3"}
    user = world.cast.office_of_province

    from_json = open_page(user, EXPORT, **asked, format="json").json()
    text = b"".join(open_page(user, EXPORT, **asked, format="csv")).decode("utf-8-sig")
    from_csv = pd.read_csv(StringIO(text), dtype={"organisation": str})
    book = openpyxl.load_workbook(BytesIO(open_page(user, EXPORT, **asked, format="xlsx").content))
    head, *rows = book.worksheets[0].iter_rows(values_only=True)

    columns = ["indicator", "organisation", "period", "numerator", "denominator", "status"]
    wanted = pd.DataFrame(from_json["figures"])[columns].astype(object)
    found = pd.DataFrame(rows, columns=head)[columns].astype(object)
    assert wanted.fillna("").to_numpy().tolist() == found.fillna("").to_numpy().tolist()
    assert (
        wanted.fillna("").to_numpy().tolist()
        == from_csv[columns].astype(object).fillna("").to_numpy().tolist()
    )
    # Three counties, two indicators, four quarters.
    assert len(rows) == 24
    assert from_json["release"] == world.release.id
    assert set(from_csv["cut"]) == {world.release.cut_id}
    assert from_csv["notice"].str.contains("Synthetic data").all()
    assert dict(book.worksheets[1].iter_rows(values_only=True))["is_synthetic"] is True
    assert LogEntry.objects.filter(action="figures.exported").count() == 3


def test_a_name_that_begins_like_a_formula_is_text_in_every_file(world: World):
    unit = world.cast.gamma
    Organisation.objects.filter(pk=unit.pk).update(name_zh="=HYPERLINK(1)", name_en="")
    user = world.cast.office_of_province

    text = b"".join(open_page(user, EXPORT, at=unit.code, i="headcount", format="csv")).decode("utf-8-sig")
    book = openpyxl.load_workbook(
        BytesIO(open_page(user, EXPORT, at=unit.code, i="headcount", format="xlsx").content)
    )

    assert "'=HYPERLINK(1)" in text
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value == "=HYPERLINK(1)"]
    assert [cell.data_type for cell in cells] == ["s"]


def test_more_figures_than_a_page_can_show_are_refused_with_a_number(world: World, monkeypatch):
    monkeypatch.setattr("tongxin.figures.views.MOST_ON_PAGE", 3)

    page = open_page(world.cast.office_of_province, EXPLORER, i=["headcount", "enterprises"], level="county")

    assert "That would be 6 figures; at most 3" in page.content.decode()


@pytest.mark.parametrize(
    ("view", "sign"), [("line", 'data-chart="line"'), ("bar", 'data-chart="bar"'), ("map", "tile-map")]
)
def test_a_chart_or_map_stands_beside_its_table(world: World, view: str, sign: str):
    page = open_page(
        world.cast.office_of_province, EXPLORER, i="headcount", level="county", view=view
    ).content.decode()

    assert sign in page
    assert '<table class="table board' in page


def test_a_map_of_two_indicators_says_what_to_choose(world: World):
    page = open_page(world.cast.office_of_province, EXPLORER, i=["headcount", "enterprises"], view="map")

    assert "The map shows one indicator" in page.content.decode()


def count_queries(user: User, path: str, **values: object) -> int:
    open_page(user, path, **values)
    with CaptureQueriesContext(connection) as captured:
        open_page(user, path, **values)
    return len(captured)


def test_the_number_of_queries_does_not_grow_with_what_is_asked(world: World):
    user = world.cast.office_of_province
    many = ["headcount", "skilled_share", "enterprises"]

    few = count_queries(user, EXPLORER, i="headcount", level="city")

    asked = {"i": many, "level": "county", "from": "2024Q1", "to": "2026Q3"}
    assert count_queries(user, EXPLORER, **asked) == few
