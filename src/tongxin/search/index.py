"""The index of the database in use."""

from __future__ import annotations

from types import ModuleType

from django.db import connection

from tongxin.search import postgresql_index, sqlite_index


def index() -> ModuleType:
    return sqlite_index if connection.vendor == "sqlite" else postgresql_index
