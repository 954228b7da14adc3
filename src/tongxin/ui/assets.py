"""The few files that pages need from npm packages; the packages' other thousands are never collected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage, Storage

# The map beside the style sheet is named in its last line, and hashing refuses a name without a file.
PACKAGE_FILES = {
    "tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler/tabler.min.css.map": "@tabler/core/dist/css/tabler.min.css.map",
    "echarts/echarts.min.js": "echarts/dist/echarts.min.js",
    "htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
}


class PackageFolder(FileSystemStorage):
    """A folder of installed packages, its files read under the names that pages use."""

    def path(self, name: str) -> str:
        return super().path(PACKAGE_FILES.get(Path(name).as_posix(), name))


class PackageFinder(BaseFinder):
    """Finds the files of `PACKAGE_FILES` below `settings.NODE_MODULES`."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.folder = Path(settings.NODE_MODULES)
        self.storage = PackageFolder(location=self.folder)

    def check(self, **_: Any) -> list[CheckMessage]:
        missing = [path for path in PACKAGE_FILES.values() if not (self.folder / path).is_file()]
        if not missing:
            return []
        return [
            Error(
                f"Front-end files are not installed in {self.folder}: {', '.join(missing)}.",
                hint="Run `npm install --omit=dev` in the project's folder.",
                id="ui.E001",
            )
        ]

    def find(self, path: str, find_all: bool = False, **_: Any) -> str | list[str]:  # type: ignore[override]  # noqa: FBT001, FBT002
        source = PACKAGE_FILES.get(path)
        if source is None or not (self.folder / source).is_file():
            return []
        found = str(self.folder / source)
        return [found] if find_all else found

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, Storage]]:
        for name, source in PACKAGE_FILES.items():
            if (self.folder / source).is_file():
                yield name, self.storage
