"""The explorer's figures as charts and as a map of tiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tongxin.codes.tiles import city_tiles, county_tiles
from tongxin.figures.places import passport_url
from tongxin.figures.selection import Answer, Question
from tongxin.figures.words import (
    breakdown_of,
    category_name,
    decimals_of,
    indicator_name,
    name_with_unit,
    value_text,
    version_text,
)
from tongxin.ui.formats import period as period_text

MOST_LINES = 12
MOST_BARS = 90


@dataclass(frozen=True)
class Chart:
    """One drawing: its content as charts.js takes it, and what it leaves out of the table."""

    kind: str
    name: str
    title: str
    content: dict[str, Any]
    height: int
    left_out: int


@dataclass
class TileMap:
    """One indicator over cities or counties, the lowest and the highest value of the legend."""

    title: str
    tiles: list[dict[str, Any]] = field(default_factory=list)
    low: str = ""
    high: str = ""
    size: str = "large"


def draw_lines(
    answers: Sequence[Answer],
    question: Question,
    marks: Sequence[Mapping[str, str]] = (),
    beside: Sequence[Answer] = (),
) -> list[Chart]:
    """Draw each indicator over the periods, a line for each unit or category; marks say where it breaks.

    Versions of its definition that run beside those in force have lines of their own.
    """
    charts = []
    for code in question.codes:
        mine = [answer for answer in answers if answer.figure.indicator == code]
        series: dict[str, list[float | None]] = {}
        place = {str(period): number for number, period in enumerate(question.periods)}
        for answer in mine:
            line = series.setdefault(_name_of(answer, question), [None] * len(place))
            line[place[answer.figure.period]] = answer.figure.value
        for answer in (each for each in beside if each.figure.indicator == code):
            name = f"{_name_of(answer, question)} · {version_text(answer.definition.version)}"
            line = series.setdefault(name, [None] * len(place))
            line[place[answer.figure.period]] = answer.figure.value
        labels = [str(each) for each in question.periods]
        if mine:
            chart = _chart("line", mine[0], labels, series, MOST_LINES)
            chart.content["marks"] = list(marks)
            charts.append(chart)
    return charts


def draw_bars(answers: Sequence[Answer], question: Question) -> list[Chart]:
    """Draw each indicator in the last of the periods, a bar for each unit or category."""
    charts = []
    last = str(question.periods[-1])
    for code in question.codes:
        mine = [each for each in answers if each.figure.indicator == code and each.figure.period == last]
        names = [_name_of(answer, question) for answer in mine]
        values = [answer.figure.value for answer in mine]
        if mine:
            series = {indicator_name(mine[0].definition): values[:MOST_BARS]}
            charts.append(_chart("bar", mine[0], names[:MOST_BARS], series, 1, len(mine) - MOST_BARS))
    return charts


def _name_of(answer: Answer, question: Question) -> str:
    breakdown = breakdown_of(answer.definition, answer.figure.breakdown)
    category = category_name(breakdown, answer.figure.category) if breakdown else ""
    if question.level is None and category:
        return category
    return f"{answer.organisation.name} {category}".strip()


def _chart(
    kind: str,
    first: Answer,
    labels: list[str],
    series: Mapping[str, list[float | None]],
    most: int,
    left_out: int = 0,
) -> Chart:
    definition = first.definition
    lines: list[dict[str, Any]] = [
        {"name": name, "values": values} for name, values in list(series.items())[:most]
    ]
    if len(series) == 1 and definition.dimension:
        lines[0]["dimension"] = definition.dimension
    content = {
        "labels": labels,
        "unit": "%" if definition.unit.code == "percent" else "",
        "decimals": decimals_of(definition) or 0,
        "series": lines,
    }
    height = 320 if kind == "line" else max(len(labels) * 26 + 40, 120)
    missing = max(left_out, len(series) - most, 0)
    return Chart(kind, f"chart-{definition.code}", name_with_unit(definition), content, height, missing)


def draw_map(answers: Sequence[Answer], question: Question) -> TileMap | None:
    """Draw one indicator of the last period; None where no unit has a place on the map."""
    places: Mapping[str, tuple[int, int]] = {"city": city_tiles(), "county": county_tiles()}.get(
        question.level or "", {}
    )
    last = str(question.periods[-1])
    shown = [each for each in answers if each.figure.period == last and each.organisation.code in places]
    if not shown or len(question.codes) > 1 or question.by:
        return None
    numbers = sorted((each for each in shown if each.figure.value is not None), key=_value)
    low, high = (_value(numbers[0]), _value(numbers[-1])) if numbers else (0.0, 0.0)
    top = min(places[each.organisation.code][0] for each in shown)
    left = min(places[each.organisation.code][1] for each in shown)
    drawing = TileMap(name_with_unit(shown[0].definition) + " · " + period_text(last))
    for each in shown:
        row, column = places[each.organisation.code]
        drawing.tiles.append(_tile(each, question, row - top + 1, column - left + 1, (low, high)))
    if numbers:
        drawing.low, drawing.high = (
            value_text(each.figure, each.definition) for each in (numbers[0], numbers[-1])
        )
    drawing.size = "small" if question.level == "county" and len(shown) > 20 else "large"
    return drawing


def _value(answer: Answer) -> float:
    return answer.figure.value or 0.0


def _tile(
    answer: Answer, question: Question, row: int, column: int, ends: tuple[float, float]
) -> dict[str, Any]:
    unit, text = answer.organisation, value_text(answer.figure, answer.definition)
    value, (low, high) = answer.figure.value, ends
    share = None if value is None else (value - low) / (high - low) if high > low else 1.0
    return {
        "row": row,
        "column": column,
        "label": unit.name,
        "value_text": text,
        "share": share,
        "url": passport_url(answer.figure, unit.code, as_of=question.as_of),
        "title": f"{unit.name} {text}",
    }
