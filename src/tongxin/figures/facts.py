"""The rows behind a figure, within the reader's rights and without names or numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tongxin.analytics.definitions import Definition, version_for
from tongxin.analytics.facts import PartName, Question, read_facts
from tongxin.analytics.figures import FigureError
from tongxin.analytics.subjects import Field
from tongxin.audit import log
from tongxin.codes.periods import Period
from tongxin.figures.inputs import open_kept_inputs
from tongxin.figures.queries import Release
from tongxin.files.vault import blind_index
from tongxin.lake.queries import declared_subjects, read_cut
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation


@dataclass(frozen=True)
class FactPage:
    """A page of the rows behind one part of a figure, and how many there are."""

    rows: list[dict[str, Any]]
    workers: list[int | None]
    """The person of each row, for pages that may lead there."""
    total: int
    columns: Mapping[str, Field]
    """The declared field of each column that the definition uses."""


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
    definition = _definition(release, code, period)
    name: PartName = "denominator" if part == "denominator" else "numerator"
    question = Question(definition, at.pk, period, name, breakdown, category, as_of)
    try:
        with open_kept_inputs(read_cut(release.cut_id), [definition]) as (engine, inputs):
            facts = read_facts(engine, question, inputs, offset=offset, limit=limit)
    except FigureError as error:
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
    return FactPage(rows, [row["worker"] for row in sent], facts.total, fields)


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
