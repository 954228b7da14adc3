"""Registry → lake: the facts of one moment, in files that are never changed."""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict

import pyarrow as pa
from django.db import connection
from django.utils import timezone

from tongxin.analytics.sources import Source
from tongxin.analytics.typed_tables import as_table
from tongxin.audit import log
from tongxin.jobs.actions import Progress
from tongxin.lake.files import ROW_GROUP, LakeWriter
from tongxin.lake.queries import (
    Cut,
    CutFile,
    LakeWrittenDirectlyError,
    NoCutError,
    declared_sources,
    lake_folder,
    read_cut,
)
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Programme


def extract(*, actor: Principal, progress: Progress | None = None) -> Cut:
    """Write the present facts into the lake; a file that is there already is not written again."""
    require(actor, Action.BUILD_RELEASE, Programme.objects.select_related("root").get(pk=1).root)
    return extract_beside(actor=actor, written=_written_directly(), progress=progress)


def extract_beside(
    *, actor: Principal, written: Mapping[str, CutFile], progress: Progress | None = None
) -> Cut:
    """Write the present facts into the lake beside sources that were written without the registry."""
    files = dict(written)
    sources = declared_sources()
    with alone(), _snapshot():
        for number, source in enumerate(sources):
            if source.name not in written:
                files[source.name] = _write_source(source)
            elif source.rows().exists():
                raise LakeWrittenDirectlyError(source.name)
            if progress:
                progress("extract", (number + 1) * 100 // len(sources))
    return _publish_cut(actor=actor, files=files, direct=tuple(sorted(written)))


def _publish_cut(*, actor: Principal, files: Mapping[str, CutFile], direct: tuple[str, ...]) -> Cut:
    """Make files of the lake the present cut; those of `direct` did not come from the registry."""
    programme = Programme.objects.select_related("root").get(pk=1)
    now = timezone.localtime()
    cut = Cut(
        id=f"{now:%Y%m%d-%H%M%S}-{_fingerprint(files)}",
        taken_at=now.isoformat(timespec="seconds"),
        cut_on=programme.facts_until or now.date(),
        facts_from=programme.facts_from,
        finest_period=programme.finest_period,
        root=programme.root.code,
        is_synthetic=programme.is_synthetic,
        files=files,
        direct=direct,
    )
    _publish(cut)
    log.record(
        actor=actor,
        action="lake.extracted",
        target=programme,
        organisation_id=programme.root_id,
        cut=cut.id,
        rows=sum(file.rows for file in files.values()),
    )
    return cut


def _written_directly() -> dict[str, CutFile]:
    """Return the files that the registry knows nothing of: they stay as they are."""
    try:
        cut = read_cut()
    except NoCutError:
        return {}
    return {name: cut.files[name] for name in cut.direct}


@contextmanager
def alone() -> Iterator[None]:
    """Let one process at a time write the lake; the lock goes when the process does, however it ends."""
    lake_folder().mkdir(parents=True, exist_ok=True)
    with (lake_folder() / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        for draft in lake_folder().glob("*/*.draft"):
            draft.unlink()
        yield


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


def _write_source(source: Source) -> CutFile:
    with LakeWriter(lake_folder(), source) as writer:
        for batch in _batches(source):
            writer.write(batch)
    return writer.file


def _batches(source: Source) -> Iterator[pa.Table]:
    sql, parameters = source.rows().query.sql_with_params()
    cursor = connection.chunked_cursor() if connection.vendor == "postgresql" else connection.cursor()
    with cursor:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(ROW_GROUP):
            yield as_table(rows, source.schema)


def _fingerprint(files: Mapping[str, CutFile]) -> str:
    text = "\n".join(f"{name} {file.sha256}" for name, file in sorted(files.items()))
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
