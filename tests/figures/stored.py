"""Where the numbers of an indicator stand in a release."""

from __future__ import annotations

import json
from pathlib import Path


def file_of(folder: Path, indicator: str) -> tuple[Path, str]:
    """Return the file with an indicator's numerator, and the column that holds it."""
    (composition, *_) = json.loads((folder / f"{indicator}.json").read_text(encoding="utf-8"))
    for piece in composition["pieces"]:
        for term in piece["terms"]:
            if term["number"] == "numerator":
                return folder / piece["file"], term["column"]
    raise LookupError(indicator)
