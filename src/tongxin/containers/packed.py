"""Zip archives of unknown senders: what they unpack to is counted while it comes out, and never believed."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tongxin.containers.marking import gettext_noop as _
from tongxin.containers.refusals import FileRefused

MEGABYTE = 1024 * 1024
MAX_RATIO = 250
"""Packed sheets and texts shrink 5 to 40 times; a bomb shrinks 1,000 times."""
RATIO_FREE_MEGABYTES = 32
"""Small parts may shrink as they like: thousands of equal cells do."""
MAX_PARTS = 5_000
CHUNK = MEGABYTE
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)
"""What Python's zip reader raises on damage of different kinds."""


@dataclass(frozen=True)
class Limits:
    """How much a reader unpacks, and how it refuses more.

    `refuse` is called with the codes `damaged`, `encrypted` and `unpacks_too_large`.
    """

    megabytes: int
    refuse: Callable[..., FileRefused]


def refuse_declared_sizes(parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Refuse an archive by what its own directory says.

    Raises
    ------
    FileRefused
        It is encrypted, ambiguous, or says itself that it unpacks to too much.
    """
    if any(part.flag_bits & 1 for part in parts):
        raise limits.refuse("encrypted")
    if len({part.filename.lower() for part in parts}) < len(parts):
        # Of two parts with one name, what is measured need not be what is read.
        raise limits.refuse("damaged", {"detail": _("two of its parts have one name")})
    total = sum(part.file_size for part in parts)
    is_tight = any(is_suspiciously_tight(part.file_size, part.compress_size) for part in parts)
    if total > limits.megabytes * MEGABYTE or len(parts) > MAX_PARTS or is_tight:
        raise limits.refuse("unpacks_too_large", {"limit": limits.megabytes})


def is_suspiciously_tight(unpacked: int, packed: int) -> bool:
    """Tell whether a part unpacks to much more than sheets and texts do.

    >>> is_suspiciously_tight(10_000_000_000, 10_000_000), is_suspiciously_tight(60_000_000, 13_000_000)
    (True, False)
    """
    return unpacked > RATIO_FREE_MEGABYTES * MEGABYTE and unpacked > MAX_RATIO * max(packed, 1)


class PartReader:
    """Unpacks the parts of an archive while counting what really comes out.

    The zip directory is written by the sender: the sizes it declares prove nothing.
    """

    def __init__(self, archive: zipfile.ZipFile, limits: Limits) -> None:
        self.archive = archive
        self.limits = limits
        self.unpacked = 0

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a part in chunks, or refuse it as soon as it grows beyond the limits."""
        part = self.archive.getinfo(name)
        length = 0
        try:
            with self.archive.open(part) as stream:
                while chunk := stream.read(CHUNK):
                    length += len(chunk)
                    self.unpacked += len(chunk)
                    self._refuse_growth(length, part.compress_size)
                    yield chunk
        except BROKEN_ZIP as error:
            raise self.limits.refuse("damaged", {"detail": _("a part of it cannot be unpacked")}) from error

    def _refuse_growth(self, length: int, packed: int) -> None:
        if self.unpacked > self.limits.megabytes * MEGABYTE or is_suspiciously_tight(length, packed):
            raise self.limits.refuse("unpacks_too_large", {"limit": self.limits.megabytes})

    def bytes_of(self, name: str) -> bytes:
        """Return a whole part."""
        return b"".join(self.chunks(name))

    def text(self, name: str) -> str:
        """Return a small part as text."""
        return self.bytes_of(name).decode("utf-8", errors="replace")
