"""The cast: a small synthetic province and the people who act in it, for every test of rights and pages.

浙江省 330000
  杭州市 330100
    萧山区 330109 - 城厢街道 330109001 - enterprise ALPHA, enterprise BETA
    余杭区 330110 - 临平街道 330110001 - enterprise GAMMA
  宁波市 330200
    海曙区 330203
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.contrib.auth.hashers import make_password

from tongxin.accounts.models import User
from tongxin.codes.credit_codes import complete_credit_code
from tongxin.organisations.actions import create_organisation, describe_enterprise
from tongxin.organisations.models import Organisation, Programme, Role
from tongxin.organisations.role_actions import grant_role

OPENED = date(2015, 1, 1)
PASSWORD = "a-long-Pass-phrase-1"


@dataclass(frozen=True)
class Cast:
    """The units, and one user for each part: where they hold which role is in their name."""

    province: Organisation
    hangzhou: Organisation
    ningbo: Organisation
    xiaoshan: Organisation
    yuhang: Organisation
    haishu: Organisation
    chengxiang: Organisation
    linping: Organisation
    alpha: Organisation
    beta: Organisation
    gamma: Organisation
    office_of_province: User
    office_of_hangzhou: User
    office_of_xiaoshan: User
    office_of_yuhang: User
    viewer_of_xiaoshan: User
    reviewer_of_xiaoshan: User
    reporter_of_alpha: User
    reporter_of_beta: User
    auditor: User
    system_administrator: User
    security_administrator: User
    stranger: User


@lru_cache(maxsize=1)
def hash_password() -> str:
    """Hash the password of the cast once: it is made to be slow, and the cast is raised for every test."""
    return make_password(PASSWORD)


def make_user(username: str, **values: object) -> User:
    name = username.replace("_", " ")
    return User.objects.create(username=username, password=hash_password(), display_name=name, **values)


def raise_cast() -> Cast:
    """Build the province and its people through the same actions that users call."""
    units = _raise_units()
    users = {name: make_user(name) for name in _PARTS} | {"stranger": make_user("stranger")}
    for name, (role, unit) in _PARTS.items():
        grant_role(users[name], actor=None, role=role, organisation=units[unit], valid_from=OPENED)
    Programme.objects.create(
        pk=1,
        root=units["province"],
        name_zh="示例省",
        name_en="Sample province",
        is_synthetic=True,
        facts_from=date(2023, 10, 1),
        facts_until=date(2026, 9, 30),
    )
    return Cast(**units, **users)


_PARTS: dict[str, tuple[Role, str]] = {
    "office_of_province": (Role.OFFICE, "province"),
    "office_of_hangzhou": (Role.OFFICE, "hangzhou"),
    "office_of_xiaoshan": (Role.OFFICE, "xiaoshan"),
    "office_of_yuhang": (Role.OFFICE, "yuhang"),
    "viewer_of_xiaoshan": (Role.VIEWER, "xiaoshan"),
    "reviewer_of_xiaoshan": (Role.REVIEWER, "xiaoshan"),
    "reporter_of_alpha": (Role.REPORTER, "alpha"),
    "reporter_of_beta": (Role.REPORTER, "beta"),
    "auditor": (Role.AUDITOR, "province"),
    "system_administrator": (Role.SYSTEM_ADMINISTRATOR, "province"),
    "security_administrator": (Role.SECURITY_ADMINISTRATOR, "province"),
}

_DIVISIONS: tuple[tuple[str, str, str, str, str, str | None], ...] = (
    ("province", "330000", "province", "浙江省", "Zhejiang Province", None),
    ("hangzhou", "330100", "city", "杭州市", "Hangzhou City", "province"),
    ("ningbo", "330200", "city", "宁波市", "Ningbo City", "province"),
    ("xiaoshan", "330109", "county", "萧山区", "Xiaoshan District", "hangzhou"),
    ("yuhang", "330110", "county", "余杭区", "Yuhang District", "hangzhou"),
    ("haishu", "330203", "county", "海曙区", "Haishu District", "ningbo"),
    ("chengxiang", "330109001", "town", "城厢街道", "Chengxiang Subdistrict", "xiaoshan"),
    ("linping", "330110001", "town", "临平街道", "Linping Subdistrict", "yuhang"),
)
_ENTERPRISES: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("alpha", "91330109MA2CAXT0A", "同心示例一厂", "chengxiang", "3311", "private"),
    ("beta", "91330109MA2CAXT0B", "同心示例二厂", "chengxiang", "2651", "state"),
    ("gamma", "91330110MA2CAXT0C", "同心示例三厂", "linping", "3311", "private"),
)


def _raise_units() -> dict[str, Organisation]:
    units: dict[str, Organisation] = {}
    for key, code, level, zh, en, parent in _DIVISIONS:
        units[key] = create_organisation(
            actor=None,
            code=code,
            level=level,
            name_zh=zh,
            name_en=en,
            parent=units[parent] if parent else None,
            opened_on=OPENED,
        )
    for key, prefix, zh, town, industry, ownership in _ENTERPRISES:
        units[key] = create_organisation(
            actor=None,
            code=complete_credit_code(prefix),
            level="enterprise",
            name_zh=zh,
            name_en="",
            parent=units[town],
            opened_on=OPENED,
        )
        describe_enterprise(
            units[key], actor=None, on=OPENED, industry=industry, ownership=ownership, size="medium"
        )
    return units
