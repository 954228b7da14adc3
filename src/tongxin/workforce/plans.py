"""How rows of what may be counted of people come out of the lake."""

from __future__ import annotations

from functools import partial

import ibis
import ibis.expr.types as ir

from tongxin.analytics.row_plans import Held, Recipe, Tables
from tongxin.analytics.sources import RowPlan, TablePlan
from tongxin.analytics.spells import holds
from tongxin.analytics.subjects import Subject
from tongxin.workforce.enterprise_plans import ENTERPRISE_HISTORIES, ENTERPRISE_PLANS
from tongxin.workforce.histories import PERSON, UNIT, grades_over_time, members_over_time
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


def _worker_rows(tables: Tables) -> Recipe:
    jobs = _jobs(tables)
    return Recipe(jobs.mutate(**_EMPLOYED, entity=jobs.worker), [*PERSON, UNIT], span="job")


def _states(tables: Tables) -> ir.Table:
    table = tables["employment_states"]
    order = ibis.window(group_by="employment", order_by="valid_from")
    return table.mutate(valid_to=table.valid_from.lead().over(order))


def _employment_rows(tables: Tables) -> Recipe:
    jobs = _jobs(tables)
    names = ("post", "occupation", "form", "wage")
    states = Held("states", "employment", "job", {f"employment.{name}": name for name in names})
    return Recipe(jobs.mutate(**_EMPLOYED, entity=jobs.job), [*PERSON, UNIT, states], span="job")


# Events


def _certificate_rows(tables: Tables) -> Recipe:
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
    return Recipe(rows.mutate(**_EMPLOYED), [*PERSON, UNIT])


def _event_rows(subject: Subject, tables: Tables) -> Recipe:
    table = tables[subject.name]
    taken = {f"{subject.variable}.{field.name}": table[field.name] for field in subject.fields}
    rows = table.select(entity="id", worker="worker", organisation="organisation", on="on", **taken)
    return Recipe(rows.mutate(**_EMPLOYED), [*PERSON, UNIT])


# Who has an employment, or a record of one, is employed there.
_EMPLOYED = {"worker.employed": ibis.literal(value=True)}

HISTORIES: dict[str, TablePlan] = {
    "grades": grades_over_time,
    "members": members_over_time,
    "states": _states,
    **ENTERPRISE_HISTORIES,
}
PLANS: dict[str, RowPlan] = {
    WORKERS.name: _worker_rows,
    EMPLOYMENTS.name: _employment_rows,
    CERTIFICATES.name: _certificate_rows,
    **ENTERPRISE_PLANS,
    **{subject.name: partial(_event_rows, subject) for subject in EVENTS},
}
