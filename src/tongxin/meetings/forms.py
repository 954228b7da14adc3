"""Forms about meetings and what belongs to them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.containers.attachments import ENDINGS, AttachmentRefused
from tongxin.containers.packed import MEGABYTE
from tongxin.files.refusals import say_refused
from tongxin.meetings.models import AgendaItem, Meeting, Participation, Resolution, SiteVisit
from tongxin.organisations.fields import UnitInput
from tongxin.organisations.models import Organisation, OrganisationQuerySet
from tongxin.plans.models import Document
from tongxin.ui.forms import DayInput

BODY_HELP = _("A unit below yours by its full name or code; any other body by its name.")
MANY_HELP = _(
    "One on a line, or separated by 、. Units below yours by full name or code are linked and see the "
    "meeting once it is announced; any other body is kept as a name."
)
MOST_NAMES = 300


class TimeInput(forms.TimeInput):
    """The browser's own time field."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class SeenForm(forms.Form):
    """A form that knows which version its reader saw; the action refuses to write over a newer one."""

    seen_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def _post_clean(self) -> None:
        """Leave the checks of the model to the action, which says them in words."""


class BodyField(forms.CharField):
    """A body by its name, with the units below one offered while it is typed."""

    def __init__(self, *, top: Organisation, **options: Any) -> None:
        super().__init__(max_length=120, widget=UnitInput, help_text=BODY_HELP, **options)
        self.widget.suggestions = (
            OrganisationQuerySet(Organisation).below(top).filter(closed_on=None).exclude(level="enterprise")
        )


class NamesField(forms.CharField):
    """Names of bodies, one on a line or with a list's signs between them."""

    def __init__(self, **options: Any) -> None:
        rows = forms.Textarea(attrs={"rows": 6})
        super().__init__(max_length=20_000, widget=rows, help_text=MANY_HELP, **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        names = split_names(super().clean(value))
        if len(names) > MOST_NAMES:
            message = _("These are %(found)s names; at most %(limit)s are taken at once.")
            raise forms.ValidationError(message, params={"found": len(names), "limit": MOST_NAMES})
        return names


def split_names(text: str) -> list[str]:
    """Return the names that a list writes, each once.

    >>> split_names("A\\uff0cB\\n C ;A")
    ['A', 'B', 'C']
    """
    for sign in ("\u3001", "\uff0c", ",", "\uff1b", ";", "\r"):
        text = text.replace(sign, "\n")
    return list(dict.fromkeys(name.strip()[:120] for name in text.split("\n") if name.strip()))


class MeetingForm(SeenForm, forms.ModelForm[Meeting]):
    """The head of a meeting."""

    class Meta:
        model = Meeting
        fields = ["title", "held_on", "begins_at", "place", "chair", "document"]
        widgets = {"held_on": DayInput, "begins_at": TimeInput}
        help_texts = {
            "chair": _("The office, for example the head of the coordination group."),
            "document": _("Minutes that were read in under Documents, where there are any."),
        }

    def __init__(self, *args: Any, documents: QuerySet[Document], **options: Any) -> None:
        super().__init__(*args, **options)
        minutes: Any = self.fields["document"]
        minutes.queryset = documents
        minutes.empty_label = _("none")


class AgendaForm(SeenForm, forms.ModelForm[AgendaItem]):
    """An item of the agenda."""

    position = forms.IntegerField(
        label=_("Place in the agenda"),
        required=False,
        min_value=1,
        max_value=999,
        help_text=_("Those from there on move down. Empty: at the end."),
    )

    class Meta:
        model = AgendaItem
        fields = ["text", "presenter", "position"]
        widgets = {"text": forms.Textarea(attrs={"rows": 2})}


class MembersForm(SeenForm):
    """Bodies that take part as members."""

    names = NamesField(label=_("Units that take part"))


class MemberForm(SeenForm):
    """One body that takes part as a member."""

    def __init__(self, *args: Any, top: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"] = BodyField(label=pgettext_lazy("meeting", "Unit"), top=top)


class ContributionForm(SeenForm):
    """What a body tells a meeting."""

    part = forms.ChoiceField(label=_("Part"), choices=Participation.Part.choices[1:])
    title = forms.CharField(label=_("Title of the contribution"), max_length=200)
    file = forms.FileField(
        label=pgettext_lazy("contribution", "File"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ",".join(ENDINGS)}),
        help_text=_("PDF, DOCX, XLSX, PPTX, JPG, PNG or text, up to %(limit)s MB."),
    )
    drops_file = forms.BooleanField(label=_("Remove the present file"), required=False)

    field_order = ["part", "name", "title", "file", "drops_file"]

    def __init__(self, *args: Any, top: Organisation, has_file: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"] = BodyField(label=pgettext_lazy("meeting", "Unit"), top=top)
        told: Any = self.fields["file"]
        told.help_text = told.help_text % {"limit": settings.TONGXIN_EVIDENCE_MEGABYTES}
        if not has_file:
            del self.fields["drops_file"]
        self.order_fields(self.field_order)

    def clean_file(self) -> Any:
        """Refuse by size what is not to be read into memory at all."""
        file = self.cleaned_data["file"]
        limit = settings.TONGXIN_EVIDENCE_MEGABYTES
        if file and file.size > limit * MEGABYTE:
            found = f"{file.size / MEGABYTE:.1f}"
            refused = AttachmentRefused("file_too_large", {"found": found, "limit": limit})
            raise forms.ValidationError(say_refused(refused))
        return file


class VisitForm(SeenForm, forms.ModelForm[SiteVisit]):
    """A place that was visited."""

    class Meta:
        model = SiteVisit
        fields = ["visited_on", "seen"]
        widgets = {"visited_on": DayInput, "seen": forms.Textarea(attrs={"rows": 5})}

    field_order = ["name", "visited_on", "seen"]

    def __init__(self, *args: Any, top: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"] = BodyField(label=_("Unit or place"), top=top)
        self.order_fields(self.field_order)


class ResolutionForm(SeenForm, forms.ModelForm[Resolution]):
    """What was resolved."""

    number = forms.IntegerField(
        label=_("Number"),
        required=False,
        min_value=1,
        max_value=9999,
        help_text=_("Empty: the next one."),
    )

    class Meta:
        model = Resolution
        fields = ["number", "text", "wanted_by", "due_on"]
        widgets = {"text": forms.Textarea(attrs={"rows": 5}), "due_on": DayInput}
        help_texts = {"wanted_by": _("The office that asked for it, as the minutes name it.")}


class MeetingFilter(forms.Form):
    """Which meetings are listed; it lives in the address."""

    q = forms.CharField(label=_("Title, place or resolution"), required=False, max_length=60)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *Meeting.State.choices]
    )
    show = forms.ChoiceField(
        label=_("Resolutions"),
        required=False,
        choices=[("", _("All")), ("bare", _("some without a task"))],
    )
