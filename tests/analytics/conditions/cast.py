"""Subjects, parameters and readings shared by the tests of conditions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import ibis
import pyarrow as pa

from tongxin.analytics.conditions.compiling import compile_condition
from tongxin.analytics.conditions.interpreting import interpret_condition
from tongxin.analytics.conditions.parameters import Parameter, ParameterRow
from tongxin.analytics.conditions.parsing import parse_condition
from tongxin.analytics.subjects import Field, FieldType, Grain, Subject

T = FieldType
TRAININGS = Subject(
    name="trainings",
    variable="training",
    grain=Grain.EVENT,
    label_en="trainings",
    label_zh="培训",
    fields=(
        Field("hours", T.DECIMAL, "hours", "学时", scale=60),
        Field("passed", T.BOOLEAN, "passed", "考核合格"),
    ),
    about={"worker": (Field("born", T.DATE, "birth date", "出生日期"),)},
)
WORKERS = Subject(
    name="workers",
    variable="worker",
    grain=Grain.SPELL,
    label_en="workers",
    label_zh="职工",
    fields=(
        Field("employed", T.BOOLEAN, "employed", "在职"),
        Field("grade", T.CODE, "skill grade", "技能等级", code_list="skill_grade"),
        Field("first_grade", T.CODE, "first skill grade", "首个技能等级", code_list="skill_grade"),
        Field("sex", T.CODE, "sex", "性别", code_list="sex"),
        Field("wage", T.DECIMAL, "monthly wage", "月工资", scale=100),
        Field("bonus", T.DECIMAL, "bonus", "奖金", scale=1),
        Field("jobs", T.INTEGER, "number of jobs", "岗位数"),
        Field("born", T.DATE, "birth date", "出生日期"),
        Field("hired", T.DATE, "entry date", "入职日期"),
    ),
    about={
        "organisation": (
            Field("county", T.TEXT, "county", "所在县"),
            Field("industry", T.TEXT, "industry", "行业"),
        )
    },
    related=("trainings",),
)
SUBJECTS = {"workers": WORKERS, "trainings": TRAININGS}
PARAMETERS = {
    "minimum_wage": Parameter(
        "minimum_wage",
        T.DECIMAL,
        "minimum wage",
        "最低工资",
        (
            ParameterRow("330109", date(2024, 1, 1), Decimal("2490")),
            ParameterRow("330109", date(2026, 1, 1), Decimal("2660.5")),
            ParameterRow("330127", date(2024, 1, 1), Decimal("2260")),
        ),
    ),
    "oldest_age": Parameter(
        "oldest_age",
        T.INTEGER,
        "oldest age",
        "年龄上限",
        (ParameterRow("", date(2025, 1, 1), 60),),
        keyed=False,
    ),
    "opening": Parameter(
        "opening",
        T.DATE,
        "opening day",
        "开办日",
        (ParameterRow("330109", date(2024, 1, 1), date(2024, 3, 1)),),
    ),
}
AT = date(2026, 9, 30)
COLUMNS = {
    "worker": pa.int64(),
    "asked": pa.date32(),
    "worker.employed": pa.bool_(),
    "worker.grade": pa.string(),
    "worker.first_grade": pa.string(),
    "worker.sex": pa.string(),
    "worker.wage": pa.int64(),
    "worker.bonus": pa.int64(),
    "worker.jobs": pa.int64(),
    "worker.born": pa.date32(),
    "worker.hired": pa.date32(),
    "organisation.county": pa.string(),
    "organisation.industry": pa.string(),
}
TRAINING_COLUMNS = {
    "worker": pa.int64(),
    "on": pa.date32(),
    "training.hours": pa.int64(),
    "training.passed": pa.bool_(),
}


def parse(text, subject=WORKERS, parameters=None):
    return parse_condition(text, subject, subjects=SUBJECTS, parameters=parameters or PARAMETERS)


def as_table(rows, columns):
    return ibis.memtable(pa.Table.from_pylist(rows, schema=pa.schema(list(columns.items()))))


def compiled(connection, condition, rows, *, trainings=(), at="asked", parameters=None):
    """Return the compiled answers, in the order of the rows."""
    numbered = [{"asked": AT, **row, "number": number} for number, row in enumerate(rows)]
    answered = compile_condition(
        condition,
        as_table(numbered, COLUMNS | {"number": pa.int64()}),
        at=at,
        related={"trainings": as_table(list(trainings), TRAINING_COLUMNS)},
        parameters=parameters or PARAMETERS,
    )
    table = connection.to_pyarrow(answered.order_by("number"))
    assert table.column("number").to_pylist() == list(range(len(rows)))
    return table.column("answer").to_pylist()


def interpreted(condition, rows, *, trainings=(), at="asked", parameters=None):
    """Return the interpreted answers, in the order of the rows."""
    return [
        interpret_condition(
            condition,
            row,
            at=row.get("asked", AT) if at == "asked" else at,
            related={"trainings": list(trainings)},
            parameters=parameters or PARAMETERS,
        )
        for row in rows
    ]
