"""Forms about documents, proposals, plans and tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.containers.packed import MEGABYTE
from tongxin.documents.limits import MAX_FILE_MEGABYTES
from tongxin.documents.responsibility import bodies_of
from tongxin.plans.models import Document, Genre, Kind, Measure, Plan, Task
from tongxin.plans.models.documents import DIMENSION_CHOICES
from tongxin.ui.forms import DayInput

NAMES_HELP = _("Several names are separated by 、 or a comma.")


class ReceiveForm(forms.Form):
    """An official text to be read in."""

    file = forms.FileField(
        label=_("Document"),
        help_text=_("A .docx, a .pdf with text, or a text file in UTF-8. Scraped pages are cleaned."),
        widget=forms.ClearableFileInput(attrs={"accept": ".docx,.pdf,.txt,.md,.text"}),
    )
    genre = forms.ChoiceField(label=_("Sort of text"), choices=Genre.choices)
    revises = forms.ModelChoiceField(
        label=_("Revises"),
        queryset=Document.objects.none(),
        required=False,
        empty_label=_("nothing: a text of its own"),
        help_text=_("What changed is then shown beside the tasks that it touches."),
    )

    def __init__(self, *args: Any, known: QuerySet[Document], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["revises"].queryset = known  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE_MEGABYTES * MEGABYTE:
            message = gettext(
                "The file is larger than %(limit)s MB. Remove pictures, or save the text alone."
            )
            raise ValidationError(message % {"limit": MAX_FILE_MEGABYTES})
        return file


class NamesField(forms.CharField):
    """Names of bodies, written with a list's signs between them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=400, help_text=NAMES_HELP, **options)

    def prepare_value(self, value: Any) -> Any:
        return "\u3001".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value)
        named = list(bodies_of(text)) if text else []
        return named or [name for name in _split(text) if name]


def _split(text: str) -> list[str]:
    for sign in ("\uff0c", ",", "\uff1b", ";"):
        text = text.replace(sign, "\u3001")
    return [name.strip()[:120] for name in text.split("\u3001")]


class SeenAtField(forms.CharField):
    """When what is edited was last changed, as the editor saw it."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else value

    def clean(self, value: Any) -> datetime | None:
        return parse_datetime(super().clean(value))


class ProposalForm(forms.Form):
    """What a proposal says, corrected by a person."""

    title = forms.CharField(label=_("Task"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    dimension = forms.ChoiceField(
        label=_("Dimension"), required=False, choices=[("", _("none")), *DIMENSION_CHOICES]
    )
    lead = NamesField(label=_("Lead"))
    support = NamesField(label=_("Support"))
    due_on = forms.DateField(label=_("Due on"), required=False, widget=DayInput)
    target = forms.CharField(label=_("Target"), required=False, max_length=120)
    seen_at = SeenAtField()


class PlanForm(forms.ModelForm[Plan]):
    """A plan's name and span."""

    class Meta:
        model = Plan
        fields = ["title", "starts_on", "ends_on"]
        widgets = {"starts_on": DayInput, "ends_on": DayInput}

    def _post_clean(self) -> None:
        """Leave the checks of the model to the action, which says them in words."""


class TaskForm(forms.ModelForm[Task]):
    """A task as a person enters or changes it."""

    lead = NamesField(label=_("Lead"))
    support = NamesField(label=_("Support"))
    seen_at = SeenAtField()

    class Meta:
        model = Task
        fields = [
            "title",
            "measure",
            "kind",
            "deliverable",
            "starts_on",
            "due_on",
            "target",
            "goal",
            "goal_unit",
        ]
        widgets = {
            "title": forms.Textarea(attrs={"rows": 2}),
            "deliverable": forms.Textarea(attrs={"rows": 2}),
            "starts_on": DayInput,
            "due_on": DayInput,
        }

    field_order = [
        "title",
        "measure",
        "kind",
        "lead",
        "support",
        "starts_on",
        "due_on",
        "target",
        "goal",
        "goal_unit",
        "deliverable",
        "seen_at",
    ]

    def __init__(self, *args: Any, plan: Plan, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["measure"].queryset = Measure.objects.filter(plan=plan)  # type: ignore[attr-defined]
        self.fields["measure"].empty_label = None  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """Leave the checks of the model to the action, which fills in what no form has."""


class TaskFilter(forms.Form):
    """Which tasks of a plan are listed; it lives in the address."""

    q = forms.CharField(label=_("Task or unit"), required=False, max_length=60)
    dimension = forms.ChoiceField(
        label=_("Dimension"), required=False, choices=[("", _("All")), *DIMENSION_CHOICES]
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *Task.State.choices])
    origin = forms.ChoiceField(
        label=_("Source"),
        required=False,
        choices=[("", _("All")), ("clause", _("from a clause")), ("own", _("without a clause"))],
    )
