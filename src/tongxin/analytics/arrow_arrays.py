"""Arrow columns as arrays of numbers."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Array = npt.NDArray[np.signedinteger]
Numbers32 = npt.NDArray[np.int32]

NEVER = np.iinfo(np.int32).max
"""In the place of a day that is missing: the end of time."""


def in_one(column: pa.ChunkedArray) -> pa.Array:
    """Return a column in one piece."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def filled(column: pa.Array, missing: int) -> Array:
    """Return a column as an array, which is not copied where nothing is missing."""
    array: Array = (pc.fill_null(column, missing) if column.null_count else column).to_numpy()
    return array


def days_of(column: pa.Array) -> Numbers32:
    """Return days since 1970; a missing one is `NEVER`."""
    return filled(column.cast(pa.date32()).cast(pa.int32()), NEVER).astype(np.int32, copy=False)


def plain(column: pa.ChunkedArray, missing: int = 0) -> Array:
    """Return a column of whole numbers as an array.

    Arrow's own conversions load pandas, which takes a process 50 MB; a web process has no other use for it.
    """
    array = in_one(column)
    values = np.frombuffer(array.buffers()[1], np.dtype(str(array.type)))[array.offset :][: len(array)]
    return np.where(is_missing(column), values.dtype.type(missing), values) if array.null_count else values


def is_missing(column: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Tell where a column has nothing, without loading pandas."""
    found: npt.NDArray[np.bool_] = np.from_dlpack(in_one(column.is_null().cast(pa.int8()))).astype(bool)
    return found


def plain_days(column: pa.ChunkedArray, missing: date = date.min) -> npt.NDArray[np.datetime64]:
    """Return a column of days as an array of days, without loading pandas."""
    days = plain(column.cast(pa.int32()), (missing - _EPOCH).days)
    return days.astype(np.int64).view("datetime64[D]")


_EPOCH = date(1970, 1, 1)
