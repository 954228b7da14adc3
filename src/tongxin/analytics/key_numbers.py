"""Keys of a registry, which are nearly dense, as numbers: much faster than by a search or a sort."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Numbers32 = npt.NDArray[np.int32]


class KeyNumbers:
    """Turns keys, which stand in order, into numbers from 0 up."""

    def __init__(self, offered: Numbers) -> None:
        self.offered = offered
        self._is_dense = bool(offered.size) and _are_dense(int(offered[0]), int(offered[-1]), offered.size)
        if self._is_dense:
            self._number = np.full(int(offered[-1]) + 2, -1, np.int32)
            self._number[offered] = np.arange(offered.size)

    def numbers(self, keys: npt.NDArray[np.integer]) -> Numbers32:
        """Return the number of each key, -1 for those that are not known."""
        if not self.offered.size:
            return np.full(keys.size, -1, np.int32)
        if self._is_dense:
            beyond = self._number.size - 1
            found: Numbers32 = self._number[np.where((keys < 0) | (keys > beyond), beyond, keys)]
            return found
        at = np.minimum(np.searchsorted(self.offered, keys), self.offered.size - 1)
        return np.where(self.offered[at] == keys, at, -1).astype(np.int32)


def order_of(keys: npt.NDArray[np.integer]) -> Numbers:
    """Return the order of keys, equal ones as they stand."""
    # The compiler takes long to load, and few keys have no need of it.
    from tongxin.analytics import kernels  # noqa: PLC0415

    if keys.size and _are_dense(int(keys.min()), int(keys.max()), keys.size):
        counted: Numbers = kernels.order_of(keys, int(keys.max()))
        return counted
    return np.argsort(keys, kind="stable")


def _are_dense(least: int, most: int, count: int) -> bool:
    return least >= 0 and most < 8 * count + 65_536
