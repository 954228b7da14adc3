"""What is known of the request in which a change happens, for the log alone."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    request_id: str = ""
    address: str | None = None


NOWHERE = Origin()
current_origin: ContextVar[Origin] = ContextVar("current_origin", default=NOWHERE)
