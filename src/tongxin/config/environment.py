"""Typed readers of environment variables: a bad value stops the start and says what was expected."""

from __future__ import annotations

import os
from ipaddress import IPv4Network, IPv6Network, ip_network
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


def env_address(name: str) -> str:
    """Read the address of the pages, such as https://tongxin.example.cn; empty for none."""
    found = os.environ.get(name, "").strip().rstrip("/")
    if not found:
        return ""
    address = urlsplit(found)
    if address.scheme in {"http", "https"} and address.hostname and not (address.query or address.fragment):
        return found
    raise ImproperlyConfigured(
        f"{name} must be an address such as https://tongxin.example.cn, not {found!r}."
    )


def env_hosts(name: str) -> list[tuple[str, int | None] | IPv4Network | IPv6Network]:
    """Read hosts, each with a port or without, and networks as CIDR."""
    try:
        return [_host_or_network(part) for part in env_list(name, [])]
    except ValueError as error:
        message = (
            f"{name} must list hosts such as chat.example.cn:8443 and networks such as 10.1.0.0/16: {error}"
        )
        raise ImproperlyConfigured(message) from None


def _host_or_network(text: str) -> tuple[str, int | None] | IPv4Network | IPv6Network:
    if "/" in text:
        return ip_network(text)
    address = urlsplit(f"//{text}")
    if not address.hostname or address.username is not None or address.netloc != text:
        raise ValueError(f"{text!r} is no host.")
    return address.hostname, address.port


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
