from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.files.models import StoredFile
from tongxin.organisations.models import Organisation
from tongxin.plans.models import Document


class Meeting(models.Model):
    """A meeting that a unit holds: draft → announced → held → closed, when its minutes are final.

    A draft is its own unit's alone; from the announcement on the units that take part see it, and what was
    resolved once the minutes are final. An announcement may be taken back, and closed minutes reopened.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("meeting", "draft")
        ANNOUNCED = "announced", pgettext_lazy("meeting", "announced")
        HELD = "held", pgettext_lazy("meeting", "held")
        CLOSED = "closed", pgettext_lazy("meeting", "minutes final")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="meetings")
    """The unit that holds it."""
    title = models.CharField(_("title"), max_length=200)
    held_on = models.DateField(_("day"))
    begins_at = models.TimeField(_("begins at"), null=True, blank=True)
    place = models.CharField(pgettext_lazy("meeting", "place"), max_length=200, blank=True)
    chair = models.CharField(_("chaired by"), max_length=120, blank=True)
    document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="meetings",
        verbose_name=pgettext_lazy("meeting", "minutes"),
    )
    """The minutes, where they were read in as a document."""
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField(null=True, blank=True)
    """When somebody last changed what stands here; parts have their own."""

    class Meta:
        ordering = ["-held_on", "-pk"]
        indexes = [models.Index(fields=["organisation", "state", "held_on"])]

    def __str__(self) -> str:
        return self.title

    @property
    def is_final(self) -> bool:
        """Whether the minutes are final: nothing in them is changed."""
        return self.state == self.State.CLOSED

    @property
    def took_place(self) -> bool:
        return self.state in {self.State.HELD, self.State.CLOSED}


class AgendaItem(models.Model):
    """What a meeting deals with, in its order, and who presents it."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="agenda")
    position = models.PositiveIntegerField(_("place in the agenda"))
    text = models.CharField(_("item"), max_length=300)
    presenter = models.CharField(_("presented by"), max_length=120, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["meeting", "position", "pk"]

    def __str__(self) -> str:
        return self.text


class Participation(models.Model):
    """A body that takes part in a meeting: as a member, or with what it tells, orally or in writing.

    The body is a unit of the tree where the text names one, else a name alone.
    """

    class Part(models.TextChoices):
        MEMBER = "member", pgettext_lazy("meeting", "member")
        ORAL = "oral", _("oral contribution")
        WRITTEN = "written", _("written contribution")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="participations")
    part = models.CharField(pgettext_lazy("meeting", "part"), max_length=8, choices=Part)
    name = models.CharField(pgettext_lazy("meeting", "unit"), max_length=120)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="participations"
    )
    title = models.CharField(_("title of the contribution"), max_length=200, blank=True)
    file = models.OneToOneField(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        # The parts sort as they stand on the page.
        ordering = ["meeting", "part", "pk"]
        constraints = [
            # Towns of different counties have the same name.
            models.UniqueConstraint(
                fields=["meeting", "part", "organisation", "title"],
                condition=~Q(organisation=None),
                name="participation_of_a_unit_once",
                violation_error_message=_("This unit is named for the same part already."),
            ),
            models.UniqueConstraint(
                fields=["meeting", "part", "name", "title"],
                condition=Q(organisation=None),
                name="participation_by_name_once",
                violation_error_message=_("This unit is named for the same part already."),
            ),
            models.CheckConstraint(
                condition=Q(part="member", title="", file=None) | (~Q(part="member") & ~Q(title="")),
                name="contribution_has_a_title",
                violation_error_message=_("A contribution needs a title."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.title}" if self.title else self.name


class SiteVisit(models.Model):
    """A place that those who met went to, and what they saw there."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="visits")
    name = models.CharField(_("unit or place"), max_length=120)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="site_visits"
    )
    visited_on = models.DateField(_("day"))
    seen = models.TextField(_("what was seen"), max_length=5000, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["meeting", "visited_on", "pk"]

    def __str__(self) -> str:
        return self.name


class Resolution(models.Model):
    """What a meeting resolved; tasks of plans name it as their source."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="resolutions")
    number = models.PositiveIntegerField(_("number"))
    text = models.TextField(_("text"), max_length=5000)
    wanted_by = models.CharField(_("wanted by"), max_length=120, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["meeting", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "number"],
                name="resolution_number_once",
                violation_error_message=_("This number is taken; please choose another."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.text[:80]}"
