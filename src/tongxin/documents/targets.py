"""Numbers that are to be reached, as the text writes them."""

from __future__ import annotations

from tongxin.documents.lexicon import pattern, words


def find_target(text: str) -> str:
    """Return the number with its unit that a duty is to reach; empty where it names none.

    The first with a sign such as "at least" counts, else the first; without one, words such as "all covered".
    """
    found = [each[1].strip() for each in pattern("fields", "target").finditer(text)]
    told = [each for each in found if pattern("fields", "target_sign").search(each)]
    if told or found:
        return str((told or found)[0])
    return next((word for word in words("fields", "target_words") if word in text), "")


def has_target(text: str) -> bool:
    """Tell whether a clause names a number to be reached."""
    return bool(find_target(text))
