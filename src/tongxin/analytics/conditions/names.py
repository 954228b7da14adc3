"""What the names in a condition stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn

from tongxin.analytics.conditions.errors import find_nearest
from tongxin.analytics.conditions.expressions import (
    DATE,
    EvaluationDate,
    Expression,
    FieldValue,
    Kind,
    Place,
    Type,
)
from tongxin.analytics.conditions.lists import CodeList, CodeLists
from tongxin.analytics.conditions.parameters import Parameter, Parameters
from tongxin.analytics.conditions.typing import refuse
from tongxin.analytics.subjects import Field, FieldType, Grain, Subject

AT = "at"
WORKER = "worker"
EVENT_DATE = Field("on", FieldType.DATE, "", "")
"""The day of an event, a column of each event row; its label is a phrase."""


def type_of(field: Field) -> Type:
    """Return the type of a field's value; a stored integer with a scale is a decimal."""
    if field.type is FieldType.CODE:
        return Type(Kind.CODE, field.code_list)
    if field.type is FieldType.INTEGER and field.scale != 1:
        return Type(Kind.DECIMAL)
    return Type(Kind(field.type.value))


class Scope:
    """The names that a condition on a subject may use."""

    def __init__(
        self,
        subject: Subject,
        subjects: Mapping[str, Subject],
        parameters: Parameters,
        code_lists: CodeLists,
    ) -> None:
        self.subject = subject
        self.subjects = subjects
        self.parameters = parameters
        self.lists: dict[str, CodeList] = {}
        self.ranged: dict[str, Subject] = {}
        self._code_lists = code_lists
        self._bound: dict[str, Subject] = {}

    @property
    def is_inside_quantifier(self) -> bool:
        """Whether the names stand inside exists or all."""
        return bool(self._bound)

    @contextmanager
    def bind(self, variable: str, related: Subject) -> Iterator[None]:
        """Let a variable stand for a related row."""
        self._bound[variable] = related
        yield
        del self._bound[variable]

    def find_list(self, name: str, place: Place) -> CodeList:
        """Return a code list, and remember that the condition uses it."""
        if name not in self.lists:
            try:
                self.lists[name] = self._code_lists(name)
            except LookupError:
                refuse(f"there is no code list '{name}'", place)
        return self.lists[name]

    def find_name(self, name: str, place: Place) -> Expression:
        """Return what a name alone stands for: only `at` does."""
        if name == AT:
            return EvaluationDate(place, DATE)
        if name in self._variables():
            refuse(f"'{name}' has no value of its own: name a field, as in {name}.…", place)
        if name == "null":
            refuse("null is not part of the subset: ask has(…) whether a fact is known", place)
        refuse(f"unknown name '{name}'", place, self._nearest_field(name))

    def find_field(self, variable: str, name: str, place: Place, name_place: Place) -> FieldValue:
        """Return the value of a field of the row, or of the related row that a variable stands for."""
        known = self._variables()
        if variable not in known:
            refuse(f"unknown name '{variable}'", place, find_nearest(variable, known))
        subject = self._bound.get(variable, self.subject if variable == self.subject.variable else None)
        choices = {field.name: field for field in known[variable]}
        if name in choices:
            field, column = choices[name], f"{subject.variable if subject else variable}.{name}"
        elif name == EVENT_DATE.name and subject is not None and subject.grain is Grain.EVENT:
            field, column = EVENT_DATE, EVENT_DATE.name
        else:
            self._refuse_field(variable, name, choices, name_place)
        if field.code_list is not None:
            self.find_list(field.code_list, name_place)
        related = self._bound[variable].name if variable in self._bound else None
        return FieldValue(place, type_of(field), variable, field, column, related)

    def find_related(self, variable: str, name: str, place: Place) -> Subject:
        """Return the related subject over whose rows `exists` and `all` range."""
        if variable != WORKER:
            refuse(f"exists and all range over a worker's facts: {WORKER}.…", place)
        if name not in self.subject.related:
            refuse(f"{WORKER} has no facts '{name}'", place, find_nearest(name, self.subject.related))
        related = self.subjects.get(name)
        if related is None or related.grain is not Grain.EVENT:
            refuse(f"'{name}' is not a subject of dated events here", place)
        self.ranged[name] = related
        return related

    def find_parameter(self, name: str, place: Place) -> Parameter:
        """Return a dated parameter."""
        if name not in self.parameters:
            refuse(f"there is no parameter '{name}'", place, find_nearest(name, self.parameters))
        return self.parameters[name]

    def check_new_variable(self, name: str, place: Place) -> None:
        """Refuse a variable that would hide another name."""
        if name == AT or name in self._variables():
            refuse(f"'{name}' already has a meaning: choose another name", place)

    def _variables(self) -> dict[str, tuple[Field, ...]]:
        return self.subject.variables() | {name: subject.fields for name, subject in self._bound.items()}

    def _refuse_field(self, variable: str, name: str, choices: Mapping[str, Field], place: Place) -> NoReturn:
        if variable == WORKER and name in self.subject.related:
            refuse(f"{variable}.{name} is a list: ask .exists(…) or .all(…) of it", place)
        refuse(f"{variable} has no field '{name}'", place, find_nearest(name, choices))

    def _nearest_field(self, name: str) -> str | None:
        by_field = {
            f.name: f"{variable}.{f.name}" for variable, known in self._variables().items() for f in known
        }
        near = find_nearest(name, by_field)
        return by_field[near] if near else find_nearest(name, [*self._variables(), AT])
