"""Forms about people and their employments; what a form collects is what its action takes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.codes.occupations import find_occupation
from tongxin.organisations.models import Organisation
from tongxin.ui.formats import NOTHING
from tongxin.ui.forms import DayInput
from tongxin.workforce.labels import choices_of
from tongxin.workforce.models import Employment, EmploymentState, Worker

FEN = Decimal(100)
MOST_CHOICES = 60
RENAMED = {"wage_fen": "wage", "benefit_fen": "benefit", "minutes": "hours"}
"""Where a form asks in other units than the row is kept in, the error of the one goes to the other."""


class DayField(forms.DateField):
    """A day, chosen in the browser's own calendar."""

    widget = DayInput


class CodeField(forms.ChoiceField):
    """A code of a list, named in the language of the page; `any_text` is what no choice is called."""

    def __init__(self, list_name: str, *, any_text: Any = NOTHING, only: Any = None, **options: Any) -> None:
        super().__init__(
            choices=lambda: [("", any_text), *choices_of(list_name, only=only)],
            **options,
        )


class OccupationField(forms.CharField):
    """An occupation by its code or exact name."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Occupation"))
        options.setdefault("help_text", _("Code or name of the national classification, such as 6-31-07-03."))
        super().__init__(required=False, max_length=60, **options)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        found = find_occupation(text)
        if found is None or found.level != 4:
            raise ValidationError(
                gettext("The classification has no single occupation of this code or name.")
            )
        return found.code


class MoneyField(forms.DecimalField):
    """An amount in yuan with at most two decimals, kept in fen."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, min_value=0, max_digits=12, decimal_places=2, **options)

    def clean(self, value: Any) -> int | None:
        amount = super().clean(value)
        return None if amount is None else int(amount * FEN)


class ActionForm(forms.Form):
    """A form whose values go to an action, and whose refusals come back beside the fields."""

    def values(self) -> dict[str, Any]:
        return {self.target_of(name): value for name, value in self.cleaned_data.items()}

    def target_of(self, name: str) -> str:
        return next((target for target, field in RENAMED.items() if field == name), name)

    def take_refusal(self, refusal: ValidationError) -> None:
        """Show what the action refused: beside its field, or above the form when the field is not here."""
        by_field: Mapping[str, Any] = (
            refusal.error_dict if hasattr(refusal, "error_dict") else {"": refusal.error_list}
        )
        for name, errors in by_field.items():
            field = RENAMED.get(name, name)
            self.add_error(field if field in self.fields else None, ValidationError(errors))


class UnitForm(ActionForm):
    """A form about one of several units; of one, nobody is asked, and of very many the code is typed."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Unit"), to_field_name="code")

    def __init__(self, *args: Any, units: QuerySet[Organisation], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["organisation"]
        field.queryset = units  # type: ignore[attr-defined]
        found = list(units[: MOST_CHOICES + 1])
        if len(found) == 1:
            field.initial = found[0].code
            field.widget = forms.HiddenInput()
        elif len(found) > MOST_CHOICES:
            field.widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
            field.help_text = gettext("The enterprise's unified social credit code.")


class FilterForm(forms.Form):
    """What the list of people shows; it lives in the address."""

    q = forms.CharField(label=_("Name or certificate"), required=False, max_length=60)
    standing = forms.ChoiceField(
        label=_("Who"), required=False, choices=[("current", _("Working now")), ("former", _("Has left"))]
    )
    grade = CodeField("skill_grade", label=_("Grade"), any_text=_("All"), required=False)
    form = CodeField("employment_form", label=_("Form of employment"), any_text=_("All"), required=False)
    sex = CodeField("sex", label=_("Sex"), any_text=_("All"), required=False)
    member = CodeField("yes_no", label=_("Union member"), any_text=_("All"), required=False)
    sort = forms.ChoiceField(
        label=_("Order"), required=False, choices=[("newest", _("Newest first")), ("name", _("By name"))]
    )
    unit = forms.CharField(required=False, widget=forms.HiddenInput)


class FindForm(forms.Form):
    """Look-up by the whole document number: sent in the body, so that no number stands in an address."""

    number = forms.CharField(
        label=_("Find by document number"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class TermsForm(ActionForm):
    """Post, occupation, form of employment and wage."""

    post = forms.CharField(label=_("Post"), required=False, max_length=100)
    occupation = OccupationField()
    form = CodeField("employment_form", label=_("Form of employment"))
    wage = MoneyField(label=_("Monthly wage (yuan)"), help_text=_("Average before tax."))


class ChangeForm(TermsForm):
    """New terms from a day; until then the present ones hold."""

    valid_from = DayField(label=_("Holds from"), help_text=_("Figures before this day keep the old values."))
    field_order = ["valid_from"]

    def __init__(self, *args: Any, state: EmploymentState | None, **options: Any) -> None:
        if state:
            known = {
                "post": state.post,
                "occupation": state.occupation,
                "form": state.form,
                "wage": state.wage_yuan,
            }
            options["initial"] = known
        super().__init__(*args, **options)


class StartForm(UnitForm, TermsForm):
    """A new employment of a known person."""

    started_on = DayField(label=_("First day"))
    agency = forms.CharField(
        label=_("Dispatching agency"), required=False, max_length=200, help_text=_("For dispatch work only.")
    )
    field_order = ["organisation", "started_on", "form", "post", "occupation", "wage", "agency"]


class RegisterForm(StartForm):
    """A person, and their employment here."""

    name = forms.CharField(label=_("Name"), max_length=100)
    document_type = CodeField("document_type", label=_("Document"), initial="resident_id")
    document_number = forms.CharField(
        label=_("Document number"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Sex and birth date are read from a resident identity number."),
    )
    sex = CodeField("sex", label=_("Sex"), required=False)
    born_on = DayField(label=_("Birth date"), required=False)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=30)
    education = CodeField("education", label=_("Education"), required=False)
    field_order = [
        *("organisation", "name", "document_type", "document_number", "sex", "born_on", "phone", "education"),
        *("started_on", "form", "post", "occupation", "wage", "agency"),
    ]


class CorrectForm(ActionForm):
    """What was written down wrongly; what gives the number away is never shown, and stays where it is empty.

    The birth date is the hidden part of a resident identity number.
    """

    name = forms.CharField(label=_("Name"), max_length=100)
    sex = CodeField("sex", label=_("Sex"), required=False)
    born_on = DayField(
        label=_("New birth date"), required=False, help_text=_("Leave empty to keep the date on record.")
    )
    education = CodeField("education", label=_("Education"), required=False)
    phone = forms.CharField(
        label=_("New phone"),
        required=False,
        max_length=30,
        help_text=_("Leave empty to keep the number on record."),
    )
    document_type = CodeField("document_type", label=_("Document"))
    document_number = forms.CharField(
        label=_("New document number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Leave empty to keep the number on record."),
    )
    DOCUMENT = ("document_type", "document_number")

    def __init__(self, *args: Any, worker: Worker, may_correct: bool, **options: Any) -> None:
        names = ("name", "sex", "education", "document_type")
        options["initial"] = {name: getattr(worker, name) for name in names}
        super().__init__(*args, **options)
        if not may_correct:
            for name in self.DOCUMENT:
                del self.fields[name]

    def values(self) -> dict[str, Any]:
        kept = ("born_on", "phone", "document_number")
        return {name: value for name, value in self.cleaned_data.items() if value or name not in kept}


class EndForm(ActionForm):
    """The last day of an employment."""

    ended_on = DayField(
        label=_("Last day"), help_text=_("The last day still counts. Appointments made here lapse with it.")
    )


class DatesForm(ActionForm):
    """Dates of an employment that were written down wrongly."""

    started_on = DayField(label=_("First day"))
    ended_on = DayField(label=_("Last day"), required=False)
    agency = forms.CharField(label=_("Dispatching agency"), required=False, max_length=200)

    def __init__(self, *args: Any, employment: Employment, **options: Any) -> None:
        names = ("started_on", "ended_on", "agency")
        options["initial"] = {name: getattr(employment, name) for name in names}
        super().__init__(*args, **options)
