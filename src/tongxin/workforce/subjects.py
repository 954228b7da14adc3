"""What may be counted of people, and how its rows come out of the lake."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from tongxin.analytics.sources import Countable
from tongxin.analytics.spells import History, attach, cut_spans, holds
from tongxin.analytics.subjects import Field, FieldType, Grain, Subject
from tongxin.organisations.subjects import ORGANISATION_FIELDS
from tongxin.workforce.enterprise_subjects import ENTERPRISE_COUNTABLES, coded, counted
from tongxin.workforce.histories import Tables, complete_person, histories_of_person, history_of_unit
from tongxin.workforce.sources import SOURCES

__all__ = ["COUNTABLES", "SOURCES"]

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
    pieces = cut_spans(_jobs(tables), "job", [*histories_of_person(tables), history_of_unit(tables)])
    return complete_person(pieces.mutate(entity=pieces.worker), tables).drop("job")


def _states(tables: Tables) -> ir.Table:
    table = tables["employment_states"]
    order = ibis.window(group_by="employment", order_by="valid_from")
    return table.mutate(valid_to=table.valid_from.lead().over(order))


def _employment_rows(tables: Tables) -> ir.Table:
    names = ("post", "occupation", "form", "wage")
    states = History(_states(tables), "employment", "job", {f"employment.{name}": name for name in names})
    pieces = cut_spans(_jobs(tables), "job", [*histories_of_person(tables), history_of_unit(tables), states])
    return complete_person(pieces.mutate(entity=pieces.job), tables).drop("job")


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
    return complete_person(
        attach(rows, "on", [*histories_of_person(tables), history_of_unit(tables)]), tables
    )


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


COUNTABLES = (
    Countable(WORKERS, _worker_rows),
    Countable(EMPLOYMENTS, _employment_rows),
    *ENTERPRISE_COUNTABLES,
    Countable(
        Subject(
            "certificates",
            "certificate",
            Grain.EVENT,
            "skill certificates",
            "技能等级证书",
            (
                coded("grade", "grade of the certificate", "证书等级", "skill_grade"),
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
        coded("kind", "kind of training", "培训类型", "training_kind"),
        Field("hours", FieldType.DECIMAL, "hours", "学时", scale=60),
        Field("is_subsidised", FieldType.BOOLEAN, "subsidised", "补贴性"),
    ),
    _event(
        "competitions",
        "competition",
        "竞赛",
        "competitions",
        coded("level", "level of the competition", "竞赛级别", "competition_level"),
        counted("place", "place", "名次"),
    ),
    _event(
        "innovations",
        "innovation",
        "五小成果",
        "small innovations",
        coded("kind", "kind of innovation", "成果类型", "innovation_kind"),
        Field("adopted_on", FieldType.DATE, "adopted on", "采纳日期"),
        Field("benefit", FieldType.DECIMAL, "benefit", "经济效益", scale=100),
    ),
    _event(
        "honours",
        "honour",
        "荣誉",
        "honours",
        coded("kind", "kind of honour", "荣誉类型", "honour_kind"),
        coded("level", "level of the honour", "荣誉级别", "honour_level"),
    ),
    _event(
        "mentorships",
        "mentorship",
        "师徒结对",
        "mentorships",
        Field("ended_on", FieldType.DATE, "ended on", "结束日期"),
    ),
)
