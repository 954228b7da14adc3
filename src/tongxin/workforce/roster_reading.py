"""Reading a roster that was kept: the file, its own headers, the check of every row."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.utils import timezone

from tongxin.files.actions import read_file
from tongxin.organisations.models import Organisation
from tongxin.workbooks.checks import RosterCheck, check_roster
from tongxin.workbooks.headers import fold_header
from tongxin.workbooks.layouts import load_layout
from tongxin.workbooks.readers import Sheet, read_sheet
from tongxin.workforce.models import ColumnMapping, RosterImport
from tongxin.workforce.queries import registry_day

LAYOUT = "roster"


def read_roster(roster: RosterImport) -> Sheet:
    """Read the kept file with the columns as this enterprise once mapped them."""
    if roster.file is None:
        raise FileNotFoundError(roster.file_name)
    with opened(read_file(roster.file)) as path:
        return read_sheet(path, load_layout(LAYOUT), mapping=mapping_of(roster.organisation))


def mapping_of(organisation: Organisation) -> dict[str, str]:
    """Return the enterprise's own headers with the columns that they stand for."""
    mapped = ColumnMapping.objects.filter(organisation=organisation, layout=LAYOUT)
    return dict(mapped.values_list("header", "column"))


def columns_of(headers: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str | None]:
    """Return for each header the column as which it is read, None where it is not recognised."""
    layout = load_layout(LAYOUT)
    names = {
        fold_header(name): column.key for column in layout.columns for name in (*column.aliases, column.key)
    }
    names |= {fold_header(column.header): column.key for column in layout.columns}
    names |= {fold_header(header): key for header, key in mapping.items()}
    return {header: names.get(fold_header(header)) for header in headers}


def check_sheet(roster: RosterImport, sheet: Sheet) -> RosterCheck:
    return check_roster(
        sheet,
        credit_code=roster.organisation.code,
        today=max(registry_day(), timezone.localdate()),
        registered_on=roster.organisation.opened_on,
    )


@contextmanager
def opened(body: bytes) -> Iterator[Path]:
    """Give the bytes a path that exists in memory alone: a killed process leaves nothing in clear."""
    if not hasattr(os, "memfd_create"):
        with tempfile.TemporaryDirectory(prefix="tongxin-") as folder:
            path = Path(folder) / "roster"
            path.touch(mode=0o600)
            path.write_bytes(body)
            yield path
        return
    with os.fdopen(os.memfd_create("roster"), "wb") as memory:
        memory.write(body)
        memory.flush()
        yield Path(f"/proc/self/fd/{memory.fileno()}")
