"""`tongxin import workers` and `template workers` as a script meets them: JSON, exit status, files."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from tests.workforce.roster_homes import ALPHA, BETA, Home, copy_home, prepare_home
from tests.workforce.rosters import LI, WANG, person, write_csv

KEYS = ["rows", "added", "changed", "unchanged", "rejected", "errors", "warnings"]
WRONG = LI[:-1] + ("1" if LI[-1] != "1" else "2")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory) -> Home:
    return prepare_home(tmp_path_factory.mktemp("prepared") / "home")


@pytest.fixture
def home(prepared, tmp_path) -> Home:
    return copy_home(prepared, tmp_path / "home")


@pytest.fixture
def roster(tmp_path) -> Path:
    file = tmp_path / "roster.csv"
    file.write_bytes(write_csv([person(WRONG, phone="0571-87654321"), person(WANG, "王秀英")]))
    return file


def test_the_answer_has_the_keys_of_the_contract_and_rejected_rows_are_no_failure(home, roster):
    status, answer = home.send(roster)

    assert status == 0
    assert list(answer) == KEYS
    assert [answer[name] for name in KEYS[:5]] == [2, 1, 0, 0, 1]
    (error,) = answer["errors"]
    assert list(error) == ["row", "column", "code", "message"]
    assert (error["row"], error["column"], error["code"]) == (2, "证件号码", "identity_check_digit")
    assert "check digit" in error["message"]
    (warning,) = answer["warnings"]
    assert (warning["row"], warning["column"], warning["code"]) == (2, "手机号码", "phone_unusual")


def test_a_refused_file_answers_with_the_same_keys_and_status_1(home, tmp_path):
    picture = tmp_path / "photo.xlsx"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 50)

    status, answer = home.send(picture)

    assert (status, list(answer)) == (1, KEYS)
    (error,) = answer["errors"]
    assert (error["row"], error["column"], error["code"]) == (None, None, "not_a_workbook")


def test_as_text_each_finding_says_whether_it_is_an_error_and_where_it_stands(home, roster, tmp_path):
    picture = tmp_path / "photo.xlsx"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 50)

    _, output, errors = home.run("import", "workers", str(roster), "--organisation", ALPHA)
    _, _, refused = home.run("import", "workers", str(picture), "--organisation", ALPHA)

    assert output == "rows 2, added 1, changed 0, unchanged 0, rejected 1\n"
    error, warning = errors.splitlines()
    assert error.startswith("Error: row 2, column 证件号码: The identity number")
    assert warning.startswith("Warning: row 2, column 手机号码: ")
    assert refused.startswith("Error: The file is a PNG picture")


def test_a_file_beyond_the_limit_is_refused_before_it_is_kept(home, tmp_path):
    with (tmp_path / "huge.xlsx").open("wb") as file:
        file.truncate(101 * 1024 * 1024)

    status, answer = home.send(tmp_path / "huge.xlsx")

    assert (status, answer["errors"][0]["code"]) == (1, "refused")
    assert "100 MB" in answer["errors"][0]["message"]
    assert home.count("files_storedfile") == 0


@pytest.mark.parametrize(
    ("code", "options", "reason"),
    [
        ("91330109MA00000000", (), "unit_unknown"),
        ("330109", (), "refused"),
    ],
)
def test_an_impossible_unit_is_refused_in_the_same_json(home, roster, code, options, reason):
    status, answer = home.send(roster, code, *options)

    assert (status, list(answer), answer["errors"][0]["code"]) == (1, KEYS, reason)


def test_the_rights_of_the_user_named_apply(home, roster):
    arguments = ("import", "workers", str(roster), "--organisation", ALPHA, "--format", "json")

    own, *_ = home.run("--as", "reporter_of_alpha", *arguments)
    sibling, output, _ = home.run("--as", "reporter_of_beta", *arguments)

    assert (own, sibling) == (0, 1)
    assert json.loads(output)["errors"][0]["code"] == "unit_unknown"


def test_wrong_usage_has_status_2(home, roster):
    assert home.run("import", "workers", str(roster))[0] == 2
    assert home.run("import", "workers", str(roster.with_name("none.csv")), "--organisation", ALPHA)[0] == 2
    assert home.run("import", "workers", str(roster), "--organisation", ALPHA, "--effective", "soon")[0] == 2


def test_a_dry_run_stores_nothing(home, roster):
    status, answer = home.send(roster, ALPHA, "--dry-run")

    assert (status, answer["added"]) == (0, 1)
    assert home.count("workforce_worker") == 0


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_rejected_rows_corrected_and_saved_in_libreoffice_are_taken(home, roster, tmp_path):
    rejected = tmp_path / "rejected.xlsx"
    home.send(roster, ALPHA, "--verdicts", str(rejected))
    book = openpyxl.load_workbook(rejected)
    sheet = book.worksheets[0]
    header = [cell.value for cell in sheet[1]]
    sheet.cell(2, header.index("证件号码") + 1).value = LI
    book.save(rejected)

    saved = _save_in_libreoffice(rejected, tmp_path / "saved")
    status, answer = home.send(saved)

    assert (status, answer["errors"]) == (0, [])
    assert (answer["rows"], answer["added"]) == (1, 1)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_template_saved_in_libreoffice_comes_back_unchanged(home, roster, tmp_path):
    home.send(roster)
    out = tmp_path / "template.xlsx"
    assert home.run("template", "workers", str(out), "--organisation", ALPHA)[0] == 0

    status, answer = home.send(_save_in_libreoffice(out, tmp_path / "saved"))

    assert (status, answer["unchanged"], answer["rows"]) == (0, 1, 1)


def _save_in_libreoffice(path: Path, folder: Path) -> Path:
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / path.name


def test_a_template_without_rights_is_not_written(home, tmp_path):
    out = tmp_path / "out.xlsx"

    status, _, errors = home.run(
        "--as", "reporter_of_alpha", "template", "workers", str(out), "--organisation", BETA
    )

    assert (status, out.exists()) == (1, False)
    assert "Traceback" not in errors
