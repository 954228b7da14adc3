from __future__ import annotations

import re

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

HOSTILE = '"><script>alert(1)</script>'


def render(source, **context):
    request = RequestFactory().get("/figures", {"unit": "330109", "period": "2026Q2"})
    bare = Context({"request": request, **context})
    bare.request = request  # what RequestContext has, without the processors that read the database
    with translation.override("en"):
        return Template(source).render(bare)


def make_tile(**changes):
    return {
        "row": 1,
        "column": 2,
        "label": "A",
        "value_text": "1%",
        "share": 0.5,
        "url": "/a",
        "title": "t",
    } | changes


@pytest.mark.parametrize("field", ["label", "value_text", "url", "title", "row", "column"])
def test_a_tile_map_escapes_what_it_is_given(field):
    hostile = 3 if field == "column" else HOSTILE
    page = render(
        "{% tile_map tiles low=bad high=bad label=bad %}", tiles=[make_tile(**{field: hostile})], bad=HOSTILE
    )

    assert "<script" not in page


def test_a_chart_escapes_its_content():
    page = render("{% chart 'line' 'c' content bad %}", content={"labels": [HOSTILE]}, bad=HOSTILE)

    assert "<script>" not in page
    assert page.count("<script") == 1


@pytest.mark.parametrize(
    ("share", "step"), [(0, "tile-1"), (0.5, "tile-4"), (1, "tile-6"), (7, "tile-6"), (None, "tile-none")]
)
def test_the_darkness_of_a_tile_follows_its_share(share, step):
    page = render("{% tile_map tiles %}", tiles=[make_tile(share=share)])

    assert f'<li class="tile {step}"' in page


def test_the_ring_keeps_the_order_of_the_dimensions_and_draws_no_arc_for_what_is_missing():
    values = [
        {"dimension": "ranks", "share": None, "value_text": "missing"},
        {"dimension": "guidance", "share": 0.25, "value_text": "25%"},
    ]

    page = render("{% dimension_ring values %}", values=values)

    assert page.index("25%") < page.index("missing")
    assert re.findall(r'stroke-dasharray="([^"]+)"', page) == ["25.0 100"]


def test_the_period_switch_changes_the_period_and_keeps_the_rest_of_the_address():
    page = render("{% period_switch '2026Q2' choices %}", choices=["2026Q3", "2026Q2", "2026Q1"])

    links = re.findall(r'class="step" href="([^"]+)"', page)
    assert links == ["?unit=330109&amp;period=2026Q1", "?unit=330109&amp;period=2026Q3"]
    assert "2026 Q2" in page


def test_the_first_and_the_last_period_have_no_neighbour_outside():
    page = render("{% period_switch '2026Q3' choices %}", choices=["2026Q3"])

    assert 'class="step"' not in page


def test_a_route_that_is_not_built_leaves_no_link():
    assert render("[{% maybe_url 'no_such_route' %}]") == "[]"


def test_a_shortened_number_keeps_the_exact_one():
    page = render("{{ n|short_number }}", n=1_234_567)

    assert page == '<data value="1234567" title="1,234,567">1.23M</data>'


def test_a_table_frame_can_be_reached_by_keyboard_and_has_a_name():
    page = render("{% table_frame label %}<table></table>{% endtable_frame %}", label=HOSTILE)

    assert 'tabindex="0" role="region"' in page
    assert "<table></table>" in page
    assert "<script" not in page


def test_progress_stops_asking_when_the_work_is_done():
    running = render("{% include 'ui/progress.html' with url='/jobs/1' percent=42 text='working' %}")
    done = render("{% include 'ui/progress.html' with url='/jobs/1' is_done=True text='done' %}")

    assert 'hx-get="/jobs/1"' in running
    assert 'value="42"' in running
    assert "hx-get" not in done


def test_a_printed_sheet_names_its_unit_and_release_in_a_string_that_cannot_be_left():
    page = render("{% sheet_foot %}", unit_crumbs=[("Q'}</style>\\", "/")], release="r-1")

    text = page.replace("&#x27;", "'")
    assert text.count("'") == 2
    assert "<" not in text
    assert "Release r-1" in text
