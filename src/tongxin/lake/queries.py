"""Reading the lake: what may be counted, which files a cut reads, and their tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings

from tongxin.analytics.damage import DamagedFileError
from tongxin.analytics.sources import RowPlan, Source, TablePlan
from tongxin.analytics.subjects import Subject

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from tongxin.analytics.engine import Engine


@dataclass(frozen=True)
class CutFile:
    """A file of the lake as a cut reads it."""

    path: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class CutChange:
    """How a source is other than its file: its rows are those of the file without `gone`, and `come`.

    `gone` has the key columns alone, a row for each row of the file that no longer holds.
    """

    come: CutFile | None
    gone: CutFile | None

    def files(self) -> Iterator[CutFile]:
        yield from (file for file in (self.come, self.gone) if file)


@dataclass(frozen=True)
class Origin:
    """The state of a registry that a cut was taken from, as the next extract must know it."""

    mark: str
    """The registry keeps the same one: another, or an older state of this one, has not."""
    migrations: str
    declared: Mapping[str, str]
    """A fingerprint of how each source was read."""
    highest: Mapping[str, int | None]
    """Rows above are new since, whatever the log says."""


@dataclass(frozen=True)
class Cut:
    """The state of the registry at one moment: which files hold it."""

    id: str
    taken_at: str
    cut_on: date
    facts_from: date
    finest_period: str
    root: str
    is_synthetic: bool
    files: Mapping[str, CutFile]
    direct: tuple[str, ...] = ()
    """The sources that were written without the registry."""
    changes: Mapping[str, CutChange] = field(default_factory=dict)
    """The sources that are other than their files."""
    origin: Origin | None = None
    """What the next extract goes on from."""

    def every_file(self) -> Iterator[CutFile]:
        """Yield each file that the cut reads."""
        yield from self.files.values()
        for change in self.changes.values():
            yield from change.files()

    def counts(self) -> dict[str, int]:
        """Return how many rows each source has."""
        return {name: file.rows + self._more(name) for name, file in self.files.items()}

    def _more(self, name: str) -> int:
        change = self.changes.get(name, CutChange(None, None))
        return (change.come.rows if change.come else 0) - (change.gone.rows if change.gone else 0)

    def contents(self, name: str) -> tuple[str, ...]:
        """Return what tells whether a source has the same rows as in another cut: hashes of its files.

        Two cuts with other hashes may yet have the same rows, where one of them was written in full.
        """
        change = self.changes.get(name, CutChange(None, None))
        files = (self.files.get(name), change.come, change.gone)
        return tuple(file.sha256 if file else "" for file in files)


class NoCutError(LookupError):
    """Nothing was extracted yet."""


class LakeWrittenDirectlyError(Exception):
    """The registry holds facts of a source that was written into the lake without it."""


def lake_folder() -> Path:
    return Path(settings.TONGXIN_HOME) / "lake"


def _declared(module: str) -> list[ModuleType]:
    """Return the modules of this name of the installed applications."""
    names = [f"{app.name}.{module}" for app in apps.get_app_configs() if app.name.startswith("tongxin.")]
    return [import_module(name) for name in names if find_spec(name)]


@lru_cache(maxsize=1)
def declared_sources() -> tuple[Source, ...]:
    """Return what the installed applications extract from the registry."""
    return tuple(source for module in _declared("subjects") for source in module.SOURCES)


@lru_cache(maxsize=1)
def declared_subjects() -> Mapping[str, Subject]:
    """Return what may be counted, by name."""
    return {subject.name: subject for module in _declared("subjects") for subject in module.SUBJECTS}


@lru_cache(maxsize=1)
def declared_plans() -> Mapping[str, RowPlan]:
    """Return how the rows of each subject come out of the lake."""
    return {name: plan for module in _declared("plans") for name, plan in module.PLANS.items()}


@lru_cache(maxsize=1)
def declared_histories() -> Mapping[str, TablePlan]:
    """Return what several plans need beside the tables of the lake, by the name under which they find it."""
    return {name: plan for module in _declared("plans") for name, plan in module.HISTORIES.items()}


def read_cut(cut_id: str | None = None) -> Cut:
    """Return a cut by its identifier, by default the newest."""
    path = lake_folder() / ("current.json" if cut_id is None else f"cuts/{cut_id}.json")
    if not path.is_file():
        raise NoCutError(cut_id or "current")
    manifest = json.loads(path.read_text(encoding="utf-8"))
    return Cut(
        id=manifest["id"],
        taken_at=manifest["taken_at"],
        cut_on=date.fromisoformat(manifest["cut_on"]),
        facts_from=date.fromisoformat(manifest["facts_from"]),
        finest_period=manifest["finest_period"],
        root=manifest["root"],
        is_synthetic=manifest["is_synthetic"],
        files={name: CutFile(**file) for name, file in manifest["files"].items()},
        direct=tuple(manifest.get("direct", ())),
        changes={name: as_change(change) for name, change in manifest.get("changes", {}).items()},
        origin=Origin(**manifest["origin"]) if manifest.get("origin") else None,
    )


def as_change(written: Mapping[str, Mapping[str, Any] | None]) -> CutChange:
    """Read a change of a source as a manifest has it."""
    come, gone = written["come"], written["gone"]
    return CutChange(CutFile(**come) if come else None, CutFile(**gone) if gone else None)


def open_tables(engine: Engine, cut: Cut, files: Mapping[str, CutFile] | None = None) -> dict[str, ir.Table]:
    """Return the tables of a cut, or some of them, read when a plan runs."""
    chosen = cut.files if files is None else files
    return {
        name: _opened(engine, file, cut.changes.get(name) if file == cut.files.get(name) else None)
        for name, file in chosen.items()
    }


def _opened(engine: Engine, file: CutFile, change: CutChange | None) -> ir.Table:
    table = open_file(engine, file)
    if change and change.gone:
        gone = open_file(engine, change.gone)
        table = table.anti_join(gone, list(gone.columns))
    if change and change.come:
        table = table.union(open_file(engine, change.come))
    return table


def open_file(engine: Engine, file: CutFile) -> ir.Table:
    """Return the rows of one file of the lake."""
    path = lake_folder() / file.path
    if not path.is_file():
        raise DamagedFileError(path)
    return engine.read_parquet(path)


class WithHistories(Mapping[str, "ir.Table"]):
    """Tables by name; those that are made of others are made once, and only if anybody asks."""

    def __init__(self, tables: Mapping[str, ir.Table], keep: Callable[[ir.Table], ir.Table]) -> None:
        self._tables, self._keep = dict(tables), keep

    def __getitem__(self, name: str) -> ir.Table:
        if name not in self._tables and name in declared_histories():
            self._tables[name] = self._keep(declared_histories()[name](self._tables))
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._tables, **declared_histories()})

    def __len__(self) -> int:
        return len(list(iter(self)))
