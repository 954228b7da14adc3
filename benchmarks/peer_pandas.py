"""The twelve indicators by pandas: wide rows from Parquet, a grouping for every depth and breakdown."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd  # type: ignore[import-untyped]

from benchmarks.wide_rows import TOTAL, WIDES, Wide

SENIOR, JUNIOR = 4, 2


def main(folder: Path, target: Path) -> None:
    begun = time.perf_counter()
    for wide in WIDES:
        results = pd.concat(_levels(wide, pd.read_parquet(folder / f"{wide.name}.parquet")))
        results.to_parquet(target / f"{wide.name}.parquet", compression="zstd", index=False)
    print(json.dumps({"seconds": time.perf_counter() - begun}))


def _levels(wide: Wide, rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    depths = [name for name in rows.columns if name[0] == "a" and name[1:].isdigit()]
    for node in depths:
        # Below its own depth a fact has no ancestors.
        here = rows[rows[node].notna()] if rows[node].hasnans else rows
        here = here.astype({node: "int32"})
        for breakdown in wide.breakdowns:
            keys = [node, "quarter", *([] if breakdown == TOTAL else [breakdown])]
            found = _count(wide, here, keys).reset_index()
            found = found.rename(columns={node: "organisation", breakdown: "category"})
            yield found.assign(breakdown=breakdown)


def _count(wide: Wide, rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    match wide.name:
        case "trainings":
            groups = rows.groupby(keys, sort=False)["minutes"]
            return groups.agg(trainings="size", minutes="sum", timed="count", median="median")
        case "places":
            return rows.groupby(keys, sort=False)["place"].agg(places="size", median="median")
        case "honours":
            return rows.groupby(keys, sort=False).size().to_frame("honours")
        case "enterprises":
            return rows.groupby(keys, sort=False)["has_union"].agg(enterprises="size", unions="sum")
        case "workers":
            return _count_workers(rows, keys)
        case _:
            once = rows[[*keys, "worker"]].drop_duplicates()
            return once.groupby(keys, sort=False).size().to_frame(wide.name)


def _count_workers(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    columns = list(dict.fromkeys([*keys, "worker", "grade"]))
    once = rows[columns].drop_duplicates(subset=[*keys, "worker"])
    once = once.assign(seniors=once["grade"] >= SENIOR, skilled=once["grade"] >= JUNIOR)
    groups = once.groupby(keys, sort=False)
    return groups.agg(workers=("worker", "size"), seniors=("seniors", "sum"), skilled=("skilled", "sum"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
