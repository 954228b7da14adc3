"""Facts into the lake without the registry: a synthetic province larger than a registry need hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack

import polars as pl

from tongxin.analytics.sources import Source
from tongxin.analytics.typed_tables import frame_table
from tongxin.lake.compute import alone
from tongxin.lake.files import LakeWriter
from tongxin.lake.queries import CutFile, declared_sources, lake_folder


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
