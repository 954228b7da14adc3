"""Marking of messages for translation, without a dependency on whoever translates them."""

from __future__ import annotations


def gettext_noop(message: str) -> str:
    """Return the message itself; extraction tools find it, and it is translated where it is shown."""
    return message
