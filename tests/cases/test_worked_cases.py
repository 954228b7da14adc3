"""Cases worked out by hand, from the facts of a cut through definitions to figures as pages read them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pytest
from tests.cases.worked import Case, CaseError, Row, read_case

from tongxin.analytics.definitions import Definition, Item
from tongxin.analytics.figure_store import FigureStore
from tongxin.analytics.figures import compute_figures
from tongxin.analytics.subjects import Subject
from tongxin.codes.lists import get_list
from tongxin.codes.periods import Period
from tongxin.figures.actions import starter_catalogue
from tongxin.figures.inputs import open_inputs
from tongxin.figures.items import starter_items
from tongxin.figures.queries import parse_definitions
from tongxin.lake.files import LakeWriter
from tongxin.lake.queries import Cut, declared_sources, declared_subjects, lake_folder

PAGE = Path(__file__).parents[2] / "docs" / "worked-cases.md"
CASES = {path.stem: path for path in sorted((Path(__file__).parent / "indicators").glob("*.yaml"))}
ITEMS = {
    each.code: Item(each.code, each.name_en, each.name_zh, 10**each.decimals) for each in starter_items()
}


@pytest.mark.parametrize("name", CASES)
def test_the_figures_are_those_worked_out_by_hand(name: str, settings, tmp_path: Path):
    settings.TONGXIN_HOME = tmp_path
    case = read_case(CASES[name])
    definition = definition_of(case)
    periods = {Period.parse(each["时期"]) for each in case.expected}

    with open_inputs(write_cut(case, tmp_path.name), [definition]) as (engine, inputs):
        compute_figures(engine, [definition], inputs, periods, tmp_path / "figures")

    store = FigureStore(tmp_path / "figures", [definition])
    for number, expected in enumerate(case.expected, start=1):
        found = read_figure(store, definition, expected)
        place = f"{case.file}，期望第 {number} 条"
        assert {key: value for key, value in found.items() if key in expected} == {
            key: approximate(expected[key]) for key in found if key in expected
        }, place


def approximate(value: object) -> object:
    return pytest.approx(value, rel=1e-9) if isinstance(value, float) else value


def definition_of(case: Case) -> Definition:
    if case.definition is not None:
        (definition,) = parse_definitions(case.definition, ITEMS, file=case.file)
        return definition
    catalogue = {each.code: each for each in parse_definitions(starter_catalogue(), ITEMS)}
    if case.code not in catalogue:
        raise CaseError(f"{case.file}：目录中没有指标“{case.code}”")
    return catalogue[case.code]


def write_cut(case: Case, name: str) -> Cut:
    """Write the facts of a case as the files of a cut."""
    files = {}
    for source in declared_sources():
        rows = case.rows.get(source.name, [])
        with LakeWriter(lake_folder(), source) as writer:
            writer.write(pa.Table.from_pylist(rows, schema=source.schema))
        files[source.name] = writer.file
    last_day = max(Period.parse(each["时期"]).last_day for each in case.expected)
    moment = f"{last_day}T00:00:00+08:00"
    return Cut(f"case-{name}", moment, last_day, last_day, "month", "1", is_synthetic=True, files=files)


def read_figure(store: FigureStore, definition: Definition, expected: Row) -> dict[str, object]:
    """Return a figure in the words of a case."""
    breakdown, category = _group(definition, expected.get("分组", {}))
    figures = store.read(definition.code, [expected["单位"]], [Period.parse(expected["时期"])], breakdown)
    figure = next((each for each in figures if each.category == category), None)
    if figure is None:
        raise CaseError(f"没有这一组：{expected['分组']}")
    one, other = definition.parts
    return {
        "数值": figure.value,
        "分子": _in_unit(figure.numerator, one.scale),
        "分母": _in_unit(figure.denominator, other.scale if other else 1),
        "无法判定": figure.undetermined,
        "状态": figure.status.value,
    }


def _in_unit(stored: int | None, scale: int) -> float | None:
    return None if stored is None else float(Fraction(stored, scale))


def _group(definition: Definition, group: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return the breakdown and the category of a group that is named in Chinese."""
    if not group:
        return None, None
    labels = dict(_labels(declared_subjects()[definition.parts[0].subject]))
    chosen = {labels[label][0]: (labels[label][1], text) for label, text in group.items()}
    name = next(each.name for each in definition.breakdowns if set(each.name.split(",")) == set(chosen))
    return name, ",".join(_code(*chosen[field]) for field in name.split(","))


def _labels(subject: Subject) -> list[tuple[str, tuple[str, str]]]:
    return [(each.label_zh, (each.name, str(each.code_list))) for _, each in subject.breakdowns()]


def _code(code_list: str, text: str) -> str:
    if text == "未知":
        return "unknown"
    found = get_list(code_list).find(text)
    assert found, text
    return found.code


def test_the_page_names_every_case():
    text = PAGE.read_text(encoding="utf-8")

    for name, path in CASES.items():
        assert f"(../tests/cases/indicators/{name}.yaml) | {read_case(path).name} |" in text


MISTAKES = {
    "人员: [{姓名: 甲, 姓别: 男}]": "人员第 1 条：不认识“姓别”，可写：姓名、性别、生日、学历",
    "人员: [{姓名: 甲, 性别: 南}]": "人员第 1 条：没有“南”，可写：男、女",
    "用工: [{姓名: 乙, 单位: 一厂, 自: 2024-01-01}]": "用工第 1 条：人员中没有“乙”",
    "企业: [{单位: 一场, 规模: 大型}]": "企业第 1 条：机构中没有“一场”。是不是“一厂”？",
    "企业: [{单位: 一厂, 自: 2024年}]": "企业第 1 条：“2024年”不是日期，应写成 2026-09-30",
    "变动: [{单位: 一厂, 迁往: 2024-01-01}]": "变动第 1 条：不认识“迁往”，可写：单位、到、设立、撤销",
    "指标: 人数": "目录中没有指标“人数”",
}


@pytest.mark.parametrize(("written", "said"), MISTAKES.items())
def test_what_is_wrong_in_a_case_is_said_with_its_place(written: str, said: str, tmp_path: Path):
    path = tmp_path / "错误.yaml"
    whole = "名称: 错误\n说明: 错误\n机构: |\n  浙江省\n    一厂\n期望: [{单位: 一厂, 时期: 2026, 数值: 1}]\n"
    code = "" if written.startswith("指标") else "指标: headcount\n"
    path.write_text(f"{whole}{code}{written}\n", encoding="utf-8")

    with pytest.raises(CaseError, match=r"错误\.yaml") as refusal:
        definition_of(read_case(path))

    assert said in str(refusal.value)
