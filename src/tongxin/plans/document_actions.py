"""Reading a document in, publishing it to the units below, and taking it away again."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import User
from tongxin.audit import log
from tongxin.codes.later import Later
from tongxin.files.actions import store_file
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation
from tongxin.plans.models import Clause, Document, TaskProposal

if TYPE_CHECKING:
    from tongxin.documents.proposals import Proposal
    from tongxin.documents.reading import Document as Reading

# The words and readings of Chinese take a process a hundred megabytes.
reader = Later("tongxin.documents.reading")

_TITLE, _NAME = 300, 60


def receive_document(
    organisation: Organisation,
    *,
    actor: Principal,
    name: str,
    content: bytes,
    genre: str,
    revises: Document | None = None,
) -> Document:
    """Read a file and keep it with its clauses and proposals; refuses no document, and one sent twice.

    Raises `DocumentRefused` for the file, `ValidationError` for what contradicts what is there.
    """
    require(actor, Action.CHANGE_PLANS, organisation)
    digest = hashlib.sha256(content).hexdigest()
    _refuse_twice(organisation, digest)
    reading: Reading = reader.read_document(content)
    with transaction.atomic():
        if revises is not None:
            _refuse_other_revision(organisation, revises)
        sender = actor if isinstance(actor, User) else None
        document = Document(
            organisation=organisation,
            genre=genre,
            title=(reading.heading.title or name)[:_TITLE],
            number=reading.heading.number[:_NAME],
            source=reading.heading.source[:200],
            issued_on=reading.heading.date,
            file=store_file(name, content, actor=sender, is_kept=True),
            sha256=digest,
            text=reading.cleaned.text,
            reading=_told_of(reading),
            revises=revises,
            sent_by=sender,
        )
        document.full_clean(exclude=["file"])
        document.save()
        _keep_clauses(document, reading)
        log.record(
            actor=actor,
            action="documents.received",
            target=document,
            organisation_id=organisation.pk,
            title=document.title,
            sha256=digest,
            proposals=len(reading.proposals),
            revises=revises,
        )
    return document


def _refuse_twice(organisation: Organisation, digest: str) -> None:
    known = Document.objects.filter(organisation=organisation, sha256=digest).first()
    if known is not None:
        message = _("This very file was read in on %(day)s already: “%(title)s”.")
        raise ValidationError(message % {"day": timezone.localdate(known.sent_at), "title": known.title})


def _refuse_other_revision(organisation: Organisation, revises: Document) -> None:
    known = Document.objects.select_for_update().get(pk=revises.pk)
    if known.organisation_id != organisation.pk:
        raise ValidationError(_("A document is revised by the unit that keeps it."))
    if known.revisions.exists():
        raise ValidationError(
            _("“%(title)s” was revised already; please revise the newest.") % {"title": known}
        )


def _told_of(reading: Reading) -> dict[str, Any]:
    told = reading.as_json()
    names = ("script", "sections", "speakers", "occasions", "removed", "corrected")
    return {name: told[name] for name in names}


def _keep_clauses(document: Document, reading: Reading) -> None:
    clauses = Clause.objects.bulk_create(
        Clause(
            document=document,
            number=number,
            anchor=each.anchor,
            start=each.start,
            end=each.end,
            text=each.text,
        )
        for number, each in enumerate(reading.paragraphs, start=1)
    )
    by_anchor = {clause.anchor: clause for clause in clauses}
    TaskProposal.objects.bulk_create(_proposed(each, by_anchor[each.paragraph]) for each in reading.proposals)


def _proposed(found: Proposal, clause: Clause) -> TaskProposal:
    return TaskProposal(
        clause=clause,
        start=found.start,
        end=found.end,
        quote=found.quote,
        title=found.quote[:_TITLE],
        kind=found.kind,
        dimension=found.dimension or "",
        speaker=(found.speaker or "")[:60],
        lead=list(found.lead),
        support=list(found.support),
        due_on=found.deadline,
        due_text=found.deadline_text[:120],
        target=found.target[:120],
    )


@transaction.atomic
def publish_document(document: Document, *, actor: Principal, is_published: bool) -> Document:
    """Let the units below read a document, or no longer."""
    require(actor, Action.CHANGE_PLANS, document.organisation)
    document = Document.objects.select_for_update().get(pk=document.pk)
    if document.is_published != is_published:
        document.is_published = is_published
        document.save(update_fields=["is_published"])
        log.record(
            actor=actor,
            action="documents.published" if is_published else "documents.withdrawn",
            target=document,
            organisation_id=document.organisation_id,
        )
    return document
