"""Writing a roster: prepared in tables of the connection's own, taken over in one short transaction.

Until the transaction begins nobody else waits; when the process dies before it ends, nothing was stored.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import polars as pl
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from tongxin.workforce.identity import seal_number, seal_phone, seal_proposal
from tongxin.workforce.models import RosterImport
from tongxin.workforce.roster_differences import DATED, PERSONAL, Differences
from tongxin.workforce.roster_findings import seal_findings
from tongxin.workforce.roster_staging import drop, in_one_go, put
from tongxin.workforce.roster_tables import COLUMNS, STATEMENTS


def stage(differences: Differences | None, findings: pl.DataFrame) -> frozenset[str]:
    """Encrypt what must be and put everything into the connection's own tables, without a lock.

    Without differences (a dry run) there are findings alone. Returns which tables hold rows.
    """
    frames = {**(_frames(differences) if differences else {}), "findings": seal_findings(findings)}
    filled = {name: frame for name, frame in frames.items() if not frame.is_empty()}
    with in_one_go() as cursor:
        for name, frame in filled.items():
            put(cursor, name, frame.select(COLUMNS[name]))
    return frozenset(filled)


def _frames(differences: Differences) -> dict[str, pl.DataFrame]:
    return {
        "persons_new": _sealed(_completed(differences.persons_new)),
        "persons_changed": _with_phone(_completed(differences.persons_changed)),
        "jobs_changed": differences.jobs_changed,
        "jobs_new": differences.jobs_new,
        "states": differences.states,
        "certificates_closed": differences.certificates_closed,
        "certificates_changed": differences.certificates_changed,
        "certificates_new": differences.certificates_new,
        "appointments_lapsed": differences.appointments_lapsed,
        "appointments_changed": differences.appointments_changed,
        "appointments_new": differences.appointments_new,
        "memberships_closed": differences.memberships_closed,
        "memberships_changed": differences.memberships_changed,
        "memberships_new": differences.memberships_new,
        "proposals": _sealed_proposals(differences.proposals),
        "changes": _changes(differences.rows, differences.skills_told),
    }


def write_staged(staged: frozenset[str], roster_import: RosterImport) -> None:
    """Take the prepared rows over; must run inside the transaction that also writes the import's own row."""
    values = {
        "organisation": roster_import.organisation_id,
        "roster_import": roster_import.pk,
        "actor": roster_import.sent_by_id,
        "now": connection.ops.adapt_datetimefield_value(timezone.now()),
    }
    with connection.cursor() as cursor:
        for name, statement in STATEMENTS:
            if name in staged:
                _run(cursor, statement, values)


def drop_staged() -> None:
    """Forget the prepared tables."""
    drop(*COLUMNS)


def _run(cursor: CursorWrapper, statement: str, values: dict[str, Any]) -> None:
    """Run a statement with named values, which Django passes on for each database as it needs them."""
    cursor.execute(statement, {name: value for name, value in values.items() if f"%({name})s" in statement})


def _completed(persons: pl.DataFrame) -> pl.DataFrame:
    """Fill what a row leaves blank with what is known."""
    filled = persons.with_columns(pl.coalesce(name, f"known_{name}").alias(name) for name in PERSONAL)
    return filled.with_columns(pl.col("sex", "education").fill_null(""))


def _sealed(persons: pl.DataFrame) -> pl.DataFrame:
    numbers = [seal_number(number) for number in persons["document_number"]]
    return _with_phone(persons).with_columns(document_sealed=pl.Series(numbers, dtype=pl.Binary))


def _with_phone(persons: pl.DataFrame) -> pl.DataFrame:
    phones = [seal_phone(phone or "") for phone in persons["phone"]]
    return persons.with_columns(phone_sealed=pl.Series(phones, dtype=pl.Binary))


def _sealed_proposals(proposals: pl.DataFrame) -> pl.DataFrame:
    values = [seal_proposal(value) for value in proposals["value"]]
    return proposals.with_columns(value_sealed=pl.Series(values, dtype=pl.Binary))


def _changes(rows: pl.DataFrame, skills: pl.DataFrame) -> pl.DataFrame:
    """Return the import's own row per row that did something, with what changed from which value to which."""
    done = rows.filter(pl.col("outcome") != "unchanged")
    fields = pl.Series(list(_describe(done, skills)), dtype=pl.String)
    return done.with_columns(fields=fields, row=pl.col("row").cast(pl.Int64))


def _describe(rows: pl.DataFrame, skills: pl.DataFrame) -> Iterator[str]:
    names = [name for name in (*PERSONAL, *DATED, "ended_on") if name != "phone"]
    columns = ["row", "outcome", *names, *(f"known_{name}" for name in names)]
    told: dict[int, dict[str, tuple[str | None, str]]] = defaultdict(dict)
    existing = rows.filter(pl.col("outcome") != "added")
    for number, name, before, after in skills.join(existing, on="row", how="semi").iter_rows():
        told[number][name] = (before, after)
    for row in rows.select(columns).iter_rows(named=True):
        if row["outcome"] == "added":
            yield ""
            continue
        pairs = {name: (row[f"known_{name}"], row[name]) for name in names}
        changed = {name: pair for name, pair in pairs.items() if pair[1] is not None and pair[0] != pair[1]}
        yield json.dumps(changed | told.get(row["row"], {}), ensure_ascii=False, default=str)
