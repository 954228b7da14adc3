"""Forms about instructions, and about the tasks that they and resolutions become."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.meetings.forms import NamesField as ManyNamesField
from tongxin.meetings.forms import SeenForm
from tongxin.meetings.models import Instruction
from tongxin.plans.forms import NamesField
from tongxin.plans.models import Kind, Measure, Plan, Task
from tongxin.ui.forms import DayInput


class InstructionForm(SeenForm, forms.ModelForm[Instruction]):
    """An instruction that a unit received."""

    asked = ManyNamesField(label=_("Units asked"), required=False)

    class Meta:
        model = Instruction
        fields = ["given_by", "number", "given_on", "text", "reply_by"]
        widgets = {
            "given_on": DayInput,
            "reply_by": DayInput,
            "text": forms.Textarea(attrs={"rows": 6}),
        }
        help_texts = {"given_by": _("The office or title of whom it comes from.")}

    field_order = ["given_by", "number", "given_on", "text", "asked", "reply_by"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["asked"].help_text = _("One on a line, or separated by 、.")


class InstructionFilter(forms.Form):
    """Which instructions are listed; it lives in the address."""

    q = forms.CharField(label=_("Office, number or text"), required=False, max_length=60)
    show = forms.ChoiceField(
        label=_("Tasks"),
        required=False,
        choices=[
            ("", _("All")),
            ("bare", _("without a task")),
            ("late", _("past the reply date and not done")),
        ],
    )


class MeasureField(forms.TypedChoiceField):
    """A measure, with those of one plan standing together."""

    def __init__(self, *, plans: Sequence[Plan], **options: Any) -> None:
        found = list(Measure.objects.filter(plan__in=plans).order_by("position", "pk"))
        self.grouped = [(plan, [each for each in found if each.plan_id == plan.pk]) for plan in plans]
        by_key = {measure.pk: measure for measure in found}
        super().__init__(
            choices=[
                (plan.title, [(each.pk, each.title) for each in measures]) for plan, measures in self.grouped
            ],
            coerce=lambda key: by_key[int(key)],
            **options,
        )

    def first_of(self, dimension: str) -> int | None:
        """Return the measure of a dimension in the first plan that has it, else one that belongs to none."""
        wanted: dict[str, int] = {}
        for _plan, measures in self.grouped:
            for each in measures:
                wanted.setdefault(each.dimension, each.pk)
        return wanted.get(dimension, wanted.get(""))


class SourceTaskForm(forms.Form):
    """A task made of a resolution or an instruction."""

    title = forms.CharField(label=_("Task"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    lead = NamesField(label=_("Lead"))
    support = NamesField(label=_("Support"))
    due_on = forms.DateField(label=_("Due on"), required=False, widget=DayInput)
    due_text = forms.CharField(
        label=_("Due, as written"),
        required=False,
        max_length=120,
        help_text=_("What is due again and again has no single day."),
    )
    target = forms.CharField(label=_("Target"), required=False, max_length=120)

    field_order = ["title", "measure", "kind", "lead", "support", "due_on", "due_text", "target"]

    def __init__(self, *args: Any, plans: Sequence[Plan], dimension: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        field = MeasureField(label=_("Plan and measure"), plans=plans)
        self.fields["measure"] = field
        self.initial.setdefault("measure", field.first_of(dimension))
        self.order_fields(self.field_order)


class StandingTaskForm(forms.Form):
    """A task that is there and stands for a resolution or an instruction, too."""

    task = forms.ModelChoiceField(
        label=_("Task"),
        queryset=Task.objects.none(),
        empty_label=None,
        help_text=_("The task gets this as one more source."),
    )

    def __init__(self, *args: Any, tasks: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["task"].queryset = tasks  # type: ignore[attr-defined]
