"""Plain SQL put together from its clauses, for the many like statements that roll figures up.

The statements keep to what the dialects of large engines share or can be turned into.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def quote(name: str) -> str:
    """Return a column name as it is written in a statement.

    Examples
    --------
    >>> quote("worker.sex")
    '"worker.sex"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as it is written in a statement.

    Examples
    --------
    >>> literal("workers' congress")
    "'workers'' congress'"
    """
    return "'" + text.replace("'", "''") + "'"


def select(
    columns: Iterable[str],
    source: str,
    *,
    where: str | None = None,
    group_by: Sequence[str] = (),
    order_by: Sequence[str] = (),
) -> str:
    """Return a statement that reads a table, a join, or another statement in brackets.

    Examples
    --------
    >>> select(["sex", "count(*) AS n"], "people", where="age > 20", group_by=["sex"])
    'SELECT sex, count(*) AS n FROM people WHERE age > 20 GROUP BY sex'
    """
    clauses = ["SELECT", ", ".join(columns), "FROM", source]
    if where:
        clauses += ["WHERE", where]
    if group_by:
        clauses += ["GROUP BY", ", ".join(group_by)]
    if order_by:
        clauses += ["ORDER BY", ", ".join(order_by)]
    return " ".join(clauses)


def union(statements: Iterable[str]) -> str:
    """Return all rows of several statements with the same columns, as a source in brackets.

    Examples
    --------
    >>> union([select(["1 AS n"], "one"), select(["2 AS n"], "two")])
    '(SELECT 1 AS n FROM one UNION ALL SELECT 2 AS n FROM two)'
    """
    return "(" + " UNION ALL ".join(statements) + ")"
