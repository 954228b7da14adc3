"""What may be counted of people and enterprises, and how its rows come out of the lake."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from tongxin.analytics.sources import Countable
from tongxin.analytics.spells import History, attach, cut_spans, holds, merge_overlapping
from tongxin.analytics.subjects import Field, FieldType, Grain, Subject
from tongxin.codes.lists import get_list
from tongxin.organisations.subjects import ORGANISATION_FIELDS
from tongxin.workforce.sources import SOURCES

__all__ = ["COUNTABLES", "SOURCES"]

Tables = Mapping[str, ir.Table]

MEMBER_STATES = ["registered", "retained"]
"""Who is counted as a member: on the register, or with membership retained."""

PERSON_FIELDS = (
    Field("sex", FieldType.CODE, "sex", "性别", "sex", breakdown=True),
    Field("birth_date", FieldType.DATE, "date of birth", "出生日期"),
    Field("age", FieldType.INTEGER, "age", "年龄"),
    Field("age_band", FieldType.CODE, "age band", "年龄段", "age_band", breakdown=True),
    Field("education", FieldType.CODE, "education", "学历", "education", breakdown=True),
    Field("grade", FieldType.CODE, "skill grade", "技能等级", "skill_grade", breakdown=True),
    Field("is_member", FieldType.BOOLEAN, "union member", "工会会员"),
)
EMPLOYED = Field("employed", FieldType.BOOLEAN, "employed", "在岗")
"""True in every row of a spell; a row that has no spell is not there."""
RELATED = ("certificates", "trainings", "competitions", "innovations", "honours")


def _about() -> dict[str, tuple[Field, ...]]:
    return {"worker": PERSON_FIELDS, "organisation": ORGANISATION_FIELDS}


# Histories of a person and of a unit


def _ranks(grade: ir.StringValue) -> ir.IntegerValue:
    return grade.cases(*((entry.code, entry.rank) for entry in get_list("skill_grade").entries), else_=0)


def _grades(tables: Tables) -> ir.Table:
    """Return each worker's highest grade over time: certificates held, and appointments in force."""
    held, named = tables["certificates"], tables["appointments"]
    facts = ibis.union(
        held.select(worker="worker", valid_from="held_from", valid_to="held_to", rank=_ranks(held.grade)),
        named.select(
            worker="worker", valid_from="appointed_on", valid_to="lapses_on", rank=_ranks(named.grade)
        ),
    )
    merged = merge_overlapping(facts, "worker", "rank")
    codes = [(entry.rank, entry.code) for entry in get_list("skill_grade").entries]
    return merged.mutate(grade=merged["rank"].cases(*codes))


def _members(tables: Tables) -> ir.Table:
    """Return since when and until when each worker was a union member anywhere."""
    table = tables["memberships"]
    held = table.filter(table.state.isin(MEMBER_STATES))
    return merge_overlapping(held.mutate(member=ibis.literal(1)), "worker", "member")


def _person(tables: Tables) -> list[History]:
    return [
        History(_grades(tables), "worker", "worker", {"worker.grade": "grade"}),
        History(_members(tables), "worker", "worker", {"worker.member": "member"}),
    ]


def _unit(tables: Tables) -> History:
    names = ("industry", "ownership", "size", "is_above_scale")
    return History(
        tables["particulars"],
        "organisation",
        "organisation",
        {f"organisation.{name}": name for name in names},
    )


def _complete(rows: ir.Table, tables: Tables) -> ir.Table:
    """Add what never changes of a person; no certificate on record is the grade "none", a known answer."""
    people = tables["people"]
    person = people.select(
        person="worker",
        **{f"worker.{name}": people[name] for name in ("sex", "birth_date", "education")},
    )
    joined = rows.left_join(person, rows.worker == person.person).drop("person")
    return joined.mutate(
        **{
            "worker.employed": ibis.literal(value=True),
            "worker.grade": joined["worker.grade"].coalesce("none"),
            "worker.is_member": joined["worker.member"].notnull(),
        }
    ).drop("worker.member")


# Subjects of spells


def _jobs(tables: Tables) -> ir.Table:
    table = tables["employments"]
    return table.select(
        job="id",
        worker="worker",
        organisation="organisation",
        valid_from="started_on",
        # The last day worked is kept; a spell ends on the first day that it does not hold.
        valid_to=table.ended_on + ibis.interval(days=1),
    ).mutate(valid_to=lambda t: t.valid_to.cast("date"))


def _worker_rows(tables: Tables) -> ir.Table:
    pieces = cut_spans(_jobs(tables), "job", [*_person(tables), _unit(tables)])
    return _complete(pieces.mutate(entity=pieces.worker), tables).drop("job")


def _states(tables: Tables) -> ir.Table:
    table = tables["employment_states"]
    order = ibis.window(group_by="employment", order_by="valid_from")
    return table.mutate(valid_to=table.valid_from.lead().over(order))


def _employment_rows(tables: Tables) -> ir.Table:
    names = ("post", "occupation", "form", "wage")
    states = History(_states(tables), "employment", "job", {f"employment.{name}": name for name in names})
    pieces = cut_spans(_jobs(tables), "job", [*_person(tables), _unit(tables), states])
    return _complete(pieces.mutate(entity=pieces.job), tables).drop("job")


WORKERS = Subject(
    "workers",
    "worker",
    Grain.SPELL,
    "workers",
    "职工",
    (EMPLOYED, *PERSON_FIELDS),
    {"organisation": ORGANISATION_FIELDS},
    RELATED,
)
EMPLOYMENTS = Subject(
    "employments",
    "employment",
    Grain.SPELL,
    "employments",
    "用工关系",
    (
        Field("post", FieldType.TEXT, "post", "岗位"),
        Field("occupation", FieldType.TEXT, "occupation code", "职业编码"),
        Field("form", FieldType.CODE, "form of employment", "用工形式", "employment_form", breakdown=True),
        Field("wage", FieldType.DECIMAL, "monthly wage", "月平均工资", scale=100),
    ),
    {**_about(), "worker": (EMPLOYED, *PERSON_FIELDS)},
    RELATED,
)


# Subjects of events


def _certificate_rows(tables: Tables) -> ir.Table:
    """Return certificates where their holders worked on the day from which they are held."""
    table = tables["certificates"]
    jobs = _jobs(tables)
    where = jobs.select(holder="worker", place="organisation", valid_from="valid_from", valid_to="valid_to")
    met = table.inner_join(where, [table.worker == where.holder, holds(where, table.held_from)])
    # Two spells of one person at one unit never hold on the same day, so no row is doubled here.
    rows = met.select(
        entity="id",
        worker="worker",
        organisation="place",
        on="held_from",
        **{f"certificate.{name}": met[name] for name in ("grade", "occupation")},
    )
    return _dated(rows, tables)


def _dated(rows: ir.Table, tables: Tables) -> ir.Table:
    """Give events of persons what the person and the unit were on the day."""
    return _complete(attach(rows, "on", [*_person(tables), _unit(tables)]), tables)


def _event(source: str, variable: str, zh: str, en: str, *fields: Field) -> Countable:
    """Declare records of workers that count at the unit where they happened."""
    names = [field.name for field in fields]

    def rows(tables: Tables) -> ir.Table:
        table = tables[source]
        taken = {f"{variable}.{name}": table[name] for name in names}
        return _dated(
            table.select(entity="id", worker="worker", organisation="organisation", on="on", **taken), tables
        )

    return Countable(Subject(source, variable, Grain.EVENT, en, zh, fields, _about()), rows)


def _unit_event(source: str, variable: str, zh: str, en: str, *fields: Field) -> Countable:
    """Declare records of enterprises: no person is concerned."""
    names = [field.name for field in fields]

    def rows(tables: Tables) -> ir.Table:
        table = tables[source]
        taken = {f"{variable}.{name}": table[name] for name in names}
        nobody = ibis.null("int64")
        rows = table.select(entity="id", worker=nobody, organisation="organisation", on="on", **taken)
        return attach(rows, "on", [_unit(tables)])

    about = {"organisation": ORGANISATION_FIELDS}
    return Countable(Subject(source, variable, Grain.EVENT, en, zh, fields, about), rows)


# The subject of enterprises


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
        _unit(tables),
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


def _code(name: str, en: str, zh: str, code_list: str) -> Field:
    return Field(name, FieldType.CODE, en, zh, code_list, breakdown=True)


def _count(name: str, en: str, zh: str) -> Field:
    return Field(name, FieldType.INTEGER, en, zh)


COUNTABLES = (
    Countable(WORKERS, _worker_rows),
    Countable(EMPLOYMENTS, _employment_rows),
    Countable(ENTERPRISES, _enterprise_rows),
    Countable(
        Subject(
            "certificates",
            "certificate",
            Grain.EVENT,
            "skill certificates",
            "技能等级证书",
            (
                _code("grade", "grade of the certificate", "证书等级", "skill_grade"),
                Field("occupation", FieldType.TEXT, "occupation code", "职业编码"),
            ),
            _about(),
        ),
        _certificate_rows,
    ),
    _event(
        "trainings",
        "training",
        "培训",
        "trainings",
        _code("kind", "kind of training", "培训类型", "training_kind"),
        Field("hours", FieldType.DECIMAL, "hours", "学时", scale=60),
        Field("is_subsidised", FieldType.BOOLEAN, "subsidised", "补贴性"),
    ),
    _event(
        "competitions",
        "competition",
        "竞赛",
        "competitions",
        _code("level", "level of the competition", "竞赛级别", "competition_level"),
        _count("place", "place", "名次"),
    ),
    _event(
        "innovations",
        "innovation",
        "五小成果",
        "small innovations",
        _code("kind", "kind of innovation", "成果类型", "innovation_kind"),
        Field("adopted_on", FieldType.DATE, "adopted on", "采纳日期"),
        Field("benefit", FieldType.DECIMAL, "benefit", "经济效益", scale=100),
    ),
    _event(
        "honours",
        "honour",
        "荣誉",
        "honours",
        _code("kind", "kind of honour", "荣誉类型", "honour_kind"),
        _code("level", "level of the honour", "荣誉级别", "honour_level"),
    ),
    _event(
        "mentorships",
        "mentorship",
        "师徒结对",
        "mentorships",
        Field("ended_on", FieldType.DATE, "ended on", "结束日期"),
    ),
    _unit_event(
        "agreements",
        "agreement",
        "集体合同",
        "collective agreements",
        _code("kind", "kind of agreement", "合同类型", "agreement_kind"),
        _count("covered", "workers covered", "覆盖职工数"),
    ),
    _unit_event(
        "congresses",
        "congress",
        "职代会",
        "workers' congresses",
        _count("delegates", "delegates", "代表人数"),
        _count("worker_delegates", "delegates from the shop floor", "一线职工代表人数"),
    ),
    _unit_event(
        "insurance",
        "insurance",
        "社会保险",
        "social insurance",
        _count("workers", "workers", "职工人数"),
        _count("insured", "insured workers", "参保人数"),
    ),
    _unit_event(
        "activities",
        "activity",
        "宣讲与阵地活动",
        "talks and activities",
        _code("kind", "kind of activity", "活动类型", "activity_kind"),
        _count("attended", "attendance", "参加人次"),
    ),
)
