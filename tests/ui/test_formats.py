"""Expected texts are written out by hand from the usage of each language."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from tongxin.codes.periods import Period
from tongxin.ui import formats


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (12345, None, "12,345"),
        (12345.678, None, "12,345.68"),
        (0.5, None, "0.5"),
        (Decimal("2.675"), 2, "2.68"),
        (12, 1, "12.0"),
        (-1234, None, "−1,234"),  # noqa: RUF001
        (-0.001, 1, "0.0"),
        (1000, 0, "1,000"),
        (10**12, None, "1,000,000,000,000"),
    ],
)
def test_numbers_are_grouped_by_thousands_and_rounded_half_up(value, decimals, text):
    assert formats.number(value, decimals) == text


@pytest.mark.parametrize("value", [None, "", float("nan"), float("inf"), "abc"])
def test_what_is_no_number_is_never_written_as_one(value):
    assert formats.number(value) == "–"  # noqa: RUF001
    assert formats.percent(value) == "–"  # noqa: RUF001


@pytest.mark.parametrize(
    ("language", "value", "text"),
    [
        ("zh-hans", 9999, "9,999"),
        ("zh-hans", 12345, "1.23万"),
        ("zh-hans", 123_456_789, "1.23亿"),
        ("en", 12345, "12,345"),
        ("en", 1_234_567, "1.23M"),
        ("en", 1_234_567_890, "1.23bn"),
    ],
)
def test_large_numbers_take_the_units_of_the_language(language, value, text):
    with translation.override(language):
        assert formats.short_number(value) == text


def test_a_percentage_is_on_the_scale_of_one_hundred():
    assert formats.percent(46.63) == "46.6%"
    assert formats.percent(46.65, 2) == "46.65%"


@pytest.mark.parametrize(
    ("language", "text"), [("zh-hans", "2026年3月5日"), ("zh-hant", "2026年3月5日"), ("en", "5 March 2026")]
)
def test_a_day_is_written_out_in_words(language, text):
    with translation.override(language):
        assert formats.day(date(2026, 3, 5)) == text
        assert formats.day_short(date(2026, 3, 5)) == "2026-03-05"


def test_a_moment_is_told_in_local_time(settings):
    settings.TIME_ZONE = "Asia/Shanghai"

    assert formats.moment(datetime(2026, 3, 5, 18, 30, tzinfo=UTC)) == "2026-03-06 02:30"


@pytest.mark.parametrize(
    ("language", "value", "text"),
    [
        ("zh-hans", "2026", "2026年"),
        ("zh-hans", "2026Q3", "2026年第三季度"),
        ("zh-hans", "2026-09", "2026年9月"),
        ("en", "2026", "2026"),
        ("en", "2026Q3", "2026 Q3"),
        ("en", "2026-09", "September 2026"),
        ("en", "someday", "someday"),
    ],
)
def test_a_period_is_named_as_people_name_it(language, value, text):
    with translation.override(language):
        assert formats.period(value) == text


def test_a_period_may_come_as_an_object():
    with translation.override("en"):
        assert formats.period(Period.parse("2026Q1")) == "2026 Q1"


def test_the_four_values_that_are_not_numbers_have_four_names():
    with translation.override("en"):
        names = {
            formats.status_text(status) for status in ("no_value", "missing", "not_applicable", "suppressed")
        }
        reasons = {formats.status_reason(status) for status in formats.STATUS_TEXTS}

    assert len(names) == len(reasons) == 4


@pytest.mark.parametrize(
    ("text", "kind", "masked"),
    [
        ("张三丰", "name", "张**"),
        ("张", "name", "张*"),
        ("13800138000", "phone", "138****8000"),
        ("11010519491231002X", "number", "110***********002X"),
        ("1234567", "number", "1******"),
        (None, "name", "–"),  # noqa: RUF001
    ],
)
def test_identities_are_masked(text, kind, masked):
    assert formats.mask(text, kind) == masked
