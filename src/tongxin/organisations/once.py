"""What is looked up once while a page is read, which changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Found = TypeVar("Found")

_looked_up: ContextVar[dict[Hashable, Any] | None] = ContextVar("looked_up", default=None)


@contextmanager
def reading() -> Iterator[None]:
    """Keep what is looked up until the page is answered; the next page looks anew."""
    if _looked_up.get() is not None:
        yield
        return
    token = _looked_up.set({})
    try:
        yield
    finally:
        _looked_up.reset(token)


def once(key: Hashable, look_up: Callable[[], Found]) -> Found:
    """Return what is known under a key, looked up if no page is being read or it is the first to ask."""
    known = _looked_up.get()
    if known is None:
        return look_up()
    if key not in known:
        known[key] = look_up()
    found: Found = known[key]
    return found
