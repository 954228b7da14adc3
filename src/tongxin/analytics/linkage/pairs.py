"""Pairs of entries that are probably one person, by Splink on the one engine."""

from __future__ import annotations

import logging
from typing import Any

import polars as pl
from splink import DuckDBAPI, Linker, SettingsCreator

from tongxin.analytics.engine import Engine
from tongxin.analytics.linkage.evidence import BLOCKS, COMPARISONS, LEAST_EVIDENCE, UNKNOWN, Comparison, Level

SECOND_ENTRIES = 0.01
"""How many of the entries are expected to be a second one; only this times their number enters the weight."""


def find_pairs(features: pl.DataFrame, engine: Engine, *, least_weight: float) -> pl.DataFrame:
    """Return the pairs of entries whose evidence has at least a weight.

    Parameters
    ----------
    features
        As `describe_people` returns them.
    least_weight
        The logarithm (base 2) of the odds that the two are one person, at which a pair is returned.

    Returns
    -------
    pl.DataFrame
        `left` and `right` (the smaller identifier first), `weight`, and for each comparison the level met.

    References
    ----------
    Fellegi, I. P. and Sunter, A. B. (1969). "A theory for record linkage". Journal of the American
    Statistical Association 64 (328).
    """
    if features.height < 2:
        return _empty()
    backend = DuckDBAPI(connection=engine.connection.con)
    entries = backend.register(features.to_arrow())
    linker = Linker(entries, _settings(features.height), log_level=logging.ERROR, validate_settings=False)
    found = linker.inference.predict(threshold_match_weight=least_weight, warning_mode="never")
    try:
        return _named(pl.DataFrame(found.as_duckdbpyrelation().to_arrow_table()))
    finally:
        found.drop_table_from_database_and_remove_from_cache()


def _settings(n: int) -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        probability_two_random_records_match=min(2 * SECOND_ENTRIES / (n - 1), 0.5),
        comparisons=[_compared(each) for each in COMPARISONS],
        blocking_rules_to_generate_predictions=[
            {
                "blocking_rule": rule if "number" in rule else f"{rule} AND {LEAST_EVIDENCE}",
                "sql_dialect": "duckdb",
            }
            for rule in BLOCKS
        ],
        retain_matching_columns=True,
    )


def _compared(comparison: Comparison) -> dict[str, Any]:
    unknown = {"sql_condition": comparison.unknown, "label_for_charts": UNKNOWN, "is_null_level": True}
    return {
        "output_column_name": comparison.name,
        "comparison_levels": [unknown, *map(_level, comparison.levels)],
    }


def _level(level: Level) -> dict[str, Any]:
    said = {
        "sql_condition": level.condition,
        "label_for_charts": level.name,
        "m_probability": level.m,
        "u_probability": level.u,
    }
    if level.rarity:
        said |= {"tf_adjustment_column": level.rarity, "disable_tf_exact_match_detection": True}
    return said


def _named(found: pl.DataFrame) -> pl.DataFrame:
    """Name the level of each comparison; Splink counts them down, the last being 0 and the unknown -1."""
    names = {
        each.name: {-1: UNKNOWN, **{n: level.name for n, level in enumerate(reversed(each.levels))}}
        for each in COMPARISONS
    }
    return found.select(
        left=pl.min_horizontal("id_l", "id_r"),
        right=pl.max_horizontal("id_l", "id_r"),
        weight=pl.col("match_weight").cast(pl.Float64),
        **{
            name: pl.col(f"gamma_{name}").replace_strict(levels, return_dtype=pl.String)
            for name, levels in names.items()
        },
    ).sort("weight", "left", "right", descending=[True, False, False])


def _empty() -> pl.DataFrame:
    kinds = {"left": pl.Int64, "right": pl.Int64, "weight": pl.Float64}
    return pl.DataFrame(schema=kinds | {each.name: pl.String for each in COMPARISONS})
