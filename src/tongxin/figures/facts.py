"""The rows behind a figure, within the reader's rights and without names or numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongxin.analytics.definitions import Definition, version_for
from tongxin.analytics.subjects import Field
from tongxin.analytics.trees import Hierarchy, Placement, date_trees
from tongxin.audit import log
from tongxin.codes.later import Later
from tongxin.codes.periods import Period
from tongxin.figures.queries import Release
from tongxin.figures.selection import check_day
from tongxin.files.vault import blind_index
from tongxin.lake.queries import declared_subjects, read_cut
from tongxin.organisations.access import Action, Principal, organisations_visible_to, require
from tongxin.organisations.models import Organisation

if TYPE_CHECKING:
    from tongxin.analytics.facts import PartName, Question
    from tongxin.analytics.figures import Inputs

# Reading facts anew takes a process a hundred megabytes for its engine, and few pages ask for it.
grouping = Later("tongxin.figures.group_inputs")
opening = Later("tongxin.figures.inputs")
reading = Later("tongxin.analytics.facts")


@dataclass(frozen=True)
class FactPage:
    """A page of the rows behind one part of a figure, and how many there are."""

    rows: list[dict[str, Any]]
    workers: list[int | None]
    """The person of each row, for pages that may lead there."""
    total: int
    """How many rows there are that the reader may see."""
    withheld: int
    """How many more the figure counts, which belong to units that the reader may not see."""
    columns: Mapping[str, Field]
    """The declared field of each column that the definition uses."""

    @property
    def withheld_text(self) -> str:
        return ngettext(
            "%(count)s row belongs to units that are not yours; it is counted but not shown.",
            "%(count)s rows belong to units that are not yours; they are counted but not shown.",
            self.withheld,
        ) % {"count": self.withheld}


def facts_behind(
    release: Release,
    code: str,
    *,
    part: str,
    at: Organisation,
    period: Period,
    user: Principal,
    breakdown: str | None = None,
    category: str | None = None,
    as_of: date | None = None,
    offset: int = 0,
    limit: int | None = None,
) -> FactPage:
    """Return the rows that a part of a figure counts; who may not see the unit's people is refused."""
    require(user, Action.SEE_PEOPLE, at)
    check_day(release, as_of)
    definition = _definition(release, code, period)
    name: PartName = "denominator" if part == "denominator" else "numerator"
    question = reading.Question(definition, at.pk, period, name, breakdown, category, as_of)
    try:
        cut = read_cut(release.cut_id)
        hierarchy = grouping.hierarchy_for(cut, at.level)
        with opening.open_kept_inputs(cut, [definition], hierarchy) as (engine, inputs):
            seen = _as_seen(inputs, question, user)
            facts = reading.read_facts(engine, question, seen, offset=offset, limit=limit)
            counted = facts if seen is inputs else reading.read_facts(engine, question, inputs, limit=0)
    except reading.FigureError as error:
        raise ValidationError(_no_rows(definition, name)) from error
    fields = _fields(definition, facts.rows.column_names)
    sent = facts.rows.to_pylist()
    codes = dict(
        Organisation.objects.filter(pk__in={row["organisation"] for row in sent}).values_list("pk", "code")
    )
    log.record(
        actor=user,
        action="facts.viewed",
        target=at,
        organisation_id=at.pk,
        indicator=code,
        period=period,
        part=part,
        rows=len(sent),
    )
    rows = [_row(row, codes, fields) for row in sent]
    withheld = counted.total - facts.total
    return FactPage(rows, [row["worker"] for row in sent], facts.total, withheld, fields)


def _as_seen(inputs: Inputs, question: Question, user: Principal) -> Inputs:
    """Return the inputs without those units of the subtree, as it was then, that the reader may not see.

    A unit that has left the reader's subtree since is none of theirs, though the figure of then counts it.
    """
    if user is None:
        return inputs
    on = question.period.last_day
    tree = date_trees(inputs.hierarchy, [on], as_of=question.as_of).tree(on)
    if question.organisation not in tree.positions:
        return inputs
    visible = set(organisations_visible_to(user, Action.SEE_PEOPLE).values_list("pk", flat=True))
    below = set(tree.subtree(question.organisation).tolist()) - {question.organisation}
    if below <= visible:
        return inputs
    # Rows ask the tree only whether a unit is in the subtree, so what lies between may be left out.
    placed = [Placement(question.organisation, None, date.min)]
    placed += [Placement(node, question.organisation, date.min) for node in sorted(below & visible)]
    return replace(inputs, hierarchy=Hierarchy(placed))


def _no_rows(definition: Definition, part: PartName) -> str:
    """Say why a part of a figure has no rows behind it."""
    if part == "denominator" and definition.parts[1] is None:
        return _("%(code)s is a single number and has no denominator.") % {"code": definition.code}
    return _("%(code)s has no rows that could be listed here.") % {"code": definition.code}


def _definition(release: Release, code: str, period: Period) -> Definition:
    definition = version_for(release.definitions, code, period)
    if definition is None:
        message = _("No version of %(code)s makes a figure for %(period)s.")
        raise ValidationError(message % {"code": code, "period": period})
    return definition


def _fields(definition: Definition, columns: list[str]) -> Mapping[str, Field]:
    """Return the declared field of each column that the definition uses."""
    subjects = declared_subjects()
    found: dict[str, Field] = {}
    for part in definition.parts:
        if part is None or part.is_reported:
            continue
        for column in columns:
            variable, _dot, name = column.partition(".")
            field = subjects[part.subject].field_named(variable, name) if name else None
            if field is not None:
                found[column] = field
    return found


def _row(row: Mapping[str, Any], codes: Mapping[int, str], fields: Mapping[str, Field]) -> dict[str, Any]:
    """Return a row for people: a pseudonym instead of an identifier, values in the units that people read."""
    whom = row["worker"] if row["worker"] is not None else f"fact {row['entity']}"
    shown = {
        "key": blind_index(str(whom), context="facts").hex()[:16],
        "organisation": codes.get(row["organisation"]),
        "date": row["day"],
    }
    for column, value in row.items():
        if column in fields:
            scale = fields[column].scale
            shown[column] = value / scale if scale != 1 and value is not None else value
        elif column in {"numerator", "denominator"}:
            shown[column] = value
    return shown
