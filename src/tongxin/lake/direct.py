"""Facts into the lake without the registry: a synthetic province larger than a registry need hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack

import polars as pl
import pyarrow as pa

from tongxin.analytics.sources import Source
from tongxin.analytics.typed_tables import frame_table
from tongxin.lake.changes import Comparison, open_engine, write_change
from tongxin.lake.compute import alone, publish_cut
from tongxin.lake.files import LakeWriter
from tongxin.lake.queries import Cut, CutChange, CutFile, declared_sources, lake_folder, read_cut
from tongxin.organisations.access import Principal


def write_directly(names: Iterable[str], parts: Iterable[Mapping[str, pl.DataFrame]]) -> dict[str, CutFile]:
    """Write frames with the columns of the registry, part by part, as files of the lake.

    Parameters
    ----------
    names
        The sources that are written; each gets a file, be it empty.
    parts
        Rows of some of the sources; those of one source are numbered on from part to part.

    Raises
    ------
    KeyError
        If a part has rows of a source that is not named.
    """
    sources: dict[str, Source] = {source.name: source for source in declared_sources()}
    with alone():
        with ExitStack() as stack:
            writers = {
                name: stack.enter_context(LakeWriter(lake_folder(), sources[name])) for name in sorted(names)
            }
            for part in parts:
                for name, frame in part.items():
                    writers[name].write(frame_table(frame, sources[name]))
        return {name: writer.file for name, writer in writers.items()}


def write_changes(changes: Mapping[str, tuple[pl.DataFrame, pl.DataFrame]], *, actor: Principal) -> Cut:
    """Change sources that were written directly, and publish the cut; their files stay as they are.

    Parameters
    ----------
    changes
        By source, the rows that come, with the columns of the registry, and the keys that go, with the
        columns of the source's key. A row that comes takes the place of one with its key.
    actor
        Who does it.

    Raises
    ------
    KeyError
        If a source did not come into the lake directly.
    """
    sources = {source.name: source for source in declared_sources()}
    with alone():
        cut = read_cut()
        changed = dict(cut.changes)
        for name, (come, gone) in changes.items():
            if name not in cut.direct:
                raise KeyError(name)
            change = _changed(sources[name], cut, frame_table(come, sources[name]), gone)
            changed.pop(name, None)
            if change:
                changed[name] = change
        return publish_cut(
            actor=actor, files=cut.files, changes=changed, direct=cut.direct, origin=cut.origin
        )


def _changed(source: Source, cut: Cut, come: pa.Table, gone: pl.DataFrame) -> CutChange | None:
    keys = gone.select(source.key).to_arrow().cast(source.key_schema())
    with open_engine() as engine:
        comparison = Comparison(engine, source, cut.files[source.name])
        return write_change(source, *comparison.of_some(come, keys, cut.changes.get(source.name)))
