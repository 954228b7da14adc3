"""The lenses on pages, in files and at the command line, over the real changes of Ningbo in 2016."""

from __future__ import annotations

import csv
import json
from io import BytesIO, StringIO

import openpyxl
import pytest
from click.testing import CliRunner
from django.urls import reverse
from django.utils import translation
from tests.figures.pages import open_page
from tests.figures.real_changes import RealChanges

from tongxin.cli.main import cli
from tongxin.codes.periods import Period
from tongxin.figures.breaks import breaks_of
from tongxin.figures.selection import COLUMNS

pytestmark = pytest.mark.django_db
EXPLORER, EXPORT = reverse("explorer"), reverse("figure_export")
PASSPORT = reverse("passport", args=["people"])
YINZHOU, HAISHU, JIANGDONG, FENGHUA, NINGBO = "330212", "330203", "330204", "330213", "330200"


def page_of(user, path: str, **values: object) -> str:
    response = open_page(user, path, **values)
    assert response.status_code == 200
    return response.content.decode()


def test_a_passport_shows_both_values_and_each_unit_with_its_event(real: RealChanges):
    page = page_of(real.office_of_province, PASSPORT, at=YINZHOU, period="2015", as_of="2017-12-31")

    assert "With the tree of 31 December 2015: <strong>8</strong>" in page
    assert "With the tree of 31 December 2017: <strong>10</strong>" in page
    for word in ("Baizhang Subdistrict", "330212008", "Jiangdong District", "Gaoqiao Town", "158"):
        assert word in page
    assert "Jiangdong District was abolished and went to Yinzhou District" in page
    assert "counts once above them" in page


@pytest.mark.parametrize(
    ("at", "as_of", "sentence", "instead"),
    [
        (
            JIANGDONG,
            "2017-12-31",
            "did not exist on 31 December 2017: it was closed on 14 September 2016",
            YINZHOU,
        ),
        (
            FENGHUA,
            "2015-06-30",
            "did not exist on 30 June 2015: it was set up on 14 September 2016",
            "330283",
        ),
        (FENGHUA, "", "did not exist on 31 December 2015", "330283"),
    ],
)
@pytest.mark.parametrize("path", [PASSPORT, EXPLORER])
def test_a_unit_that_did_not_exist_says_so_and_names_who_stood_in_its_place(
    real: RealChanges, path: str, at: str, as_of: str, sentence: str, instead: str
):
    page = page_of(real.office_of_province, path, i="people", at=at, period="2015", as_of=as_of)

    assert sentence in page
    assert f"at={instead}" in page
    assert "Not applicable" in page


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("office_of_province", 200), ("office_of_ningbo", 200), ("office_of_yinzhou", 200),
        ("office_of_haishu", 404), ("stranger", 404),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", [PASSPORT, EXPLORER, EXPORT])
def test_who_may_not_see_the_unit_sees_it_under_no_lens(real: RealChanges, path: str, name: str, status: int):
    response = open_page(getattr(real, name), path, i="people", at=YINZHOU, period="2015", as_of="2017-12-31")

    assert response.status_code == status


def test_the_unit_that_took_a_part_is_not_named_to_the_one_that_gave_it(real: RealChanges):
    page = page_of(real.office_of_yinzhou, PASSPORT, at=YINZHOU, period="2015", as_of="2017-12-31")

    # Its own towns of then, closed since, and its own of today; the other side is the neighbour's.
    assert "Gaoqiao Town" in page
    assert "330212008" in page
    assert f"at={HAISHU}" not in page
    assert "<small>330203</small>" not in page


def test_a_trend_breaks_where_units_came_or_went_and_nowhere_else(real: RealChanges):
    years = [Period.parse(str(year)) for year in range(2015, 2023)]
    founded = real.units["linping_new"].code

    found = {
        code: [str(each.period) for each in breaks_of(
            real.release, "people", real.unit(code), years, own_trees=True
        )]
        for code in (YINZHOU, HAISHU, NINGBO, "330110", "330109", "330102", "330206", "330113", founded)
    }  # fmt: skip

    # In 2019 Yinzhou divided one of its own subdistricts: what stands below it stayed the same.
    assert found == {
        YINZHOU: ["2016"], HAISHU: ["2016"], NINGBO: [], "330110": ["2021"], "330109": ["2021"],
        "330102": ["2021"], "330206": [], "330113": ["2021"], founded: [],
    }  # fmt: skip


def test_the_break_of_a_trend_leads_to_its_explanation(real: RealChanges):
    passport = page_of(real.office_of_province, PASSPORT, at=YINZHOU, period="2017")
    lines = page_of(
        real.office_of_province, EXPLORER, i="people", at=YINZHOU, level="", **{"from": "2015", "to": "2018"},
        view="line",
    )  # fmt: skip

    for page in (passport, lines):
        assert "period=2016&amp;as_of=2015-12-31#why" in page
        assert '"marks": [{"label": "2016", "text": "units"}]' in page


def test_with_one_tree_for_all_periods_no_unit_comes_or_goes(real: RealChanges):
    page = page_of(real.office_of_province, PASSPORT, at=YINZHOU, period="2017", as_of="2017-12-31")

    assert "Units came or went" not in page
    assert '"marks": []' in page


@pytest.mark.parametrize(
    ("values", "lens", "tree", "value"),
    [
        ({}, "then", "as_in_the_period", 8),
        ({"lens": "now"}, "now", "2022-12-31", 10),
        ({"as_of": "now"}, "now", "2022-12-31", 10),
        ({"as_of": "2017-12-31"}, "harmonised", "2017-12-31", 10),
        ({"lens": "harmonised", "as_of": "2017-12-31"}, "harmonised", "2017-12-31", 10),
        ({"lens": "then", "as_of": "2017-12-31"}, "then", "as_in_the_period", 8),
    ],
)
def test_every_file_says_under_which_lens_it_was_made(real: RealChanges, values, lens, tree, value):
    asked = {"i": "people", "at": YINZHOU, "period": "2015"} | values
    user = real.office_of_province

    as_json = open_page(user, EXPORT, **asked, format="json").json()
    text = b"".join(open_page(user, EXPORT, **asked, format="csv")).decode("utf-8-sig")
    (row,) = csv.DictReader(StringIO(text))
    book = openpyxl.load_workbook(BytesIO(open_page(user, EXPORT, **asked, format="xlsx").content))
    notes = dict(book.worksheets[1].iter_rows(values_only=True))

    assert (as_json["lens"], as_json["tree"], as_json["figures"][0]["value"]) == (lens, tree, value)
    assert (row["lens"], row["tree"], row["value"]) == (lens, tree, str(value))
    assert (notes["lens"], notes["tree"]) == (lens, tree)


def test_a_unit_divided_among_others_names_those_that_took_a_part_and_no_other(real: RealChanges):
    page = page_of(real.office_of_province, PASSPORT, at="330104", period="2022")

    # Jianggan went to Shangcheng and Qiantang; Xiaoshan, which gave Qiantang its other part, took nothing.
    instead = page.split("In its place then:")[1].split("</p>")[0]
    assert [code for code in ("330102", "330114", "330109") if f"at={code}" in instead] == [
        "330102",
        "330114",
    ]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"lens": "harmonised"}, "choose the day"),
        ({"lens": "telescope"}, "no lens telescope"),
        ({"as_of": "2023-01-01"}, "end before that day"),
    ],
)
def test_a_wrong_lens_gets_a_message(real: RealChanges, values, message):
    page = page_of(real.office_of_province, EXPLORER, i="people", at=YINZHOU, **values)

    assert message in page


@pytest.mark.parametrize(("lens", "value"), [("now", 10), ("then", 8), ("", 10)])
def test_a_passport_reads_the_lens_too(real: RealChanges, lens: str, value: int):
    found = open_page(
        real.office_of_province,
        PASSPORT,
        at=YINZHOU,
        period="2015",
        as_of="2017-12-31",
        lens=lens,
        format="json",
    ).json()

    assert found["figure"]["value"] == value


def test_the_passport_for_programs_has_the_difference(real: RealChanges):
    found = open_page(
        real.office_of_province, PASSPORT, at=YINZHOU, period="2015", as_of="2017-12-31", format="json"
    ).json()

    assert found["lens"] == "harmonised"
    assert found["difference"]["difference"] == {"numerator": 2, "denominator": None}
    assert found["difference"]["overlap"]["numerator"] == -1
    assert found["absence"] is None


def run(*arguments: str):
    with translation.override("en"):
        return CliRunner().invoke(cli, list(arguments))


def test_the_command_line_takes_now_and_explains(real: RealChanges):
    asked = ("figures", "people", "--at", YINZHOU, "--period", "2015")

    then = json.loads(run(*asked, "--format", "json").stdout)
    now = json.loads(run(*asked, "--as-of", "now", "--format", "json").stdout)
    explained = json.loads(run(*asked, "--as-of", "2017-12-31", "--explain", "--format", "json").stdout)
    table = run(*asked, "--as-of", "2017-12-31", "--explain", "--format", "csv").stdout
    alone = run(*asked, "--explain")

    assert [each["value"] for each in (*then, *now)] == [8, 10]
    assert list(then[0]) == list(now[0]) == list(COLUMNS)
    assert explained[0]["difference"]["numerator"] == 2
    rows = list(csv.DictReader(StringIO(table)))
    assert sum(int(row["numerator"]) for row in rows if row["change"] != "difference") == 2
    assert "--as-of" in str(alone.exception)
