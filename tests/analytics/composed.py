"""Every figure that a computation wrote, read from its files as they are described, without the store."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

NUMBERS = ("numerator", "denominator", "undetermined", "population")


def composed_figures(folder: Path, indicator: str) -> Iterator[tuple[tuple, Counter[str]]]:
    """Yield (period, organisation, breakdown, category) and the numbers of each figure that says any."""
    found: dict[tuple, Counter[str]] = {}
    for composition in json.loads((folder / f"{indicator}.json").read_text(encoding="utf-8")):
        for piece in composition["pieces"]:
            for row in pq.read_table(folder / piece["file"]).to_pylist():
                for period, window in piece["windows"].items():
                    if window == row["window"]:
                        place = (period, row["organisation"], row["breakdown"], row["category"])
                        for term in piece["terms"]:
                            number = found.setdefault(place, Counter())
                            number[term["number"]] += term["sign"] * row[term["column"]]
    yield from ((place, numbers) for place, numbers in found.items() if any(numbers.values()))
