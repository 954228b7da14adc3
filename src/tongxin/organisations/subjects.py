"""What the lake takes of the tree: where units stand, and what enterprises are, over time."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from django.db.models.functions import Substr

from tongxin.analytics.sources import Source
from tongxin.analytics.subjects import Field, FieldType, Subject
from tongxin.organisations.models import (
    Hierarchy,
    NameSpell,
    Organisation,
    OrganisationEvent,
    Particulars,
    Placement,
    UnionCover,
)

ORGANISATION_FIELDS = (
    Field("industry", FieldType.CODE, "industry", "行业门类", "industry_section", breakdown=True),
    Field("ownership", FieldType.CODE, "ownership", "所有制", "ownership", breakdown=True),
    Field("size", FieldType.CODE, "size of the enterprise", "企业规模", "enterprise_size", breakdown=True),
    Field("is_above_scale", FieldType.BOOLEAN, "above designated size", "规模以上"),
)
"""Fields of the unit where a fact counts, known in every row beside the fact's own."""

_INT, _TEXT, _DAY, _FLAG = pa.int64(), pa.string(), pa.date32(), pa.bool_()
_SPELL = [("valid_from", _DAY), ("valid_to", _DAY)]


def _organisations() -> Any:
    return Organisation.objects.order_by("pk").values_list(
        "pk", "code", "level", "name_zh", "name_en", "opened_on", "closed_on"
    )


def _placements() -> Any:
    return (
        Placement.objects.filter(hierarchy=Hierarchy.ADMINISTRATIVE)
        .order_by("organisation_id", "valid_from")
        .values_list("organisation_id", "parent_id", "organisation__level", "valid_from", "valid_to")
    )


def _names() -> Any:
    return NameSpell.objects.order_by("organisation_id", "valid_from").values_list(
        "organisation_id", "name_zh", "name_en", "valid_from", "valid_to"
    )


def _particulars() -> Any:
    return (
        Particulars.objects.order_by("organisation_id", "valid_from")
        .annotate(section=Substr("industry", 1, 1))
        .values_list(
            "organisation_id", "section", "ownership", "size", "is_above_scale", "valid_from", "valid_to"
        )
    )


def _covers() -> Any:
    return UnionCover.objects.order_by("enterprise_id", "valid_from").values_list(
        "enterprise_id", "union_id", "valid_from", "valid_to"
    )


def _events() -> Any:
    return OrganisationEvent.objects.order_by("pk").values_list("pk", "on", "kind", "organisation_id")


def _event_others() -> Any:
    return OrganisationEvent.others.through.objects.order_by(
        "organisationevent_id", "organisation_id"
    ).values_list("organisationevent_id", "organisation_id")


SOURCES = (
    Source(
        "organisations",
        pa.schema(
            [
                ("organisation", _INT),
                ("code", _TEXT),
                ("level", _TEXT),
                ("name_zh", _TEXT),
                ("name_en", _TEXT),
                ("opened_on", _DAY),
                ("closed_on", _DAY),
            ]
        ),
        _organisations,
        {"organisation": "id"},
        key=("organisation",),
        model=Organisation,
    ),
    Source(
        "placements",
        pa.schema([("organisation", _INT), ("parent", _INT), ("level", _TEXT), *_SPELL]),
        _placements,
        key=("organisation", "valid_from"),
    ),
    Source(
        "events",
        pa.schema([("event", _INT), ("on", _DAY), ("kind", _TEXT), ("organisation", _INT)]),
        _events,
        {"event": "id"},
        key=("event",),
        model=OrganisationEvent,
    ),
    Source(
        "event_others",
        pa.schema([("event", _INT), ("organisation", _INT)]),
        _event_others,
        key=("event", "organisation"),
    ),
    Source(
        "names",
        pa.schema([("organisation", _INT), ("name_zh", _TEXT), ("name_en", _TEXT), *_SPELL]),
        _names,
        {"organisation": "organisation_id", "valid_from": "valid_from"},
        key=("organisation", "valid_from"),
        model=NameSpell,
    ),
    Source(
        "particulars",
        pa.schema(
            [
                ("organisation", _INT),
                ("industry", _TEXT),
                ("ownership", _TEXT),
                ("size", _TEXT),
                ("is_above_scale", _FLAG),
                *_SPELL,
            ]
        ),
        _particulars,
        {"organisation": "organisation_id", "valid_from": "valid_from"},
        key=("organisation", "valid_from"),
        model=Particulars,
    ),
    Source(
        "covers",
        pa.schema([("organisation", _INT), ("union", _INT), *_SPELL]),
        _covers,
        {"organisation": "enterprise_id", "union": "union_id", "valid_from": "valid_from"},
        key=("organisation", "union", "valid_from"),
        model=UnionCover,
    ),
)

SUBJECTS: tuple[Subject, ...] = ()
