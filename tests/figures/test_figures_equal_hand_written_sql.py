"""Every figure of a generated province against SQL written by hand over the files of the lake.

`hand_sql/` has a text for each indicator, from what its definition means, and shares no code with the
product; `untidy.sql` makes the province untidy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import pytest
from tests.figures.hand_written import Province, Row, raise_province, text_of, written_codes

from tongxin.analytics.figure_store import Figure, Status
from tongxin.codes.periods import Period
from tongxin.figures.actions import starter_catalogue
from tongxin.figures.compute import periods_of
from tongxin.figures.queries import parse_definitions
from tongxin.lake.queries import Cut

BEFORE = {("skilled_share", "2023Q4")}
"""Which definition does not hold yet at the end of which period that is looked at."""
LAST = "2026Q3"
LOOKED_AT = ("2023Q4", LAST)
"""Periods that are read as pages read them: before a definition and before units move, and after."""
RANKED = {"median_wage"}
WITH_PARTS = {code for code in written_codes() if "NULL AS denominator" not in text_of(code)}
DIFFERENT = """
SELECT unit, period, category, f.numerator, e.numerator, f.denominator, e.denominator, f.undetermined,
       e.undetermined, f.population, e.population, f.value, e.value
FROM found AS f FULL JOIN {expected} AS e USING (unit, period, category)
WHERE f.unit IS NULL OR e.unit IS NULL
   OR e.numerator IS NOT NULL AND f.numerator IS DISTINCT FROM e.numerator
   OR f.denominator IS DISTINCT FROM e.denominator
   OR f.undetermined IS DISTINCT FROM e.undetermined
   OR f.population IS DISTINCT FROM e.population
   OR (f.value IS NULL) <> (e.value IS NULL)
   OR abs(f.value - e.value) > 1e-9 * greatest(1, abs(e.value))
ORDER BY ALL LIMIT 5
"""


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    raised = raise_province(tmp_path_factory.mktemp("untidy"), ["--workers", "900", "--seed", "7"])
    yield raised
    raised.connection.close()


def test_every_indicator_of_the_catalogue_has_its_text():
    assert written_codes() == sorted({each.code for each in parse_definitions(starter_catalogue(), {})})


def test_the_release_holds_the_periods_that_the_texts_are_about(province: Province):
    expected = province.rows("SELECT period FROM periods ORDER BY period")

    assert sorted(province.release.manifest["periods"]) == [period for (period,) in expected]


def test_no_period_goes_beyond_the_facts_of_an_example():
    facts_from, facts_until = date(2025, 10, 1), date(2026, 9, 30)
    cut = Cut(
        "later",
        "2026-11-23T09:00:00+08:00",
        facts_until,
        facts_from,
        "month",
        "330000",
        is_synthetic=True,
        files={},
    )

    assert [each for each in periods_of(cut) if each.last_day > facts_until] == []


@pytest.mark.parametrize("code", written_codes())
def test_every_figure_is_what_the_text_says(province: Province, code: str):
    expected = province.expect(code)
    province.find(code)

    assert province.rows(DIFFERENT.format(expected=expected)) == []
    assert province.rows(f"SELECT count(*) > 0 FROM {expected}") == [(True,)]


@pytest.mark.parametrize("code", written_codes())
def test_every_unit_has_the_status_and_the_value_that_the_text_says(province: Province, code: str):
    expected = expected_values(province, code, "category = 'all'")

    figures = province.store.read(code, province.units, map(Period.parse, LOOKED_AT))

    assert len(figures) == len(LOOKED_AT) * len(province.units)
    assert [each for each in figures if not agrees(province, each, expected)] == []


@pytest.mark.parametrize("code", written_codes())
def test_every_category_has_the_status_and_the_value_that_the_text_says(province: Province, code: str):
    expected = expected_values(province, code, f"category <> 'all' AND period = '{LAST}'")
    units = sorted({unit for unit, _, _ in expected})

    figures = [
        figure
        for breakdown in province.release.newest(code).breakdowns
        for figure in province.store.read(code, units, [Period.parse(LAST)], breakdown.name)
    ]

    assert {place_of(each) for each in figures} >= expected.keys()
    assert [each for each in figures if not agrees(province, each, expected)] == []


def expected_values(province: Province, code: str, where: str) -> dict[Row, Row]:
    numbers = "numerator, denominator, undetermined, population, value"
    periods = f"period IN {LOOKED_AT}"
    sql = f"SELECT unit, period, category, {numbers} FROM {province.expect(code)} WHERE {where} AND {periods}"
    return {row[:3]: row[3:] for row in province.rows(sql)}


def place_of(figure: Figure) -> Row:
    category = f"{figure.breakdown}={figure.category}" if figure.breakdown else "all"
    return figure.organisation, figure.period, category


def agrees(province: Province, figure: Figure, expected: Mapping[Row, Row]) -> bool:
    """Tell whether a page reads what the text says; where the text has no row nothing was counted."""
    if (figure.organisation, figure.period) not in province.there or (
        figure.indicator,
        figure.period,
    ) in BEFORE:
        return (figure.status, figure.value, figure.undetermined) == (Status.NOT_APPLICABLE, None, 0)
    has_parts = figure.indicator in WITH_PARTS
    nothing = (None if figure.indicator in RANKED else 0, 0 if has_parts else None, 0, 0, 0)
    numerator, denominator, undetermined, population, value = expected.get(place_of(figure), nothing)
    numbers = (figure.numerator, figure.denominator, figure.undetermined, figure.completeness)
    if numbers != (numerator, denominator, undetermined, 1 - undetermined / population if population else 1):
        return False
    if has_parts and not denominator:
        return (figure.status, figure.value) == (Status.NO_VALUE, None)
    is_near = figure.value is not None and abs(figure.value - value) <= 1e-9 * max(1, abs(value))
    return figure.status == Status.OK and is_near
