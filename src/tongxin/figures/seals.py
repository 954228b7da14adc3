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
    """Give one process at a time a new folder beside the releases; others of its kind wait.

    The lock goes when the process does, however it ends. So whoever holds it may clear away every other
    folder of the kind: nobody works in it any more.
    """
    base = releases_folder()
    base.mkdir(parents=True, exist_ok=True)
    with (base / f".{kind}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        for left in base.glob(f".{kind}-*"):
            shutil.rmtree(left, ignore_errors=True)
        folder = base / f".{kind}-{secrets.token_hex(6)}"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write what a release is, with the size and hash of each of its files and of the manifest itself."""
    files = {
        path.relative_to(folder).as_posix(): {"size": path.stat().st_size, "sha256": hash_of(path)}
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    sealed = {**manifest, "files": files}
    body = json.dumps({**sealed, "sha256": seal_of(sealed)}, ensure_ascii=False, indent=1)
    (folder / "manifest.json").write_text(body, encoding="utf-8")


def seal_of(manifest: Mapping[str, Any]) -> str:
    """Return the hash of a manifest, whatever its layout, without the hash that it holds itself."""
    content = {name: value for name, value in manifest.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def hash_of(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
