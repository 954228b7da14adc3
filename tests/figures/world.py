"""The cast at work: a registry small enough to count by hand, and the release built from it.

Alpha stands in Xiaoshan, Gamma in Yuhang, both in Hangzhou; Beta moved from Xiaoshan to Yuhang on 2026-07-15;
Haishu in Ningbo has nobody.
On 2026-09-30: Li, Wang and Zhou at Alpha, Zhao at Beta, Wang also at Gamma; Qian has left Gamma.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings
from tests.cast import Cast, make_user, raise_cast
from tests.workforce.people import identity_number, register

from tongxin.accounts.models import User
from tongxin.figures.actions import publish_definitions, starter_catalogue
from tongxin.figures.compute import build_release
from tongxin.figures.items import publish_items, starter_items
from tongxin.figures.models import DataItem, ReportingUnit
from tongxin.figures.queries import Release, documents_of
from tongxin.figures.reporting import import_reported
from tongxin.organisations.actions import move_organisation
from tongxin.organisations.models import Role, RoleGrant
from tongxin.organisations.role_actions import grant_role
from tongxin.workforce.actions import register_worker
from tongxin.workforce.models import Worker
from tongxin.workforce.record_actions import add_certificate, add_training

CHOSEN = ("headcount", "skilled_share", "skilled_rate", "training_reach", "average_wage", "enterprises")
REPORTED = """
code: sales_per_head
name: {zh-hans: 人均营业收入, en: Sales per head}
unit: yuan
numerator:   {reported: sales, in: period}
denominator: {reported: employ, in: period}
---
code: sales_mean
name: {zh-hans: 平均营业收入, en: Sales of those that reported}
unit: yuan
value: {average: sales, of: reported, in: period}
"""
TABLE = "统一社会信用代码,期间,从业人员,营业收入\n{alpha},2026Q3,10,1234567.50\n{beta},2026Q3,,\n"
MOVED_ON = date(2026, 7, 15)


@dataclass(frozen=True)
class World:
    cast: Cast
    release: Release
    home: Path
    li: Worker
    wang: Worker
    zhou: Worker
    zhao: Worker
    qian: Worker
    viewer_of_province_only: User
    """Holds the viewer's role at the province for this unit only."""


def chosen_definitions() -> str:
    texts = [
        text
        for text in documents_of(starter_catalogue())
        if any(f"code: {code}\n" in text for code in CHOSEN)
    ]
    return "\n---\n".join([*texts, REPORTED])


def raise_world(home: Path) -> World:
    cast = raise_cast()
    people = _raise_people(cast)
    move_organisation(cast.beta, actor=None, on=MOVED_ON, parent=cast.linping)
    publish_items(starter_items())
    publish_definitions(chosen_definitions())
    for unit in (cast.alpha, cast.beta, cast.gamma):
        for item in DataItem.objects.filter(code__in=["employ", "sales"]):
            ReportingUnit.objects.create(organisation=unit, item=item, valid_from=date(2024, 1, 1))
    table = home / "reported.csv"
    table.write_text(TABLE.format(alpha=cast.alpha.code, beta=cast.beta.code), encoding="utf-8")
    answer = import_reported(table, actor=cast.reporter_of_alpha)
    assert answer.rejected == 1, "who reports for Alpha does not report for Beta"
    alone = make_user("viewer_of_province_only")
    grant_role(
        alone,
        actor=None,
        role=Role.VIEWER,
        organisation=cast.province,
        reach=RoleGrant.Reach.UNIT,
        valid_from=date(2024, 1, 1),
    )
    release = build_release(actor=None)
    return World(cast, release, home, *people, viewer_of_province_only=alone)


def _raise_people(cast: Cast) -> tuple[Worker, ...]:
    li = register(cast.alpha, "李建国", identity_number("33010919900101123"), wage_fen=800_000)
    wang = register(cast.alpha, "王秀英", identity_number("33010919850615224"), wage_fen=900_050)
    zhou = register(cast.alpha, "周明", identity_number("33010919790909321"))
    zhao = register(cast.beta, "赵强", identity_number("33010919991231332"))
    qian = register(cast.gamma, "钱芳", identity_number("33011019880808422"), ended_on=date(2026, 6, 30))
    register_worker(
        actor=None,
        organisation=cast.gamma,
        document_type="resident_id",
        document_number=identity_number("33010919850615224"),
        name="王秀英",
        started_on=date(2025, 1, 1),
        form="part_time",
    )
    for worker, unit, grade in (
        (li, cast.alpha, "senior"),
        (wang, cast.alpha, "intermediate"),
        (zhao, cast.beta, "junior"),
        (qian, cast.gamma, "technician"),
    ):
        add_certificate(worker, actor=None, organisation=unit, grade=grade, issued_on=date(2024, 5, 10))
    for worker, unit, on, minutes in (
        (li, cast.alpha, date(2026, 2, 10), 600),
        (li, cast.alpha, date(2026, 4, 10), 480),
        (wang, cast.gamma, date(2026, 5, 1), 540),
        (wang, cast.alpha, date(2026, 5, 2), 540),
        (zhao, cast.beta, date(2026, 7, 1), 360),
        (qian, cast.gamma, date(2026, 3, 1), 960),
        (zhou, cast.alpha, date(2026, 8, 1), None),
    ):
        add_training(worker, actor=None, organisation=unit, on=on, kind="digital", minutes=minutes)
    return li, wang, zhou, zhao, qian


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[World]:
    """Raise the world once for a module, in a transaction that the module's end takes back."""
    home = tmp_path_factory.mktemp("home")
    with django_db_blocker.unblock(), override_settings(TONGXIN_HOME=home), transaction.atomic():
        yield raise_world(home)
        transaction.set_rollback(True)
