from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.analytics.definitions import Definition
from tongxin.codes.periods import Period
from tongxin.figures.lenses import NOW, Lens, lens_name
from tongxin.figures.places import BELOW
from tongxin.figures.queries import Release
from tongxin.figures.selection import check_day
from tongxin.figures.words import breakdown_name, indicator_name, level_name
from tongxin.organisations.listings import levels_below
from tongxin.organisations.models import Organisation
from tongxin.ui.dimensions import DIMENSIONS
from tongxin.ui.formats import period as period_text
from tongxin.ui.forms import DayInput

VIEWS = [("table", _("Table")), ("line", _("Lines")), ("bar", _("Bars")), ("map", _("Tile map"))]
MOST_INDICATORS = 12


@dataclass(frozen=True)
class Choice:
    code: str
    name: str
    is_chosen: bool


@dataclass(frozen=True)
class Group:
    """The indicators of one dimension, as they are offered."""

    dimension: str
    name: str
    choices: list[Choice]


class ExplorerForm(forms.Form):
    """What the explorer shows; its values are the address."""

    at = forms.CharField(widget=forms.HiddenInput)
    view = forms.ChoiceField(choices=VIEWS, widget=forms.HiddenInput)
    i = forms.MultipleChoiceField(label=_("Indicators"), widget=forms.CheckboxSelectMultiple)
    level = forms.ChoiceField(label=_("Units"), required=False)
    by = forms.ChoiceField(label=_("Broken down by"), required=False)
    to = forms.ChoiceField(label=pgettext_lazy("period", "To"), required=False)
    lens = forms.ChoiceField(label=_("Tree of units"), required=False)
    as_of = forms.DateField(label=_("Chosen day"), required=False, widget=DayInput)
    field_order = ("at", "view", "i", "level", "from", "to", "by", "lens", "as_of")

    def __init__(self, values: Any, *, release: Release, unit: Organisation) -> None:
        super().__init__(values)
        self.release = release
        # `from` is a word that Python keeps for itself.
        self.fields["from"] = forms.ChoiceField(label=pgettext_lazy("period", "From"), required=False)
        self.order_fields(self.field_order)
        self.fields["i"].choices = [(code, code) for code in release.codes]  # type: ignore[attr-defined]
        below = levels_below(unit)
        # A link that leads down may ask for a level that this unit lacks: the answer is empty, not wrong.
        if (asked := self.data.get("level")) in BELOW.values() and asked not in below:
            below.append(str(asked))
        levels = [(level, level_name(level)) for level in below]
        self.fields["level"].choices = [("", _("this unit")), *levels]  # type: ignore[attr-defined]
        periods = [(str(each), period_text(each)) for each in periods_of(release)]
        for name in ("from", "to"):
            self.fields[name].choices = [("", _("latest")), *periods]  # type: ignore[attr-defined]
        self.fields["lens"].choices = [(each.value, lens_name(each)) for each in Lens]  # type: ignore[attr-defined]
        self.fields["by"].choices = [("", _("no breakdown")), *_breakdowns(release)]  # type: ignore[attr-defined]
        for name, text in _REFUSALS.items():
            self.fields[name].error_messages["invalid_choice"] = text

    @property
    def shown(self) -> list[forms.BoundField]:
        """The fields beside the choice of indicators."""
        return [self[name] for name in ("level", "from", "to", "by", "lens", "as_of")]

    @property
    def groups(self) -> list[Group]:
        chosen = set(self["i"].value() or ())
        return [
            Group(
                dimension,
                name,
                [Choice(each.code, indicator_name(each), each.code in chosen) for each in definitions],
            )
            for dimension, name, definitions in indicators_by_dimension(self.release)
        ]

    @property
    def chosen_names(self) -> list[str]:
        return [choice.name for group in self.groups for choice in group.choices if choice.is_chosen]

    def clean_i(self) -> list[str]:
        codes: list[str] = self.cleaned_data["i"]
        if len(codes) > MOST_INDICATORS:
            message = _("Choose at most %(most)d indicators at once.") % {"most": MOST_INDICATORS}
            raise forms.ValidationError(message)
        return codes

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = (Period.parse(cleaned[name]) if cleaned.get(name) else None for name in ("from", "to"))
        if first and last and first.kind != last.kind:
            self.add_error("to", _("Both ends must be of one kind: years, quarters or months."))
        elif first and last and first > last:
            self.add_error("to", _("The last period lies before the first."))
        self._clean_tree(cleaned)
        return cleaned

    def _clean_tree(self, cleaned: dict[str, Any]) -> None:
        """Make one day of the lens and the day; under another lens a day that is left over says nothing."""
        if "as_of" not in cleaned or "lens" not in cleaned:
            return
        lens, on = cleaned["lens"], cleaned["as_of"]
        if lens == Lens.HARMONISED and on is None:
            self.add_error("as_of", _("Please choose the day whose tree is wanted."))
            return
        chosen = {Lens.THEN: None, Lens.NOW: self.release.cut_on}.get(lens, on)
        try:
            check_day(self.release, chosen)
        except forms.ValidationError as refusal:
            self.add_error("as_of", refusal)
        cleaned["as_of"] = chosen


def complete_lens(values: Any, release: Release) -> None:
    """Give an address that has only a day its lens, and `now` its day."""
    if values.get("as_of") == NOW:
        values["lens"], values["as_of"] = Lens.NOW.value, release.cut_on.isoformat()
    elif not values.get("lens"):
        given = values.get("as_of")
        is_now = given == release.cut_on.isoformat()
        values["lens"] = (Lens.NOW if is_now else Lens.HARMONISED if given else Lens.THEN).value


_REFUSALS = {
    "i": _("There is no indicator %(value)s."),
    "level": _("There are no units of the level %(value)s below this one."),
    "from": _("There are no figures for the period %(value)s."),
    "to": _("There are no figures for the period %(value)s."),
    "by": _("There is no breakdown by %(value)s."),
    "view": _("There is no view %(value)s."),
    "lens": _("There is no lens %(value)s: choose then, now or harmonised."),
}


def level_below(unit: Organisation) -> str:
    """Return the level that is listed under a unit unless another is asked for; nothing at the lowest."""
    levels = levels_below(unit)
    usual = BELOW.get(unit.level, "")
    return usual if usual in levels else next(iter(levels), "")


def indicators_by_dimension(release: Release) -> list[tuple[str, str, list[Definition]]]:
    """Return the newest definitions of a release by dimension, in the fixed order of the dimensions."""
    newest = [release.newest(code) for code in release.codes]
    found = [
        (code, str(mark.name), [each for each in newest if each.dimension == code])
        for code, mark in DIMENSIONS.items()
    ]
    others = [each for each in newest if each.dimension not in DIMENSIONS]
    return [each for each in [*found, ("", str(_("Others")), others)] if each[2]]


def periods_of(release: Release) -> list[Period]:
    """Return the periods of a release: years, then quarters, then months, the latest of each first."""
    found = [Period.parse(text) for text in release.manifest["periods"]]
    return sorted(found, key=lambda each: (each.kind.months, each.last_day), reverse=True)


def _breakdowns(release: Release) -> list[tuple[str, str]]:
    found = {each.name: each for definition in release.definitions for each in definition.breakdowns}
    return sorted((name, breakdown_name(each)) for name, each in found.items())
