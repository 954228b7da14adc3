"""How rows of enterprises as a whole, and of their records, come out of the lake."""

from __future__ import annotations

from functools import partial

import ibis
import ibis.expr.types as ir

from tongxin.analytics.sources import RowPlan
from tongxin.analytics.spells import History, attach, cut_spans, merge_overlapping
from tongxin.analytics.subjects import Subject
from tongxin.workforce.enterprise_subjects import ENTERPRISES, UNIT_EVENTS
from tongxin.workforce.histories import Tables, history_of_unit


def _unit_event_rows(subject: Subject, tables: Tables) -> ir.Table:
    table = tables[subject.name]
    taken = {f"{subject.variable}.{field.name}": table[field.name] for field in subject.fields}
    nobody = ibis.null("int64")
    rows = table.select(entity="id", worker=nobody, organisation="organisation", on="on", **taken)
    return attach(rows, "on", [history_of_unit(tables)])


def _in_force(table: ir.Table, name: str) -> ir.Table:
    held = table.mutate(**{name: ibis.literal(1)})
    return merge_overlapping(held, "organisation", name)


def _agreements(tables: Tables, name: str, kinds: list[str] | None) -> History:
    table = tables["agreements"]
    chosen = table if kinds is None else table.filter(table.kind.isin(kinds))
    spells = chosen.select("organisation", valid_from="on", valid_to="expires_on")
    return History(_in_force(spells, name), "organisation", "organisation", {f"enterprise.{name}": name})


def _congresses(tables: Tables) -> History:
    """A congress counts as established for a year from its session."""
    table = tables["congresses"]
    spells = table.select(
        "organisation", valid_from="on", valid_to=(table.on + ibis.interval(years=1)).cast("date")
    )
    return History(
        _in_force(spells, "has_congress"),
        "organisation",
        "organisation",
        {"enterprise.has_congress": "has_congress"},
    )


def _unions(tables: Tables) -> History:
    spells = tables["covers"].select("organisation", "valid_from", "valid_to")
    return History(
        _in_force(spells, "has_union"), "organisation", "organisation", {"enterprise.has_union": "has_union"}
    )


_FLAGS = [field.name for field in ENTERPRISES.fields]


def _enterprise_rows(tables: Tables) -> ir.Table:
    table = tables["organisations"]
    spans = table.filter(table.level == "enterprise").select(
        "organisation", valid_from="opened_on", valid_to="closed_on"
    )
    histories = [
        history_of_unit(tables),
        _unions(tables),
        _agreements(tables, "has_collective_contract", None),
        _agreements(tables, "has_skill_pay", ["skill_pay"]),
        _congresses(tables),
    ]
    rows = cut_spans(spans, "organisation", histories)
    flags = {f"enterprise.{name}": rows[f"enterprise.{name}"].notnull() for name in _FLAGS}
    return rows.mutate(entity=rows.organisation, worker=ibis.null("int64"), **flags)


ENTERPRISE_PLANS: dict[str, RowPlan] = {
    ENTERPRISES.name: _enterprise_rows,
    **{subject.name: partial(_unit_event_rows, subject) for subject in UNIT_EVENTS},
}
