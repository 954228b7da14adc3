"""What may be counted of enterprises as a whole, and of their records."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from tongxin.analytics.sources import Countable
from tongxin.analytics.spells import History, attach, cut_spans, merge_overlapping
from tongxin.analytics.subjects import Field, FieldType, Grain, Subject
from tongxin.organisations.subjects import ORGANISATION_FIELDS
from tongxin.workforce.histories import Tables, history_of_unit


def _unit_event(source: str, variable: str, zh: str, en: str, *fields: Field) -> Countable:
    """Declare records of enterprises: no person is concerned."""
    names = [field.name for field in fields]

    def rows(tables: Tables) -> ir.Table:
        table = tables[source]
        taken = {f"{variable}.{name}": table[name] for name in names}
        nobody = ibis.null("int64")
        rows = table.select(entity="id", worker=nobody, organisation="organisation", on="on", **taken)
        return attach(rows, "on", [history_of_unit(tables)])

    about = {"organisation": ORGANISATION_FIELDS}
    return Countable(Subject(source, variable, Grain.EVENT, en, zh, fields, about), rows)


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


_ENTERPRISE_FLAGS = ("has_union", "has_collective_contract", "has_skill_pay", "has_congress")


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
    flags = {f"enterprise.{name}": rows[f"enterprise.{name}"].notnull() for name in _ENTERPRISE_FLAGS}
    return rows.mutate(entity=rows.organisation, worker=ibis.null("int64"), **flags)


ENTERPRISES = Subject(
    "enterprises",
    "enterprise",
    Grain.SPELL,
    "enterprises",
    "企业",
    (
        Field("has_union", FieldType.BOOLEAN, "has a union", "已建工会"),
        Field(
            "has_collective_contract", FieldType.BOOLEAN, "has a collective contract in force", "集体合同有效"
        ),
        Field("has_skill_pay", FieldType.BOOLEAN, "has a skill-pay agreement in force", "能级工资协议有效"),
        Field(
            "has_congress", FieldType.BOOLEAN, "held its workers' congress within a year", "一年内召开职代会"
        ),
    ),
    {"organisation": ORGANISATION_FIELDS},
)


def coded(name: str, en: str, zh: str, code_list: str) -> Field:
    return Field(name, FieldType.CODE, en, zh, code_list, breakdown=True)


def counted(name: str, en: str, zh: str) -> Field:
    return Field(name, FieldType.INTEGER, en, zh)


ENTERPRISE_COUNTABLES = (
    Countable(ENTERPRISES, _enterprise_rows),
    _unit_event(
        "agreements",
        "agreement",
        "集体合同",
        "collective agreements",
        coded("kind", "kind of agreement", "合同类型", "agreement_kind"),
        counted("covered", "workers covered", "覆盖职工数"),
    ),
    _unit_event(
        "congresses",
        "congress",
        "职代会",
        "workers' congresses",
        counted("delegates", "delegates", "代表人数"),
        counted("worker_delegates", "delegates from the shop floor", "一线职工代表人数"),
    ),
    _unit_event(
        "insurance",
        "insurance",
        "社会保险",
        "social insurance",
        counted("workers", "workers", "职工人数"),
        counted("insured", "insured workers", "参保人数"),
    ),
    _unit_event(
        "activities",
        "activity",
        "宣讲与阵地活动",
        "talks and activities",
        coded("kind", "kind of activity", "活动类型", "activity_kind"),
        counted("attended", "attendance", "参加人次"),
    ),
)
