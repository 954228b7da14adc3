"""A cut opened for the roll-up over group companies: their trees, and the facts of their members alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache

import ibis
import ibis.expr.types as ir
from django.conf import settings

from tongxin.analytics.definitions import Definition
from tongxin.analytics.engine import Engine
from tongxin.analytics.figures import Inputs
from tongxin.analytics.group_trees import stand_alone
from tongxin.analytics.statements import select
from tongxin.analytics.trees import Hierarchy, Placement
from tongxin.figures.inputs import TREE_TABLES, inputs_of, open_engine
from tongxin.lake.queries import Cut, open_tables, read_cut
from tongxin.organisations.models import Level

GROUP_TREE = ("group_placements", "organisations")
"""The tables of a cut that say who belonged to which group company, and how long each existed."""


@contextmanager
def open_group_inputs(cut: Cut, definitions: Sequence[Definition]) -> Iterator[tuple[Engine, Inputs] | None]:
    """Open a cut from its own files, narrowed to members of group companies; nothing where there are none."""
    if not has_groups(cut):
        yield None
        return
    with open_engine() as engine:
        tables = open_tables(engine, cut)
        hierarchy = _hierarchy_of(engine, tables)
        yield engine, inputs_of(engine, {**tables, **_narrowed(engine, tables)}, definitions, hierarchy)


def has_groups(cut: Cut) -> bool:
    """Tell whether the registry had group companies when the cut was taken; earlier versions knew of none."""
    return cut.counts().get("group_placements", 0) > 0


def _narrowed(engine: Engine, tables: Mapping[str, ir.Table]) -> dict[str, ir.Table]:
    """Return the tables of facts with what concerns members: of their people all, wherever it stands.

    Conditions may range over all records of a person, and what stands elsewhere has no place in these trees.
    """
    placed = tables["group_placements"]
    members = engine.keep(placed.select("organisation").distinct(), lasting=True)
    at = [
        table.semi_join(members, "organisation").select("worker")
        for table in tables.values()
        if {"worker", "organisation"} <= set(table.columns)
    ]
    workers = engine.keep(ibis.union(*at, distinct=True), lasting=True)
    jobs = tables["employments"].semi_join(workers, "worker").select(employment="id")
    found = {}
    for name, table in tables.items():
        for key, kept in (("worker", workers), ("employment", jobs), ("organisation", members)):
            if key in table.columns and name not in (*TREE_TABLES, "group_placements"):
                found[name] = engine.keep(table.semi_join(kept, key), lasting=True)
                break
    return found


def _hierarchy_of(engine: Engine, tables: Mapping[str, ir.Table]) -> Hierarchy:
    """Return the dated trees of group companies; a member that was closed stays in its last group."""
    rows = engine.fetch_text(select(["*"], engine.text(tables["group_placements"])))
    placements = [
        Placement(row["organisation"], row["parent"], row["valid_from"], row["valid_to"], row["level"])
        for row in rows
    ]
    units = tables["organisations"].semi_join(tables["group_placements"], "organisation")
    lives = {
        row["organisation"]: (row["opened_on"], row["closed_on"])
        for row in engine.fetch(units.select("organisation", "opened_on", "closed_on")).to_pylist()
    }
    return Hierarchy(stand_alone(placements, lives))


@lru_cache(maxsize=4)
def _kept_hierarchy(home: str, cut_id: str) -> Hierarchy:  # two homes may have equal cuts
    cut = read_cut(cut_id)
    with open_engine() as engine:
        return _hierarchy_of(engine, open_tables(engine, cut, {name: cut.files[name] for name in GROUP_TREE}))


def group_hierarchy_of_cut(cut: Cut) -> Hierarchy:
    """Return the dated trees of the group companies of a cut, read once; without any, an empty one."""
    return _kept_hierarchy(str(settings.TONGXIN_HOME), cut.id) if has_groups(cut) else Hierarchy([])


def hierarchy_for(cut: Cut, level: str) -> Hierarchy | None:
    """Return the trees in which a unit of a level has its figures; None for those of the divisions."""
    return group_hierarchy_of_cut(cut) if level == Level.GROUP else None
