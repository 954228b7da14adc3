from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongxin.organisations.models import Organisation
from tongxin.workforce.validators import CodeOf


class EnterpriseRecord(models.Model):
    """A dated fact about an enterprise as a whole."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="%(class)ss")
    on = models.DateField(_("on"))

    class Meta:
        abstract = True
        ordering = ["on"]


class Agreement(EnterpriseRecord):
    """A collective contract or agreement in force from a day (`on`) to its expiry."""

    kind = models.CharField(_("kind"), max_length=24, validators=[CodeOf("agreement_kind")])
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    n_covered = models.PositiveIntegerField(_("workers covered"), null=True, blank=True)

    class Meta(EnterpriseRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gt=F("on")), name="agreement_lasts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.kind}"


class WorkersCongress(EnterpriseRecord):
    """A session of the workers' congress."""

    n_delegates = models.PositiveIntegerField(_("delegates"))
    n_worker_delegates = models.PositiveIntegerField(_("delegates from the shop floor"))

    class Meta(EnterpriseRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(n_worker_delegates__lte=F("n_delegates")),
                name="congress_worker_delegates_among_all",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.on}"


class InsuranceCover(EnterpriseRecord):
    """How many of an enterprise's workers were insured on a day, as the enterprise reports it."""

    n_workers = models.PositiveIntegerField(_("workers"))
    n_insured = models.PositiveIntegerField(_("insured"))

    class Meta(EnterpriseRecord.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "on"], name="insurance_once_a_day"),
            models.CheckConstraint(condition=Q(n_insured__lte=F("n_workers")), name="insured_among_workers"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.on}"


class Activity(EnterpriseRecord):
    """A talk, study session or event at a worker's site, with how many came."""

    kind = models.CharField(_("kind"), max_length=24, validators=[CodeOf("activity_kind")])
    title = models.CharField(_("title"), max_length=200, blank=True)
    n_attended = models.PositiveIntegerField(_("attendance"), null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.organisation} {self.title}"
