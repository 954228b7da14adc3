"""Reading releases, definitions and figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from tongxin.analytics.compositions import LAYOUT
from tongxin.analytics.damage import DamagedFileError, legible
from tongxin.analytics.definitions import Definition, Item, read_definitions
from tongxin.analytics.figure_store import FigureStore
from tongxin.codes.loaders import LOADER
from tongxin.codes.periods import Period, PeriodKind, last_complete
from tongxin.figures.models import DataItem, DefinitionVersion
from tongxin.figures.overlaps import beside
from tongxin.lake.queries import declared_subjects

GROUP_FIGURES = "figures-group"
"""The folder of a release with the figures of group companies, beside that of the divisions' figures."""


class NoReleaseError(LookupError):
    """No figures were computed yet, or not under this identifier."""


@dataclass(frozen=True)
class Release:
    """One immutable computation of all figures."""

    id: str
    folder: Path
    built_at: datetime
    cut_id: str
    cut_on: date
    code_version: str
    is_synthetic: bool
    manifest: Mapping[str, Any]
    definitions: tuple[Definition, ...]
    items: Mapping[str, Item]

    @property
    def store(self) -> FigureStore:
        return store_in(self.folder / "figures", self.id)

    @property
    def group_store(self) -> FigureStore:
        """The same indicators rolled up over group companies."""
        return store_in(self.folder / GROUP_FIGURES, self.id)

    @property
    def has_groups(self) -> bool:
        return "group_figures" in self.manifest

    @property
    def is_readable(self) -> bool:
        """Whether the figures are kept in the way that this version reads."""
        return self.manifest.get("layout") == LAYOUT

    @cached_property
    def codes(self) -> list[str]:
        """The indicators, in the order of the catalogue."""
        return list(dict.fromkeys(definition.code for definition in self.definitions))

    def newest(self, code: str) -> Definition:
        """Return the newest version of an indicator; raises KeyError where there is none."""
        return self._newest[code]

    @cached_property
    def _newest(self) -> Mapping[str, Definition]:
        return {each.code: each for each in sorted(self.definitions, key=lambda each: each.valid_from)}

    def default_period(self, kind: PeriodKind | None = None) -> Period:
        """Return the last complete period of a kind; without one, of the finest that most indicators have."""
        return last_complete(self.cut_on, kind or self.default_kind)

    @property
    def default_kind(self) -> PeriodKind:
        kinds = {kind for definition in self.definitions for kind in definition.periods}
        return PeriodKind.QUARTER if PeriodKind.QUARTER in kinds else min(kinds, default=PeriodKind.YEAR)


def releases_folder() -> Path:
    return Path(settings.TONGXIN_HOME) / "releases"


def current_release_id() -> str | None:
    path = releases_folder() / "current"
    return path.read_text(encoding="ascii").strip() if path.is_file() else None


def list_release_ids() -> list[str]:
    """Return the kept releases, oldest first."""
    # What is still being written begins with a point.
    return sorted(path.parent.name for path in releases_folder().glob("[!.]*/manifest.json"))


@dataclass(frozen=True)
class ReleaseLine:
    """A kept release as lists show it; of one whose manifest cannot be read only its name is known."""

    id: str
    built_at: datetime | None = None
    cut_id: str = ""
    cut_on: date | None = None
    code_version: str = ""
    figures: int | None = None
    seconds: float | None = None

    @property
    def is_damaged(self) -> bool:
        return self.built_at is None


def list_releases() -> list[ReleaseLine]:
    """Return the kept releases, the newest first."""
    return [_line_of(release_id) for release_id in reversed(list_release_ids())]


def _line_of(release_id: str) -> ReleaseLine:
    try:
        return _read_line(str(releases_folder()), release_id)
    except DamagedFileError:
        return ReleaseLine(release_id)


@lru_cache(maxsize=256)
def _read_line(root: str, release_id: str) -> ReleaseLine:
    path = Path(root) / release_id / "manifest.json"
    with legible(path):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        return ReleaseLine(
            release_id,
            datetime.fromisoformat(manifest["built_at"]),
            manifest["cut"],
            date.fromisoformat(manifest["cut_on"]),
            manifest["code_version"],
            sum(manifest["figures"].values()),
            manifest["seconds"],
        )


def read_release(release_id: str | None = None) -> Release:
    """Return a release, by default the current one."""
    chosen = release_id or current_release_id()
    if chosen is None or not (releases_folder() / chosen / "manifest.json").is_file():
        raise NoReleaseError(release_id or "current")
    return _load_release(str(releases_folder()), chosen)


@lru_cache(maxsize=8)
def _load_release(root: str, release_id: str) -> Release:
    return load_release(Path(root) / release_id)


def load_release(folder: Path) -> Release:
    """Read a release from its folder; raises DamagedFileError with the file that cannot be read."""
    manifest_path, text_path = folder / "manifest.json", folder / "definitions.yaml"
    with legible(manifest_path):
        manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
        items = {code: Item(**item) for code, item in manifest["items"].items()}
        known = {
            "built_at": datetime.fromisoformat(manifest["built_at"]),
            "cut_id": manifest["cut"],
            "cut_on": date.fromisoformat(manifest["cut_on"]),
            "code_version": manifest["code_version"],
            "is_synthetic": manifest["is_synthetic"],
        }
    with legible(text_path):
        text = text_path.read_text(encoding="utf-8")
    definitions = tuple(read_definitions(text, declared_subjects(), items, is_checked=True))
    return Release(
        id=folder.name, folder=folder, manifest=manifest, definitions=definitions, items=items, **known
    )


@lru_cache(maxsize=8)
def store_in(folder: Path, release_id: str) -> FigureStore:
    """Open the figures in a folder of a release; what is read of them once is kept."""
    release = read_release(release_id)
    known = (*release.definitions, *beside(release.definitions))
    return FigureStore(folder, known, written=release.manifest["figures"])


def parse_definitions(
    text: str, items: Mapping[str, Item], file: str = "definitions.yaml"
) -> list[Definition]:
    """Check and read definitions against what may be counted here."""
    return read_definitions(text, declared_subjects(), items, file=file)


def data_items() -> dict[str, Item]:
    """Return what units report, as definitions name it."""
    return {
        item.code: Item(item.code, item.name_en, item.name_zh, 10**item.decimals)
        for item in DataItem.objects.all()
    }


def published_text() -> str:
    """Return all published definitions as one YAML text."""
    return "\n---\n".join(DefinitionVersion.objects.values_list("body", flat=True)) + "\n"


def documents_of(text: str) -> list[str]:
    """Return each document of a YAML text as it is written."""
    starts = [
        event.start_mark.index
        for event in yaml.parse(text, Loader=LOADER)
        if isinstance(event, yaml.DocumentStartEvent) and event.start_mark
    ]
    return [
        text[start:end].strip().removeprefix("---").strip()
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True)
    ]


def definition_text(release: Release, version: str) -> str:
    """Return a definition as it was written when the release was made."""
    written = _written(str(releases_folder()), release.id)
    return written[version]


@lru_cache(maxsize=8)
def _written(root: str, release_id: str) -> Mapping[str, str]:
    release = _load_release(root, release_id)
    texts = documents_of((release.folder / "definitions.yaml").read_text(encoding="utf-8"))
    return {each.version: text for each, text in zip(release.definitions, texts, strict=True)}


def by_dimension(definitions: Sequence[Definition]) -> dict[str | None, list[Definition]]:
    """Return the definitions by dimension, each in catalogue order."""
    found: dict[str | None, list[Definition]] = {}
    for definition in definitions:
        found.setdefault(definition.dimension, []).append(definition)
    return found
