"""How large a document may be."""

from __future__ import annotations

MAX_FILE_MEGABYTES = 5
MAX_CHARACTERS = 2_000_000
MAX_PARAGRAPHS = 100_000
