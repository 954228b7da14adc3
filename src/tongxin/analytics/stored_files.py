"""Stored files under any of their names, and what is kept in memory of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Generic, Protocol, Self, TypeVar

from tongxin.analytics.damage import legible


@dataclass(frozen=True)
class StoredFile:
    """A file under any of its names: figures that are carried over share those of the earlier ones."""

    device: int
    number: int
    written_at: int
    path: Path = field(compare=False)

    @classmethod
    def of(cls, path: Path) -> Self:
        """Return the file at a path; raises DamagedFileError where there is none."""
        with legible(path):
            found = path.stat()
        return cls(found.st_dev, found.st_ino, found.st_mtime_ns, path)


class Sized(Protocol):
    """What says how many bytes it takes."""

    @property
    def nbytes(self) -> int:
        """How many bytes."""


Held = TypeVar("Held", bound=Sized)


class Kept(Generic[Held]):
    """What was read lately, together at most so many bytes: what was longest unused goes first."""

    def __init__(self, most: int) -> None:
        self._most, self._used = most, 0
        self._held: OrderedDict[Hashable, Held] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, read: Callable[[], Held]) -> Held:
        """Return what is kept under a key, read now if it is not there."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        # Two threads may read the same, but neither waits for what the other reads.
        found = read()
        with self._lock:
            if key not in self._held:
                self._held[key] = found
                self._used += found.nbytes
            while self._used > self._most:
                self._used -= self._held.popitem(last=False)[1].nbytes
        return found
