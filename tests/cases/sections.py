"""What may be written in a worked case: its sections, and how each entry becomes a column of the lake."""

from __future__ import annotations

from dataclasses import dataclass

LEVELS = {"省": "province", "市": "city", "县": "county", "区": "county", "镇": "town", "街道": "town"}
CHANGES = ("设立", "撤销", "划入", "并入")
STATUSES = {"正常": "ok", "无数值": "no_value", "缺报": "missing", "不适用": "not_applicable"}
HEADS = {"名称", "说明", "机构", "变动", "指标", "定义", "期望"}


@dataclass(frozen=True)
class Column:
    """How an entry is read: into which column of a source, as what."""

    name: str
    kind: str = "text"
    scale: int = 1
    code_list: str = ""


def person() -> Column:
    return Column("worker", "person")


def unit(name: str = "organisation") -> Column:
    return Column(name, "unit")


def day(name: str) -> Column:
    return Column(name, "day")


def coded(name: str, code_list: str) -> Column:
    return Column(name, "code", code_list=code_list)


def number(name: str, scale: int = 1) -> Column:
    return Column(name, "number", scale)


TERMS = {"形式": coded("form", "employment_form"), "工资": number("wage", 100)}
SECTIONS: dict[str, tuple[str, dict[str, Column]]] = {
    "企业": (
        "particulars",
        {
            "单位": unit(),
            "行业": coded("industry", "industry_section"),
            "所有制": coded("ownership", "ownership"),
            "规模": coded("size", "enterprise_size"),
            "规上": Column("is_above_scale", "truth"),
            "自": day("valid_from"),
            "失效": day("valid_to"),
        },
    ),
    "人员": (
        "people",
        {
            "姓名": person(),
            "性别": coded("sex", "sex"),
            "生日": day("birth_date"),
            "学历": coded("education", "education"),
        },
    ),
    "用工": (
        "employments",
        {"姓名": person(), "单位": unit(), "自": day("started_on"), "末日": day("ended_on"), **TERMS},
    ),
    "用工变化": ("employment_states", {"姓名": person(), "单位": unit(), "自": day("valid_from"), **TERMS}),
    "证书": (
        "certificates",
        {
            "姓名": person(),
            "等级": coded("grade", "skill_grade"),
            "自": day("held_from"),
            "失效": day("held_to"),
        },
    ),
    "聘任": (
        "appointments",
        {
            "姓名": person(),
            "单位": unit(),
            "等级": coded("grade", "skill_grade"),
            "自": day("appointed_on"),
            "失效": day("lapses_on"),
        },
    ),
    "会籍": (
        "memberships",
        {
            "姓名": person(),
            "状态": coded("state", "union_membership_state"),
            "自": day("valid_from"),
            "失效": day("valid_to"),
        },
    ),
    "培训": (
        "trainings",
        {
            "姓名": person(),
            "单位": unit(),
            "日期": day("on"),
            "类型": coded("kind", "training_kind"),
            "学时": number("hours", 60),
            "补贴": Column("is_subsidised", "truth"),
        },
    ),
    "集体合同": (
        "agreements",
        {
            "单位": unit(),
            "日期": day("on"),
            "类型": coded("kind", "agreement_kind"),
            "失效": day("expires_on"),
            "覆盖": number("covered"),
        },
    ),
    "工会覆盖": ("covers", {"单位": unit(), "自": day("valid_from"), "失效": day("valid_to")}),
    "填报": (
        "reported_values",
        {
            "单位": unit(),
            "填报项": Column("item", "item"),
            "时期": Column("period"),
            "数值": Column("value", "reported"),
        },
    ),
    "填报单位": ("reporting_units", {"单位": unit(), "自": day("valid_from"), "失效": day("valid_to")}),
}
EXPECTED = ("单位", "时期", "分组", "数值", "分子", "分母", "无法判定", "状态")
