"""What a person and a unit were over time: rows of a subject take their attributes from it."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from tongxin.analytics.spells import History, merge_overlapping
from tongxin.codes.lists import get_list

Tables = Mapping[str, ir.Table]

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
    return merged.mutate(grade=merged["rank"].cases(*codes))


def members_over_time(tables: Tables) -> ir.Table:
    """Return since when and until when each worker was a union member anywhere."""
    table = tables["memberships"]
    held = table.filter(table.state.isin(MEMBER_STATES))
    return merge_overlapping(held.mutate(member=ibis.literal(1)), "worker", "member")


def histories_of_person(tables: Tables) -> list[History]:
    return [
        History(tables["grades"], "worker", "worker", {"worker.grade": "grade"}),
        History(tables["members"], "worker", "worker", {"worker.member": "member"}),
    ]


def history_of_unit(tables: Tables) -> History:
    names = ("industry", "ownership", "size", "is_above_scale")
    return History(
        tables["particulars"],
        "organisation",
        "organisation",
        {f"organisation.{name}": name for name in names},
    )


def complete_person(rows: ir.Table, tables: Tables) -> ir.Table:
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
