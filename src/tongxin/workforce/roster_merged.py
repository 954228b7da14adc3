"""Rows of a roster that name somebody by the number of an entry that was merged since."""

from __future__ import annotations

from datetime import datetime

import polars as pl
from django.db.models import Max

from tongxin.workforce.models import Worker, WorkerMerge

Merging = tuple[int | None, datetime | None]


def latest_merging() -> Merging:
    """Return what is another once two entries became one, or two again."""
    found = WorkerMerge.objects.aggregate(made=Max("pk"), undone=Max("undone_at"))
    return found["made"], found["undone"]


def lead_to_survivors(rows: pl.DataFrame) -> pl.DataFrame:
    """Let each blind index that leads to a merged entry lead to the person."""
    merged = Worker.objects.filter(merged_into__isnull=False)
    pairs = merged.order_by().values_list("document_index", "merged_into__document_index")
    leads = {bytes(of): bytes(to) for of, to in pairs}
    if not leads:
        return rows
    indexes = [leads.get(index, index) for index in rows["document_index"]]
    return rows.with_columns(document_index=pl.Series(indexes, dtype=pl.Binary))
