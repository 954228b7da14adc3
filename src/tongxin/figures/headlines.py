"""The few indicators that stand for a dimension on first screens."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import yaml

from tongxin.figures.queries import Release

MOST_OTHERS = 5


@lru_cache(maxsize=1)
def _shipped() -> dict[str, list[str]]:
    text = (files("tongxin.figures") / "catalogue" / "headlines.yaml").read_text(encoding="utf-8")
    shipped: dict[str, list[str]] = yaml.safe_load(text)
    return shipped


def headlines_of(release: Release) -> dict[str, list[str]]:
    """Return the headline indicators of a release by dimension; without any, its first under no name."""
    codes = set(release.codes)
    found = {
        dimension: [code for code in chosen if code in codes] for dimension, chosen in _shipped().items()
    }
    found = {dimension: chosen for dimension, chosen in found.items() if chosen}
    if not found:
        found[""] = release.codes[:MOST_OTHERS]
    return found


def first_headlines(release: Release) -> list[str]:
    """Return the first indicator of each dimension."""
    headlines = headlines_of(release)
    return headlines[""] if "" in headlines else [codes[0] for codes in headlines.values()]
