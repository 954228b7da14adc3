"""What may be counted of people."""

from __future__ import annotations

from tongxin.analytics.subjects import Field, FieldType, Grain, Subject
from tongxin.organisations.subjects import ORGANISATION_FIELDS
from tongxin.workforce.enterprise_subjects import ENTERPRISE_SUBJECTS, coded, counted
from tongxin.workforce.sources import SOURCES

__all__ = ["SOURCES", "SUBJECTS"]

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


CERTIFICATES = Subject(
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
)


def _event(name: str, variable: str, zh: str, en: str, *fields: Field) -> Subject:
    """Declare records of workers that count at the unit where they happened."""
    return Subject(name, variable, Grain.EVENT, en, zh, fields, _about())


EVENTS = (
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
SUBJECTS = (WORKERS, EMPLOYMENTS, *ENTERPRISE_SUBJECTS, CERTIFICATES, *EVENTS)
