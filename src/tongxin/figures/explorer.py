"""The explorer's answer: one table of figures, laid out for reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from tongxin.analytics.figure_store import Status
from tongxin.figures.places import BELOW, catalogue_url, passport_url, question_url
from tongxin.figures.selection import Answer, Question
from tongxin.figures.words import (
    breakdown_of,
    category_name,
    indicator_name,
    name_with_unit,
    value_text,
    version_text,
)
from tongxin.ui.formats import period as period_text
from tongxin.ui.formats import status_reason

MOST_CELLS = 3_000
"""How many figures a page shows; an export has them all."""


@dataclass(frozen=True)
class Cell:
    text: str
    url: str
    reason: str
    """Why there is no number; empty where there is one."""
    undetermined: int


@dataclass(frozen=True)
class Column:
    text: str
    meaning_url: str = ""
    meaning_of: str = ""


@dataclass(frozen=True)
class Row:
    """A line of the table: whose figures, and where one level down leads."""

    label: str
    url: str
    note: str
    cells: list[Cell | None]


@dataclass
class Board:
    """What the explorer shows."""

    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    is_cut: bool = False


def lay_out(answers: Sequence[Answer], question: Question, beside: Sequence[Answer] = ()) -> Board:
    """Lay figures out: a line for each unit, indicator and category; a column for each period.

    With one period the columns are the indicators, or the categories of one breakdown. Versions that run
    beside those in force have lines of their own over several periods.
    """
    board = Board(is_cut=len(answers) > MOST_CELLS)
    shown = answers[:MOST_CELLS]
    if len(question.periods) > 1 or (question.by and question.level is None):
        _by_period(board, shown, question)
        _by_period(board, beside[:MOST_CELLS], question, is_beside=True)
    else:
        _by_column(board, shown, question)
    return board


def line_name(answer: Answer, question: Question) -> tuple[str, str]:
    """Return a line's label and the note under it: what all lines share is left out."""
    parts = [answer.organisation.name] if question.level is not None else []
    if len(question.codes) > 1:
        parts.append(indicator_name(answer.definition))
    breakdown = breakdown_of(answer.definition, answer.figure.breakdown)
    if breakdown is not None:
        parts.append(category_name(breakdown, answer.figure.category))
    if not parts:
        parts = [answer.organisation.name]
    return parts[0], " · ".join(parts[1:])


def _cell(answer: Answer, question: Question) -> Cell:
    figure = answer.figure
    return Cell(
        value_text(figure, answer.definition),
        passport_url(figure, answer.organisation.code, as_of=question.as_of),
        "" if figure.status is Status.OK else status_reason(figure.status.value),
        figure.undetermined,
    )


def _below_url(answer: Answer, question: Question) -> str:
    """Return where one step down the tree leads with the same question."""
    if question.level is None:
        return ""
    return question_url(question, at=answer.organisation.code, level=BELOW.get(question.level))


def _by_period(
    board: Board, answers: Sequence[Answer], question: Question, *, is_beside: bool = False
) -> None:
    board.columns = [Column(period_text(each)) for each in question.periods]
    position = {str(each): place for place, each in enumerate(question.periods)}
    rows: dict[tuple[int, str, str | None, str], Row] = {}
    for answer in answers:
        figure = answer.figure
        version = answer.definition.version if is_beside else ""
        key = (figure.organisation, figure.indicator, figure.category, version)
        if key not in rows:
            label, note = line_name(answer, question)
            note = " · ".join(each for each in (note, _by_version(version)) if each)
            rows[key] = Row(label, _below_url(answer, question), note, [None] * len(position))
        rows[key].cells[position[figure.period]] = _cell(answer, question)
    board.rows += rows.values()


def _by_version(version: str) -> str:
    return _("by the %(version)s, beside") % {"version": version_text(version)} if version else ""


def _by_column(board: Board, answers: Sequence[Answer], question: Question) -> None:
    columns: dict[tuple[str, str | None], Column] = {}
    for answer in answers:
        key = (answer.figure.indicator, answer.figure.category)
        if key not in columns:
            columns[key] = _column(answer, question)
    position = {key: place for place, key in enumerate(columns)}
    board.columns = list(columns.values())
    rows: dict[int, Row] = {}
    for answer in answers:
        unit = answer.organisation
        if unit.pk not in rows:
            rows[unit.pk] = Row(unit.name, _below_url(answer, question), "", [None] * len(position))
        rows[unit.pk].cells[position[answer.figure.indicator, answer.figure.category]] = _cell(
            answer, question
        )
    board.rows = list(rows.values())


def _column(answer: Answer, question: Question) -> Column:
    definition = answer.definition
    breakdown = breakdown_of(definition, answer.figure.breakdown)
    name = name_with_unit(definition)
    if breakdown is not None:
        category = category_name(breakdown, answer.figure.category)
        name = f"{name} · {category}" if len(question.codes) > 1 else category
    return Column(name, catalogue_url(definition.code, question.at.code), indicator_name(definition))
