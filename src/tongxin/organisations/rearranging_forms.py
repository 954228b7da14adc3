"""Forms that move, merge and split units; each is first shown as what will change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.organisations.access import Action, Principal
from tongxin.organisations.changes import require_above
from tongxin.organisations.fields import UnitField, UnitInput
from tongxin.organisations.forms import SourcedForm
from tongxin.organisations.models import Level, Organisation
from tongxin.organisations.placing import levels_under
from tongxin.organisations.rearranging_actions import NewUnit, Part, standing_under

PARTS = 4
FIRST = "_1"
FIRSTS = {"", FIRST}
MOST_BELOW = 400
"""So many units below are dealt out on one page: the form must stay sendable."""


def levels_above(unit: Organisation) -> list[str]:
    return [level.value for level in Level if unit.level in levels_under(level)]


class ReceiverForm(SourcedForm):
    """A change in which units take over that are there already, or are opened by it."""

    def __init__(self, *args: Any, user: Principal, unit: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.unit = user, unit
        self.choosable = UnitField(user=user, action=Action.CHANGE_TREE, levels=[unit.level], required=False)
        self.fields["parent"] = UnitField(
            user=user,
            action=Action.CHANGE_TREE,
            levels=levels_above(unit),
            required=False,
            initial=unit.parent.code if unit.parent else "",
            label=_("A new unit stands under"),
            help_text=_("Needed only where a new unit is opened."),
        )

    def add_receiver(self, suffix: str = "", *, required: bool) -> None:
        help_text = _("The code of a unit that is there; for one that opens on this day, its new code.")
        code = forms.CharField(
            required=required,
            max_length=200,
            widget=self._offers(suffix),
            label=_("Taken over by"),
            help_text=help_text if suffix in FIRSTS else "",
        )
        self.fields[f"code{suffix}"] = code
        self.fields[f"name_zh{suffix}"] = forms.CharField(
            label=_("Chinese name"),
            required=False,
            max_length=200,
            help_text=_("For a unit that opens only.") if suffix in FIRSTS else "",
        )
        self.fields[f"name_en{suffix}"] = forms.CharField(
            label=_("English name"), required=False, max_length=200
        )

    def _offers(self, suffix: str) -> forms.TextInput:
        if suffix in FIRSTS:
            offers = UnitInput()
            offers.suggestions = self.choosable.widget.suggestions
            return offers
        # The further parts share the list of the first: one of their own each would make the page heavy.
        return forms.TextInput({"list": f"code{FIRST}-units"})

    def receiver(self, cleaned: dict[str, Any], suffix: str = "") -> Organisation | NewUnit | None:
        """Return the unit that the code names, or a new one; puts what is wrong beside the field."""
        code = str(cleaned.get(f"code{suffix}") or "").strip()
        name = str(cleaned.get(f"name_zh{suffix}") or "").strip()
        if not code:
            if name and not self.fields[f"code{suffix}"].required:
                self.add_error(f"code{suffix}", gettext("A unit that opens needs a code."))
            return None
        if Organisation.objects.filter(code=code.upper()).exists() or not name:
            return self._existing(code, f"code{suffix}", f"name_zh{suffix}")
        parent = cleaned.get("parent")
        if parent is None:
            if "parent" not in self.errors:
                self.add_error("parent", gettext("Say under which unit the new one stands."))
            return None
        return NewUnit(code.upper(), name, parent, str(cleaned.get(f"name_en{suffix}") or "").strip())

    def _existing(self, code: str, field: str, name_field: str) -> Organisation | None:
        try:
            return self.choosable.clean(code)
        except ValidationError as refusal:
            self.add_error(field, refusal)
            if not Organisation.objects.filter(code=code.upper()).exists():
                self.add_error(name_field, gettext("A unit that opens needs a name."))
            return None


class MoveForm(SourcedForm):
    """Another parent from a day."""

    field_order = ["parent", "on", "source"]

    def __init__(self, *args: Any, user: Principal, unit: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"] = UnitField(
            user=user,
            action=Action.CHANGE_TREE,
            levels=levels_above(unit),
            label=_("New unit above"),
            help_text=_("Type a code or a name and choose."),
        )
        self.order_fields(self.field_order)


class MergeForm(ReceiverForm):
    """The unit, perhaps with others, goes into one."""

    others = forms.CharField(
        label=_("Units that close with it"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Codes or full names, one in a line; empty where this unit alone is taken over."),
    )
    field_order = ["others", "code", "name_zh", "name_en", "parent", "on", "source"]

    def __init__(self, *args: Any, user: Principal, unit: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, user=user, unit=unit, **kwargs)
        self.add_receiver(required=True)
        self.order_fields(self.field_order)

    def clean_others(self) -> list[Organisation]:
        lines = [line.strip() for line in str(self.cleaned_data["others"]).splitlines() if line.strip()]
        return [self._other(line) for line in lines]

    def _other(self, line: str) -> Organisation:
        try:
            if (found := self.choosable.clean(line)) is not None:
                require_above(self.user, found)
                return found
        except (ValidationError, PermissionDenied) as refusal:
            reason = " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
            raise ValidationError(f"{line}: {reason}") from refusal
        raise ValidationError(line)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["into"] = self.receiver(cleaned)
        return cleaned

    def asked(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "units": [self.unit, *cleaned["others"]],
            **{name: cleaned[name] for name in ("into", "on", "source")},
        }


@dataclass(frozen=True)
class PartFields:
    """The fields of one part, for the page."""

    number: int
    code: BoundField
    name_zh: BoundField
    name_en: BoundField


class SplitForm(ReceiverForm):
    """Units below are dealt out to parts; the unit goes on or closes."""

    closes = forms.ChoiceField(
        label=_("The unit itself"),
        widget=forms.RadioSelect,
        choices=[("no", _("goes on with the units that are not given away")), ("yes", _("closes"))],
        initial="no",
    )

    def __init__(self, *args: Any, user: Principal, unit: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, user=user, unit=unit, **kwargs)
        for number in range(1, PARTS + 1):
            self.add_receiver(f"_{number}", required=False)
        self.below = standing_under(unit)[:MOST_BELOW]
        parts = [(str(number), gettext("part %(n)d") % {"n": number}) for number in range(1, PARTS + 1)]
        for child in self.below:
            self.fields[f"to_{child.pk}"] = forms.ChoiceField(
                label=f"{child.name} {child.code}", required=False, choices=[("", gettext("stays")), *parts]
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        parts = []
        for number in range(1, PARTS + 1):
            into = self.receiver(cleaned, f"_{number}")
            children = [child for child in self.below if cleaned.get(f"to_{child.pk}") == str(number)]
            if into is not None:
                parts.append(Part(into, children))
            elif children and f"code_{number}" not in self.errors:
                self.add_error(
                    f"code_{number}", gettext("Units below are given to this part. Enter its code.")
                )
        cleaned["parts"] = parts
        return cleaned

    def asked(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {"closes": cleaned["closes"] == "yes"} | {
            name: cleaned[name] for name in ("parts", "on", "source")
        }

    def part_fields(self) -> list[PartFields]:
        return [
            PartFields(n, self[f"code_{n}"], self[f"name_zh_{n}"], self[f"name_en_{n}"])
            for n in range(1, PARTS + 1)
        ]

    def child_fields(self) -> list[BoundField]:
        return [self[f"to_{child.pk}"] for child in self.below]
