"""What the registry knows of its own changes since the last extract."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max

from tongxin.analytics.sources import Source
from tongxin.analytics.typed_tables import as_table
from tongxin.lake.models import Lineage, LoggedChange, LoggedTable
from tongxin.lake.queries import Origin

ISLANDS = """SELECT min(id), max(id) FROM
    (SELECT id, id - row_number() OVER (ORDER BY id) AS island FROM lake_loggedchange) AS changes
    GROUP BY island"""


@dataclass(frozen=True)
class Marks:
    """Of the registry, before an extract begins: the mark of its cut, and of one that did not end."""

    cut: str
    pending: str


def read_marks() -> Marks:
    lineage = Lineage.objects.filter(pk=1).first()
    return Marks(lineage.mark, lineage.pending) if lineage else Marks("", "")


def is_of_this_registry(origin: Origin | None, marks: Marks) -> bool:
    """Tell whether the log leads from the state that a cut was taken from to the present one."""
    return (
        origin is not None
        and bool(origin.mark)
        and origin.mark in {marks.cut, marks.pending}
        and origin.migrations == migrations_made()
    )


def begin_extract(sources: Sequence[Source], *, kept: str) -> Origin:
    """Mark the registry for the extract that begins; `kept` is the mark of the present cut, if it belongs.

    From here on every change of a row up to the `highest` is logged.
    """
    mark = secrets.token_hex(16)
    with transaction.atomic():
        Lineage.objects.update_or_create(pk=1, defaults={"mark": kept, "pending": mark})
        tables = {each.name: each for each in LoggedTable.objects.select_for_update()}
        highest = {source.name: _reach(source, tables) for source in sources if _is_logged(source, tables)}
    declared = {source.name: fingerprint(source) for source in sources}
    return Origin(mark, migrations_made(), declared, highest)


def _reach(source: Source, tables: Mapping[str, LoggedTable]) -> int:
    table = tables[table_of(source)]
    table.highest = max(table.highest or 0, source.model.objects.aggregate(highest=Max("pk"))["highest"] or 0)
    table.save(update_fields=["highest"])
    return table.highest


def end_extract(mark: str, seen: Sequence[tuple[int, int]]) -> None:
    """The cut with this mark is published: forget the changes that are in it."""
    with transaction.atomic():
        Lineage.objects.filter(pk=1).update(mark=mark, pending="")
        for first, last in seen:
            LoggedChange.objects.filter(pk__range=(first, last)).delete()


def seen_changes() -> list[tuple[int, int]]:
    """Return the numbers of all changes in the present snapshot, as spans without gaps.

    A change with a number between them may yet be committed, by a writer that is slower.
    """
    with connection.cursor() as cursor:
        cursor.execute(ISLANDS)
        return [(int(first), int(last)) for first, last in cursor.fetchall()]


def table_of(source: Source) -> str:
    return str(source.model._meta.db_table)


def _is_logged(source: Source, tables: Mapping[str, LoggedTable]) -> bool:
    """Tell whether triggers log the changes of a source with the key that the source declares."""
    if source.model is None or table_of(source) not in tables:
        return False
    return tables[table_of(source)].key == ",".join(source.registered[name] for name in source.key)


def fingerprint(source: Source) -> str:
    """Tell whether a source is still read as it was: its columns, its key and its query."""
    sql, parameters = source.rows().query.sql_with_params()
    text = f"{source.schema}\n{source.key}\n{sql}\n{parameters}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def migrations_made() -> str:
    """Return what changes with every migration, which may change rows where no trigger sees it."""
    made = sorted("{}.{}".format(*each) for each in MigrationRecorder(connection).applied_migrations())
    return hashlib.sha256("\n".join(made).encode()).hexdigest()[:16]


def logged_keys(source: Source) -> pa.Table:
    """Return the keys that rows of a source had before they were changed."""
    logged = LoggedChange.objects.filter(table__name=table_of(source)).values_list("key", flat=True)
    return as_table([json.loads(key) for key in sorted(set(logged))], source.key_schema())


def changed_rows(source: Source, highest: int | None) -> Iterator[tuple[str, Any]]:
    """Yield the statements, with parameters, that read the rows that changed or came since."""
    logged = LoggedChange.objects.filter(table__name=table_of(source)).values("row")
    yield source.rows().filter(pk__in=logged).query.sql_with_params()
    if connection.vendor == "sqlite":
        yield source.rows().filter(pk__gt=highest or 0).query.sql_with_params()
