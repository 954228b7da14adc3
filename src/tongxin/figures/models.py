from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongxin.organisations.models import Organisation


class DefinitionVersion(models.Model):
    """One published version of how an indicator is made, as it was written; it never changes."""

    code = models.CharField(max_length=64)
    valid_from = models.DateField()
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    position = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["position", "valid_from"]
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="definition_version_once")]

    def __str__(self) -> str:
        return f"{self.code}@{self.valid_from}"


class DataItem(models.Model):
    """Something that units report because no registered fact can give it; kept in its last decimal."""

    code = models.CharField(max_length=64, unique=True)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    unit = models.CharField(max_length=24)
    decimals = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=list)
    """Column names under which the item is recognised in a table."""

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.code


class ReportingUnit(models.Model):
    """A unit that is expected to report an item, from a period's first day to a day (excluded)."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="reporting_duties")
    item = models.ForeignKey(DataItem, models.PROTECT)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "item"], name="duty_once")]

    def __str__(self) -> str:
        return f"{self.organisation} {self.item}"


class ReportedValue(models.Model):
    """A reported value of a unit, a period and an item; a new value supersedes and keeps the old one."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="reported_values")
    item = models.ForeignKey(DataItem, models.PROTECT)
    period = models.CharField(_("period"), max_length=8)
    value = models.BigIntegerField()
    reported_at = models.DateTimeField(auto_now_add=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "item", "period"],
                condition=Q(superseded_at=None),
                name="one_value_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.item} {self.period}"
