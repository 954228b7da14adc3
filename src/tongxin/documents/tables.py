"""Tables of responsibilities: rows of cells between tabs or bars, under a header that names columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tongxin.documents.deadlines import read_cell
from tongxin.documents.lexicon import word_set
from tongxin.documents.proposals import Proposal, Surroundings, propose
from tongxin.documents.responsibility import Responsible, bodies_of
from tongxin.documents.sentences import Piece
from tongxin.documents.structure import Paragraph
from tongxin.documents.targets import find_target

_ROLES = ("task", "lead", "support", "deadline", "target", "number")
_FEWEST_CELLS = 2


@dataclass(frozen=True)
class Table:
    """The rows of a table below its header, and which column says what."""

    columns: dict[str, int]
    rows: tuple[Paragraph, ...]


def cells_of(paragraph: Paragraph) -> list[Piece]:
    r"""Return the cells of a row; one that is no row is a single cell.

    >>> [each.text for each in cells_of(Paragraph("", 5, 10, "a\t b"))]
    ['a', 'b']
    """
    separator = "\t" if "\t" in paragraph.text else "|"
    whole = Piece(paragraph.start, paragraph.end, paragraph.text)
    found, begin = [], 0
    for text in paragraph.text.split(separator):
        found.append(whole.part(begin, begin + len(text)))
        begin += len(text) + 1
    is_framed = separator == "|" and len(found) > _FEWEST_CELLS and not found[0].text and not found[-1].text
    return found[1:-1] if is_framed else found


def tables_of(paragraphs: Sequence[Paragraph]) -> list[Table]:
    """Return the tables whose header has a column of tasks."""
    found = []
    place = 0
    while place < len(paragraphs):
        columns = _columns(paragraphs[place])
        place += 1
        if "task" not in columns:
            continue
        begin = place
        while (
            place < len(paragraphs)
            and len(cells_of(paragraphs[place])) > columns["task"]
            and _is_row(paragraphs[place])
        ):
            place += 1
        found.append(Table(columns, tuple(paragraphs[begin:place])))
    return found


def _is_row(paragraph: Paragraph) -> bool:
    return len(cells_of(paragraph)) >= _FEWEST_CELLS and "task" not in _columns(paragraph)


def _columns(paragraph: Paragraph) -> dict[str, int]:
    names = [cell.text.replace(" ", "") for cell in cells_of(paragraph)]
    if len(names) < _FEWEST_CELLS:
        return {}
    named: dict[str, int] = {}
    for role in _ROLES:
        place = next(
            (at for at, name in enumerate(names) if name in word_set("fields", f"table_{role}")), None
        )
        if place is not None and place not in named.values():
            named[role] = place
    if "task" not in named and len(named) >= _FEWEST_CELLS:
        # A column that nothing else is said of, beside those who lead and by when, holds the tasks.
        left = [at for at in range(len(names)) if at not in named.values()]
        named |= {"task": left[0]} if left else {}
    return named if len(named) >= _FEWEST_CELLS else {}


def propose_rows(table: Table, heading: str, issued: date | None) -> list[Proposal]:
    """Return a proposal for each row: the task is quoted, its other cells say who, with whom and by when."""
    found = []
    for row in table.rows:
        cells = cells_of(row)
        told = {role: cells[at].text for role, at in table.columns.items() if at < len(cells)}
        task = cells[table.columns["task"]]
        if task.text and task.text not in word_set("fields", "empty_cells"):
            around = Surroundings(
                row.anchor,
                heading,
                responsible=Responsible(bodies_of(told.get("lead", "")), bodies_of(told.get("support", ""))),
                deadline=read_cell(told.get("deadline", ""), issued),
                target=find_target(told.get("target", "")),
                issued=issued,
            )
            found.append(propose(task, around))
    return found
