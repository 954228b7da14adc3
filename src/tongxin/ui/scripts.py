"""Chinese scripts: names of data are kept in simplified characters and shown in the reader's script."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

import opencc
import yaml
from django.utils.translation import get_language

# Characters alone change, in the forms that most readers of traditional script know; the words stay those of
# the mainland, since they are the reform's own terms.
TO_TRADITIONAL = "s2tw"
TO_SIMPLIFIED = "t2s"


def spoken(zh: str, en: str = "") -> str:
    """Return a name of data in the language of the page: in English where it has an English name."""
    language = get_language() or ""
    if language.startswith("en") and en:
        return en
    return to_traditional(zh) if language.startswith("zh-hant") else zh


@lru_cache(maxsize=65536)
def to_traditional(text: str) -> str:
    """Return a simplified Chinese text in traditional characters; the override list goes before OpenCC."""
    overrides, pattern = _overrides()
    parts = pattern.split(text)
    # The pattern has one group, so every second part is a word of the list.
    return "".join(
        overrides[part] if place % 2 else _converter(TO_TRADITIONAL).convert(part)
        for place, part in enumerate(parts)
    )


@lru_cache(maxsize=4096)
def to_simplified(text: str) -> str:
    """Return a text in simplified characters, as names are kept, so that either script finds them."""
    converted: str = _converter(TO_SIMPLIFIED).convert(text)
    return converted


@lru_cache(maxsize=2)
def _converter(name: str) -> opencc.OpenCC:
    return opencc.OpenCC(name)


@lru_cache(maxsize=1)
def _overrides() -> tuple[dict[str, str], re.Pattern[str]]:
    text = files("tongxin").joinpath("locale/overrides.yaml").read_text(encoding="utf-8")
    overrides: dict[str, str] = yaml.safe_load(text)
    longest_first = sorted(overrides, key=len, reverse=True)
    return overrides, re.compile(f"({'|'.join(map(re.escape, longest_first))})")
