"""Which indicators there are: those of the current release, or, before the first, the published ones."""

from __future__ import annotations

from collections.abc import Mapping

from tongxin.analytics.definitions import Definition
from tongxin.figures.queries import (
    NoReleaseError,
    data_items,
    parse_definitions,
    published_text,
    read_release,
)
from tongxin.figures.selection import refuse_unknown


def known_indicators() -> Mapping[str, Definition]:
    """Return the newest version of each indicator, in the order of the catalogue."""
    try:
        release = read_release()
    except NoReleaseError:
        published = parse_definitions(published_text(), data_items())
        return {each.code: each for each in sorted(published, key=lambda each: each.valid_from)}
    return {code: release.newest(code) for code in release.codes}


def known_indicator(code: str) -> Definition:
    """Return the newest version of an indicator; raises ValidationError with the nearest for another name."""
    known = known_indicators()
    if code not in known:
        refuse_unknown(code, list(known))
    return known[code]
