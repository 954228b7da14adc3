"""Forms about what a task is to reach, its shares and the reports on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.containers.attachments import ENDINGS
from tongxin.figures.known import known_indicators
from tongxin.figures.words import name_with_unit
from tongxin.organisations.models import Organisation
from tongxin.plans.forms import SeenAtField
from tongxin.plans.handing_actions import Share
from tongxin.plans.models import Measure, Report, Task
from tongxin.plans.models.documents import DIMENSION_CHOICES
from tongxin.plans.target_actions import Target
from tongxin.ui.formats import number
from tongxin.ui.forms import DayInput


class MeasureForm(forms.Form):
    """What a measure of a plan is called and which dimension it belongs to."""

    title = forms.CharField(label=_("Title"), max_length=200)
    dimension = forms.ChoiceField(
        label=_("Dimension"), required=False, choices=[("", _("none")), *DIMENSION_CHOICES]
    )

    @classmethod
    def of(cls, measure: Measure | None, sent: Any = None) -> MeasureForm:
        told = {"title": measure.title, "dimension": measure.dimension} if measure else {}
        return cls(sent, initial=told)


class IndicatorForm(forms.Form):
    """The figure that decides whether a task is done."""

    indicator = forms.ChoiceField(
        label=_("Indicator"),
        required=False,
        help_text=_("The task is then done when the figure is reached, and how far it is is never typed."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        named = [(code, name_with_unit(each)) for code, each in known_indicators().items()]
        self.fields["indicator"].choices = [("", gettext("none")), *named]  # type: ignore[attr-defined]


class TargetForm(forms.Form):
    """What the figure is to reach in one period."""

    period = forms.CharField(
        label=_("Period"), required=False, max_length=8, help_text=_("2026, 2026Q3 or 2026-09")
    )
    baseline = forms.DecimalField(
        label=_("Baseline"), required=False, max_digits=18, decimal_places=4, localize=False
    )
    value = forms.DecimalField(label=_("Target"), required=False, max_digits=18, decimal_places=4)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("period") and given.get("value") is None and "value" not in self.errors:
            self.add_error("value", gettext("Please say what is to be reached in this period."))
        if given.get("value") is not None and not given.get("period"):
            self.add_error("period", gettext("Please say in which period."))
        return given


TargetFormSet = forms.formset_factory(TargetForm, extra=3, max_num=40, validate_max=True)


def targets_in(rows: Sequence[dict[str, Any]]) -> list[Target]:
    """Return the targets of a table, without its empty rows."""
    return [
        Target(row["period"].strip().upper(), row["value"], row.get("baseline"))
        for row in rows
        if row.get("period")
    ]


class ShareForm(forms.Form):
    """A unit below, whether it gets a share of a task, and what it is to reach."""

    chosen = forms.BooleanField(required=False)
    goal = forms.DecimalField(required=False, max_digits=16, decimal_places=2, min_value=0)
    due_on = forms.DateField(required=False, widget=DayInput)

    def __init__(self, sent: Any, *, unit: Organisation, task: Task) -> None:
        super().__init__(sent, prefix=f"unit-{unit.pk}")
        self.unit, self.task = unit, task
        self.periods = [target.period for target in task.targets.all()]
        told = {"unit": unit.name}
        self.fields["chosen"].label = gettext("%(unit)s gets a share") % told
        self.fields["goal"].label = gettext("Quota of %(unit)s") % told
        self.fields["due_on"].label = gettext("%(unit)s: due on") % told
        if task.goal is None:
            del self.fields["goal"]
        for at, period in enumerate(self.periods):
            self.fields[f"target_{at}"] = forms.DecimalField(
                required=False,
                max_digits=18,
                decimal_places=4,
                label=gettext("Target of %(unit)s for %(period)s") % (told | {"period": period}),
            )
        for field in self.fields.values():
            name = "form-check-input" if isinstance(field, forms.BooleanField) else "form-control"
            field.widget.attrs |= {"aria-label": field.label, "class": name}

    @property
    def targets(self) -> list[forms.BoundField]:
        return [self[f"target_{at}"] for at in range(len(self.periods))]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("chosen"):
            if "goal" in self.fields and given.get("goal") is None and "goal" not in self.errors:
                self.add_error("goal", gettext("Please say how much of it is this unit's."))
            for at in range(len(self.periods)):
                if given.get(f"target_{at}") is None and f"target_{at}" not in self.errors:
                    self.add_error(f"target_{at}", gettext("Please say what the unit is to reach."))
        return given

    @property
    def share(self) -> Share:
        given = self.cleaned_data
        targets = tuple(Target(period, given[f"target_{at}"]) for at, period in enumerate(self.periods))
        return Share(self.unit, given.get("due_on"), given.get("goal"), targets)


class ReportForm(forms.ModelForm[Report]):
    """What was done for a task, and how far it is where nothing else says so."""

    seen_at = SeenAtField()

    class Meta:
        model = Report
        fields = ["text", "amount", "percent", "is_final"]
        widgets = {"text": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args: Any, task: Task, has_shares: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if has_shares or task.indicator or task.goal is None:
            del self.fields["amount"]
        else:
            told = {"goal": number(task.goal), "unit": task.goal_unit}
            self.fields["amount"].help_text = gettext("Since the beginning, of %(goal)s %(unit)s.") % told
        if has_shares or task.indicator or task.goal is not None:
            del self.fields["percent"]
        self.fields["is_final"].help_text = gettext("When the report is accepted, the task is completed.")

    def _post_clean(self) -> None:
        """Leave the checks of the model to the action, which says them in words."""


class EvidenceForm(forms.Form):
    """A proof: a file, or the address of a figure's page."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(ENDINGS)}),
    )
    passport = forms.CharField(
        label=_("or a figure"),
        required=False,
        max_length=1000,
        help_text=_("Open the figure and copy the address of its page."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not self.errors and not given.get("file") and not given.get("passport"):
            raise ValidationError(gettext("Please choose a file, or give the address of a figure."))
        return given
