from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.workbooks.builders import CASES
from tests.workbooks.rosters import LAYOUT

from tongxin.workbooks import cells
from tongxin.workbooks.dates import parse_dates, read_date
from tongxin.workbooks.headers import find_header

PHONE_AFFIXES = LAYOUT.affixes["phone"]
MONEY_AFFIXES = LAYOUT.affixes["money"]


def apply(clean, text):
    return pl.DataFrame({"text": [text]}, schema={"text": pl.String}).select(clean(pl.col("text"))).item()


@pytest.mark.parametrize(("sent", "meant"), CASES["texts"])
def test_text_loses_what_nobody_meant(sent, meant):
    assert apply(cells.clean_text, sent) == meant


@pytest.mark.parametrize(("sent", "meant"), CASES["names"])
def test_names_are_written_one_way(sent, meant):
    assert apply(cells.clean_name, apply(cells.clean_text, sent)) == meant


@pytest.mark.parametrize(("sent", "meant"), CASES["phones"])
def test_phones_lose_their_decoration(sent, meant):
    assert apply(lambda e: cells.clean_phone(e, PHONE_AFFIXES), apply(cells.clean_text, sent)) == meant


@pytest.mark.parametrize(("sent", "fen"), CASES["amounts"])
def test_amounts_become_fen(sent, fen):
    clean = apply(lambda e: cells.clean_amount(e, MONEY_AFFIXES), apply(cells.clean_text, sent))

    assert apply(cells.amount_in_fen, clean) == fen


@pytest.mark.parametrize(("sent", "meant"), CASES["dates"])
def test_dates_are_read_in_many_forms(sent, meant):
    assert read_date(sent) == meant


@pytest.mark.parametrize(("sent", "code"), CASES["not_dates"])
def test_what_is_no_certain_date_is_named(sent, code):
    assert read_date(sent) == code


def test_day_numbers_may_count_from_1904():
    # 2024-03-01 is day 43890 of the calendar that begins on 1904-01-01.
    assert read_date("43890", is_1904=True) == date(2024, 3, 1)


@given(st.dates(date(1930, 1, 1), date(2100, 12, 31)))
def test_any_day_is_read_back_from_any_way_of_writing(day):
    forms = [day.isoformat(), f"{day:%Y/%m/%d}", f"{day.year}.{day.month}.{day.day}", f"{day:%Y%m%d}"]
    serial = str((day - date(1899, 12, 30)).days)

    days, faults = parse_dates(pl.Series([*forms, f"{day} 00:00:00", serial]))

    assert days.to_list() == [day] * 6
    assert faults.null_count() == 6


texts = st.text(
    st.one_of(
        st.characters(codec="utf-8", exclude_categories=["Cs", "Co", "Cn"]),
        st.sampled_from(" '=\"\u3000\u200b-.,0123456789X+()\u00b7\u30fb"),
    ),
    max_size=24,
)
cleaners = st.sampled_from(
    [
        cells.clean_name,
        cells.clean_number,
        cells.clean_certificate_number,
        cells.clean_occupation,
    ]
)


@given(texts)
def test_cleaning_clean_text_changes_nothing(text):
    once = apply(cells.clean_text, text)

    assert apply(cells.clean_text, once) == once


@given(st.lists(st.one_of(st.none(), texts), min_size=1, max_size=8))
def test_a_column_is_cleaned_as_its_cells_are(column):
    assert cells.clean_texts(pl.Series(column, dtype=pl.String)).to_list() == [
        apply(cells.clean_text, text) for text in column
    ]


@given(cleaners, texts)
def test_cleaning_a_clean_value_changes_nothing(clean, text):
    once = apply(clean, apply(cells.clean_text, text))

    assert apply(clean, once) == once


@given(st.integers(-(10**9), 10**9))
def test_amounts_keep_every_fen(fen):
    sign, yuan, rest = "-" if fen < 0 else "", abs(fen) // 100, abs(fen) % 100

    assert apply(cells.amount_in_fen, f"{sign}{yuan}.{rest:02d}") == fen


@pytest.mark.parametrize(("sent", "key"), CASES["headers"])
def test_headers_are_recognised_by_common_names(sent, key):
    others = [LAYOUT.header(other) for other in ("education", "issuer", "form") if other != key]
    frame = pl.DataFrame({str(i): [text] for i, text in enumerate([sent, *others])})

    columns = find_header(frame, LAYOUT, {}).columns

    assert next((known for known, i in columns.items() if i == 0), None) == key
