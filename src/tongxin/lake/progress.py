"""How far an extract is: files that it has written whole are not written again if it is killed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tongxin.lake.queries import Cut, CutChange, CutFile, Origin, lake_folder


@dataclass(frozen=True)
class Start:
    """What an extract goes on from with one source: its rows at an earlier moment."""

    file: CutFile
    change: CutChange | None
    declared: str
    highest: int | None
    """Rows above came since; None where the log says nothing of the source."""


def starts_of_cut(cut: Cut) -> dict[str, Start]:
    """Return the sources of a cut that came from the registry."""
    origin = cut.origin
    if origin is None:
        return {}
    return {
        name: Start(file, cut.changes.get(name), origin.declared[name], origin.highest.get(name))
        for name, file in cut.files.items()
        if name in origin.declared and name not in cut.direct
    }


class WrittenFiles:
    """The files that an extract wrote whole, on disk after each."""

    def __init__(self, origin: Origin) -> None:
        self.origin = replace(origin, declared={}, highest={})
        self.files: dict[str, CutFile] = {}

    @classmethod
    def read(cls) -> WrittenFiles | None:
        """Return what an extract left that did not end."""
        if not _path().is_file():
            return None
        manifest = json.loads(_path().read_text(encoding="utf-8"))
        found = cls(Origin(**manifest["origin"]))
        for name, file in manifest["files"].items():
            origin = Origin(**manifest["origin"])
            found.add(name, CutFile(**file), origin.declared[name], origin.highest.get(name), write=False)
        return found

    def add(
        self, name: str, file: CutFile, declared: str, highest: int | None, *, write: bool = True
    ) -> None:
        self.files[name] = file
        self.origin = replace(
            self.origin,
            declared={**self.origin.declared, name: declared},
            highest={**self.origin.highest, name: highest},
        )
        if write:
            self.write()

    def write(self) -> None:
        draft = _path().with_suffix(".draft")
        body = {"origin": asdict(self.origin), "files": {n: asdict(f) for n, f in self.files.items()}}
        draft.write_text(json.dumps(body, indent=1), encoding="utf-8")
        draft.replace(_path())

    def starts(self) -> Mapping[str, Start]:
        return {
            name: Start(file, None, self.origin.declared[name], self.origin.highest[name])
            for name, file in self.files.items()
        }

    @staticmethod
    def forget() -> None:
        _path().unlink(missing_ok=True)


def _path() -> Path:
    return lake_folder() / "extracting.json"
