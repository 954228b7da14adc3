"""Lay the 90 counties out as square tiles, near where they are, each city in one piece.

Starts from approximate centres (tools/tiles/centres.csv, written from general knowledge, no boundary file)
and improves the layout by simulated annealing with a fixed seed:

    python tools/build_tiles.py
"""

from __future__ import annotations

import csv
import math
import random
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE.parent / "src/tongxin/codes/data/county_tiles.csv"
ROWS, COLUMNS = 12, 12
STEPS = 400_000
BREAK_COST = 30.0
ORDER_COST = 0.35
Cell = tuple[int, int]


def load_centres() -> dict[str, tuple[float, float]]:
    with (HERE / "tiles/centres.csv").open(encoding="utf-8", newline="") as file:
        return {r["code"]: (float(r["longitude"]), float(r["latitude"])) for r in csv.DictReader(file)}


def ideal_cells(centres: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Return where each county wants to be: half true position, half rank, which spreads the crowded ones."""
    by_longitude = sorted(centres, key=lambda code: centres[code][0])
    by_latitude = sorted(centres, key=lambda code: -centres[code][1])
    west, east = (centres[by_longitude[i]][0] for i in (0, -1))
    north, south = (centres[by_latitude[i]][1] for i in (0, -1))
    last = len(centres) - 1
    return {
        code: (
            (ROWS - 1) * (0.5 * (north - latitude) / (north - south) + 0.5 * by_latitude.index(code) / last),
            (COLUMNS - 1)
            * (0.5 * (longitude - west) / (east - west) + 0.5 * by_longitude.index(code) / last),
        )
        for code, (longitude, latitude) in centres.items()
    }


def pieces(cells: set[Cell]) -> int:
    """Count the parts of a set of cells that do not share an edge."""
    left, count = set(cells), 0
    while left:
        count += 1
        stack = [left.pop()]
        while stack:
            row, column = stack.pop()
            for near in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
                if near in left:
                    left.discard(near)
                    stack.append(near)
    return count


class Layout:
    """An assignment of counties to cells and its cost."""

    def __init__(self, centres: dict[str, tuple[float, float]]) -> None:
        self.centres, self.ideal = centres, ideal_cells(centres)
        self.near = {
            code: sorted(
                (o for o in centres if o != code), key=lambda o: math.dist(centres[code], centres[o])
            )[:5]
            for code in centres
        }
        self.cell: dict[str, Cell] = {}
        self.holder: dict[Cell, str] = {}
        free = {(row, column) for row in range(ROWS) for column in range(COLUMNS)}
        for code in sorted(centres):
            best = min(free, key=lambda cell: (math.dist(cell, self.ideal[code]), cell))
            free.discard(best)
            self.place(code, best)

    def nearest(self, code: str) -> list[str]:
        others = [other for other in self.centres if other != code]
        return sorted(others, key=lambda other: math.dist(self.centres[code], self.centres[other]))[:5]

    def place(self, code: str, cell: Cell) -> None:
        self.cell[code], self.holder[cell] = cell, code

    def cost_of(self, code: str) -> float:
        row, column = self.cell[code]
        total = math.dist((row, column), self.ideal[code]) ** 2
        longitude, latitude = self.centres[code]
        for other in self.near[code]:
            other_row, other_column = self.cell[other]
            total += 0.5 * max(abs(row - other_row), abs(column - other_column))
            # Neighbours keep their order: what is east stays east, what is north stays north.
            total += ORDER_COST * ((longitude < self.centres[other][0]) != (column <= other_column))
            total += ORDER_COST * ((latitude > self.centres[other][1]) != (row <= other_row))
        return total

    def cost_of_city(self, prefix: str) -> float:
        return BREAK_COST * (pieces({c for code, c in self.cell.items() if code.startswith(prefix)}) - 1)

    def local_cost(self, codes: list[str]) -> float:
        return sum(map(self.cost_of, codes)) + sum(self.cost_of_city(p) for p in {c[:4] for c in codes})

    def swap(self, code: str, target: Cell) -> str | None:
        """Move a county to a cell; whoever holds it moves the other way."""
        home, other = self.cell[code], self.holder.get(target)
        del self.holder[home]
        self.place(code, target)
        if other:
            self.place(other, home)
        return other


def anneal(layout: Layout, rng: random.Random) -> None:
    codes = sorted(layout.cell)
    for step in range(STEPS):
        temperature = 6.0 * (1 - step / STEPS) ** 2 + 0.02
        code = rng.choice(codes)
        row, column = layout.cell[code]
        target = (row + rng.randint(-2, 2), column + rng.randint(-2, 2))
        if target == (row, column) or not (0 <= target[0] < ROWS and 0 <= target[1] < COLUMNS):
            continue
        touched = [code] + ([layout.holder[target]] if target in layout.holder else [])
        before = layout.local_cost(touched)
        layout.swap(code, target)
        change = layout.local_cost(touched) - before
        if change > 0 and rng.random() >= math.exp(-change / temperature):
            layout.swap(code, (row, column))


def main() -> None:
    layout = Layout(load_centres())
    anneal(layout, random.Random(1))  # noqa: S311 - a layout needs no secret
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "row", "column"))
        writer.writerows((code, *layout.cell[code]) for code in sorted(layout.cell))


if __name__ == "__main__":
    main()
