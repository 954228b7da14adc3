"""Runs the named benchmarks, or all: `python -m benchmarks [NAME…]`."""

from __future__ import annotations

import sys
from importlib import import_module

BENCHMARKS = (
    "import_race",
    "release_build",
    "province_build",
    "province_change",
    "province_peers",
    "reading_load",
    "duplicates",
    "document_reading",
    "text_search",
    "task_list",
)


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(
            f"There is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}.", file=sys.stderr
        )
        return 2
    # Each reads its own arguments, of which there are none here.
    sys.argv = sys.argv[:1]
    statuses: list[int] = [import_module(f"benchmarks.{name}").main() for name in names or BENCHMARKS]
    return max(statuses)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
