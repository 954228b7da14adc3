from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongxin.organisations.models import Organisation
from tongxin.workforce.validators import CodeOf, check_occupation


class Worker(models.Model):
    """A person. Document number and phone are sealed; the blind index finds a number without opening any.

    An entry that was merged into another keeps its number, which leads to the other, and has no facts left.
    """

    document_type = models.CharField(_("document type"), max_length=24, validators=[CodeOf("document_type")])
    document_sealed = models.BinaryField()
    document_index = models.BinaryField(max_length=16, unique=True)
    name = models.CharField(_("name"), max_length=100, db_index=True)
    sex = models.CharField(_("sex"), max_length=8, blank=True, validators=[CodeOf("sex")])
    born_on = models.DateField(_("born on"), null=True, blank=True)
    phone_sealed = models.BinaryField(null=True, blank=True)
    education = models.CharField(_("education"), max_length=24, blank=True, validators=[CodeOf("education")])
    registered_at = models.DateTimeField(auto_now_add=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_entries"
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Employment(models.Model):
    """A spell of a person at an enterprise: started → ended. What changes inside is an `EmploymentState`."""

    worker = models.ForeignKey(Worker, models.PROTECT, related_name="employments")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="employments")
    started_on = models.DateField(_("started on"))
    ended_on = models.DateField(_("last day"), null=True, blank=True)
    agency = models.CharField(_("dispatching agency"), max_length=200, blank=True)

    class Meta:
        ordering = ["started_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["worker", "organisation", "started_on"], name="employment_starts_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="employment_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "ended_on", "worker"])]

    def __str__(self) -> str:
        return f"{self.worker} @ {self.organisation}"


class EmploymentState(models.Model):
    """Post, occupation, form and wage from a day until the next state of the same employment."""

    employment = models.ForeignKey(Employment, models.CASCADE, related_name="states")
    valid_from = models.DateField(_("from"))
    post = models.CharField(_("post"), max_length=100, blank=True)
    occupation = models.CharField(_("occupation"), max_length=16, blank=True, validators=[check_occupation])
    form = models.CharField(_("form of employment"), max_length=24, validators=[CodeOf("employment_form")])
    wage_fen = models.BigIntegerField(_("monthly wage"), null=True, blank=True)

    class Meta:
        ordering = ["valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["employment", "valid_from"], name="state_begins_once_a_day"),
            models.CheckConstraint(condition=Q(wage_fen=None) | Q(wage_fen__gte=0), name="wage_not_negative"),
        ]
        indexes = [models.Index(fields=["form", "employment"])]

    def __str__(self) -> str:
        return f"{self.employment} {self.valid_from}"

    @property
    def wage_yuan(self) -> Decimal | None:
        return None if self.wage_fen is None else Decimal(self.wage_fen) / 100


class CorrectionProposal(models.Model):
    """A field that a unit would correct of a person also known elsewhere: open → accepted or refused."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")

    worker = models.ForeignKey(Worker, models.PROTECT, related_name="correction_proposals")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    field = models.CharField(max_length=16)
    value_sealed = models.BinaryField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    proposed_at = models.DateTimeField(auto_now_add=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["worker", "organisation", "field"],
                condition=Q(state="open"),
                name="one_open_proposal_a_field",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.worker} {self.field}"
