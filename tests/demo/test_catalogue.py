"""The starter catalogue: what it must hold is what the design and the dictionary of indicators name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongxin.analytics.definitions import Definition
from tongxin.analytics.units import UNITS
from tongxin.codes.lists import get_list
from tongxin.codes.periods import Period
from tongxin.figures.actions import starter_catalogue
from tongxin.figures.queries import parse_definitions

OF_THE_DESIGN = """
code: skilled_share
valid_from: 2024-01-01
unit: percent
numerator:
  {count: workers, where: "worker.employed && worker.grade >= grade('senior')", at: period_end}
denominator:
  {count: workers, where: "worker.employed && worker.grade >= grade('junior')", at: period_end}
breakdowns: [sex, age_band, industry, ownership]
---
code: training_reach
unit: per_hundred
numerator:
  {count_distinct: worker, of: trainings, where: "training.hours >= 8.0", in: {last: 4, of: quarter}}
denominator:
  {count: workers, where: "worker.employed", at: period_end}
---
code: training_hours
value: {sum: hours, of: trainings, in: period}
"""
DOCUMENT = Path(__file__).parents[2] / "docs" / "indicators.md"


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Definition]:
    return {definition.code: definition for definition in parse_definitions(starter_catalogue(), {})}


def test_it_has_indicators_in_every_dimension(catalogue: dict[str, Definition]):
    dimensions = [definition.dimension for definition in catalogue.values()]
    assert len(catalogue) >= 24
    for code in get_list("dimension").codes():
        assert dimensions.count(code) >= 4


def test_every_indicator_says_what_it_is(catalogue: dict[str, Definition]):
    for definition in catalogue.values():
        assert definition.reference
        assert definition.name["zh-hans"] != definition.code
        assert definition.name["en"] != definition.code


def test_names_are_told_apart(catalogue: dict[str, Definition]):
    for language in ("zh-hans", "en"):
        names = [definition.name[language] for definition in catalogue.values()]
        assert len(set(names)) == len(names)


def test_every_indicator_has_a_figure_for_the_last_quarter(catalogue: dict[str, Definition]):
    assert all(definition.covers(Period.parse("2026Q3")) for definition in catalogue.values())


def test_the_definitions_of_the_design_are_in_it_measure_for_measure(catalogue: dict[str, Definition]):
    for written in parse_definitions(OF_THE_DESIGN, {}):
        shipped = catalogue[written.code]
        assert [part and part.identity for part in shipped.parts] == [p and p.identity for p in written.parts]
        assert written.unit in (shipped.unit, UNITS["number"])
        assert shipped.valid_from == written.valid_from


def test_the_document_lists_every_indicator_with_its_names(catalogue: dict[str, Definition]):
    text = DOCUMENT.read_text(encoding="utf-8")
    for definition in catalogue.values():
        assert f"| `{definition.code}` | {definition.name['zh-hans']} | {definition.name['en']} |" in text
