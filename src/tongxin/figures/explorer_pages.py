"""What the explorer shows beside its table: charts, notes, and where trends break."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from tongxin.analytics.definitions import Definition
from tongxin.figures.breaks import Break, breaks_of, marks_of
from tongxin.figures.charts import draw_bars, draw_lines, draw_map
from tongxin.figures.explorer import lay_out
from tongxin.figures.forms import VIEWS
from tongxin.figures.lenses import lens_text
from tongxin.figures.places import BELOW, question_url
from tongxin.figures.queries import Release
from tongxin.figures.questions import Asked as Explored
from tongxin.figures.selection import Answer, Question, answer
from tongxin.figures.tree_events import absence_of
from tongxin.figures.words import breakdown_name, breakdown_of, level_name
from tongxin.organisations.access import Action, Principal
from tongxin.organisations.context import place_of, with_query
from tongxin.organisations.models import Level, Organisation


def describe_explorer(release: Release, asked: Explored, user: Principal) -> dict[str, Any]:
    question, unit = asked.question, asked.unit
    context = {
        "section": "figures",
        "release": release,
        "form": asked.form,
        "view": asked.view,
        "views": VIEWS,
        **place_of(user, unit, lambda each: _explorer_at(asked, each), Action.SEE_FIGURES),
    }
    if question is None:
        return context
    return context | {
        "question": question,
        "board": lay_out([*_whole(release, question, user), *asked.answers], question, asked.beside),
        "map": draw_map(asked.answers, question) if asked.view == "map" else None,
        "export_url": question_url(question, route="figure_export"),
        "last_period": question.periods[-1],
        "level_text": level_name(question.level) if question.level else unit.name,
        "breakdown_text": _breakdown_text(question, release),
        "n_undetermined": sum(1 for each in asked.answers if each.figure.undetermined),
        "notes": _notes(question, [release.newest(code) for code in question.codes]),
        "lens_text": lens_text(release, question.as_of),
        **_over_time(release, asked, question, user),
    }


def _whole(release: Release, question: Question, user: Principal) -> list[Answer]:
    """Return a group company's own figures, to stand over those of members, which need not add up to it."""
    if question.at.level != Level.GROUP or question.level is None:
        return []
    return answer(release, replace(question, level=None), user=user)


def _over_time(release: Release, asked: Explored, question: Question, user: Principal) -> dict[str, Any]:
    """Return whether the unit exists under the tree, and where the trend of the unit itself breaks."""
    on = question.as_of or question.periods[-1].last_day
    known = [each for each in question.periods if str(each) in release.manifest["periods"]]
    # What came to a unit below or left it is told where that unit is asked for.
    own_trees = question.as_of is None and question.level is None
    breaks = [
        (code, each)
        for code in question.codes
        for each in breaks_of(release, code, question.at, known, own_trees=own_trees)
    ]
    absence = absence_of(release, question.at, on, user)
    return {
        "absence": absence,
        "instead": [
            (unit.name, question_url(question, at=unit.code, view=asked.view))
            for unit in (absence.instead if absence else ())
        ],
        "breaks": [(each, _where(question, code, each)) for code, each in breaks],
        "charts": _charts(asked, question, [each for _code, each in breaks]),
    }


def _where(question: Question, code: str, found: Break) -> str:
    """Return where a break of a trend is explained."""
    as_of = found.before.last_day if found.is_tree else None
    address = with_query(
        reverse("passport", args=[code]), at=question.at.code, period=found.period, as_of=as_of
    )
    return f"{address}#{'why' if found.is_tree else 'definition'}"


def _breakdown_text(question: Question, release: Release) -> str:
    breakdown = breakdown_of(release.newest(question.codes[0]), question.by)
    return breakdown_name(breakdown) if breakdown else ""


def _explorer_at(asked: Explored, unit: Organisation) -> str:
    """Return the address of the same question at another unit, listing what stands below it."""
    if asked.question is None:
        return with_query(reverse("explorer"), at=unit.code)
    same = unit.pk == asked.unit.pk
    level = asked.question.level if same or not asked.question.level else BELOW.get(unit.level)
    return question_url(asked.question, at=unit.code, level=level, view=asked.view)


def _charts(asked: Explored, question: Question, breaks: Sequence[Break]) -> list[Any]:
    if asked.view == "line":
        return draw_lines(asked.answers, question, marks_of(breaks), asked.beside)
    return draw_bars(asked.answers, question) if asked.view == "bar" else []


def _notes(question: Question, definitions: Sequence[Definition]) -> list[str]:
    """Return what must be known so that nobody adds what does not add up."""
    measures = [
        measure
        for each in definitions
        for measure in (each.value, each.numerator, each.denominator)
        if measure
    ]
    notes = []
    if question.by and not all(measure.additivity.over_categories for measure in measures):
        notes.append(_("Whoever stands in two categories counts in each: categories need not add up."))
    if question.level and not all(measure.additivity.over_organisations for measure in measures):
        notes.append(
            _("Whoever works at two units counts at each and once above them: units need not add up.")
        )
    return notes
