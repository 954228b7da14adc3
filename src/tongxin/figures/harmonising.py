"""Figures with the tree of one day for all periods: computed when asked for, and kept for a while."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.conf import settings

from tongxin.codes.later import Later
from tongxin.codes.periods import Period
from tongxin.figures.queries import Release
from tongxin.lake.queries import read_cut

# Reading facts anew takes a process a hundred megabytes for its engine, and few pages ask for it.
computing = Later("tongxin.figures.compute")
grouping = Later("tongxin.figures.group_inputs")
opening = Later("tongxin.figures.inputs")

KEPT = 24
"""So many days are kept, of all releases together: those that were asked for last."""
IN_USE = 60
"""For so many seconds after it was asked for a day may still be being read."""
ABANDONED = 86_400


def harmonise(release: Release, indicators: Sequence[str], as_of: date, *, of_groups: bool = False) -> Path:
    """Compute indicators of a release again with the tree of one day for all periods, once for all."""
    folder = _kept_folder() / release.id / f"{as_of.isoformat()}{'-group' if of_groups else ''}"
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    missing = [code for code in indicators if not is_computed(folder, code)]
    if missing:
        definitions = [each for each in release.definitions if each.code in missing]
        periods = [Period.parse(text) for text in release.manifest["periods"]]
        draft = folder.with_name(f".draft-{secrets.token_hex(6)}")
        try:
            cut = read_cut(release.cut_id)
            hierarchy = grouping.group_hierarchy_of_cut(cut) if of_groups else None
            with opening.open_kept_inputs(cut, definitions, hierarchy) as opened:
                computing.compute(opened, definitions, periods, draft, as_of=as_of)
            take_over(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        _clear_away()
    return folder


def is_computed(folder: Path, code: str) -> bool:
    """Tell whether a folder has the figures of an indicator."""
    return (folder / f"{code}.json").is_file()


def take_over(draft: Path, folder: Path) -> None:
    """Move computed figures to where they are read, while others may be reading there."""
    folder.mkdir(parents=True, exist_ok=True)
    # Each file is whole before it has its name, and what says how to read the others comes last.
    for path in sorted(draft.iterdir(), key=lambda each: each.suffix == ".json"):
        path.replace(folder / path.name)


def _kept_folder() -> Path:
    return Path(settings.TONGXIN_HOME) / "scratch" / "as_of"


def _clear_away() -> None:
    """Remove the days that nobody asked for lately, and what dead processes left."""
    ages = {path: _age(path) for path in _kept_folder().glob("*/*")}
    drafts = [path for path in ages if path.name.startswith(".")]
    days = sorted(ages.keys() - set(drafts), key=ages.__getitem__)
    old = [path for path in days[KEPT:] if ages[path] > IN_USE]
    for path in [*old, *(each for each in drafts if ages[each] > ABANDONED)]:
        shutil.rmtree(path, ignore_errors=True)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
