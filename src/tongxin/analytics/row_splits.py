"""How the rows of a family are split by nothing and by each breakdown: codes of columns, and slots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from tongxin.analytics import kernels
from tongxin.analytics.ages import AGE_BAND, BIRTH_DATE, band_of_age, derived_from
from tongxin.analytics.answers import UNKNOWN
from tongxin.analytics.tallies import Family


@dataclass(frozen=True)
class Split:
    """How rows are split: a code of the stored columns, and the slot of each code and age.

    A slot is the number of a category among those of the breakdown, which are in order; without a breakdown
    all rows are in the one slot of the total.
    """

    breakdown: str | None
    stored: tuple[str, ...]
    slots: npt.NDArray[np.int32]
    categories: tuple[str | None, ...]
    is_aged: bool


def split_rows(family: Family, offered: Mapping[str, Sequence[str]]) -> Iterator[Split]:
    """Yield how rows are split by nothing, and by each breakdown; `offered` has the categories by column."""
    yield Split(None, (), np.zeros((1, kernels.AGES + 1), np.int32), (None,), is_aged=False)
    bands = [*bands_of_ages(), UNKNOWN]
    for name, columns in family.breakdowns.items():
        stored = tuple(column for column in columns if not is_aged(family, column))
        has_ages = len(stored) < len(columns)
        named = [
            [_category(columns, stored, code, band) for band in (bands if has_ages else [""])]
            for code in product(*(offered[column] for column in stored))
        ]
        categories = sorted({category for row in named for category in row})
        number = {category: n for n, category in enumerate(categories)}
        table = np.zeros((len(named), kernels.AGES + 1), np.int32)
        for code, row in enumerate(named):
            table[code, : len(row)] = [number[category] for category in row]
        yield Split(name, stored, table, tuple(categories), has_ages)


def bands_of_ages() -> list[str]:
    """Return the age band of each age from 0 up."""
    return [band_of_age(age) for age in range(kernels.AGES)]


def is_aged(family: Family, column: str) -> bool:
    """Tell whether a category is the age band of the day of each window, which rows do not hold."""
    return family.timing.at_end and column.rpartition(".")[2] == AGE_BAND


def birth_date_of(family: Family) -> str | None:
    """Return the column behind the ages of the days of windows, if a breakdown has them."""
    columns = [each for columns in family.breakdowns.values() for each in columns if is_aged(family, each)]
    born = {derived_from(column) for column in columns}
    if any(not column.endswith(BIRTH_DATE) for column in born):
        raise ValueError(f"no birth date behind {columns}")
    return min(born, default=None)


def _category(columns: Sequence[str], stored: Sequence[str], code: Sequence[str], band: str) -> str:
    """Return the category of a code of the stored columns and an age band, in the order of the columns."""
    parts = iter(code)
    return ",".join(next(parts) if column in stored else band for column in columns)
