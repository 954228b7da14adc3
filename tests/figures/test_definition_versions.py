"""Two versions of one definition: each period by the version valid then, both where they overlap."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

import pytest
from django.db import transaction
from django.test import override_settings
from django.urls import reverse
from tests.cast import Cast, raise_cast
from tests.figures.pages import open_page
from tests.workforce.people import identity_number, register

from tongxin.analytics.definitions import DefinitionError
from tongxin.codes.periods import Period
from tongxin.figures.actions import publish_definitions
from tongxin.figures.breaks import breaks_of
from tongxin.figures.compute import build_release
from tongxin.figures.queries import Release
from tongxin.figures.selection import Question, answer, answer_beside
from tongxin.figures.verifying import verify_release

pytestmark = pytest.mark.django_db
# From 2026 on two thresholds are higher. `pay` says from when both are known; `paid` that the old one lasts.
VERSIONS = """
code: pay
unit: percent
numerator:   {count: employments, where: "employment.wage >= 5000.0", at: period_end}
denominator: {count: employments, at: period_end}
breakdowns: [sex]
---
code: pay
valid_from: 2026-01-01
overlap_from: 2025-07-01
unit: percent
numerator:   {count: employments, where: "employment.wage >= 6000.0", at: period_end}
denominator: {count: employments, at: period_end}
breakdowns: [sex]
---
code: paid
valid_to: 2026-06-30
value: {count: employments, where: "employment.wage >= 5000.0", at: period_end}
---
code: paid
valid_from: 2026-01-01
value: {count: employments, where: "employment.wage >= 6000.0", at: period_end}
---
code: plain
value: {count: employments, at: period_end}
---
code: plain
valid_from: 2026-01-01
value: {count: employments, where: "employment.wage >= 6000.0", at: period_end}
"""
WAGES = (450_000, 550_000, 580_000, 700_000)
OLD, NEW = "pay@1900-01-01", "pay@2026-01-01"
QUARTERS = tuple(Period.parse(text) for text in ("2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2"))


@pytest.fixture(scope="module")
def versions(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[tuple[Cast, Release]]:
    """Four people at Alpha with 4,500, 5,500, 5,800 and 7,000 yuan, all the time."""
    home = tmp_path_factory.mktemp("versions")
    with django_db_blocker.unblock(), override_settings(TONGXIN_HOME=home), transaction.atomic():
        cast = raise_cast()
        for number, wage in enumerate(WAGES):
            key = identity_number(f"33010919800101{number:03d}")
            register(cast.alpha, f"Worker {number}", key, wage_fen=wage)
        publish_definitions(VERSIONS)
        yield cast, build_release(actor=None)
        transaction.set_rollback(True)


def values(versions: tuple[Cast, Release], code: str) -> list[tuple[str, float | None]]:
    cast, release = versions
    question = Question((code,), cast.xiaoshan, None, QUARTERS)
    return [(each.figure.definition, each.figure.value) for each in answer(release, question, user=None)]


def beside(versions: tuple[Cast, Release], code: str) -> list[tuple[str, str, float | None]]:
    cast, release = versions
    question = Question((code,), cast.xiaoshan, None, QUARTERS)
    found = answer_beside(release, question, user=None)
    return [(each.figure.definition, each.figure.period, each.figure.value) for each in found]


def test_each_period_has_the_version_that_holds_on_its_last_day(versions):
    # By hand: three of four earn 5,000 and more, one of four 6,000 and more.
    assert values(versions, "pay") == [(OLD, 75.0)] * 4 + [(NEW, 25.0)] * 2


def test_the_newer_version_is_computed_beside_the_older_from_the_day_it_says(versions):
    assert beside(versions, "pay") == [(NEW, "2025Q3", 25.0), (NEW, "2025Q4", 25.0)]


def test_the_older_version_is_computed_beside_the_newer_until_its_own_end(versions):
    # On 2026-06-30, the first day after it, the older version holds no more.
    assert beside(versions, "paid") == [("paid@1900-01-01", "2026Q1", 3)]
    assert [value for _, value in values(versions, "paid")] == [3, 3, 3, 3, 1, 1]


def test_a_version_that_says_nothing_ends_where_the_next_begins(versions):
    assert beside(versions, "plain") == []


def test_what_runs_beside_is_broken_down_too(versions):
    cast, release = versions
    question = Question(("pay",), cast.alpha, None, (QUARTERS[3],), "sex")

    found = answer_beside(release, question, user=None)

    assert sum(each.figure.denominator or 0 for each in found) == 4
    assert {each.figure.definition for each in found} == {NEW}


def test_it_is_computed_under_another_tree_as_well(versions):
    cast, release = versions
    question = Question(("pay",), cast.xiaoshan, None, (QUARTERS[3],), None, release.cut_on)

    assert [each.figure.value for each in answer_beside(release, question, user=None)] == [25.0]


def test_the_trend_breaks_where_the_definition_does(versions):
    cast, release = versions

    found = breaks_of(release, "pay", cast.xiaoshan, QUARTERS, own_trees=True)

    assert [(str(each.period), each.version) for each in found] == [("2026Q1", NEW)]


def test_passport_and_lines_show_the_break_and_both_values(versions):
    cast, _release = versions
    user = cast.office_of_province

    passport = open_page(
        user, reverse("passport", args=["pay"]), at="330109", period="2026Q1"
    ).content.decode()
    lines = open_page(
        user, reverse("explorer"), i="pay", at="330109", level="", view="line",
        **{"from": "2025Q1", "to": "2026Q2"},
    ).content.decode()  # fmt: skip

    for page in (passport, lines):
        assert "From here on the definition of 2026-01-01 holds" in page
        assert '"marks": [{"label": "2026Q1", "text": "definition"}]' in page
        assert "75.0%" in page
        assert "25.0%" in page
    assert "definition of 2026-01-01: 25.0%" in passport
    assert "by the definition of 2026-01-01, beside" in lines
    assert '"values": [null, null, 25.0, 25.0, null, null]' in lines


def test_the_passport_of_a_period_of_both_has_both(versions):
    cast, _release = versions

    page = open_page(
        cast.viewer_of_xiaoshan, reverse("passport", args=["pay"]), at="330109", period="2025Q4"
    ).content.decode()
    found = open_page(
        cast.viewer_of_xiaoshan,
        reverse("passport", args=["pay"]),
        at="330109",
        period="2025Q4",
        format="json",
    ).json()

    assert "By the definition of 2026-01-01, beside: <strong>25.0%</strong>" in page
    assert found["figure"]["value"] == 75
    assert [(each["definition"], each["value"]) for each in found["beside"]] == [(NEW, 25)]


def test_files_have_both_values_with_the_version_of_each(versions):
    cast, _release = versions
    asked = {"i": "pay", "at": "330109", "from": "2025Q3", "to": "2026Q1"}

    text = b"".join(open_page(cast.office_of_province, reverse("figure_export"), **asked)).decode("utf-8-sig")

    assert [(row["definition"], row["period"], row["value"]) for row in csv.DictReader(StringIO(text))] == [
        (OLD, "2025Q3", "75"), (OLD, "2025Q4", "75"), (NEW, "2026Q1", "25"),
        (NEW, "2025Q3", "25"), (NEW, "2025Q4", "25"),
    ]  # fmt: skip


def test_who_sees_no_figures_of_the_unit_sees_neither(versions):
    cast, _release = versions

    for user in (cast.stranger, cast.office_of_yuhang):
        response = open_page(user, reverse("passport", args=["pay"]), at="330109", period="2025Q4")
        assert response.status_code == 404


def test_the_release_with_versions_beside_each_other_agrees_with_itself(versions):
    assert verify_release(actor=None).agrees


def test_an_overlap_that_does_not_lie_before_the_version_is_refused():
    with pytest.raises(DefinitionError, match="overlap_from is not before valid_from"):
        publish_definitions(
            "{code: x, valid_from: 2026-01-01, overlap_from: 2026-01-01,"
            " value: {count: workers, at: period_end}}"
        )
