"""Moves values that are taken from an order: by what came and went around them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tongxin.analytics.nearness import HIGHER, LOWER
from tongxin.analytics.tallies import Tally

CELL = ["organisation", "window", "breakdown", "category"]
KEY = [*CELL, "rank"]


class TooFarError(Exception):
    """So much came or went that the value sought lies beyond those that are kept."""


def near_change(kept: pl.DataFrame, moved: pl.DataFrame, fresh: pl.DataFrame) -> pl.DataFrame:
    """Return what has come and gone near values since they were kept, those beyond them taken together.

    Parameters
    ----------
    kept
        Rows of cell, rank, value and how many have it, as they were kept.
    moved
        What came and went before, in the same columns.
    fresh
        What comes and goes now: any values.
    """
    value = pl.col("value")
    bounds = kept.group_by(KEY).agg(
        first=value.filter(value != LOWER).min(),
        last=value.filter(value != HIGHER).max(),
        has_lower=(value == LOWER).any(),
        has_higher=(value == HIGHER).any(),
    )
    met = fresh.join(bounds, on=KEY, how="left", nulls_equal=True)
    # Where none lies beyond, every value is known, and so is a new one there.
    beyond = (
        pl.when(pl.col("has_lower") & (value < pl.col("first")))
        .then(pl.lit(LOWER))
        .when(pl.col("has_higher") & (value > pl.col("last")))
        .then(pl.lit(HIGHER))
        .otherwise(value)
    )
    both = pl.concat([moved, met.with_columns(value=beyond).select(moved.columns)])
    return both.group_by([*KEY, "value"]).agg(pl.col("times").sum()).filter(pl.col("times") != 0)


def ranked_change(
    kept: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame, tallies: Sequence[Tally]
) -> pl.DataFrame:
    """Return by cell how much further up or down the values of tallies are after changes than before.

    Parameters
    ----------
    before, after
        What has come and gone since the near values were kept.

    Raises
    ------
    TooFarError
        Where one of the values is not known.
    """
    one, other = (_taken(pl.concat([kept, each.select(kept.columns)]), tallies) for each in (before, after))
    moved = pl.concat([other, one.with_columns(-pl.col("ranked"))])
    by_rank = [
        pl.col("ranked").filter(pl.col("rank") == n).sum().alias(tally.name)
        for n, tally in enumerate(tallies)
    ]
    return moved.group_by(CELL).agg(by_rank)


def _taken(rows: pl.DataFrame, tallies: Sequence[Tally]) -> pl.DataFrame:
    """Return the value at each rank by cell, multiplied by the rank's denominator."""
    ratios = [each.rank.as_integer_ratio() for each in tallies if each.rank is not None]
    ranks = pl.DataFrame(
        {
            "rank": range(len(ratios)),
            "up": [up for up, _ in ratios],
            "whole": [whole for _, whole in ratios],
        },
        schema={"rank": rows.schema["rank"], "up": pl.Int64, "whole": pl.Int64},
    )
    value, times, upto = pl.col("value"), pl.col("times"), pl.col("upto")
    counted = rows.group_by([*KEY, "value"]).agg(times.sum()).filter(times != 0).sort([*KEY, "value"])
    if counted.filter(times < 0).height:
        raise TooFarError
    reach = (times.sum() - 1) * pl.col("up").first()
    whole = pl.col("whole").first()
    found = (
        counted.join(ranks, on="rank")
        .with_columns(upto=times.cum_sum().over(KEY))
        .group_by(KEY)
        .agg(
            below=value.filter(upto > reach // whole).first(),
            above=value.filter(upto > reach // whole + 1).first().fill_null(0),
            part=reach % whole,
            whole=whole,
        )
    )
    beyond = pl.col("below").is_in([LOWER, HIGHER])
    beyond |= (pl.col("part") != 0) & pl.col("above").is_in([LOWER, HIGHER])
    if found.filter(beyond).height:
        raise TooFarError
    part = pl.col("part")
    taken = pl.col("below") * (pl.col("whole") - part) + pl.col("above") * part
    return found.select(*KEY, ranked=taken)
