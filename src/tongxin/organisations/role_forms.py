"""Forms about roles and accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.accounts.models import User
from tongxin.organisations.access import (
    Action,
    Principal,
    reaches_grantable_by,
    roles_grantable_by,
)
from tongxin.organisations.fields import DayField, UnitField
from tongxin.organisations.models import Role, RoleGrant


class AccountField(forms.CharField):
    """An account by its user name."""

    def clean(self, value: Any) -> User | None:
        text = str(super().clean(value)).strip()
        if not text:
            return None
        found = User.objects.filter(username__iexact=text).first()
        if found is None:
            raise ValidationError(_("There is no account of this user name."))
        return found


class RoleListForm(forms.Form):
    """What the list of roles shows."""

    STATES = [("", _("in force")), ("past", _("past")), ("all", _("all"))]

    q = forms.CharField(label=_("Name or user name"), required=False, max_length=100)
    role = forms.ChoiceField(label=_("Role"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)

    def __init__(self, *args: Any, user: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", gettext("every role")), *Role.choices]  # type: ignore[attr-defined]
        self.fields["at"] = UnitField(
            user=user, action=Action.SEE_ROLES, label=_("Unit and all below"), required=False
        )
        self.order_fields(["q", "at", "role", "state"])


class GrantForm(forms.Form):
    """A role to be handed out; what may be chosen depends on the unit."""

    account = AccountField(label=_("User name"), max_length=150)
    role = forms.ChoiceField(label=_("Role"), choices=Role)
    reach = forms.ChoiceField(label=_("Reach"), choices=RoleGrant.Reach)
    valid_to = DayField(
        label=_("Until"),
        required=False,
        help_text=_("The first day on which it no longer holds; empty until it is revoked."),
    )

    def __init__(self, *args: Any, user: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["organisation"] = UnitField(
            user=user,
            action=Action.GRANT_ROLES,
            label=_("Unit"),
            help_text=_("Type a code or a name and choose."),
        )
        self.order_fields(["account", "organisation", "role", "reach", "valid_to"])

    def clean_valid_to(self) -> Any:
        day = self.cleaned_data["valid_to"]
        if day and day <= timezone.localdate():
            raise ValidationError(_("Choose a day to come."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        unit, role, reach = (cleaned.get(name) for name in ("organisation", "role", "reach"))
        if unit is None or not role:
            return cleaned
        grantable = roles_grantable_by(self.user, unit)
        if Role(role) not in grantable:
            names = gettext(", ").join(str(each.label) for each in grantable)
            message = gettext("It allows more than you hold there. At %(unit)s you may hand out: %(roles)s.")
            self.add_error("role", message % {"unit": unit.name, "roles": names or gettext("nothing")})
        elif reach not in reaches_grantable_by(self.user, unit, Role(role)):
            self.add_error(
                "reach",
                gettext("You hold this role for this unit only, so you can hand it out for this unit only."),
            )
        return cleaned


class ExplainForm(forms.Form):
    """Who may do what, where."""

    action = forms.ChoiceField(label=_("May they"))
    unit = forms.CharField(label=_("At the unit"), max_length=32, help_text=_("Its code, such as 330109."))
    user = AccountField(
        label=_("User name"),
        max_length=150,
        required=False,
        help_text=_("Empty for yourself."),
    )
    field_order = ["user", "action", "unit"]

    def __init__(self, *args: Any, sees_others: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(action.value, action.label) for action in Action]
        self.fields["action"].choices = choices  # type: ignore[attr-defined]
        if not sees_others:
            del self.fields["user"]


class AccountListForm(forms.Form):
    """What the list of accounts shows."""

    STATES = [("", _("all")), ("active", _("active")), ("inactive", _("deactivated"))]

    q = forms.CharField(label=_("Name or user name"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)


class NewAccountForm(forms.Form):
    """An account to be opened."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("Letters, digits and @ . + - _ only. It cannot be changed later."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    display_name = forms.CharField(label=_("Name of the person"), max_length=100)
    email = forms.EmailField(label=_("Email address"), required=False)


class AccountForm(forms.Form):
    """What may be changed of an account."""

    display_name = forms.CharField(label=_("Name of the person"), max_length=100)
    email = forms.EmailField(label=_("Email address"), required=False)
