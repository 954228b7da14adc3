"""Whether a release is still what was built: its files, what it was made from, and every figure anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from tongxin.analytics.damage import DamagedFileError, legible
from tongxin.analytics.definition_nodes import DefinitionError
from tongxin.codes.periods import Period
from tongxin.figures.compute import compute
from tongxin.figures.inputs import open_inputs
from tongxin.figures.queries import (
    NoReleaseError,
    Release,
    current_release_id,
    load_release,
    releases_folder,
)
from tongxin.figures.seals import alone, hash_of, seal_of
from tongxin.lake.queries import Cut, NoCutError, lake_folder, read_cut
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Programme

FIGURES = "figures/"


@dataclass(frozen=True)
class Verification:
    """What of a release is not as it was built; of `differing`, some files are missing, others unreadable.

    `rows` is how many were computed again: none where the sources of the release are not whole.
    """

    release: str
    rows: int
    differing: tuple[str, ...]
    missing: tuple[str, ...]
    unreadable: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        return not self.differing


@dataclass
class _Found:
    differing: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    """Those without which nothing can be computed."""

    def note(self, name: str, kind: set[str] | None = None, *, source: bool = False) -> None:
        shown = name.removeprefix(FIGURES)
        self.differing.add(shown)
        if kind is not None:
            kind.add(shown)
        if source:
            self.sources.add(shown)

    def check(self, path: Path, name: str, sha256: str, *, source: bool = False) -> None:
        """Compare the hash of a file."""
        try:
            if hash_of(path) != sha256:
                self.note(name, source=source)
        except FileNotFoundError:
            self.note(name, self.missing, source=source)
        except OSError:
            self.note(name, self.unreadable, source=source)

    def answer(self, release_id: str, rows: int = 0) -> Verification:
        return Verification(
            release_id,
            rows,
            *(tuple(sorted(each)) for each in (self.differing, self.missing, self.unreadable)),
        )


def verify_release(release_id: str | None = None, *, actor: Principal) -> Verification:
    """Compare the files of a release with their hashes, then compute it again and compare every row.

    Raises NoReleaseError where there is no such release; whatever is damaged in it is part of the answer.
    """
    require(actor, Action.SEE_FIGURES, Programme.objects.select_related("root").get(pk=1).root)
    chosen = _chosen(release_id)
    folder, found = releases_folder() / chosen, _Found()
    manifest = _read_manifest(folder, found)
    if manifest is None:
        return found.answer(chosen)
    _check_files(folder, manifest, found)
    release = _read_definitions(folder, found)
    cut = _read_sources(str(manifest.get("cut")), found)
    if release is None or cut is None or found.sources:
        return found.answer(chosen)
    return found.answer(chosen, _recompute(release, cut, found))


def _chosen(release_id: str | None) -> str:
    chosen = release_id or current_release_id()
    if chosen is None or chosen != Path(chosen).name or not (releases_folder() / chosen).is_dir():
        raise NoReleaseError(release_id or "current")
    return chosen


def _read_manifest(folder: Path, found: _Found) -> Mapping[str, Any] | None:
    path = folder / "manifest.json"
    if not path.is_file():
        found.note(path.name, found.missing)
        return None
    try:
        with legible(path):
            manifest: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if "sha256" in manifest and seal_of(manifest) != manifest["sha256"]:
                found.note(path.name)
            return dict(manifest)
    except DamagedFileError:
        found.note(path.name, found.unreadable)
        return None


def _check_files(folder: Path, manifest: Mapping[str, Any], found: _Found) -> None:
    """Compare every file with its hash; releases of earlier versions have none."""
    if "files" not in manifest:
        return
    try:
        hashes = {str(name): str(file["sha256"]) for name, file in manifest["files"].items()}
    except (AttributeError, KeyError, TypeError):
        found.note("manifest.json", found.unreadable)
        return
    for name, sha256 in hashes.items():
        found.check(folder / name, name, sha256, source=not name.startswith(FIGURES))
    for path in (folder / FIGURES).glob("*"):
        if f"{FIGURES}{path.name}" not in hashes:
            found.note(path.name)


def _read_definitions(folder: Path, found: _Found) -> Release | None:
    """Read the release and compare its definitions with their fingerprints."""
    try:
        release = load_release(folder)
    except DamagedFileError as error:
        found.note(error.path.name, found.unreadable if error.path.is_file() else found.missing, source=True)
        return None
    except DefinitionError:
        found.note("definitions.yaml", found.unreadable, source=True)
        return None
    if {each.version: each.sha256 for each in release.definitions} != release.manifest["definitions"]:
        found.note("definitions.yaml", source=True)
    return release


def _read_sources(cut_id: str, found: _Found) -> Cut | None:
    """Read the cut and compare each of its files in the lake with its hash."""
    path = lake_folder() / "cuts" / f"{cut_id}.json"
    name = f"lake/cuts/{path.name}"
    try:
        with legible(path):
            cut = read_cut(cut_id)
    except NoCutError:
        found.note(name, found.missing, source=True)
        return None
    except DamagedFileError:
        found.note(name, found.unreadable, source=True)
        return None
    for file in cut.every_file():
        found.check(lake_folder() / file.path, f"lake/{file.path}", file.sha256, source=True)
    return cut


def _recompute(release: Release, cut: Cut, found: _Found) -> int:
    periods = [Period.parse(text) for text in release.manifest["periods"]]
    with alone("verify") as folder, open_inputs(cut, release.definitions) as opened:
        compute(opened, release.definitions, periods, folder)
        names = {path.name for base in (folder, release.folder / "figures") for path in base.iterdir()}
        for name in sorted(names - found.differing):
            _compare(folder / name, release.folder / "figures" / name, found)
        return sum(pq.read_metadata(path).num_rows for path in folder.glob("*.parquet"))


def _compare(fresh: Path, kept: Path, found: _Found) -> None:
    if not kept.is_file():
        found.note(kept.name, found.missing)
    elif not fresh.is_file():
        found.note(kept.name)
    else:
        try:
            if not _is_equal(fresh, kept):
                found.note(kept.name)
        except DamagedFileError:
            found.note(kept.name, found.unreadable)


def _is_equal(fresh: Path, kept: Path) -> bool:
    if kept.suffix != ".parquet":
        return fresh.read_bytes() == kept.read_bytes()
    one, other = _read(fresh), _read(kept)
    return one.columns == other.columns and one.sort(one.columns).equals(other.sort(one.columns))


def _read(path: Path) -> pl.DataFrame:
    # Arrow complains of damaged bytes in a way that can be caught; Polars may panic.
    with legible(path):
        frame = pl.from_arrow(pq.read_table(path))
        if not isinstance(frame, pl.DataFrame):
            raise TypeError(path.name)
        return frame
