"""What a reviewer chooses when two entries become one person."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.workforce.merge_particulars import CHOSEN, LABELS
from tongxin.workforce.models import DuplicatePair, Worker


class MergeForm(forms.Form):
    """The entry that stays, and from which entry each particular is taken."""

    def __init__(self, *args: Any, pair: DuplicatePair, **options: Any) -> None:
        super().__init__(*args, **options)
        self.entries = {worker.pk: worker for worker in (pair.left, pair.right)}
        choices = [(str(key), str(key)) for key in self.entries]
        self.fields["survivor"] = forms.ChoiceField(label=_("The entry that stays"), choices=choices)
        for name in CHOSEN:
            self.fields[name] = forms.ChoiceField(label=LABELS[name], choices=choices, required=False)

    @property
    def survivor(self) -> Worker:
        return self.entries[int(self.cleaned_data["survivor"])]

    @property
    def merged(self) -> Worker:
        return next(worker for key, worker in self.entries.items() if key != self.survivor.pk)

    @property
    def chosen(self) -> dict[str, int]:
        return {name: int(self.cleaned_data[name]) for name in CHOSEN if self.cleaned_data[name]}
