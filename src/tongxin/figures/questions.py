"""What an address of the explorer asks, and the answer to it; the page and the export read it alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from tongxin.codes.periods import Period, periods_between
from tongxin.figures.forms import ExplorerForm, complete_lens, level_below
from tongxin.figures.headlines import first_headlines
from tongxin.figures.queries import Release
from tongxin.figures.selection import MOST_FIGURES, Answer, Question, answer, answer_beside, usual_kind
from tongxin.organisations.access import Action, Principal, get_organisation_for, home_unit_of
from tongxin.organisations.models import Organisation

LINE_PERIODS = 12
"""So many periods a line has when no first one is chosen."""


@dataclass(frozen=True)
class Asked:
    """The form as it was sent, and what came of it; without a question the form says what is wrong."""

    form: ExplorerForm
    unit: Organisation
    view: str
    question: Question | None
    answers: Sequence[Answer]
    beside: Sequence[Answer] = ()
    """Figures of versions of a definition that run beside those in force."""


def unit_asked(user: Principal, code: str | None, action: Action = Action.SEE_FIGURES) -> Organisation:
    """Return the unit of the address, else the highest one at which the reader may do the thing."""
    if code:
        return get_organisation_for(user, code, action)
    unit = home_unit_of(user, action)
    if unit is None:
        raise PermissionDenied(_("You hold no role for this yet."))
    return unit


def read_asked(release: Release, sent: QueryDict, *, user: Principal, most: int = MOST_FIGURES) -> Asked:
    """Read an address: what it leaves open has a usual value, what it gets wrong is said in the form."""
    unit = unit_asked(user, sent.get("at"))
    form = ExplorerForm(_completed(sent, release, unit), release=release, unit=unit)
    view = form.data.get("view") or "table"
    if not form.is_valid():
        return Asked(form, unit, view, None, ())
    question = _question(release, unit, form)
    try:
        found = answer(release, question, user=user, most=most)
        return Asked(form, unit, view, question, found, answer_beside(release, question, user=user))
    except ValidationError as refusal:
        form.add_error("by" if "by" in form.changed_data and question.by else None, refusal)
        return Asked(form, unit, view, None, ())


def _completed(sent: QueryDict, release: Release, unit: Organisation) -> QueryDict:
    values = sent.copy()
    values["at"] = unit.code
    if "i" not in values:
        values.setlist("i", first_headlines(release))
        if "level" not in values:
            values["level"] = level_below(unit)
    values.setdefault("view", "table")
    complete_lens(values, release)
    if period := values.get("period"):
        values["from"] = values["to"] = period
    return values


def _question(release: Release, unit: Organisation, form: ExplorerForm) -> Question:
    given = form.cleaned_data
    return Question(
        codes=tuple(given["i"]),
        at=unit,
        level=given["level"] or None,
        periods=_periods(release, form),
        by=given["by"] or None,
        as_of=given["as_of"],
    )


def _periods(release: Release, form: ExplorerForm) -> tuple[Period, ...]:
    """Return the periods between the ends that are given; of a line without its first, the last twelve."""
    given = form.cleaned_data
    usual = usual_kind(release.newest(given["i"][0]))
    ends = [Period.parse(given[name]) for name in ("from", "to") if given[name]]
    last = ends[-1] if given["to"] else release.default_period(ends[0].kind if ends else usual)
    first = ends[0] if given["from"] else last
    if given["view"] == "line" and first == last:
        known = sorted(
            each for each in map(Period.parse, release.manifest["periods"]) if each.kind == last.kind
        )
        return tuple(each for each in known if each <= last)[-LINE_PERIODS:]
    return periods_between(min(first, last), last)
