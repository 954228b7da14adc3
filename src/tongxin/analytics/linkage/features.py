"""What is compared of a person: names made comparable, numbers as keyed digests that die with the run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date

import polars as pl

from tongxin.analytics.linkage.names import name_keys, name_sound
from tongxin.codes.frames import identity_valid_expr
from tongxin.codes.identity_numbers import lengthen_identity_number

HEAD, BIRTH, TAIL = slice(0, 6), slice(6, 14), slice(14, 18)
"""An identity number in three parts: a slip of the pen spoils one and leaves the others."""
FULL = 18
CROWD = 6
"""A phone that so many share belongs to an office or a household, and says nothing about one of them."""


def describe_people(people: pl.DataFrame, *, secret: bytes, today: date) -> pl.DataFrame:
    """Return the features of people that are compared.

    Parameters
    ----------
    people
        A row a person: `id`, `name`, `sex` (empty if unknown), `born_on`, `phone` and `document_number`
        (normalised, null if unknown).
    secret
        The key of the digests; numbers of two runs with different keys cannot be compared.
    today
        No number says a later birth date.

    Returns
    -------
    pl.DataFrame
        `id`, `name_key`, `name_sound`, `surname`, `sex`, `birth` (eight digits), `birth_swapped` (day and
        month exchanged), `phone`, `number` (a number of 15 digits in its form of 18), the three parts of an
        identity number `head`, `born`, `tail`, and `is_resident`: a correct resident identity number.
    """
    digest = _digester(secret)
    keys = name_keys(people["name"].to_list())
    numbers = [lengthen_identity_number(number) or number for number in people["document_number"].to_list()]
    full = pl.DataFrame({"number": pl.Series(numbers, dtype=pl.String)})
    parts = {name: _part(numbers, place) for name, place in zip(_PARTS, (HEAD, BIRTH, TAIL), strict=True)}
    features = people.select(
        "id",
        pl.Series("name_key", keys, dtype=pl.String),
        pl.Series("name_sound", [name_sound(key) for key in keys], dtype=pl.String),
        sex=pl.when(pl.col("sex") != "").then(pl.col("sex")),
        birth=pl.col("born_on").dt.to_string("%Y%m%d"),
        phone=_digests(people["phone"].to_list(), "phone", digest),
        number=_digests(numbers, "number", digest),
        **{name: _digests(values, name, digest) for name, values in parts.items()},
        is_resident=full.select(identity_valid_expr("number", today).fill_null(value=False)).to_series(),
    )
    return _without_crowds(
        features.with_columns(
            surname=pl.col("name_sound").str.split(" ").list.first(),
            birth_swapped=pl.col("birth").str.slice(0, 4)
            + pl.col("birth").str.slice(6, 2)
            + pl.col("birth").str.slice(4, 2),
        )
    )


_PARTS = ("head", "born", "tail")


def _without_crowds(features: pl.DataFrame) -> pl.DataFrame:
    return features.with_columns(phone=pl.when(pl.len().over("phone") < CROWD).then(pl.col("phone")))


def _part(numbers: list[str | None], place: slice) -> list[str | None]:
    return [number[place] if number is not None and len(number) == FULL else None for number in numbers]


def _digests(values: list[str | None], what: str, digest: Callable[[str], int]) -> pl.Series:
    known = {value: digest(f"{what}:{value}") for value in set(values) if value}
    return pl.Series([known.get(value) if value else None for value in values], dtype=pl.UInt64)


def _digester(secret: bytes) -> Callable[[str], int]:
    start = hashlib.blake2b(key=secret, digest_size=8)

    def digest(text: str) -> int:
        hashed = start.copy()
        hashed.update(text.encode())
        return int.from_bytes(hashed.digest())

    return digest
