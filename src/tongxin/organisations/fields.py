"""Form fields for units and days."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.organisations.access import Action, Principal, organisations_visible_to
from tongxin.organisations.models import Organisation, OrganisationQuerySet
from tongxin.ui.forms import DayInput
from tongxin.ui.scripts import to_simplified

SUGGESTIONS = 2000
"""So many units are offered while typing; more would make the page heavy, and any code may still be typed."""


class UnitInput(forms.TextInput):
    """A text field that offers units while a code or name is typed."""

    template_name = "organisations/unit_input.html"
    suggestions: OrganisationQuerySet | None = None

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["list"] = f"{name}-units"
        context["suggestions"] = self.suggestions[:SUGGESTIONS] if self.suggestions is not None else []
        return context


class UnitField(forms.CharField):
    """A unit at which the user may do a thing, by its code or its exact name."""

    widget = UnitInput

    def __init__(
        self,
        *,
        user: Principal,
        action: Action = Action.SEE_UNIT,
        levels: list[str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(max_length=200, **options)
        self.units = OrganisationQuerySet(Organisation).filter(
            pk__in=organisations_visible_to(user, action).values("pk")
        )
        offered = self.units.alive_on(timezone.localdate())
        self.widget.suggestions = offered if levels is None else offered.filter(level__in=levels)

    def clean(self, value: Any) -> Organisation | None:
        text = str(super().clean(value)).strip()
        if not text:
            return None
        found = self.units.filter(code=text).first() or self._named(text)
        if found is None:
            raise ValidationError(_("There is no such unit among those you may choose. Enter its code."))
        return found

    def _named(self, text: str) -> Organisation | None:
        named = list(self.units.filter(name_zh=to_simplified(text))[:2])
        return named[0] if len(named) == 1 else None


class DayField(forms.DateField):
    """A day in the form 2026-03-05."""

    widget = DayInput


class PastDayField(DayField):
    """A day that has come; today unless another is entered."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("initial", timezone.localdate)
        super().__init__(**options)

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day and day > timezone.localdate():
            raise ValidationError(_("This day has not come yet. Enter the change when it holds."))
        return day
