"""The words and weights that the demo province is made of, read from the YAML files beside this package."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml


@lru_cache(maxsize=8)
def read_words(name: str) -> Any:
    """Return the content of `data/<name>.yaml`."""
    text = files("tongxin.demo").joinpath(f"data/{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
