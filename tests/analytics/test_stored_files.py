"""What is kept of stored files: no more than so many bytes, and under whichever name a file has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tongxin.analytics import figure_files
from tongxin.analytics.figure_files import FigureFile
from tongxin.analytics.stored_files import Kept

# Two breakdowns over two row groups; the second group holds the end of the totals and all of the other.
ROWS = pa.table(
    {
        "organisation": pa.array([1, 1, 2, 3, 3, 1, 2, 3], pa.int64()),
        "window": pa.array([0, 1, 0, 0, 1, 0, 0, 1], pa.int32()),
        "breakdown": pa.array([None, None, None, None, None, "sex", "sex", "sex"], pa.string()),
        "category": pa.array([None, None, None, None, None, "female", "male", None], pa.string()),
        "heads": pa.array([10, 11, 20, 30, 31, 4, 8, 15], pa.int32()),
    }
)


@dataclass
class _Text:
    nbytes: int


@pytest.fixture
def path(tmp_path: Path) -> Path:
    pq.write_table(ROWS, tmp_path / "one.parquet", row_group_size=4)
    return tmp_path / "one.parquet"


def test_cells_are_found_in_every_row_group_that_holds_them(path: Path) -> None:
    file = FigureFile(path)

    totals = file.read(["heads"], [3, 1], [1], None)
    by_sex = file.read(["heads"], [1, 2, 3], [0, 1], "sex")

    assert totals == {"organisation": [1, 3], "window": [1, 1], "category": [None, None], "heads": [11, 31]}
    assert by_sex["category"] == ["female", "male", None]
    assert by_sex["heads"] == [4, 8, 15]
    assert file.read(["heads"], [4], [0], None)["heads"] == []
    assert file.read(["heads"], [1], [0], "age_band")["heads"] == []


def test_a_reading_of_many_row_groups_keeps_none_of_them(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figure_files, "FEW", 1)
    monkeypatch.setattr(figure_files, "_kept", Kept(1000))
    file = FigureFile(path)

    assert file.read(["heads"], [1, 2, 3], [0], None)["heads"] == [10, 20, 30]

    assert not figure_files._kept._held


def test_a_file_under_two_names_is_one_and_a_file_written_anew_another(path: Path) -> None:
    other = path.with_name("two.parquet")
    other.hardlink_to(path)
    first, second = FigureFile(path), FigureFile(other)
    assert first._layout is second._layout

    path.unlink()
    pq.write_table(ROWS.slice(0, 1), path)

    assert second.read(["heads"], [1, 2], [0], None)["heads"] == [10, 20]
    assert FigureFile(path).read(["heads"], [1, 2], [0], None)["heads"] == [10]


def test_what_was_longest_unused_goes_first() -> None:
    kept: Kept[_Text] = Kept(10)
    one, two, three = _Text(4), _Text(4), _Text(4)
    kept.get("one", lambda: one)
    kept.get("two", lambda: two)
    kept.get("one", lambda: three)

    kept.get("three", lambda: three)

    assert kept.get("one", lambda: two) is one
    assert kept.get("two", lambda: three) is three
