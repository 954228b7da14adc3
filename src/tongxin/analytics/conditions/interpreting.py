"""The interpreted reading: cel-python evaluates the text itself, row by row.

It is the second engine beside the compiled one and shares with it the declared function table, nothing else.
A missing value is an absent key, so that every use of it is an error; an error is "cannot tell".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from celpy import celtypes
from celpy.evaluation import Activation, CELEvalError, Evaluator
from lark import Token, Tree

from tongxin.analytics.conditions.celfunctions import declare_functions
from tongxin.analytics.conditions.celvalues import fold_answers, read_date, read_stored
from tongxin.analytics.conditions.expressions import Condition
from tongxin.analytics.conditions.names import EVENT_DATE, WORKER
from tongxin.analytics.conditions.parameters import Parameters
from tongxin.analytics.conditions.syntax import parse_text, subtree
from tongxin.analytics.subjects import Field, Grain, Subject

Row = Mapping[str, object]
RelatedRows = Mapping[str, Sequence[Row]]


def interpret_condition(
    condition: Condition,
    row: Row,
    *,
    at: date | None = None,
    related: RelatedRows | None = None,
    parameters: Parameters | None = None,
) -> bool | None:
    """Return the answer of a condition for one row: true, false, or None where it cannot be told.

    Parameters
    ----------
    condition : Condition
        A checked condition.
    row : mapping of str to object
        One row of the subject's table: `worker` and `<variable>.<field>`, as stored (an integer before its
        scale, a code as its string, a date); None or absent where the fact is missing.
    at : date, optional
        The evaluation date.
    related : mapping of str to sequence of rows, optional
        Rows of the related subjects; those of other workers, and later than `at`, are passed over.
    parameters : mapping of str to Parameter, optional
        The dated parameters that the condition names.

    Raises
    ------
    ValueError
        Where a related subject that the condition names is not given.
    TypeError
        Where a value is not what its field stores.

    Examples
    --------
    >>> from tongxin.analytics.conditions.parsing import parse_condition
    >>> from tongxin.analytics.subjects import Field, FieldType, Grain, Subject
    >>> age = Field("age", FieldType.INTEGER, "age", "")
    >>> workers = Subject("workers", "worker", Grain.SPELL, "workers", "", (age,))
    >>> adult = parse_condition("worker.age >= 18", workers)
    >>> interpret_condition(adult, {"worker.age": 17}), interpret_condition(adult, {"worker.age": None})
    (False, None)
    """
    return RowReading(condition, row, at=at, related=related, parameters=parameters).answer(condition.text)


class RowReading:
    """One row made ready for celpy: what each name stands for, what each function gives."""

    def __init__(
        self,
        condition: Condition,
        row: Row,
        *,
        at: date | None,
        related: RelatedRows | None,
        parameters: Parameters | None,
    ) -> None:
        self.condition = condition
        self.row = row
        self.at = at
        self.functions = declare_functions(condition.code_lists, parameters or {}, at)
        self.facts = {name: self._select_facts(name, related or {}) for name in condition.related}
        self.context = self._build_context()

    def answer(self, text: str, bound: Mapping[str, Any] | None = None) -> bool | None:
        """Return the answer of a text that is true, false or neither, with some variables bound."""
        value = self.evaluate(text, bound)
        if isinstance(value, CELEvalError):
            return None
        if not isinstance(value, celtypes.BoolType):
            raise TypeError(f"{text} gives {value!r}, neither true nor false")
        return bool(value)

    def evaluate(self, text: str, bound: Mapping[str, Any] | None = None) -> Any:
        """Return celpy's value of a text, or its error."""
        evaluator = ExactEvaluator(read_tree(text), Activation(functions=self.functions))
        try:
            return evaluator.evaluate({**self.context, **(bound or {})})
        except CELEvalError as error:
            return error

    def bind_fact(self, related: str, fact: Row) -> Any:
        """Return a related row as a value that a variable can stand for."""
        subject = self.condition.related[related]
        return self._read_fields(fact, subject.variable, subject.fields, subject)

    def _select_facts(self, name: str, related: RelatedRows) -> tuple[Row, ...] | None:
        if name not in related:
            raise ValueError(f"the condition needs the rows of {name}, which are not given")
        worker = self.row.get("worker")
        if worker is None or self.at is None:
            return None
        on = EVENT_DATE.name
        mine = (fact for fact in related[name] if fact.get("worker", worker) == worker)
        return tuple(fact for fact in mine if isinstance(day := fact.get(on), date) and day <= self.at)

    def _build_context(self) -> dict[str, Any]:
        subject = self.condition.subject
        context = {
            variable: self._read_fields(
                self.row, variable, fields, subject if variable == subject.variable else None
            )
            for variable, fields in subject.variables().items()
        }
        worker = context.setdefault(WORKER, celtypes.MapType())
        for name, facts in self.facts.items():
            if facts is not None:
                worker[name] = celtypes.ListType([self.bind_fact(name, fact) for fact in facts])
        context["at"] = CELEvalError("no evaluation date") if self.at is None else read_date(self.at)
        return context

    def _read_fields(
        self, row: Row, variable: str, fields: tuple[Field, ...], subject: Subject | None
    ) -> Any:
        columns = {field.name: (f"{variable}.{field.name}", field) for field in fields}
        if subject is not None and subject.grain is Grain.EVENT:
            columns.setdefault(EVENT_DATE.name, (EVENT_DATE.name, EVENT_DATE))
        return celtypes.MapType(
            {
                name: read_stored(field, row[column], self.condition.code_lists)
                for name, (column, field) in columns.items()
                if row.get(column) is not None
            }
        )


class ExactEvaluator(Evaluator):
    """celpy's evaluator, with `exists` and `all` folded without its ever longer error texts."""

    def sub_evaluator(self, ast: Tree[Token]) -> ExactEvaluator:
        """Return the evaluator of the body of a macro."""
        return ExactEvaluator(ast, activation=self.activation)

    def member_dot_arg(self, tree: Tree[Token]) -> Any:
        """Return the value of a macro."""
        form = str(tree.children[1])
        if form not in ("exists", "all"):
            return super().member_dot_arg(tree)
        rows = self.visit(subtree(tree.children[0]))
        if isinstance(rows, CELEvalError):
            return rows
        return fold_answers(form, map(self.build_ss_macro_eval(tree), rows))


@lru_cache(maxsize=512)
def read_tree(text: str) -> Tree[Token]:
    """Return celpy's tree of a text; evaluation leaves it as it is."""
    return parse_text(text)
