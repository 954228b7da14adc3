"""The files of a release as they were written: their hashes stand in its manifest."""

from __future__ import annotations

import fcntl
import hashlib
import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tongxin.figures.queries import releases_folder


@contextmanager
def alone(kind: str) -> Iterator[Path]:
    """Give one process at a time a new folder beside the releases; others of its kind wait."""
    with in_turn(kind), working_folder(kind, secrets.token_hex(6)) as folder:
        yield folder


@contextmanager
def in_turn(kind: str) -> Iterator[None]:
    """Let one process at a time go on; the lock goes when the process does, however it ends."""
    base = releases_folder()
    base.mkdir(parents=True, exist_ok=True)
    with (base / f".{kind}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def working_folder(kind: str, name: str) -> Iterator[Path]:
    """Give the process whose turn it is a folder of this name, with what one that was killed left in it.

    Every other folder of the kind is cleared away: nobody works in it any more. So is this one in the end,
    unless it was given a name of its own, or the process is killed.
    """
    base = releases_folder()
    folder = base / f".{kind}-{name}"
    for left in base.glob(f".{kind}-*"):
        if left != folder:
            shutil.rmtree(left, ignore_errors=True)
    folder.mkdir(exist_ok=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_manifest(folder: Path, manifest: Mapping[str, Any], base: Path | None = None) -> None:
    """Write what a release is, with the size and hash of each of its files and of the manifest itself.

    Files that are those of an earlier release are not read again: its manifest has their hashes.
    """
    known = _files_of(base) if base else {}
    files = {
        name: known[name] if name in known and base and _is_one(path, base / name) else _seal_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (name := path.relative_to(folder).as_posix())
    }
    sealed = {**manifest, "files": files}
    body = json.dumps({**sealed, "sha256": seal_of(sealed)}, ensure_ascii=False, indent=1)
    (folder / "manifest.json").write_text(body, encoding="utf-8")


def _files_of(release: Path) -> dict[str, Any]:
    files: dict[str, Any] = json.loads((release / "manifest.json").read_text(encoding="utf-8"))["files"]
    return files


def _is_one(path: Path, other: Path) -> bool:
    return other.is_file() and path.samefile(other)


def _seal_file(path: Path) -> dict[str, Any]:
    return {"size": path.stat().st_size, "sha256": hash_of(path)}


def seal_of(manifest: Mapping[str, Any]) -> str:
    """Return the hash of a manifest, whatever its layout, without the hash that it holds itself."""
    content = {name: value for name, value in manifest.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def hash_of(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
