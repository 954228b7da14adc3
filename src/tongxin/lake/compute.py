"""Registry → lake: the facts of one moment, in files that are never changed."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace

from django.db import connection
from django.utils import timezone

from tongxin.audit import log
from tongxin.jobs.actions import Progress
from tongxin.lake.extraction import Extraction, comparing, current_cut
from tongxin.lake.progress import WrittenFiles
from tongxin.lake.queries import (
    Cut,
    CutChange,
    CutFile,
    LakeWrittenDirectlyError,
    Origin,
    declared_sources,
    lake_folder,
)
from tongxin.lake.registry_log import end_extract, seen_changes
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Programme


def extract(*, actor: Principal, progress: Progress | None = None, full: bool = False) -> Cut:
    """Write the present facts into the lake: what changed since the present cut, or in full everything."""
    require(actor, Action.BUILD_RELEASE, Programme.objects.select_related("root").get(pk=1).root)
    cut = current_cut()
    written = {name: cut.files[name] for name in cut.direct} if cut else {}
    return extract_beside(actor=actor, written=written, progress=progress, full=full)


def extract_beside(
    *,
    actor: Principal,
    written: Mapping[str, CutFile],
    progress: Progress | None = None,
    full: bool = False,
) -> Cut:
    """Write the present facts into the lake beside sources that were written without the registry."""
    sources = declared_sources()
    with alone():
        with Extraction.begun(sources, full=full) as run, _snapshot():
            seen = seen_changes()
            for number, source in enumerate(sources):
                if source.name not in written:
                    run.read(source)
                elif source.rows().exists():
                    raise LakeWrittenDirectlyError(source.name)
                if progress:
                    progress("extract", (number + 1) * 100 // len(sources))
        cut = publish_cut(
            actor=actor,
            files={**written, **run.files},
            changes={**_direct_changes(written), **run.changes},
            direct=tuple(sorted(written)),
            origin=run.origin,
        )
        end_extract(run.origin.mark, seen)
        WrittenFiles.forget()
    return cut


def _direct_changes(written: Mapping[str, CutFile]) -> dict[str, CutChange]:
    """Return what was written beside files that the registry knows nothing of."""
    cut = current_cut()
    if cut is None:
        return {}
    return {
        name: cut.changes[name]
        for name in written.keys() & cut.changes.keys()
        if cut.files[name] == written[name]
    }


def publish_cut(
    *,
    actor: Principal,
    files: Mapping[str, CutFile],
    changes: Mapping[str, CutChange],
    direct: tuple[str, ...],
    origin: Origin | None,
) -> Cut:
    """Make files of the lake the present cut; those of `direct` did not come from the registry."""
    programme = Programme.objects.select_related("root").get(pk=1)
    now = timezone.localtime()
    cut = Cut(
        id="",
        taken_at=now.isoformat(timespec="seconds"),
        cut_on=programme.facts_until or now.date(),
        facts_from=programme.facts_from,
        finest_period=programme.finest_period,
        root=programme.root.code,
        is_synthetic=programme.is_synthetic,
        files=files,
        direct=direct,
        changes=changes,
        origin=origin,
    )
    cut = replace(cut, id=f"{now:%Y%m%d-%H%M%S}-{_fingerprint(cut)}")
    _publish(cut)
    log.record(
        actor=actor,
        action="lake.extracted",
        target=programme,
        organisation_id=programme.root_id,
        cut=cut.id,
        rows=sum(cut.counts().values()),
    )
    return cut


@contextmanager
def alone() -> Iterator[None]:
    """Let one process at a time write the lake; the lock goes when the process does, however it ends."""
    lake_folder().mkdir(parents=True, exist_ok=True)
    with (lake_folder() / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        _clear_away()
        try:
            yield
        finally:
            _clear_away()


def _clear_away() -> None:
    """Remove what is not part of the lake, a killed process's too."""
    for draft in lake_folder().rglob("*.draft"):
        draft.unlink()
    shutil.rmtree(comparing(), ignore_errors=True)


@contextmanager
def _snapshot() -> Iterator[None]:
    """Read all tables as of one moment, without keeping anybody from writing."""
    if connection.in_atomic_block:
        yield
        return
    begin = "BEGIN" if connection.vendor == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    with connection.cursor() as cursor:
        cursor.execute(begin)
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _fingerprint(cut: Cut) -> str:
    text = "\n".join(f"{name} {' '.join(cut.contents(name)).rstrip()}" for name in sorted(cut.files))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _publish(cut: Cut) -> None:
    """Write the manifest, then make it current: a reader sees the old cut or the new one, whole."""
    manifest = asdict(cut) | {"cut_on": cut.cut_on.isoformat(), "facts_from": cut.facts_from.isoformat()}
    body = json.dumps(manifest, ensure_ascii=False, indent=1)
    for path in (lake_folder() / "cuts" / f"{cut.id}.json", lake_folder() / "current.json"):
        path.parent.mkdir(exist_ok=True)
        draft = path.with_suffix(".draft")
        draft.write_text(body, encoding="utf-8")
        draft.replace(path)
