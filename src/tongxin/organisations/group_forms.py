"""Forms about coordination groups."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.organisations.access import Principal
from tongxin.organisations.fields import DayField, PastDayField, UnitField
from tongxin.organisations.models import GroupSeat

UNITS_SEATS = {GroupSeat.Kind.OFFICE, GroupSeat.Kind.MEMBER_UNIT}


class AsOfForm(forms.Form):
    """The day on which the group is looked at."""

    as_of = DayField(label=_("As it was on"), required=False)


class FoundForm(forms.Form):
    """A coordination group to be founded."""

    name = forms.CharField(label=_("Name of the group"), max_length=200)
    on = PastDayField(label=_("Founded on"))


class EndForm(forms.Form):
    """The end of a group or of a seat."""

    on = PastDayField(label=_("Ends on"), help_text=_("The first day on which it no longer holds."))


class SeatForm(forms.Form):
    """Who takes a seat: a person with a post, or a unit."""

    kind = forms.ChoiceField(label=_("Seat"), choices=GroupSeat.Kind)
    person = forms.CharField(label=_("Person"), max_length=100, required=False)
    title = forms.CharField(label=_("Office held"), max_length=200, required=False)
    unit_name = forms.CharField(
        label=_("Unit, in words"),
        max_length=200,
        required=False,
        help_text=_("For a unit that has no code here, such as a department of another system."),
    )
    on = PastDayField(label=_("From"), help_text=_("The first day on which it holds."))

    def __init__(self, *args: Any, user: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = UnitField(
            user=user,
            required=False,
            label=_("Unit"),
            help_text=_("The unit that takes the seat, or from which the person comes."),
        )
        self.order_fields(["kind", "person", "title", "unit", "unit_name", "on"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        has_unit = bool(cleaned.get("unit") or cleaned.get("unit_name"))
        kind = cleaned.get("kind")
        if kind in UNITS_SEATS and not has_unit and "unit" not in self.errors:
            self.add_error("unit", ValidationError(gettext("This seat is taken by a unit: name it.")))
        if kind and kind not in UNITS_SEATS and not cleaned.get("person"):
            self.add_error("person", ValidationError(gettext("This seat is taken by a person: name them.")))
        return cleaned
