"""Reading large files in the background: sent and kept, then read whole or refused, and never half."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tongxin.accounts.models import User
from tongxin.audit import log
from tongxin.containers.packed import BROKEN_ZIP
from tongxin.documents.refusals import REFUSALS, DocumentRefused
from tongxin.files.actions import discard_file, keep_file, read_file, store_file
from tongxin.files.models import StoredFile
from tongxin.files.refusals import say_refusal
from tongxin.jobs.actions import Progress, queue_job
from tongxin.jobs.models import Job
from tongxin.organisations.access import Action, may, require
from tongxin.organisations.models import Organisation
from tongxin.plans.document_actions import (
    CONTRADICTIONS,
    Sent,
    keep_document,
    reader,
    refuse_other_revision,
    refuse_twice,
)
from tongxin.plans.models import Document, DocumentReading
from tongxin.plans.searching import index_document

if TYPE_CHECKING:
    from tongxin.documents.reading import Document as Reading

KIND = "document"
LARGE = 300_000
"""So many bytes of text take more than a second to read."""
XML_SHARE = 2
"""Of the XML of a Word text at most about half is text."""
NO_RIGHT, GONE = "no_right", "gone"
REASONS = {
    **CONTRADICTIONS,
    NO_RIGHT: _("You may no longer read documents in for this unit."),
    GONE: _("The file is no longer kept. Please send it again."),
}


def is_large(content: bytes) -> bool:
    """Tell whether a file is to be read in the background; what it says of itself is enough to know."""
    return _weight(content) > LARGE


def _weight(content: bytes) -> int:
    if not content.startswith(b"PK"):
        return len(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return packed.getinfo("word/document.xml").file_size // XML_SHARE
    except (KeyError, *BROKEN_ZIP):
        # What cannot be opened is refused at once.
        return 0


@transaction.atomic
def send_document(
    organisation: Organisation,
    *,
    actor: User,
    name: str,
    content: bytes,
    genre: str,
    revises: Document | None = None,
) -> DocumentReading:
    """Keep a file and have it read in the background; one that is being read is not read a second time."""
    require(actor, Action.CHANGE_PLANS, organisation)
    # The unit's row makes the second of two clicks wait for the first.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    sent = Sent(organisation, name, hashlib.sha256(content).hexdigest(), genre, revises)
    refuse_twice(sent)
    refuse_other_revision(sent)
    same = DocumentReading.objects.filter(organisation=organisation, sha256=sent.sha256)
    if known := same.filter(state=DocumentReading.State.RECEIVED).first():
        return read_again(known, actor=actor)
    file = store_file(name, content, actor=actor)
    reading = DocumentReading(
        organisation=organisation,
        name=file.name,
        genre=genre,
        revises=revises,
        file=file,
        sha256=sent.sha256,
        sent_by=actor,
    )
    reading.full_clean(exclude=["file"])
    reading.save()
    _queue(reading, actor)
    log.record(
        actor=actor,
        action="documents.sent",
        target=reading,
        organisation_id=organisation.pk,
        sha256=sent.sha256,
        revises=revises,
    )
    return reading


@transaction.atomic
def read_again(reading: DocumentReading, *, actor: User) -> DocumentReading:
    """Take up a reading that was interrupted; one that is underway or over stays as it is."""
    require(actor, Action.CHANGE_PLANS, reading.organisation)
    reading = DocumentReading.objects.select_for_update(of=("self",), no_key=True).get(pk=reading.pk)
    is_underway = Job.objects.filter(pk=reading.job_id or 0).exclude(
        state__in=[Job.State.DONE, Job.State.FAILED]
    )
    if reading.state == DocumentReading.State.RECEIVED and not is_underway.exists():
        _queue(reading, actor)
    return reading


def _queue(reading: DocumentReading, actor: User) -> None:
    from tongxin.plans.document_tasks import read_document_task  # noqa: PLC0415  # the task calls back

    reading.job_id = queue_job(KIND, reading.pk, read_document_task, actor=actor).pk
    reading.save(update_fields=["job_id"])


def read_sent(reading_id: int, *, progress: Progress) -> DocumentReading:
    """Read what was sent and keep its document in one step; begun anew after a crash, it ends the same."""
    reading = _get(reading_id)
    if reading.state == DocumentReading.State.RECEIVED:
        reading = _read(reading, progress)
    if reading.document is not None:
        progress("index", 80)
        index_document(reading.document)
    return reading


def _get(reading_id: int) -> DocumentReading:
    known = DocumentReading.objects.select_related("organisation", "file", "sent_by", "revises", "document")
    return known.get(pk=reading_id)


def _read(reading: DocumentReading, progress: Progress) -> DocumentReading:
    sender, file = reading.sent_by, reading.file
    if sender is None or not may(sender, Action.CHANGE_PLANS, reading.organisation):
        return _refuse(reading, NO_RIGHT)
    if file is None:
        return _refuse(reading, GONE)
    progress("read", 5)
    try:
        found = reader.read_document(read_file(file))
        progress("store", 60)
        return _keep(reading, file, found)
    except FileNotFoundError:
        return _refuse(reading, GONE)
    except DocumentRefused as refused:
        return _refuse(reading, refused.code, refused.params)
    except ValidationError as refused:
        code = getattr(refused, "code", None)
        if code not in CONTRADICTIONS:
            raise
        return _refuse(reading, code, refused.params)


@transaction.atomic
def _keep(reading: DocumentReading, file: StoredFile, found: Reading) -> DocumentReading:
    locked = DocumentReading.objects.select_for_update(no_key=True).get(pk=reading.pk)
    if locked.state != DocumentReading.State.RECEIVED:
        return _get(reading.pk)
    sent = Sent(reading.organisation, reading.name, reading.sha256, reading.genre, reading.revises)
    refuse_twice(sent)
    keep_file(file)
    reading.document = keep_document(sent, found, actor=reading.sent_by, store=lambda: file)
    reading.state = DocumentReading.State.READ
    reading.save(update_fields=["document", "state"])
    return reading


@transaction.atomic
def _refuse(reading: DocumentReading, code: str, params: Mapping[str, Any] | None = None) -> DocumentReading:
    file = reading.file
    reading.state, reading.file = DocumentReading.State.REFUSED, None
    reading.refusal = {"code": code, "params": dict(params or {})}
    reading.save(update_fields=["state", "file", "refusal"])
    if file is not None:
        discard_file(file)
    log.record(
        actor=reading.sent_by,
        action="documents.refused",
        target=reading,
        organisation_id=reading.organisation_id,
        code=code,
    )
    return reading


def say_why(reading: DocumentReading) -> str:
    """Return why a file was refused, in the reader's language."""
    code, params = reading.refusal["code"], reading.refusal["params"]
    return str(REASONS[code] % params) if code in REASONS else say_refusal(REFUSALS[code], params)
