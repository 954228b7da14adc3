"""What units report because no registered fact can give it: the items that the product ships."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

import yaml

from tongxin.figures.models import DataItem


def starter_items() -> list[DataItem]:
    """Return the shipped items, not stored."""
    text = (files("tongxin.figures") / "catalogue" / "items.yaml").read_text(encoding="utf-8")
    return [DataItem(**entry) for entry in yaml.safe_load(text)]


def reported_headers() -> dict[str, list[str]]:
    """Return the column names under which a table's unit and period are recognised."""
    text = (files("tongxin.figures") / "catalogue" / "headers.yaml").read_text(encoding="utf-8")
    headers: dict[str, list[str]] = yaml.safe_load(text)
    return headers


def publish_items(items: Iterable[DataItem]) -> None:
    """Store the items that are not there yet; one that is there stays as it is."""
    DataItem.objects.bulk_create(list(items), ignore_conflicts=True)
