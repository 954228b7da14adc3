"""Forms that walk and change the tree."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.organisations.access import Action, Principal
from tongxin.organisations.fields import DayField, PastDayField, UnitField
from tongxin.organisations.labels import choices_of
from tongxin.organisations.models import Level, Organisation, Particulars
from tongxin.organisations.placing import levels_under

DIVISION_DIGITS = {Level.PROVINCE: 6, Level.CITY: 6, Level.COUNTY: 6, Level.TOWN: 9}


class ListForm(forms.Form):
    """What the list of units shows."""

    q = forms.CharField(label=_("Name or code"), required=False, max_length=100)
    level = forms.ChoiceField(label=_("Level"), required=False)
    as_of = DayField(label=_("As it was on"), required=False)
    at = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [("", gettext("every level")), *Level.choices]  # type: ignore[attr-defined]


class SourcedForm(forms.Form):
    """A change of the tree: since when, and where it is written."""

    on = PastDayField(label=_("From"), help_text=_("The first day on which it holds."))
    source = forms.CharField(
        label=_("Source"),
        required=False,
        max_length=300,
        help_text=_("The document that decided it, with its number."),
    )


class CreateForm(forms.Form):
    """A unit to be opened under another."""

    level = forms.ChoiceField(label=_("Level"))
    code = forms.CharField(
        label=_("Code"),
        max_length=32,
        help_text=_(
            "A division has 6 digits, a town 9; an enterprise or a union has its unified social credit code."
        ),
    )
    name_zh = forms.CharField(label=_("Chinese name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=200, required=False)
    opened_on = PastDayField(label=_("Opened on"))
    source = forms.CharField(
        label=_("Source"),
        required=False,
        max_length=300,
        help_text=_("The document that decided it, with its number."),
    )

    def __init__(self, *args: Any, parent: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = levels_under(parent.level)
        self.fields["level"].choices = [(level.value, level.label) for level in allowed]  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip().upper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        digits = DIVISION_DIGITS.get(cleaned.get("level", ""))
        code = cleaned.get("code", "")
        if digits and code and not (code.isdecimal() and code.isascii() and len(code) == digits):
            message = gettext("A code of this level has %(digits)d digits; %(code)s has another form.")
            self.add_error("code", ValidationError(message % {"digits": digits, "code": code}))
        return cleaned


class RenameForm(SourcedForm):
    """Another name from a day."""

    name_zh = forms.CharField(label=_("New Chinese name"), max_length=200)
    name_en = forms.CharField(label=_("New English name"), max_length=200, required=False)
    field_order = ["name_zh", "name_en", "on", "source"]


class CloseForm(SourcedForm):
    """The end of a unit."""

    field_order = ["successor", "on", "source"]

    def __init__(self, *args: Any, user: Principal, unit: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label = _("Closed on")
        self.fields["on"].help_text = _("The first day on which the unit is no more.")
        self.fields["successor"] = UnitField(
            user=user,
            action=Action.CHANGE_TREE,
            levels=[unit.level],
            required=False,
            label=_("Taken over by"),
            help_text=_("The unit to which everything goes that stands below this one."),
        )
        self.order_fields(self.field_order)


class DescribeForm(forms.Form):
    """What an enterprise is, from a day."""

    industry = forms.CharField(
        label=_("Industry"),
        max_length=5,
        help_text=_("Code of GB/T 4754-2017, such as C3311 or 3311."),
    )
    ownership = forms.ChoiceField(label=_("Ownership"))
    size = forms.ChoiceField(label=_("Size"))
    is_above_scale = forms.BooleanField(label=_("Above designated size"), required=False)
    on = PastDayField(label=_("From"), help_text=_("The first day on which it holds."))

    def __init__(self, *args: Any, present: Particulars | None, **kwargs: Any) -> None:
        if present is not None:
            names = ("industry", "ownership", "size", "is_above_scale")
            kwargs["initial"] = {name: getattr(present, name) for name in names}
        super().__init__(*args, **kwargs)
        self.fields["ownership"].choices = choices_of("ownership")  # type: ignore[attr-defined]
        self.fields["size"].choices = choices_of("enterprise_size")  # type: ignore[attr-defined]


class CoverForm(forms.Form):
    """Which union an enterprise's workers belong to, from a day."""

    on = PastDayField(label=_("From"), help_text=_("The first day on which it holds."))
    field_order = ["union", "on"]

    def __init__(self, *args: Any, user: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["union"] = UnitField(
            user=user,
            levels=[Level.UNION],
            required=False,
            label=_("Union"),
            help_text=_("Leave it empty when no union covers the enterprise any more."),
        )
        self.order_fields(self.field_order)
