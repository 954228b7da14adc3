"""What may be counted of enterprises as a whole, and of their records."""

from __future__ import annotations

from tongxin.analytics.subjects import Field, FieldType, Grain, Subject
from tongxin.organisations.subjects import ORGANISATION_FIELDS


def _unit_event(name: str, variable: str, zh: str, en: str, *fields: Field) -> Subject:
    """Declare records of enterprises: no person is concerned."""
    return Subject(name, variable, Grain.EVENT, en, zh, fields, {"organisation": ORGANISATION_FIELDS})


def coded(name: str, en: str, zh: str, code_list: str) -> Field:
    return Field(name, FieldType.CODE, en, zh, code_list, breakdown=True)


def counted(name: str, en: str, zh: str) -> Field:
    return Field(name, FieldType.INTEGER, en, zh)


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
UNIT_EVENTS = (
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
ENTERPRISE_SUBJECTS = (ENTERPRISES, *UNIT_EVENTS)
