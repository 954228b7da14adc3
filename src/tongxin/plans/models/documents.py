from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.files.models import StoredFile
from tongxin.organisations.models import Organisation
from tongxin.ui.dimensions import DIMENSIONS

DIMENSION_CHOICES = [(code, mark.name) for code, mark in DIMENSIONS.items()]


class Genre(models.TextChoices):
    """What sort of text a document is: it says how far its words bind."""

    POLICY = "policy", pgettext_lazy("document", "policy")
    INSTRUCTION = "instruction", _("written instruction")
    MEETING = "meeting", _("minutes of a meeting")
    REPORT = "report", pgettext_lazy("document", "report")


class Document(models.Model):
    """An official text that a unit works by, read once: its clauses and proposals stand beside it.

    The file is kept as it was sent; `text` is what was read from it without noise. A revised document is a
    new one that names the one it revises.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="documents")
    genre = models.CharField(_("sort of text"), max_length=12, choices=Genre, default=Genre.POLICY)
    title = models.CharField(_("title"), max_length=300)
    number = models.CharField(_("document number"), max_length=60, blank=True)
    source = models.CharField(_("issued by"), max_length=200, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    is_published = models.BooleanField(_("units below may read it"), default=False)
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    text = models.TextField()
    reading = models.JSONField(default=dict)
    """Script, sections, speakers, occasions, removals and corrections, as the reader gave them."""
    revises = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="revisions")
    sent_at = models.DateTimeField(auto_now_add=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "sha256"], name="document_once_a_unit"),
            models.UniqueConstraint(
                fields=["revises"], condition=~Q(revises=None), name="document_revised_once"
            ),
            models.CheckConstraint(
                condition=Q(revises=None) | ~Q(revises=F("id")), name="document_revises_another"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Clause(models.Model):
    """A paragraph of a document, `[start, end)` of its text; the anchor stays from revision to revision."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="clauses")
    number = models.PositiveIntegerField()
    """Its place among the paragraphs, from 1."""
    anchor = models.CharField(max_length=24)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    text = models.TextField()

    class Meta:
        ordering = ["document", "number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="clause_number_once"),
            models.UniqueConstraint(fields=["document", "anchor"], name="clause_anchor_once"),
            models.CheckConstraint(condition=Q(start__lt=F("end")), name="clause_has_words"),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class Kind(models.TextChoices):
    """What sort of duty a stretch of text is."""

    OBJECTIVE = "objective", _("objective")
    TASK = "task", _("task")
    MECHANISM = "mechanism", _("mechanism")
    SERVICE = "service", pgettext_lazy("duty", "service")
    ASSESSMENT = "assessment", _("assessment")
    PUBLICITY = "publicity", _("publicity")
    EXPERIENCE = "experience", _("experience")


class TaskProposal(models.Model):
    """A duty that the reader found in a clause: open → accepted as a task, rejected, or replaced by others.

    What it says may be corrected by a person before it is accepted; the quote stays as the text has it.
    """

    class State(models.TextChoices):
        OPEN = "open", _("to be confirmed")
        ACCEPTED = "accepted", pgettext_lazy("proposal", "accepted")
        REJECTED = "rejected", pgettext_lazy("proposal", "rejected")
        REPLACED = "replaced", _("replaced by others")

    clause = models.ForeignKey(Clause, models.CASCADE, related_name="proposals")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    quote = models.TextField()
    title = models.CharField(_("task"), max_length=300)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    dimension = models.CharField(_("dimension"), max_length=12, choices=DIMENSION_CHOICES, blank=True)
    speaker = models.CharField(_("said by"), max_length=60, blank=True)
    lead = models.JSONField(_("lead"), default=list, blank=True)
    support = models.JSONField(_("support"), default=list, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    due_text = models.CharField(_("due, as written"), max_length=120, blank=True)
    target = models.CharField(_("target"), max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    reason = models.TextField(_("reason"), blank=True)
    origins = models.ManyToManyField("self", symmetrical=False, related_name="successors", blank=True)
    """The proposals that this one replaces."""
    edited_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["start", "pk"]
        indexes = [models.Index(fields=["state", "clause"])]
        constraints = [
            models.CheckConstraint(condition=Q(start__lt=F("end")), name="proposal_has_words"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None) | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="proposal_decided_or_open",
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(reason=""), name="proposal_rejected_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.title
