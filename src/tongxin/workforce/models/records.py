from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.organisations.models import Organisation
from tongxin.workforce.models.people import Worker
from tongxin.workforce.validators import CodeOf, check_occupation


class WorkerRecord(models.Model):
    """A dated fact about a worker, kept by the organisation where it happened."""

    worker = models.ForeignKey(Worker, models.PROTECT, related_name="%(class)ss")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="%(class)ss"
    )
    on = models.DateField(_("on"))

    class Meta:
        abstract = True
        ordering = ["on"]


class Certificate(models.Model):
    """A skill certificate, or a grade that a unit declared without one; held from its issue or that day.

    Certificates are issued for grades 2 to 6 of the eight; an apprentice is declared.
    """

    worker = models.ForeignKey(Worker, models.PROTECT, related_name="certificates")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="certificates"
    )
    grade = models.CharField(_("grade"), max_length=24)
    number = models.CharField(_("certificate number"), max_length=40, blank=True)
    occupation = models.CharField(_("occupation"), max_length=16, blank=True, validators=[check_occupation])
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    issuer = models.CharField(_("issued by"), max_length=200, blank=True)
    held_from = models.DateField(_("held from"))
    held_to = models.DateField(_("held until"), null=True, blank=True)

    class Meta:
        ordering = ["held_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number="") & Q(held_to=None), name="certificate_number_once"
            ),
            models.UniqueConstraint(
                fields=["worker", "grade", "issued_on"],
                condition=Q(number="", issued_on__isnull=False, held_to=None),
                name="certificate_once_a_day_without_number",
            ),
            models.UniqueConstraint(
                fields=["worker", "grade"],
                condition=Q(number="", issued_on=None, held_to=None),
                name="declared_grade_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    grade__in=[
                        "apprentice",
                        "junior",
                        "intermediate",
                        "senior",
                        "technician",
                        "senior_technician",
                    ]
                ),
                name="certificate_grade_up_to_6",
            ),
            models.CheckConstraint(
                condition=Q(held_to=None) | Q(held_to__gt=F("held_from")), name="certificate_held_for_a_time"
            ),
        ]
        indexes = [models.Index(fields=["grade", "worker"])]

    def __str__(self) -> str:
        return f"{self.worker} {self.grade}"

    def holds_on(self, day: date) -> bool:
        return self.held_from <= day and (self.held_to is None or self.held_to > day)

    @property
    def since(self) -> date:
        return self.held_from

    @property
    def until(self) -> date | None:
        return self.held_to


class Appointment(models.Model):
    """Appointment to grade 7 or 8 by an employer; it can lapse, and stands on a grade 6 certificate."""

    worker = models.ForeignKey(Worker, models.PROTECT, related_name="appointments")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="appointments")
    grade = models.CharField(_("grade"), max_length=24)
    number = models.CharField(_("certificate number"), max_length=40, blank=True, db_default="")
    appointed_on = models.DateField(_("appointed on"))
    is_day_assumed = models.BooleanField(_("day not stated"), default=False, db_default=False)
    """A roster named the grade without a date, and the import chose the day; the date may still be sent."""
    lapses_on = models.DateField(_("lapses on"), null=True, blank=True)

    class Meta:
        ordering = ["appointed_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["worker", "organisation", "grade", "appointed_on"], name="appointment_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["organisation", "grade", "number"],
                condition=~Q(number="") & Q(lapses_on=None),
                name="appointment_number_once",
            ),
            models.CheckConstraint(
                condition=Q(grade__in=["special_technician", "chief_technician"]),
                name="appointment_grade_7_or_8",
            ),
            models.CheckConstraint(
                condition=Q(lapses_on=None) | Q(lapses_on__gt=F("appointed_on")), name="appointment_lasts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.worker} {self.grade}"

    def holds_on(self, day: date) -> bool:
        return self.appointed_on <= day and (self.lapses_on is None or self.lapses_on > day)

    @property
    def since(self) -> date:
        return self.appointed_on

    @property
    def until(self) -> date | None:
        return self.lapses_on


class Training(WorkerRecord):
    """A course that a worker finished, with its length in minutes."""

    kind = models.CharField(_("kind"), max_length=24, validators=[CodeOf("training_kind")])
    title = models.CharField(_("course"), max_length=200, blank=True)
    minutes = models.PositiveIntegerField(_("minutes"), null=True, blank=True)
    is_subsidised = models.BooleanField(_("subsidised"), null=True, blank=True)

    class Meta(WorkerRecord.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(minutes=None) | Q(minutes__gt=0), name="training_has_length"),
        ]

    def __str__(self) -> str:
        return f"{self.worker} {self.title}"

    @property
    def hours(self) -> Decimal | None:
        return None if self.minutes is None else Decimal(self.minutes) / 60


class Competition(WorkerRecord):
    """Part in a labour or skills competition, with the place reached."""

    level = models.CharField(
        pgettext_lazy("award", "level"), max_length=24, validators=[CodeOf("competition_level")]
    )
    title = models.CharField(_("competition"), max_length=200, blank=True)
    occupation = models.CharField(_("occupation"), max_length=16, blank=True, validators=[check_occupation])
    place = models.PositiveSmallIntegerField(_("place"), null=True, blank=True)

    class Meta(WorkerRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(place=None) | Q(place__gte=1), name="competition_place_from_1"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.worker} {self.title}"


class Innovation(WorkerRecord):
    """One of the five smalls (五小): invention, creation, reform, design, suggestion; adopted or not."""

    kind = models.CharField(_("kind"), max_length=24, validators=[CodeOf("innovation_kind")])
    title = models.CharField(_("title"), max_length=200, blank=True)
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)
    benefit_fen = models.BigIntegerField(_("benefit"), null=True, blank=True)

    class Meta(WorkerRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(adopted_on=None) | Q(adopted_on__gte=F("on")),
                name="innovation_adopted_after_it_was_made",
            ),
            models.CheckConstraint(
                condition=Q(benefit_fen=None) | Q(benefit_fen__gte=0), name="innovation_benefit_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.worker} {self.title}"

    @property
    def benefit_yuan(self) -> Decimal | None:
        return None if self.benefit_fen is None else Decimal(self.benefit_fen) / 100


class Honour(WorkerRecord):
    """An honour given to a worker."""

    kind = models.CharField(_("honour"), max_length=32, validators=[CodeOf("honour_kind")])
    level = models.CharField(
        pgettext_lazy("award", "level"), max_length=24, validators=[CodeOf("honour_level")]
    )
    issuer = models.CharField(_("given by"), max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.worker} {self.kind}"


class Mentorship(WorkerRecord):
    """A master (`worker`) and an apprentice bound by an agreement, from a day to a day."""

    apprentice = models.ForeignKey(Worker, models.PROTECT, related_name="mentorships_as_apprentice")
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    class Meta(WorkerRecord.Meta):
        constraints = [
            models.CheckConstraint(condition=~Q(worker=F("apprentice")), name="nobody_is_their_own_master"),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("on")), name="mentorship_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["worker", "apprentice"], condition=Q(ended_on=None), name="mentorship_one_open_a_pair"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.worker} → {self.apprentice}"


class Membership(models.Model):
    """Union membership of a person, state by state: on the rolls, kept, transferred, left, expelled."""

    worker = models.ForeignKey(Worker, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    state = models.CharField(_("state"), max_length=16, validators=[CodeOf("union_membership_state")])
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["worker", "organisation", "valid_from"], name="membership_begins_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["worker", "organisation"], condition=Q(valid_to=None), name="membership_one_open"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="membership_has_length"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.worker} {self.state}"
