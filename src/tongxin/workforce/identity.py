"""Document numbers and phones: sealed at rest, found again by a blind index, shown only in part."""

from __future__ import annotations

import re
import unicodedata

import polars as pl
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tongxin.codes.identity_numbers import IdentityNumber, IdentityNumberError, parse_identity_number
from tongxin.codes.lists import get_list
from tongxin.files.vault import blind_index, decrypt, encrypt

DOCUMENT_CONTEXT = "worker.document_number"
PHONE_CONTEXT = "worker.phone"
PROPOSAL_CONTEXT = "worker.proposal"
RESIDENT_ID = "resident_id"
Sealed = bytes | memoryview
"""As written, and as some databases return it."""

PHONE_PREFIX = re.compile(r"^(\+?86|0086)(?=1\d{10}$)")
PHONE = re.compile(r"^(1[3-9]\d{9}|0\d{9,11}|\+\d{7,15})$")
OTHER_DOCUMENT = re.compile(r"^[A-Z0-9()]{5,30}$")


def normalise_number(text: str) -> str:
    """Return a document number without what does not count: width, case, spaces, hyphens, brackets."""
    return re.sub(r"[\s\-·()\[\]]", "", unicodedata.normalize("NFKC", text)).upper()


def normalise_phone(text: str) -> str:
    """Return a phone number without width, spaces, hyphens and the prefix of China before a mobile number."""
    digits = re.sub(r"[\s\-()]", "", unicodedata.normalize("NFKC", text))
    return PHONE_PREFIX.sub("", digits)


def check_document(document_type: str, number: str) -> IdentityNumber | None:
    """Refuse a number that cannot be of its document type; return what a resident identity number says."""
    if document_type not in get_list("document_type"):
        raise ValidationError({"document_type": _("Choose the kind of document.")})
    if document_type == RESIDENT_ID:
        try:
            return parse_identity_number(number)
        except IdentityNumberError as error:
            raise ValidationError({"document_number": _fault_text(error.fault)}) from None
    if not OTHER_DOCUMENT.match(normalise_number(number)):
        raise ValidationError({"document_number": _("A document number has 5 to 30 letters and digits.")})
    return None


def _fault_text(fault: str) -> str:
    return {
        "length": _("A resident identity number has 18 characters."),
        "fifteen": _("Numbers of 15 digits ended in 2013. Enter the 18 characters of the present card."),
        "character": _("A resident identity number has 17 digits, then a digit or X."),
        "birth_date": _("The birth date inside the number does not exist."),
        "check": _("The last character does not fit the others. Compare the number with the card."),
    }[fault]


def check_phone(phone: str) -> None:
    if not PHONE.match(normalise_phone(phone)):
        raise ValidationError({"phone": _("Enter a mobile number of 11 digits, or one with its area code.")})


def index_of(document_type: str, number: str) -> bytes:
    """Return the blind index under which the document is found; equal documents have equal indexes."""
    return blind_index(normalise_number(number), context=f"{DOCUMENT_CONTEXT}:{document_type}")


def indexes_of(number: str) -> list[bytes]:
    """Return the index of the number under every document type, for a search that does not name the type."""
    return [index_of(document_type, number) for document_type in get_list("document_type").codes()]


def indexes_for(rows: pl.DataFrame) -> pl.Series:
    """Return the blind index of each row, whose number is normalised already."""
    contexts = {kind: f"{DOCUMENT_CONTEXT}:{kind}" for kind in get_list("document_type").codes()}
    pairs = zip(rows["document_type"], rows["document_number"], strict=True)
    indexes = [blind_index(number, context=contexts[kind]) for kind, number in pairs]
    return pl.Series("document_index", indexes, dtype=pl.Binary)


def seal_number(number: str) -> bytes:
    return encrypt(normalise_number(number).encode(), context=DOCUMENT_CONTEXT)


def open_number(sealed: Sealed) -> str:
    return decrypt(bytes(sealed), context=DOCUMENT_CONTEXT).decode()


def seal_phone(phone: str) -> bytes | None:
    return encrypt(normalise_phone(phone).encode(), context=PHONE_CONTEXT) if phone else None


def open_phone(sealed: Sealed | None) -> str:
    return decrypt(bytes(sealed), context=PHONE_CONTEXT).decode() if sealed else ""


def seal_proposal(value: str) -> bytes:
    return encrypt(value.encode(), context=PROPOSAL_CONTEXT)


def open_proposal(sealed: Sealed) -> str:
    return decrypt(bytes(sealed), context=PROPOSAL_CONTEXT).decode()


def mask_number(number: str) -> str:
    """Show 330109199001011238 as 330109********1238, and at most half of a shorter number.

    What stays is the division and the last four, as on a payslip; the birth date is hidden.
    """
    if len(number) == 18:
        return f"{number[:6]}{'*' * 8}{number[14:]}"
    shown = min(len(number) // 4, 3)
    return f"{number[:shown]}{'*' * (len(number) - 2 * shown)}{number[len(number) - shown :]}"


def mask_phone(phone: str) -> str:
    """Show 13812345678 as 138****5678."""
    if not phone:
        return ""
    if len(phone) < 8:
        return "*" * len(phone)
    return f"{phone[:3]}{'*' * (len(phone) - 7)}{phone[-4:]}"
