"""Forms that take units into group companies and let them leave."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.organisations.access import Action, Principal
from tongxin.organisations.company_groups import MEMBERS
from tongxin.organisations.fields import PastDayField, UnitField
from tongxin.organisations.models import Level


class BelongForm(forms.Form):
    """To which group company a unit belongs, from a day."""

    on = PastDayField(label=_("From"), help_text=_("The first day on which it holds."))
    field_order = ["group", "on"]

    def __init__(self, *args: Any, user: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"] = UnitField(
            user=user,
            levels=[Level.GROUP],
            required=False,
            label=_("Group company"),
            help_text=_("Leave it empty when the unit belongs to no group company any more."),
        )
        self.order_fields(self.field_order)


class TakeInForm(forms.Form):
    """Who comes into a group company, from a day."""

    on = PastDayField(label=_("From"), help_text=_("The first day on which it holds."))
    field_order = ["member", "on"]

    def __init__(self, *args: Any, user: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"] = UnitField(
            user=user,
            action=Action.CHANGE_TREE,
            levels=list(MEMBERS),
            label=_("Enterprise or smaller group"),
            help_text=_("It leaves the group company to which it has belonged until then."),
        )
        self.order_fields(self.field_order)
