"""A province written into the lake directly is the one that the registry would have given."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from tests.cli.test_commands import Home

WORKERS = ("--workers", "150", "--seed", "4")


def cut_of(home: Home) -> dict[str, tuple[int, str]]:
    cut = json.loads((home.folder / "lake" / "current.json").read_text(encoding="utf-8"))
    return {name: (file["rows"], file["sha256"]) for name, file in cut["files"].items()}


@pytest.fixture(scope="module")
def lake_only(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("lake_only"))
    home.run("synthesise", *WORKERS, "--lake-only")
    return home


def test_the_lake_is_that_of_a_registry_with_the_same_people(lake_only: Home, tmp_path: Path):
    registered = Home(tmp_path)
    registered.run("synthesise", *WORKERS)
    registered.run("extract")

    assert cut_of(lake_only) == cut_of(registered)
    assert cut_of(lake_only)["people"][0] == 150


def test_a_release_takes_the_people_of_the_lake(lake_only: Home):
    before = cut_of(lake_only)

    lake_only.run("release", "build")

    assert cut_of(lake_only) == before
    (figure,) = lake_only.json("figures", "headcount", "--at", "330000", "--period", "2026Q3")
    assert figure["status"] == "ok"
    assert 100 < figure["value"] <= 150
    assert lake_only.json("release", "verify")["agrees"] is True


def test_people_registered_beside_such_a_lake_are_not_passed_over_in_silence(lake_only: Home, tmp_path: Path):
    home = Home(tmp_path / "copy")
    shutil.copytree(lake_only.folder, home.folder)
    with sqlite3.connect(home.folder / "registry.sqlite3") as registry:
        registry.execute(
            'INSERT INTO workforce_workerscongress (organisation_id, "on", n_delegates, n_worker_delegates)'
            " SELECT max(id), '2026-01-05', 5, 4 FROM organisations_organisation"
        )

    answer = home.json("extract", status=1)

    assert "congresses" in answer["error"]
