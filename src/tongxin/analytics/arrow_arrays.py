"""Arrow columns as arrays of numbers."""

from __future__ import annotations

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
