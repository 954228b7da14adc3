"""Reads a worked case, written in Chinese, into facts as the lake holds them and figures to expect.

How a case is written stands in docs/worked-cases.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml
from tests.cases.sections import CHANGES, EXPECTED, HEADS, LEVELS, SECTIONS, STATUSES, Column

from tongxin.codes.lists import get_list
from tongxin.figures.items import starter_items

BEGUN = date(2000, 1, 1)
"""Since when a unit stands that no change is said of."""
Row = dict[str, Any]


class CaseError(ValueError):
    """A case that cannot be read: which file, where in it, what was found, what may stand there."""


@dataclass
class Case:
    """One case: facts by source, the definition or the catalogue's code, and what its figures must be."""

    file: str
    name: str
    units: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    rows: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    code: str | None = None
    definition: str | None = None
    expected: list[Row] = field(default_factory=list)


def read_case(path: Path) -> Case:
    """Read a case; raises CaseError."""
    try:
        text = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise CaseError(f"{path.name}：不是规范的 YAML：{error}") from error
    return _Reader(path.name, text).read()


class _Reader:
    def __init__(self, file: str, text: Mapping[str, Any]) -> None:
        self._text = text
        self._case = Case(file, str(text.get("名称", "")))

    def read(self) -> Case:
        self._check_names("案例", self._text, [*sorted(HEADS), *SECTIONS])
        for head in ("名称", "说明", "机构", "期望"):
            if not self._text.get(head):
                self._refuse("案例", f"缺少“{head}”")
        self._read_tree(str(self._text["机构"]))
        for number_, change in enumerate(self._text.get("变动", ()), start=1):
            self._change(f"变动第 {number_} 条", change)
        self._case.people = {
            str(each["姓名"]): n for n, each in enumerate(self._text.get("人员", ()), start=1)
        }
        for section, (source, columns) in SECTIONS.items():
            for number_, entry in enumerate(self._text.get(section, ()), start=1):
                self._read_fact(f"{section}第 {number_} 条", source, columns, entry)
        self._case.code, self._case.definition = self._text.get("指标"), self._text.get("定义")
        if (self._case.code is None) == (self._case.definition is None):
            self._refuse("案例", "“指标”（目录中的代码）与“定义”（全文）必须写且只写一个")
        for number_, entry in enumerate(self._text["期望"], start=1):
            self._expect(f"期望第 {number_} 条", entry)
        return self._case

    # The tree

    def _read_tree(self, text: str) -> None:
        above: list[str] = []
        for line in filter(str.strip, text.splitlines()):
            depth, rest = divmod(len(line) - len(line.lstrip(" ")), 2)
            name = line.strip()
            if rest or depth > len(above):
                self._refuse("机构", f"“{name}”前面的空格应为上级的加 2")
            if name in self._case.units:
                self._refuse("机构", f"“{name}”写了两次")
            del above[depth:]
            self._case.units[name] = len(self._case.units) + 1
            self._place(name, above[-1] if above else None, BEGUN)
            level = self._level(name)
            self._case.rows["organisations"].append(
                {"organisation": self._case.units[name], "code": name, "level": level, "opened_on": BEGUN}
            )
            above.append(name)

    @staticmethod
    def _level(name: str) -> str:
        return next((level for end, level in LEVELS.items() if name.endswith(end)), "enterprise")

    def _place(self, name: str, over: str | None, since: date) -> None:
        parent = self._case.units[over] if over else None
        row = {"organisation": self._case.units[name], "parent": parent, "valid_from": since}
        self._case.rows["placements"].append(row | {"level": self._level(name)})

    def _change(self, place: str, change: Row) -> None:
        self._check_names(place, change, ["单位", "到", *CHANGES])
        kind = next((each for each in CHANGES if each in change), None)
        if kind is None or "单位" not in change:
            self._refuse(place, f"要写“单位”，以及{'、'.join(CHANGES)}之一和日期")
        name, on = str(change["单位"]), self._day(place, change[kind])
        node = self._unit(place, name)
        standing = self._standing(node)
        if kind == "设立":
            standing["valid_from"] = on
            self._organisation(node)["opened_on"] = on
            return
        standing["valid_to"] = on
        if kind == "划入":
            self._place(name, self._named(place, change, "到"), on)
            return
        self._organisation(node)["closed_on"] = on
        if kind == "并入":
            self._merge(node, self._named(place, change, "到"), on)

    def _merge(self, node: int, heir: str, on: date) -> None:
        names = {number_: name for name, number_ in self._case.units.items()}
        below = [
            row for row in self._case.rows["placements"] if row["parent"] == node and "valid_to" not in row
        ]
        for row in below:
            row["valid_to"] = on
            self._place(names[row["organisation"]], heir, on)
        event = len(self._case.rows["events"]) + 1
        taker = self._case.units[heir]
        self._case.rows["events"].append({"event": event, "on": on, "kind": "merge", "organisation": taker})
        self._case.rows["event_others"].append({"event": event, "organisation": node})

    def _standing(self, node: int) -> Row:
        return [row for row in self._case.rows["placements"] if row["organisation"] == node][-1]

    def _organisation(self, node: int) -> Row:
        return next(row for row in self._case.rows["organisations"] if row["organisation"] == node)

    # Facts

    def _read_fact(self, place: str, source: str, columns: Mapping[str, Column], entry: Row) -> None:
        self._check_names(place, entry, list(columns))
        row = {
            columns[key].name: self._value(place, columns[key], value, entry) for key, value in entry.items()
        }
        rows = self._case.rows[source]
        if source == "employment_states":
            row["employment"] = self._job(place, row.pop("worker"), row.pop("organisation"))
        elif source == "employments":
            begun = row["started_on"]
            terms = {name: row.pop(name) for name in ("form", "wage") if name in row}
            state = {"employment": len(rows) + 1, "valid_from": begun, **terms}
            self._case.rows["employment_states"].append(state)
        rows.append({"id": len(rows) + 1, **row})

    def _job(self, place: str, worker: int, organisation: int) -> int:
        held = [
            row["id"]
            for row in self._case.rows["employments"]
            if (row["worker"], row["organisation"]) == (worker, organisation)
        ]
        if not held:
            self._refuse(place, "此人在该单位没有“用工”")
        return int(held[-1])

    def _value(self, place: str, column: Column, value: Any, entry: Row) -> Any:
        match column.kind:
            case "person":
                return self._one_of(place, str(value), self._case.people, "人员")
            case "unit":
                return self._unit(place, str(value))
            case "day":
                return self._day(place, value)
            case "code":
                found = get_list(column.code_list).find(str(value))
                if found is None:
                    names = "、".join(each.zh for each in get_list(column.code_list).entries)
                    self._refuse(place, f"没有“{value}”，可写：{names}")
                return found.code
            case "truth":
                return self._one_of(place, str(value), {"是": True, "否": False}, "“是”与“否”")
            case "number":
                return self._scaled(place, value, column.scale)
            case "item":
                return self._one_of(
                    place, str(value), {each.name_zh: each.code for each in starter_items()}, "填报项"
                )
            case "reported":
                decimals = {each.name_zh: each.decimals for each in starter_items()}
                return self._scaled(place, value, 10 ** decimals.get(str(entry.get("填报项")), 0))
            case _:
                return str(value)

    def _scaled(self, place: str, value: Any, scale: int) -> int:
        try:
            exact = Fraction(Decimal(str(value))) * scale
        except ArithmeticError:
            self._refuse(place, f"“{value}”不是数")
        if exact.denominator != 1:
            self._refuse(place, f"“{value}”的小数位太多")
        return int(exact)

    # What is expected

    def _expect(self, place: str, entry: Row) -> None:
        self._check_names(place, entry, list(EXPECTED))
        if not {"单位", "时期"} <= entry.keys():
            self._refuse(place, "要写“单位”与“时期”")
        if not {"数值", "状态"} & entry.keys():
            self._refuse(place, "要写“数值”或“状态”")
        status = self._one_of(place, str(entry.get("状态", "正常")), STATUSES, "状态")
        node = self._unit(place, str(entry["单位"]))
        self._case.expected.append(entry | {"单位": node, "时期": str(entry["时期"]), "状态": status})

    # Names and their refusals

    def _named(self, place: str, entry: Row, key: str) -> str:
        name = str(entry.get(key, ""))
        self._unit(place, name)
        return name

    def _unit(self, place: str, name: str) -> int:
        return int(self._one_of(place, name, self._case.units, "机构"))

    def _day(self, place: str, value: Any) -> date:
        if type(value) is not date:
            self._refuse(place, f"“{value}”不是日期，应写成 2026-09-30")
        return value

    def _one_of(self, place: str, name: str, known: Mapping[str, Any], what: str) -> Any:
        if name not in known:
            self._refuse(place, f"{what}中没有“{name}”{_near(name, known)}")
        return known[name]

    def _check_names(self, place: str, entry: Mapping[str, Any], known: list[str]) -> None:
        for name in entry:
            if name not in known:
                self._refuse(place, f"不认识“{name}”，可写：{'、'.join(known)}")

    def _refuse(self, place: str, message: str) -> Any:
        raise CaseError(f"{self._case.file}，{place}：{message}")


def _near(name: str, known: Mapping[str, Any]) -> str:
    near = get_close_matches(name, known, 1, cutoff=0.4)
    return f"。是不是“{near[0]}”？" if near else ""
