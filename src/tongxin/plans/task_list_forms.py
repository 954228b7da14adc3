"""Which tasks are listed: the filter that lives in the address, and the workbook that is sent back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tongxin.containers.packed import MEGABYTE
from tongxin.organisations.access import Principal
from tongxin.organisations.models import Organisation
from tongxin.plans.access import plans_visible_to, steps_of
from tongxin.plans.models import Plan, Task, TaskSource
from tongxin.plans.models.documents import DIMENSION_CHOICES
from tongxin.plans.task_lists import EVERY_STATE, Wanted
from tongxin.workbooks.containers import MAX_FILE_MEGABYTES

STATES = [("", _("not ended")), (EVERY_STATE, _("all states")), *Task.State.choices]
DUES = [
    ("", _("any day")),
    ("late", pgettext_lazy("task", "late")),
    ("soon", _("due within 30 days")),
    ("none", _("without a day")),
]
ORDERS = [
    ("due", _("due first")),
    ("due_last", _("due last")),
    ("moved", _("state changed last")),
    ("unit", _("by unit")),
    ("title", _("by title")),
]
FIRST_FIELDS = ("q", "state", "due")
"""The others are folded away until somebody wants them: a phone has no room for eight."""


class PlanChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs alone
    """A plan, with its unit where several plans may have one name."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.title} · {obj.organisation.name}"


class TaskListFilter(forms.Form):
    """Which tasks are listed; it lives in the address."""

    q = forms.CharField(label=_("Task or unit"), required=False, max_length=60)
    plan = PlanChoice(label=_("Plan"), queryset=Plan.objects.none(), required=False, empty_label=_("All"))
    dimension = forms.ChoiceField(
        label=_("Dimension"), required=False, choices=[("", _("All")), *DIMENSION_CHOICES]
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    due = forms.ChoiceField(label=_("Due"), required=False, choices=DUES)
    person = forms.CharField(label=_("Report written by"), required=False, max_length=60)
    origin = forms.ChoiceField(
        label=_("Source"), required=False, choices=[("", _("All")), *TaskSource.Origin.choices]
    )
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=ORDERS)
    at = forms.CharField(required=False, widget=forms.HiddenInput)
    view = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Principal, unit: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["plan"].queryset = _plans_to_choose(user, unit, self.data.get("plan", ""))  # type: ignore[attr-defined]

    @property
    def first_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in FIRST_FIELDS]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in FIRST_FIELDS]

    @property
    def asks_more(self) -> bool:
        """Whether one of the other fields is filled in, or wrongly."""
        return any(field.errors or self.data.get(field.name) for field in self.other_fields)

    @property
    def asked(self) -> dict[str, Any]:
        """Return what the address says, without what it says wrongly."""
        self.is_valid()
        given = self.cleaned_data
        names = [name for name in self.fields if name not in {"at", "view", "plan"}]
        plan = given.get("plan")
        return {name: given.get(name) or "" for name in names} | {"plan": plan.pk if plan else ""}

    @property
    def wanted(self) -> Wanted:
        self.is_valid()
        given = self.cleaned_data
        names = ("dimension", "state", "due", "person", "origin")
        told = {name: given.get(name) or "" for name in names}
        return Wanted(
            text=given.get("q") or "", plan=given.get("plan"), sort=given.get("sort") or "due", **told
        )


def _plans_to_choose(user: Principal, unit: Organisation, asked: str) -> QuerySet[Plan]:
    """Return the plans of the unit and of those above it, and the one that is asked for."""
    here = Q(organisation__path__in=steps_of(unit.path or "/"))
    named = Q(pk=int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 18 else Q()
    return plans_visible_to(user).filter(here | named if named else here).order_by("-starts_on", "-pk")


class WorkbookForm(forms.Form):
    """A workbook of a plan's tasks that comes back."""

    file = forms.FileField(
        label=_("Workbook"),
        help_text=_(
            "The workbook that this page hands out, with rows changed or added; .xlsx, .xls or .csv."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xlsm,.xls,.et,.csv,.txt"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE_MEGABYTES * MEGABYTE:
            message = gettext("The file is larger than %(limit)s MB. Split the rows over several files.")
            raise ValidationError(message % {"limit": MAX_FILE_MEGABYTES})
        return file
