"""How rows of enterprises as a whole, and of their records, come out of the lake."""

from __future__ import annotations

from functools import partial

import ibis
import ibis.expr.types as ir

from tongxin.analytics.row_plans import Held, Recipe, Tables
from tongxin.analytics.sources import RowPlan, TablePlan
from tongxin.analytics.subjects import Subject
from tongxin.workforce.enterprise_subjects import ENTERPRISES, UNIT_EVENTS
from tongxin.workforce.histories import UNIT, in_force


def _unit_event_rows(subject: Subject, tables: Tables) -> Recipe:
    table = tables[subject.name]
    taken = {f"{subject.variable}.{field.name}": table[field.name] for field in subject.fields}
    nobody = ibis.null("int64")
    rows = table.select(entity="id", worker=nobody, organisation="organisation", on="on", **taken)
    return Recipe(rows, [UNIT])


def _contracts(tables: Tables) -> ir.Table:
    return _agreements(tables["agreements"], "has_collective_contract")


def _skill_pay(tables: Tables) -> ir.Table:
    table = tables["agreements"]
    return _agreements(table.filter(table.kind == "skill_pay"), "has_skill_pay")


def _agreements(table: ir.Table, name: str) -> ir.Table:
    spells = table.select("organisation", valid_from="on", valid_to="expires_on")
    return in_force(spells, "organisation", name)


def _congresses(tables: Tables) -> ir.Table:
    """A congress counts as established for a year from its session."""
    table = tables["congresses"]
    until = (table.on + ibis.interval(years=1)).cast("date")
    return in_force(
        table.select("organisation", valid_from="on", valid_to=until), "organisation", "has_congress"
    )


def _unions(tables: Tables) -> ir.Table:
    spells = tables["covers"].select("organisation", "valid_from", "valid_to")
    return in_force(spells, "organisation", "has_union")


def _enterprise_rows(tables: Tables) -> Recipe:
    table = tables["organisations"]
    spans = table.filter(table.level == "enterprise").select(
        "organisation",
        entity="organisation",
        worker=ibis.null("int64"),
        valid_from="opened_on",
        valid_to="closed_on",
        enterprise="organisation",
    )
    return Recipe(spans, [UNIT, *_FLAGS], span="enterprise")


ENTERPRISE_HISTORIES: dict[str, TablePlan] = {
    "has_union": _unions,
    "has_collective_contract": _contracts,
    "has_skill_pay": _skill_pay,
    "has_congress": _congresses,
}
_FLAGS = [
    Held(
        name,
        "organisation",
        "organisation",
        {f"enterprise.{name}": name},
        {f"enterprise.{name}": False},
    )
    for name in ENTERPRISE_HISTORIES
]

ENTERPRISE_PLANS: dict[str, RowPlan] = {
    ENTERPRISES.name: _enterprise_rows,
    **{subject.name: partial(_unit_event_rows, subject) for subject in UNIT_EVENTS},
}
