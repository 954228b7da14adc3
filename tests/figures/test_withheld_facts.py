"""Rows of units that have left the reader's subtree: counted, but not shown."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.figures.pages import open_page
from tests.figures.world import World

from tongxin.codes.periods import Period
from tongxin.figures.facts import facts_behind

pytestmark = pytest.mark.django_db
BEFORE = Period.parse("2026Q2")
"""Beta with Zhao stood in Xiaoshan beside Alpha with Li, Wang and Zhou; it moved to Yuhang on 2026-07-15."""


@pytest.mark.parametrize(
    ("reader", "shown", "withheld"),
    [(None, 4, 0), ("office_of_hangzhou", 4, 0), ("office_of_xiaoshan", 3, 1)],
)
def test_rows_of_a_unit_that_left_are_shown_only_to_who_sees_the_unit(world: World, reader, shown, withheld):
    user = getattr(world.cast, reader) if reader else None

    found = facts_behind(
        world.release, "headcount", part="numerator", at=world.cast.xiaoshan, period=BEFORE, user=user
    )

    assert (len(found.rows), found.total, found.withheld) == (shown, shown, withheld)
    assert (world.cast.beta.code in {row["organisation"] for row in found.rows}) == (withheld == 0)


def test_the_pages_of_the_rows_leave_out_what_is_withheld(world: World):
    pages = [
        facts_behind(
            world.release,
            "headcount",
            part="numerator",
            at=world.cast.xiaoshan,
            period=BEFORE,
            user=world.cast.office_of_xiaoshan,
            offset=offset,
            limit=2,
        )
        for offset in (0, 2)
    ]

    assert [len(page.rows) for page in pages] == [2, 1]
    assert {page.withheld for page in pages} == {1}


def test_the_page_says_how_many_rows_are_withheld_and_does_not_name_the_unit(world: World):
    path = reverse("figure_facts", args=["headcount"])

    page = open_page(world.cast.office_of_xiaoshan, path, at=world.cast.xiaoshan.code, period="2026Q2")
    after = open_page(world.cast.office_of_xiaoshan, path, at=world.cast.xiaoshan.code, period="2026Q3")

    text = page.content.decode()
    assert "1 row belongs to units that are not yours" in text
    assert world.cast.beta.name_zh not in text
    assert "not yours" not in after.content.decode()
