"""The published panel jtrain as a programme of its own: 157 firms that report seven items in three years."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any

from django.db import transaction

from tongxin import __version__
from tongxin.audit import log
from tongxin.demo.loading import MadeWith, refuse_used_home, write_made_with
from tongxin.demo.sign_ins import SignIn, add_sign_ins
from tongxin.demo.vocabulary import read_words
from tongxin.figures.actions import publish_definitions
from tongxin.figures.models import DataItem, ReportedValue, ReportingUnit
from tongxin.organisations.models import (
    Level,
    NameSpell,
    Organisation,
    OrganisationEvent,
    Placement,
    Programme,
)

EXAMPLE = "jtrain"
FIRST_DAY, LAST_DAY = date(1987, 1, 1), date(1989, 12, 31)
NOT_EXPECTED_FROM = date(1990, 1, 1)


def read_panel() -> list[dict[str, str]]:
    """Return the rows of the panel as they are written; a gap is an empty text."""
    text = files("tongxin.demo").joinpath("data/jtrain.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def load_jtrain() -> Sequence[SignIn]:
    """Load the panel into an empty registry with its definitions; return who can sign in."""
    with transaction.atomic():
        refuse_used_home()
        rows = read_panel()
        root = _add_root()
        firms = _add_firms(root, sorted({row["fcode"] for row in rows}, key=int))
        items = DataItem.objects.bulk_create(DataItem(**item) for item in read_words("jtrain")["items"])
        _add_reports(rows, firms, items)
        text = files("tongxin.demo").joinpath("data/jtrain_definitions.yaml").read_text(encoding="utf-8")
        publish_definitions(text)
        programme = _add_programme(root)
        sign_ins = add_sign_ins({"330000": root})
        log.record(
            actor=None, action="demo.loaded", target=programme, organisation_id=root.pk, example=EXAMPLE
        )
    write_made_with(MadeWith(EXAMPLE, 0, 0, __version__))
    return sign_ins


def _add_root() -> Organisation:
    name = read_words("jtrain")["programme"]
    root = Organisation.objects.create(
        code=EXAMPLE, level=Level.PROVINCE, name_zh=name["zh"], name_en=name["en"], opened_on=FIRST_DAY
    )
    root.path = f"/{root.pk}/"
    root.save(update_fields=["path"])
    _date_units([root])
    return root


def _add_firms(root: Organisation, codes: Sequence[str]) -> dict[str, Organisation]:
    """Store the firms under their numbers in the panel: they have no credit code."""
    names = read_words("jtrain")["firm"]
    units = Organisation.objects.bulk_create(
        Organisation(
            code=code,
            level=Level.ENTERPRISE,
            name_zh=names["zh"].format(code=code),
            name_en=names["en"].format(code=code),
            parent=root,
            opened_on=FIRST_DAY,
        )
        for code in codes
    )
    for unit in units:
        unit.path = f"{root.path}{unit.pk}/"
    Organisation.objects.bulk_update(units, ["path"])
    _date_units(units)
    return {unit.code: unit for unit in units}


def _date_units(units: Sequence[Organisation]) -> None:
    Placement.objects.bulk_create(
        Placement(organisation=unit, parent=unit.parent, valid_from=FIRST_DAY) for unit in units
    )
    NameSpell.objects.bulk_create(
        NameSpell(organisation=unit, name_zh=unit.name_zh, name_en=unit.name_en, valid_from=FIRST_DAY)
        for unit in units
    )
    OrganisationEvent.objects.bulk_create(
        OrganisationEvent(
            organisation=unit,
            kind=OrganisationEvent.Kind.CREATED,
            on=FIRST_DAY,
            after={"name": unit.name_zh, "code": unit.code},
            source=EXAMPLE,
        )
        for unit in units
    )


def _add_reports(
    rows: list[dict[str, str]], firms: dict[str, Organisation], items: Sequence[DataItem]
) -> None:
    ReportingUnit.objects.bulk_create(
        ReportingUnit(organisation=firm, item=item, valid_from=FIRST_DAY, valid_to=NOT_EXPECTED_FROM)
        for firm in firms.values()
        for item in items
    )
    ReportedValue.objects.bulk_create(
        ReportedValue(
            organisation=firms[row["fcode"]],
            item=item,
            period=row["year"],
            value=stored_value(row[item.code], item.decimals),
        )
        for row in rows
        for item in items
        if row[item.code]
    )


def stored_value(text: str, decimals: int) -> int:
    """Return a published number as the whole number that is stored: rounded at the item's last place."""
    return int(Decimal(text).scaleb(decimals).to_integral_value())


def _add_programme(root: Organisation) -> Programme:
    values: dict[str, Any] = {"facts_from": FIRST_DAY, "facts_until": LAST_DAY, "finest_period": "year"}
    return Programme.objects.create(pk=1, root=root, name_zh=root.name_zh, name_en=root.name_en, **values)
