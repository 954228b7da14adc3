"""What a person and a unit were over time: rows of a subject take their attributes from it."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from tongxin.analytics.row_plans import Held, Tables
from tongxin.analytics.spells import merge_overlapping
from tongxin.codes.lists import get_list

NO_GRADE = "none"
MEMBER_STATES = ["registered", "retained"]
"""Who is counted as a member: on the register, or with membership retained."""


def _ranks(grade: ir.StringValue) -> ir.IntegerValue:
    return grade.cases(*((entry.code, entry.rank) for entry in get_list("skill_grade").entries), else_=0)


def grades_over_time(tables: Tables) -> ir.Table:
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
    # No certificate on record is a known answer, and no gap.
    return merged.mutate(grade=merged["rank"].cases(*codes).coalesce(NO_GRADE))


def members_over_time(tables: Tables) -> ir.Table:
    """Return over time whether each worker was a union member anywhere."""
    table = tables["memberships"]
    held = table.filter(table.state.isin(MEMBER_STATES))
    return in_force(held, "worker", "is_member")


def in_force(spells: ir.Table, key: str, name: str) -> ir.Table:
    """Return over time whether any spell of a key holds, as a column of this name."""
    merged = merge_overlapping(spells.mutate(**{name: ibis.literal(1)}), key, name)
    return merged.mutate(**{name: merged[name].notnull()})


PERSON = (
    Held("grades", "worker", "worker", {"worker.grade": "grade"}, {"worker.grade": NO_GRADE}),
    Held("members", "worker", "worker", {"worker.is_member": "is_member"}, {"worker.is_member": False}),
    Held(
        "people",
        "worker",
        "worker",
        {f"worker.{name}": name for name in ("sex", "birth_date", "education")},
        is_dated=False,
    ),
)
UNIT = Held(
    "particulars",
    "organisation",
    "organisation",
    {f"organisation.{name}": name for name in ("industry", "ownership", "size", "is_above_scale")},
)
