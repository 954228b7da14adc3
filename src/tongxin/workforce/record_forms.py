"""Forms of the dated records of people and enterprises, each beside the action that it feeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tongxin.workforce import enterprise_actions, membership_actions, record_actions
from tongxin.workforce.forms import ActionForm, CodeField, DayField, MoneyField, OccupationField, UnitForm
from tongxin.workforce.models import (
    Activity,
    Agreement,
    Appointment,
    Certificate,
    Competition,
    Honour,
    Innovation,
    InsuranceCover,
    Membership,
    Mentorship,
    Training,
    Worker,
    WorkersCongress,
)


class CertificateForm(UnitForm):
    grade = CodeField("skill_grade", label=_("Grade"), only=record_actions.CERTIFIED)
    number = forms.CharField(label=_("Certificate number"), required=False, max_length=40)
    issued_on = DayField(label=_("Issued on"))
    occupation = OccupationField()
    issuer = forms.CharField(label=_("Issued by"), required=False, max_length=200)


class AppointmentForm(UnitForm):
    grade = CodeField("skill_grade", label=_("Grade"), only=("special_technician", "chief_technician"))
    appointed_on = DayField(label=_("Appointed on"))
    lapses_on = DayField(
        label=_("Lapses on"),
        required=False,
        help_text=_("The first day without it; empty while it has no end."),
    )


class TrainingForm(UnitForm):
    on = DayField(label=_("Finished on"))
    kind = CodeField("training_kind", label=_("Kind"))
    title = forms.CharField(label=_("Course"), required=False, max_length=200)
    hours = forms.DecimalField(
        label=_("Hours"), required=False, min_value=0, max_value=5000, max_digits=6, decimal_places=1
    )
    is_subsidised = forms.NullBooleanField(
        label=_("Subsidised"),
        required=False,
        widget=forms.NullBooleanSelect,
    )

    def clean_hours(self) -> int | None:
        hours = self.cleaned_data["hours"]
        return None if hours is None else int(hours * 60)


class CompetitionForm(UnitForm):
    on = DayField(label=_("Date"))
    level = CodeField("competition_level", label=pgettext_lazy("award", "Level"))
    title = forms.CharField(label=_("Competition"), required=False, max_length=200)
    occupation = OccupationField()
    place = forms.IntegerField(label=_("Place reached"), required=False, min_value=1, max_value=9999)


class InnovationForm(UnitForm):
    on = DayField(label=_("Handed in on"))
    kind = CodeField("innovation_kind", label=_("Kind"))
    title = forms.CharField(label=_("Title"), max_length=200)


class HonourForm(UnitForm):
    on = DayField(label=_("Given on"))
    kind = CodeField("honour_kind", label=_("Honour"))
    level = CodeField("honour_level", label=pgettext_lazy("award", "Level"))
    issuer = forms.CharField(label=_("Given by"), required=False, max_length=200)


class MentorshipForm(UnitForm):
    on = DayField(label=_("From"))
    apprentice = forms.CharField(
        label=_("Apprentice"),
        max_length=100,
        help_text=_("The full name, or the record number shown on the page."),
    )

    def __init__(self, *args: Any, people: QuerySet[Worker], **options: Any) -> None:
        super().__init__(*args, **options)
        self.people = people

    def clean_apprentice(self) -> Worker:
        text = self.cleaned_data["apprentice"].strip()
        matching = self.people.filter(pk=int(text)) if text.isdecimal() else self.people.filter(name=text)
        found = list(matching[:6])
        if len(found) == 1:
            return found[0]
        if not found:
            raise ValidationError(gettext("Nobody of this name or number works where you may look."))
        numbers = "、".join(str(worker.pk) for worker in found)
        raise ValidationError(
            gettext("Several people bear this name. Enter the record number: %(numbers)s."),
            params={"numbers": numbers},
        )


class MembershipForm(UnitForm):
    state = CodeField("union_membership_state", label=_("State"))
    on = DayField(label=_("From"))


class LapseForm(ActionForm):
    lapses_on = DayField(label=_("Lapses on"), help_text=_("The first day without it."))


class AdoptForm(ActionForm):
    adopted_on = DayField(label=_("In use since"))
    benefit = MoneyField(label=_("Benefit (yuan)"), help_text=_("Saved or earned in the first year."))


class PartForm(ActionForm):
    ended_on = DayField(label=_("Ended on"))


class AgreementForm(ActionForm):
    kind = CodeField("agreement_kind", label=_("Kind"))
    on = DayField(label=_("In force from"))
    expires_on = DayField(label=_("Expires on"), required=False)
    n_covered = forms.IntegerField(
        label=_("Workers covered"), required=False, min_value=0, max_value=9_999_999
    )


class CongressForm(ActionForm):
    on = DayField(label=_("Held on"))
    n_delegates = forms.IntegerField(label=_("Delegates"), min_value=0, max_value=99_999)
    n_worker_delegates = forms.IntegerField(
        label=_("Of these from the shop floor"), min_value=0, max_value=99_999
    )


class InsuranceForm(ActionForm):
    on = DayField(label=_("As of"))
    n_workers = forms.IntegerField(label=_("Workers"), min_value=0, max_value=9_999_999)
    n_insured = forms.IntegerField(label=_("Of these insured"), min_value=0, max_value=9_999_999)


class ActivityForm(ActionForm):
    on = DayField(label=_("Date"))
    kind = CodeField("activity_kind", label=_("Kind"))
    title = forms.CharField(label=_("Title"), required=False, max_length=200)
    n_attended = forms.IntegerField(label=_("Attendance"), required=False, min_value=0, max_value=9_999_999)


@dataclass(frozen=True)
class Kind:
    """A kind of record: what it is called, its form, and the action that adds one."""

    name: str | Promise
    model: type[Any]
    form: type[Any]
    add: Callable[..., Any]


@dataclass(frozen=True)
class Step:
    """What may still happen to a record, and the action for it."""

    name: str | Promise
    model: type[Any]
    form: type[ActionForm]
    take: Callable[..., Any]
    field: str
    """The field that is empty until the step is taken."""


KINDS = {
    "certificate": Kind(_("Certificate"), Certificate, CertificateForm, record_actions.add_certificate),
    "appointment": Kind(_("Appointment"), Appointment, AppointmentForm, record_actions.appoint),
    "training": Kind(_("Training"), Training, TrainingForm, record_actions.add_training),
    "competition": Kind(_("Competition"), Competition, CompetitionForm, record_actions.add_competition),
    "innovation": Kind(_("Innovation"), Innovation, InnovationForm, record_actions.add_innovation),
    "honour": Kind(_("Honour"), Honour, HonourForm, record_actions.add_honour),
    "mentorship": Kind(_("Mentorship"), Mentorship, MentorshipForm, record_actions.start_mentorship),
    "membership": Kind(
        _("Union membership"), Membership, MembershipForm, membership_actions.change_membership
    ),
}
STEPS = {
    "appointment": Step(
        _("Let it lapse"), Appointment, LapseForm, record_actions.end_appointment, "lapses_on"
    ),
    "innovation": Step(
        _("Put into use"), Innovation, AdoptForm, record_actions.adopt_innovation, "adopted_on"
    ),
    "mentorship": Step(_("End it"), Mentorship, PartForm, record_actions.end_mentorship, "ended_on"),
}
ENTERPRISE_KINDS = {
    "agreement": Kind(
        _("Collective contracts and agreements"), Agreement, AgreementForm, enterprise_actions.sign_agreement
    ),
    "congress": Kind(_("Workers' congress"), WorkersCongress, CongressForm, enterprise_actions.hold_congress),
    "insurance": Kind(
        _("Social insurance"), InsuranceCover, InsuranceForm, enterprise_actions.report_insurance
    ),
    "activity": Kind(_("Talks, study and events"), Activity, ActivityForm, enterprise_actions.hold_activity),
}
