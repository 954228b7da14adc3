"""Deadlines: the words that say by when, and the last day that they mean."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tongxin.documents.lexicon import load, pattern, patterns


@dataclass(frozen=True)
class Deadline:
    """What a text says of when something is due; `day` is None where it names no single day."""

    text: str
    day: date | None
    start: int = 0


NO_DEADLINE = Deadline("", None)


def find_deadline(text: str, issued: date | None) -> Deadline:
    """Return the first deadline of a clause.

    Parameters
    ----------
    text
        Clauses of the cleaned text.
    issued
        The date of the document, or the first day of the year that it is about; "this year" counts from it.
        Without it only a deadline with its year has a day.
    """
    return next(deadlines_in(text, issued), NO_DEADLINE)


def deadlines_in(text: str, issued: date | None) -> Iterator[Deadline]:
    """Yield the deadlines of a text in their order; what is due again and again has no day."""
    spans = sorted(_spans(text, issued), key=lambda each: (each.start, -len(each.text)))
    end = 0
    for each in spans:
        if each.start >= end:
            yield each
            end = each.start + len(each.text)


def _spans(text: str, issued: date | None) -> Iterator[Deadline]:
    counted = [found.span() for found in pattern("deadlines", "after_issue").finditer(text)]
    for found in pattern("deadlines", "after_issue").finditer(text):
        day = issued + timedelta(days=int(found[1])) if issued else None
        yield Deadline(found.group(), day, found.start())
    for found in pattern("deadlines", "without_day").finditer(text):
        if not any(start < found.end() and found.start() < end for start, end in counted):
            yield Deadline(found.group(), None, found.start())
    for form in patterns("deadlines", "forms"):
        for found in form.finditer(text):
            yield Deadline(found.group(), _day(found, issued), found.start())


def _day(found: re.Match[str], issued: date | None) -> date | None:
    told = {name.rstrip("23"): value for name, value in found.groupdict().items() if value}
    year = _year(told, issued)
    if year is None:
        return None
    try:
        return _last_day(year, told, issued)
    except ValueError:
        return None


def _year(told: dict[str, str], issued: date | None) -> int | None:
    words = told.get("y") or told.get("r") or ""
    if words.isdigit():
        return int(words)
    if words in load("deadlines")["five_years"]:
        return int(load("deadlines")["five_years"][words])
    return None if issued is None else issued.year + int(load("deadlines")["relative_years"].get(words, 0))


def _last_day(year: int, told: dict[str, str], issued: date | None) -> date:
    if "n" in told and issued:
        return _end_of_month(issued.year, issued.month)
    if "f" in told:
        return date(year, *load("deadlines")["festivals"][told["f"]])
    if "d" in told:
        return date(year, int(told["m"]), int(told["d"]))
    if "m" in told:
        return _end_of_month(year, int(told["m"]))
    if "q" in told:
        quarter = told["q"]
        return _end_of_month(year, 3 * int(load("deadlines")["quarters"].get(quarter, quarter)))
    if "h" in told:
        return _end_of_month(year, int(load("deadlines")["halves"][told["h"]]))
    return date(year, 12, 31)


def _end_of_month(year: int, month: int) -> date:
    if not 1 <= month <= 12:
        raise ValueError(month)
    return date(year, month, monthrange(year, month)[1])


def read_cell(text: str, issued: date | None) -> Deadline:
    """Return the deadline that a cell of a table holds, where a bare month or year is one."""
    if found := pattern("deadlines", "table_month").match(text.strip()):
        return Deadline(text.strip(), _day(found, issued))
    return find_deadline(text, issued) if text else NO_DEADLINE


def opening_deadline(text: str, issued: date | None) -> Deadline:
    """Return the deadline that stands alone at the front of a sentence: it holds for all in it."""
    front = re.split("[，,]", text, maxsplit=1)
    if len(front) == 1:
        return NO_DEADLINE
    found = find_deadline(front[0], issued)
    rest = front[0].replace(found.text, "").strip()
    return (
        found if found.text and (not rest or pattern("deadlines", "opens").fullmatch(rest)) else NO_DEADLINE
    )
