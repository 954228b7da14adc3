"""How rows of what may be counted of people come out of the lake."""

from __future__ import annotations

from functools import partial

import ibis
import ibis.expr.types as ir

from tongxin.analytics.sources import RowPlan
from tongxin.analytics.spells import History, attach, cut_spans, holds
from tongxin.analytics.subjects import Subject
from tongxin.workforce.enterprise_plans import ENTERPRISE_PLANS
from tongxin.workforce.histories import (
    Tables,
    complete_person,
    grades_over_time,
    histories_of_person,
    history_of_unit,
    members_over_time,
)
from tongxin.workforce.subjects import CERTIFICATES, EMPLOYMENTS, EVENTS, WORKERS

# Spells


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


# Events


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


def _event_rows(subject: Subject, tables: Tables) -> ir.Table:
    table = tables[subject.name]
    taken = {f"{subject.variable}.{field.name}": table[field.name] for field in subject.fields}
    return _dated(
        table.select(entity="id", worker="worker", organisation="organisation", on="on", **taken), tables
    )


HISTORIES: dict[str, RowPlan] = {"grades": grades_over_time, "members": members_over_time}
PLANS: dict[str, RowPlan] = {
    WORKERS.name: _worker_rows,
    EMPLOYMENTS.name: _employment_rows,
    CERTIFICATES.name: _certificate_rows,
    **ENTERPRISE_PLANS,
    **{subject.name: partial(_event_rows, subject) for subject in EVENTS},
}
