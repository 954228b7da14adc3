from __future__ import annotations

import pytest

from tongxin.analytics.conditions.errors import ConditionError
from tongxin.analytics.definitions import DefinitionError, read_definitions
from tongxin.analytics.subjects import Field, FieldType, Grain, Subject

AGE = Field("age", FieldType.INTEGER, "age", "年龄")
WORKERS = {"workers": Subject("workers", "worker", Grain.SPELL, "workers", "职工", (AGE,))}


def definition(where: str) -> str:
    return f"{{code: adults, value: {{count: workers, at: period_end, where: '{where}'}}}}"


def test_a_checked_definition_says_the_same_as_one_that_is_read_anew():
    text = definition("worker.age >= 18")

    (anew,) = read_definitions(text, WORKERS)
    (checked,) = read_definitions(text, WORKERS, is_checked=True)

    assert checked == anew
    assert checked.parts[0].where[0].expression == anew.parts[0].where[0].expression


def test_a_condition_that_no_longer_fits_is_told_when_it_is_asked_for():
    text = definition("worker.height > 1")

    (found,) = read_definitions(text, WORKERS, is_checked=True)

    with pytest.raises(ConditionError, match="worker has no field 'height'"):
        _ = found.parts[0].where[0].expression


def test_the_same_condition_is_refused_at_once_where_definitions_are_checked():
    with pytest.raises(DefinitionError, match="worker has no field 'height'"):
        read_definitions(definition("worker.height > 1"), WORKERS)
