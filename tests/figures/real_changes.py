"""A generated province over the real divisions of 2015 to 2022: enterprises in the towns that Ningbo's change
of 2016 and Hangzhou's of 2021 moved, each with a few people.

The divisions, their dates and events are those of the project's data files; enterprises and people are made.
A person stands in `PEOPLE` once for each of their jobs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings
from tests.cast import make_user
from tests.workforce.people import identity_number, register

from tongxin.accounts.models import User
from tongxin.codes.credit_codes import complete_credit_code
from tongxin.figures.actions import publish_definitions
from tongxin.figures.compute import build_release
from tongxin.figures.queries import Release
from tongxin.organisations.loading import load_divisions
from tongxin.organisations.models import (
    Level,
    NameSpell,
    Organisation,
    Particulars,
    Placement,
    Programme,
    Role,
)
from tongxin.organisations.role_actions import grant_role
from tongxin.workforce.models import Worker
from tongxin.workforce.record_actions import add_certificate

NINGBO, HANGZHOU = date(2016, 9, 14), date(2021, 4, 9)
BEGIN, END = date(2015, 1, 1), date(2022, 12, 31)

DEFINITIONS = """
code: people
name: {zh-hans: people, en: People}
unit: persons
value: {count: workers, where: "worker.employed", at: period_end}
breakdowns: [sex]
---
code: skilled
name: {zh-hans: skilled, en: Skilled share}
unit: percent
numerator:   {count: workers, where: "worker.employed && worker.grade >= grade('senior')", at: period_end}
denominator: {count: workers, where: "worker.employed", at: period_end}
---
code: jobs
name: {zh-hans: jobs, en: Jobs}
value: {count: employments, at: period_end}
---
code: middle_wage
name: {zh-hans: wage, en: Median wage}
unit: yuan
value: {median: wage, of: employments, at: period_end}
"""

# Key: the towns in which the enterprise stood, each from a day; the day on which it closed.
PLACES: dict[str, tuple[list[tuple[str, date]], date | None]] = {
    # Ningbo: Jiangdong to Yinzhou, western Yinzhou to Haishu, Fenghua under its new code.
    "baizhang": ([("330204001", BEGIN), ("330212008", NINGBO)], None),
    "gaoqiao": ([("330212113", BEGIN), ("330203100", NINGBO)], None),
    "zhonggongmiao": ([("330212002", BEGIN)], None),
    "nanmen": ([("330203001", BEGIN)], None),
    "fenghua": ([("330283001", BEGIN), ("330213001", NINGBO)], None),
    # Closed before the change, and founded after it: they never stood on the other side.
    "dongsheng": ([("330204002", BEGIN)], date(2016, 3, 1)),
    "fenghua_new": ([("330213001", date(2018, 3, 1))], None),
    # Hangzhou: Xiacheng to Gongshu, Jianggan to Shangcheng and Qiantang, Xiaoshan to Qiantang, Yuhang in two.
    "xiacheng": ([("330103001", BEGIN), ("330105014", HANGZHOU)], None),
    "kaixuan": ([("330104005", BEGIN), ("330102011", HANGZHOU)], None),
    "xiasha": ([("330104010", BEGIN), ("330114001", HANGZHOU)], None),
    "hezhuang": ([("330109008", BEGIN), ("330114003", HANGZHOU)], None),
    "linping": ([("330110001", BEGIN), ("330113001", HANGZHOU)], None),
    "yuhang_stays": ([("330110005", BEGIN)], None),
    "nanyuan": ([("330110002", BEGIN)], date(2020, 6, 1)),
    "linping_new": ([("330113001", date(2021, 10, 1))], None),
    "gongshu": ([("330105001", BEGIN)], None),
    "qingbo": ([("330102001", BEGIN)], None),
}

# How many people each enterprise has of its own, from its first day to its last.
OWN = {
    "baizhang": 3, "gaoqiao": 2, "zhonggongmiao": 4, "nanmen": 1, "fenghua": 5, "dongsheng": 2,
    "fenghua_new": 2, "xiacheng": 3, "kaixuan": 2, "xiasha": 4, "hezhuang": 1, "linping": 6,
    "yuhang_stays": 3, "nanyuan": 2, "linping_new": 1, "gongshu": 2, "qingbo": 1,
}  # fmt: skip
# Besides, one person each works at two enterprises all the time.
SHARED = [
    ("baizhang", "zhonggongmiao"),
    ("gaoqiao", "nanmen"),
    ("kaixuan", "xiasha"),
    ("linping", "yuhang_stays"),
]
# One of its own people is highly skilled from the first day on.
SKILLED = ("baizhang", "gaoqiao", "linping", "xiacheng", "hezhuang")


@dataclass(frozen=True)
class RealChanges:
    release: Release
    units: dict[str, Organisation]
    office_of_province: User
    office_of_ningbo: User
    office_of_yinzhou: User
    office_of_haishu: User
    stranger: User

    def unit(self, code: str) -> Organisation:
        return Organisation.objects.get(code=code)


def raise_real_changes(home: Path) -> RealChanges:
    load_divisions(actor=None)
    Programme.objects.filter(pk=1).update(
        is_synthetic=True, facts_from=BEGIN, facts_until=END, finest_period="quarter"
    )
    units = {key: _found(number, key) for number, key in enumerate(PLACES)}
    _employ(units)
    publish_definitions(DEFINITIONS)
    users = {
        "office_of_province": "330000",
        "office_of_ningbo": "330200",
        "office_of_yinzhou": "330212",
        "office_of_haishu": "330203",
    }
    held = {}
    for name, code in users.items():
        held[name] = make_user(name)
        at = Organisation.objects.get(code=code)
        grant_role(held[name], actor=None, role=Role.OFFICE, organisation=at, valid_from=BEGIN)
    return RealChanges(build_release(actor=None), units, stranger=make_user("stranger"), **held)


def _found(number: int, key: str) -> Organisation:
    """Enter an enterprise as one long on record: towns of the past take none through a page."""
    places, closed_on = PLACES[key]
    parents = [Organisation.objects.get(code=code) for code, _ in places]
    unit = Organisation.objects.create(
        code=complete_credit_code(f"91{parents[0].code[:6]}MA2RE{number:04d}"[:17]),
        level=Level.ENTERPRISE,
        name_zh=key,
        name_en=key,
        parent=parents[-1],
        opened_on=places[0][1],
        closed_on=closed_on,
    )
    Organisation.objects.filter(pk=unit.pk).update(path=f"{parents[-1].path}{unit.pk}/")
    ends = [day for _, day in places[1:]] + [closed_on]
    for parent, (_, begins), end in zip(parents, places, ends, strict=True):
        Placement.objects.create(organisation=unit, parent=parent, valid_from=begins, valid_to=end)
    whole = {"organisation": unit, "valid_from": unit.opened_on, "valid_to": closed_on}
    NameSpell.objects.create(name_zh=key, name_en=key, **whole)
    Particulars.objects.create(industry="3311", ownership="private", size="small", **whole)
    unit.refresh_from_db()
    return unit


def _employ(units: dict[str, Organisation]) -> None:
    numbers = iter(range(1, 999))
    for key, count in OWN.items():
        own = [_hire(units[key], next(numbers)) for _ in range(count)]
        if key in SKILLED:
            add_certificate(
                own[0], actor=None, organisation=units[key], grade="senior", issued_on=units[key].opened_on
            )
    for one, other in SHARED:
        number = next(numbers)
        _hire(units[one], number)
        _hire(units[other], number)


def _hire(unit: Organisation, number: int) -> Worker:
    ends = unit.closed_on - timedelta(days=1) if unit.closed_on else None
    return register(
        unit,
        f"Worker {number}",
        identity_number(f"33010919800101{number:03d}"),
        started_on=unit.opened_on,
        ended_on=ends,
        wage_fen=400_000 + number * 10_000,
    )


@pytest.fixture(scope="module")
def real(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[RealChanges]:
    home = tmp_path_factory.mktemp("real")
    with django_db_blocker.unblock(), override_settings(TONGXIN_HOME=home), transaction.atomic():
        yield raise_real_changes(home)
        transaction.set_rollback(True)
