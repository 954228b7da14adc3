"""Typed readers of environment variables: a bad value stops the start and says what was expected."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


def env_text(name: str, default: str) -> str:
    return os.environ.get(name, default)


def env_bool(name: str, *, default: bool) -> bool:
    found = os.environ.get(name, "").strip().lower()
    if not found:
        return default
    if found in TRUE | FALSE:
        return found in TRUE
    raise ImproperlyConfigured(f"{name} must be true or false, not {found!r}.")


def env_int(name: str, default: int) -> int:
    found = os.environ.get(name, "").strip()
    if not found:
        return default
    if found.isdecimal():
        return int(found)
    raise ImproperlyConfigured(f"{name} must be a whole number, not {found!r}.")


def env_list(name: str, default: list[str]) -> list[str]:
    found = os.environ.get(name, "")
    return [part.strip() for part in found.split(",") if part.strip()] if found else default


def env_path(name: str, default: Path) -> Path:
    return Path(os.environ.get(name) or default).expanduser().resolve()


def env_database(name: str, default: Path) -> dict[str, Any]:
    """Read a database address: postgresql://user:password@host:port/name, or sqlite:///absolute/path."""
    address = urlsplit(os.environ.get(name) or f"sqlite://{default}")
    if address.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(address.path),
            "OPTIONS": {
                "timeout": 60,
                "transaction_mode": "IMMEDIATE",
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
                    "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY"
                ),
            },
        }
    if address.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(address.path.lstrip("/")),
            "USER": unquote(address.username or ""),
            "PASSWORD": unquote(address.password or ""),
            # A folder with a socket is written as ?host=/run/postgresql.
            "HOST": address.hostname or parse_qs(address.query).get("host", [""])[0],
            "PORT": str(address.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise ImproperlyConfigured(f"{name} must begin with postgresql:// or sqlite:///, not {address.scheme!r}.")
