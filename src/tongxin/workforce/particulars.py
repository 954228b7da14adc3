"""What is corrected rather than dated about a person: it was always so, only written down wrongly."""

from __future__ import annotations

from datetime import date
from typing import Any, TypedDict

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tongxin.codes.identity_numbers import IdentityNumber
from tongxin.workforce import identity
from tongxin.workforce.models import Worker


class Particulars(TypedDict, total=False):
    name: str
    sex: str
    born_on: date | None
    education: str
    phone: str
    document_type: str
    document_number: str


PLAIN = ("name", "sex", "born_on", "education", "document_type")


def read_particulars(worker: Worker) -> dict[str, Any]:
    """Return every particular in the clear."""
    return {
        **{name: getattr(worker, name) for name in PLAIN},
        "phone": identity.open_phone(worker.phone_sealed),
        "document_number": identity.open_number(worker.document_sealed),
    }


def differing(worker: Worker, particulars: Particulars) -> dict[str, Any]:
    """Return the particulars that differ from those on record."""
    before = read_particulars(worker)
    values: dict[str, Any] = dict(particulars)
    for name, normalise in (
        ("document_number", identity.normalise_number),
        ("phone", identity.normalise_phone),
    ):
        if name in values:
            values[name] = normalise(values[name])
    return {name: value for name, value in values.items() if value != before[name]}


def apply_particulars(worker: Worker, particulars: Particulars) -> dict[str, Any]:
    """Write the particulars that differ and return them as (before, after), numbers masked."""
    before = read_particulars(worker)
    wanted = differing(worker, particulars)
    if not wanted:
        raise ValidationError(_("Nothing was changed."))
    after = {**before, **wanted}
    for name in PLAIN:
        setattr(worker, name, after[name])
    if known := identity.check_document(after["document_type"], after["document_number"]):
        agree(worker, known)
    _seal(worker, wanted, after)
    worker.full_clean()
    worker.save()
    return {name: (shown(name, before[name]), shown(name, after[name])) for name in wanted}


def _seal(worker: Worker, wanted: dict[str, Any], after: dict[str, Any]) -> None:
    if "phone" in wanted:
        if after["phone"]:
            identity.check_phone(after["phone"])
        worker.phone_sealed = identity.seal_phone(after["phone"])
    if wanted.keys() & {"document_type", "document_number"}:
        worker.document_sealed = identity.seal_number(after["document_number"])
        worker.document_index = identity.index_of(after["document_type"], after["document_number"])
        if Worker.objects.filter(document_index=worker.document_index).exclude(pk=worker.pk).exists():
            raise ValidationError({"document_number": _("Another person is registered with this number.")})


def shown(name: str, value: Any) -> Any:
    """Return the value as it may stand on a page or in the log."""
    if name == "document_number":
        return identity.mask_number(value)
    return identity.mask_phone(value) if name == "phone" else value


def agree(worker: Worker, known: IdentityNumber) -> None:
    """Take sex and birth date from the number, or refuse those that contradict it."""
    if worker.sex and worker.sex != known.sex:
        raise ValidationError({"sex": _("The number says otherwise. Compare both with the card.")})
    if worker.born_on and worker.born_on != known.born_on:
        raise ValidationError(
            {"born_on": _("The number says %(day)s. Compare both with the card.") % {"day": known.born_on}}
        )
    worker.sex, worker.born_on = known.sex, known.born_on
