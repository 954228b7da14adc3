"""What the audit page shows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.audit.verbs import VERBS
from tongxin.organisations.access import Action, Principal
from tongxin.organisations.fields import DayField, UnitField


class TrailForm(forms.Form):
    """Who did what, where, when; both days are included."""

    actor = forms.CharField(label=_("User name"), required=False, max_length=150)
    action = forms.ChoiceField(label=_("What was done"), required=False)
    q = forms.CharField(label=_("To what"), required=False, max_length=100)
    from_day = DayField(label=_("From"), required=False)
    until_day = DayField(label=_("Until"), required=False)

    def __init__(self, *args: Any, user: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [("", gettext("everything")), *VERBS.items()]  # type: ignore[attr-defined]
        self.fields["unit"] = UnitField(
            user=user, action=Action.SEE_TRAIL, label=_("Unit and all below"), required=False
        )
        self.order_fields(["actor", "action", "q", "unit", "from_day", "until_day"])
