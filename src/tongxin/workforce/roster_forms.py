"""Forms about rosters: sending one, finding one, saying which column is which, looking through findings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.containers.packed import MEGABYTE
from tongxin.workbooks.containers import MAX_FILE_MEGABYTES
from tongxin.workbooks.layouts import load_layout
from tongxin.workforce.forms import DayField, UnitForm
from tongxin.workforce.models import RosterImport
from tongxin.workforce.roster_reading import LAYOUT

LONGEST_HEADER = 200
"""As long as the mapping keeps it."""
MOST_HEADERS = 60


class SendForm(UnitForm):
    """A roster for one enterprise, and from when changed values hold."""

    file = forms.FileField(
        label=_("Workbook"),
        help_text=_(
            "An .xlsx, .xls or .csv file. Title rows, other column orders and common other headers are fine."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xlsm,.xls,.et,.csv,.txt"}),
    )
    effective_on = DayField(
        label=_("Changes hold from"),
        help_text=_("A changed post, occupation, form of employment, wage or grade holds from this day."),
    )
    is_dry_run = forms.BooleanField(
        label=_("Only check, store nothing"),
        required=False,
        help_text=_("Shows what would be imported and what has to be corrected."),
    )
    field_order = ["organisation", "file", "effective_on", "is_dry_run"]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE_MEGABYTES * MEGABYTE:
            message = gettext("The file is larger than %(limit)s MB. Split the rows over several files.")
            raise ValidationError(message % {"limit": MAX_FILE_MEGABYTES})
        return file


class ImportsFilter(forms.Form):
    """What the list of imports shows; it lives in the address."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=lambda: [("", gettext("All")), *RosterImport.State.choices]
    )
    q = forms.CharField(label=_("File or enterprise"), required=False, max_length=60)
    unit = forms.CharField(required=False, widget=forms.HiddenInput)


class FindingsFilter(forms.Form):
    """Which findings of an import are listed."""

    column = forms.ChoiceField(label=_("Column"), required=False)
    code = forms.ChoiceField(label=_("What was found"), required=False)

    def __init__(
        self, *args: Any, columns: Sequence[str], kinds: Iterable[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        every = ("", gettext("All"))
        self.fields["column"].choices = [every, *((name, name) for name in columns)]  # type: ignore[attr-defined]
        self.fields["code"].choices = [every, *kinds]  # type: ignore[attr-defined]


class MappingForm(forms.Form):
    """For each header of the sender's own, the column of the template that it stands for."""

    def __init__(
        self,
        *args: Any,
        headers: Sequence[str],
        missing: Sequence[str],
        taken: Collection[str],
        known: Mapping[str, str],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        unique = dict.fromkeys(header for header in headers if 0 < len(header) <= LONGEST_HEADER)
        self.headers = list(unique)[:MOST_HEADERS]
        free = [column for column in load_layout(LAYOUT).columns if column.key not in taken]
        # What is missing comes first.
        free.sort(key=lambda column: column.header not in missing)
        choices = [("", gettext("none of these")), *((column.key, column.header) for column in free)]
        for i, header in enumerate(self.headers):
            self.fields[f"header_{i}"] = forms.ChoiceField(
                label=header, choices=choices, required=False, initial=known.get(header, "")
            )

    def clean(self) -> dict[str, Any]:
        chosen = [key for key in self.cleaned_data.values() if key]
        if len(chosen) != len(set(chosen)):
            raise ValidationError(gettext("Two of your columns stand for the same one. Choose one of them."))
        if not chosen:
            raise ValidationError(gettext("Choose for at least one of your columns what it stands for."))
        return self.cleaned_data

    def mapping(self) -> dict[str, str]:
        """Return the chosen column of each header; an empty one forgets what was remembered."""
        return {header: self.cleaned_data[f"header_{i}"] for i, header in enumerate(self.headers)}
