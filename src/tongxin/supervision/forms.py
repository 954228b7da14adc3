"""Forms of supervision: filters, a plan's rule, reminders and orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.organisations.models import Organisation
from tongxin.plans.models.documents import DIMENSION_CHOICES
from tongxin.supervision.models import MOST_DAYS, Step, SupervisionOrder, SupervisionRule
from tongxin.supervision.texts import default_text

KINDS = (
    ("overdue", _("Overdue")),
    ("due_soon", _("Due soon")),
    ("stalled", _("Stalled")),
    ("review", _("Waiting for review")),
    ("orders", _("Orders open")),
    ("all", _("All that are open")),
)
SORTS = (("due", _("by due day")), ("unit", _("by unit")), ("task", _("by name")))
RULE_FIELDS = (
    "is_active",
    "due_soon_days",
    "stalled_days",
    "review_days",
    "remind_every",
    "escalate_after",
    "circulate_after",
)


class SupervisionFilter(forms.Form):
    """Which tasks are listed; it lives in the address."""

    at = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("Which tasks"), required=False, choices=[("", _("Needs attention")), *KINDS]
    )
    unit = forms.ChoiceField(label=_("Unit below"), required=False)
    dimension = forms.ChoiceField(
        label=_("Dimension"), required=False, choices=[("", _("All")), *DIMENSION_CHOICES]
    )
    sort = forms.ChoiceField(label=_("Sorted"), required=False, choices=SORTS)

    def __init__(self, *args: Any, units: Sequence[Organisation], **options: Any) -> None:
        super().__init__(*args, **options)
        below = [(unit.code, unit.name) for unit in units]
        self.fields["unit"].choices = [("", _("All")), *below]  # type: ignore[attr-defined]


class RuleForm(forms.ModelForm[SupervisionRule]):
    """How the tasks of a plan are supervised, and in which words."""

    class Meta:
        model = SupervisionRule
        fields = RULE_FIELDS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for kind, name in Step.Kind.choices:
            self.fields[f"text_{kind}"] = forms.CharField(
                label=_("Words: %(kind)s") % {"kind": name},
                required=False,
                max_length=1000,
                initial=self.instance.texts.get(kind) or default_text(kind),
                widget=forms.Textarea(attrs={"rows": 3, "lang": "zh-Hans"}),
            )

    def _post_clean(self) -> None:
        """Leave the checks of the model to the action, which says them in words."""

    def asked(self) -> dict[str, Any]:
        """Return what the action takes."""
        given = self.cleaned_data
        texts = {str(kind): given[f"text_{kind}"] for kind in Step.Kind}
        return {"texts": texts, **{name: given[name] for name in RULE_FIELDS}}


def _reply_days() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Working days for the reply"), initial=5, min_value=1, max_value=MOST_DAYS
    )


class OrderForm(forms.Form):
    """A new order about a task."""

    organisation = forms.ChoiceField(label=pgettext_lazy("addressee", "To"))
    demand = forms.CharField(
        label=_("What is asked"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )
    reply_days = _reply_days()

    def __init__(self, *args: Any, units: Sequence[Organisation], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organisation"].choices = [(unit.code, unit.name) for unit in units]  # type: ignore[attr-defined]


class ReplyForm(forms.Form):
    """What the unit addressed says."""

    text = forms.CharField(
        label=pgettext_lazy("order", "Reply"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )


class ReturnForm(forms.Form):
    """Why a reply does not do."""

    text = forms.CharField(
        label=_("What is missing?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    reply_days = _reply_days()


class CloseForm(forms.Form):
    """How an order ended."""

    text = forms.CharField(
        label=_("Remark"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


class WithdrawForm(forms.Form):
    """Why an order is taken back."""

    text = forms.CharField(label=_("Why is it withdrawn?"), max_length=1000)


class OrderFilter(forms.Form):
    """Which orders are listed."""

    at = forms.CharField(required=False, widget=forms.HiddenInput)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), ("open", pgettext_lazy("orders", "open")), *SupervisionOrder.State.choices],
    )
