from __future__ import annotations

from datetime import date

import pytest
from tests.analytics.provinces import SUBJECTS

from tongxin.analytics.definitions import Definition, DefinitionError, Item, read_definitions, version_for
from tongxin.analytics.measures import Additivity, Key
from tongxin.codes.periods import Period, PeriodKind

ITEMS = {"sales": Item("sales", "Sales", ""), "employ": Item("employ", "Employees", "", 1000)}

FULL = """\
code: skilled_share
name: {zh-hans: skilled, en: Highly skilled share}
dimension: competence
valid_from: 2024-01-01
reference: 2022/14
unit: percent
direction: higher_is_better
numerator:   {count: workers, where: "worker.employed && worker.age >= 40", at: period_end}
denominator: {count: workers, where: "worker.employed", at: period_end}
breakdowns: [sex, age_band, ownership]
---
code: training_reach   # distinct people of the last four quarters, per 100 employed
unit: per_hundred
numerator: {count_distinct: worker, of: trainings, where: "training.hours >= 8.0", in: {last: 4, of: quarter}}
denominator: {count: workers, where: "worker.employed", at: period_end}
periods: [month]
---
code: training_hours
value: {sum: hours, of: trainings, in: period}
---
code: sales_per_head
numerator:   {reported: sales, in: period}
denominator: {reported: employ, in: period}
"""


def _read(text: str) -> list[Definition]:
    return read_definitions(text, SUBJECTS, ITEMS, file="x.yaml")


def _problems(text: str) -> list[str]:
    with pytest.raises(DefinitionError) as refused:
        _read(text)
    return [str(problem) for problem in refused.value.problems]


def test_the_forms_of_the_design_are_read() -> None:
    skilled, reach, hours, sales = _read(FULL)

    assert skilled.version == "skilled_share@2024-01-01"
    assert skilled.unit.factor == 100
    assert skilled.breakdowns[1].columns == {"workers": "worker.age_band"}
    assert skilled.breakdowns[2].columns == {"workers": "organisation.ownership"}
    assert skilled.periods == (PeriodKind.QUARTER, PeriodKind.YEAR)
    assert reach.parts[0].key is Key.WORKER
    assert reach.periods == (PeriodKind.MONTH,)
    assert hours.parts[0].scale == 60
    assert hours.parts[1] is None
    assert sales.is_reported


def test_every_measure_knows_over_what_it_adds_up() -> None:
    skilled, reach, hours, _ = _read(FULL)
    nothing = Additivity(over_organisations=False, over_categories=False, over_periods=False)

    assert skilled.numerator
    assert skilled.numerator.additivity == nothing
    assert reach.numerator
    assert reach.numerator.additivity == nothing
    assert hours.value
    assert hours.value.additivity == Additivity(
        over_organisations=False, over_categories=False, over_periods=True
    )


def test_a_share_is_a_ratio_of_two_counts_of_the_same_rows() -> None:
    (share,) = _read(
        '{code: s, unit: percent, value: {share: "worker.age < 30", of: workers, at: period_end}}'
    )

    one, other = share.parts
    assert [each.text for each in one.where] == ["worker.age < 30"]
    assert other is not None
    assert other.where == ()


def test_a_comment_or_a_space_makes_no_other_version() -> None:
    one, other = (
        "{code: a, value: {count: trainings, in: period}}",
        "# new\ncode: a\nvalue: {in: period, count: trainings}",
    )

    assert _read(one)[0].sha256 == _read(other)[0].sha256
    assert _read(one)[0].sha256 != _read(one.replace("period", "{last: 2, of: year}"))[0].sha256


def test_all_problems_are_told_at_once_with_their_places() -> None:
    text = """\
code: a
unitt: percent
value: {count: worker, at: period_end}
---
code: b
value:
  count: workers
  where: "worker.employed && worker.agee >= 3"
  at: period_end
breakdowns: [sexx]
"""

    assert _problems(text) == [
        "x.yaml:2:1: unknown entry 'unitt'. Did you mean 'unit'?",
        "x.yaml:3:16: unknown subject 'worker'. Did you mean 'workers'?",
        "x.yaml:8:37: worker has no field 'agee'. Did you mean 'age'?",
        "x.yaml:10:14: unknown breakdown of 'workers' 'sexx'. Did you mean 'sex'?",
    ]


def test_a_condition_on_a_line_of_its_own_is_placed_there() -> None:
    measure = "  count: workers\n  at: period_end\n  where: |\n    worker.employed &&\n    worker.agee > 3\n"
    text = f"code: a\nvalue:\n{measure}"

    assert _problems(text) == ["x.yaml:7:12: worker has no field 'agee'. Did you mean 'age'?"]


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        ("{count: trainings, at: period_end}", "'trainings' are events; their time is written 'in: period'"),
        ("{count: workers, in: period}", "'workers' are spells; their time is written 'at: period_end'"),
        ("{count: workers}", "the time is missing; write 'at: period_end'"),
        (
            "{quantile: hours, p: 90, of: trainings, in: period}",
            "'p' is the share of values below, a number between 0 and 1 such as 0.9; found '90'",
        ),
        ("{sum: kind, of: trainings, in: period}", "'kind' is code; only a number can be added up"),
        (
            "{sum: hour, of: trainings, in: period}",
            "unknown number of 'trainings' 'hour'. Did you mean 'hours'?",
        ),
        ("{count_distinct: worker, of: workers}", "the time is missing; write 'at: period_end'"),
        (
            "{count: trainings, in: {last: 21, of: quarter}}",
            "a window holds 1 to 20 periods of kind quarter, not '21'",
        ),
        ("{count: trainings, in: {last: 2, of: week}}", "unknown kind of period 'week'"),
        ("{reported: sale, in: period}", "unknown reported item 'sale'. Did you mean 'sales'?"),
        ("{reported: sales}", "the time is missing; write 'in: period'"),
        ("{count: reported, in: period}", "reported values cannot be measured by 'count'"),
        ("{count: trainings, sum: hours, in: period}", "exactly one of"),
        ("[count]", "'value' is written as names with values"),
    ],
)
def test_a_wrong_measure_is_refused_with_what_to_write(measure: str, message: str) -> None:
    assert any(message in problem for problem in _problems(f"code: a\nvalue: {measure}\n"))


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ("value: {count: trainings, in: period}", "'code' is missing"),
        ("code: A-b\nvalue: {count: trainings, in: period}", "'A-b' is not a code"),
        ("code: a", "either a value, or a numerator and a denominator"),
        (
            "code: a\nnumerator: {count: trainings, in: period}",
            "either a value, or a numerator and a denominator",
        ),
        (
            "code: a\nunit: percent\nvalue: {count: trainings, in: period}",
            "the unit percent needs a numerator",
        ),
        ("code: a\nvalid_from: 1.1.24\nvalue: {count: trainings, in: period}", "'1.1.24' is not a date"),
        (
            "code: a\nvalid_from: 2024-02-01\nvalid_to: 2024-02-01\nvalue: {count: trainings, in: period}",
            "valid_to is not after valid_from",
        ),
        ("code: a\nname: {en: A}\nvalue: {count: trainings, in: period}", "'zh-hans' is missing"),
        ("code: a\ncode: b\nvalue: {count: trainings, in: period}", "'code' is written twice"),
        ("code: a\nvalue: {reported: sales, in: period}\nbreakdowns: [sex]", "cannot be broken down"),
        ("code: a\nperiods: [week]\nvalue: {count: trainings, in: period}", "unknown kind of period 'week'"),
        ("code: [", "this is not YAML"),
        ("- code", "a definition is written as names with values"),
        ("code: a\ndirection: up\nvalue: {count: trainings, in: period}", "unknown direction 'up'"),
        (
            "code: a\nnumerator: {average: hours, of: trainings, in: period}\n"
            "denominator: {count: trainings, in: period}",
            "'average' is a ratio already",
        ),
    ],
)
def test_a_wrong_definition_is_refused(entries: str, message: str) -> None:
    assert any(message in problem for problem in _problems(entries))


def test_a_version_is_defined_once() -> None:
    one = "code: a\nvalue: {count: trainings, in: period}\n"

    assert _problems(f"{one}---\n{one}") == ["x.yaml:4:1: a@1900-01-01 is defined twice"]


def test_a_period_takes_the_version_of_its_last_day() -> None:
    text = """\
{code: a, valid_from: 2023-01-01, valid_to: 2025-01-01, value: {count: trainings, in: period}}
---
{code: a, valid_from: 2024-06-01, value: {count: trainings, in: period}}
"""
    definitions = _read(text)

    def chosen(period: str) -> date | None:
        version = version_for(definitions, "a", Period.parse(period))
        return version.valid_from if version else None

    assert chosen("2022Q4") is None
    assert chosen("2024Q1") == date(2023, 1, 1)
    assert chosen("2024Q2") == date(2024, 6, 1)
    assert chosen("2024-04") is None


def test_references_are_refused_before_they_multiply() -> None:
    # Nine levels of nine references would stand for 9**9 entries.
    levels = ["a0: &a0 [x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]

    (problem,) = _problems("\n".join(levels))

    assert problem.startswith("x.yaml:1:5: references (&name, *name) are not used in definitions")


def test_an_ampersand_or_a_star_inside_a_condition_is_no_reference() -> None:
    condition = "training.hours >= 8.0 && training.hours * 2.0 < 99.0"
    assert _read(f"code: a\nvalue: {{count: trainings, where: '{condition}', in: period}}\n")


def test_a_character_that_is_none_is_named_with_its_place() -> None:
    assert _problems("code: a\nname: \x00\n") == [
        "x.yaml:2:7: this is not YAML: a character that cannot be shown"
    ]


@pytest.mark.parametrize(("style", "place"), [(">-", "7:17"), ("|", "7:17")])
def test_a_wrong_name_in_a_text_of_several_lines_is_found_on_its_own_line(style: str, place: str) -> None:
    text = (
        "code: a\nvalue:\n  count: trainings\n  in: period\n"
        f"  where: {style}\n    training.hours >= 8.0\n    && training.hour >= 1.0\n"
    )

    (problem,) = _problems(text)

    assert problem.startswith(f"x.yaml:{place}: ")
