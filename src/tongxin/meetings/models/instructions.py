from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.organisations.models import Organisation


class Instruction(models.Model):
    """A written instruction of an office to a unit; tasks of the unit's plans name it as their source."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="instructions")
    """The unit that received it."""
    given_by = models.CharField(pgettext_lazy("instruction", "given by"), max_length=120)
    number = models.CharField(_("document number"), max_length=60, blank=True)
    given_on = models.DateField(_("given on"))
    text = models.TextField(_("text"), max_length=5000)
    reply_by = models.DateField(_("reply by"), null=True, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-given_on", "-pk"]
        indexes = [
            models.Index(fields=["organisation", "given_on"]),
            models.Index(fields=["reply_by"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(reply_by=None) | Q(reply_by__gte=F("given_on")),
                name="instruction_is_answered_after_it_is_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number or self.given_by}: {self.text[:80]}"


class AskedUnit(models.Model):
    """A body that an instruction asks to act; a unit of the tree where the text names one."""

    instruction = models.ForeignKey(Instruction, models.CASCADE, related_name="asked")
    name = models.CharField(max_length=120)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["instruction", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["instruction", "organisation"],
                condition=~Q(organisation=None),
                name="asked_unit_once",
            ),
            models.UniqueConstraint(
                fields=["instruction", "name"],
                condition=Q(organisation=None),
                name="asked_by_name_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name
