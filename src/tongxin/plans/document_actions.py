"""Reading a document in, publishing it to the units below, and taking it away again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.accounts.models import User
from tongxin.audit import log
from tongxin.codes.later import Later
from tongxin.files.actions import store_file
from tongxin.files.models import StoredFile
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Organisation
from tongxin.plans.models import Clause, Document, TaskProposal
from tongxin.plans.revision_actions import carry_over
from tongxin.plans.searching import index_document

if TYPE_CHECKING:
    from tongxin.documents.proposals import Proposal
    from tongxin.documents.reading import Document as Reading

# The words and readings of Chinese take a process a hundred megabytes.
reader = Later("tongxin.documents.reading")

_TITLE, _NAME = 300, 60
CONTRADICTIONS = {
    "sent_twice": _("This very file was read in on %(day)s already: “%(title)s”."),
    "not_its_own": _("A document is revised by the unit that keeps it."),
    "revised_already": _("“%(title)s” was revised already; please revise the newest."),
}
"""Why a file that can be read is refused all the same."""


@dataclass(frozen=True)
class Sent:
    """A file that was sent to become a document of a unit, and what its sender said of it."""

    organisation: Organisation
    name: str
    sha256: str
    genre: str
    revises: Document | None = None


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
    sent = Sent(organisation, name, hashlib.sha256(content).hexdigest(), genre, revises)
    refuse_twice(sent)
    reading: Reading = reader.read_document(content)
    with transaction.atomic():
        sender = actor if isinstance(actor, User) else None
        document = keep_document(
            sent, reading, actor=actor, store=lambda: store_file(name, content, actor=sender, is_kept=True)
        )
        index_document(document)
    return document


@transaction.atomic
def keep_document(
    sent: Sent, reading: Reading, *, actor: Principal, store: Callable[[], StoredFile]
) -> Document:
    """Keep what was read of a file, and what was decided on the text it revises; the index comes later."""
    if sent.revises is not None:
        refuse_other_revision(sent)
    document = Document(
        organisation=sent.organisation,
        genre=sent.genre,
        title=(reading.heading.title or sent.name)[:_TITLE],
        number=reading.heading.number[:_NAME],
        source=reading.heading.source[:200],
        issued_on=reading.heading.date,
        file=store(),
        sha256=sent.sha256,
        text=reading.cleaned.text,
        reading=_told_of(reading),
        revises=sent.revises,
        sent_by=actor if isinstance(actor, User) else None,
    )
    document.full_clean(exclude=["file"])
    document.save()
    _keep_clauses(document, reading)
    log.record(
        actor=actor,
        action="documents.received",
        target=document,
        organisation_id=sent.organisation.pk,
        title=document.title,
        sha256=sent.sha256,
        proposals=len(reading.proposals),
        revises=sent.revises,
    )
    if sent.revises is not None:
        carry_over(sent.revises, document, actor=actor)
    return document


def refuse_twice(sent: Sent) -> None:
    known = Document.objects.filter(organisation=sent.organisation, sha256=sent.sha256).first()
    if known is not None:
        found = {"day": str(timezone.localdate(known.sent_at)), "title": known.title}
        raise ValidationError(CONTRADICTIONS["sent_twice"], code="sent_twice", params=found)


def refuse_other_revision(sent: Sent) -> None:
    if sent.revises is None:
        return
    known = Document.objects.select_for_update(no_key=True).get(pk=sent.revises.pk)
    if known.organisation_id != sent.organisation.pk:
        raise ValidationError(CONTRADICTIONS["not_its_own"], code="not_its_own")
    if known.revisions.exists():
        found = {"title": known.title}
        raise ValidationError(CONTRADICTIONS["revised_already"], code="revised_already", params=found)


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
    document = Document.objects.select_for_update(no_key=True).get(pk=document.pk)
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
