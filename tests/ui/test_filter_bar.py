"""The bar of conditions above a list."""

from __future__ import annotations

import pytest
from django import forms
from django.template.loader import render_to_string
from lxml import html


class Conditions(forms.Form):
    q = forms.CharField(required=False)
    at = forms.CharField(required=False, widget=forms.HiddenInput)
    view = forms.CharField(required=False, widget=forms.HiddenInput)


class Bare(forms.Form):
    at = forms.CharField(required=False)


def cleared(form: forms.Form) -> list[str]:
    bar = html.fromstring(render_to_string("ui/filter_bar.html", {"form": form}))
    return [str(address) for address in bar.xpath(".//a/@href")]


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({"q": "杭州", "at": "330109"}, "?at=330109"),
        ({"q": "杭州", "at": "330109", "view": "board"}, "?at=330109&view=board"),
        ({"q": "杭州", "at": 'a"b&c/d'}, "?at=a%22b%26c%2Fd"),
        ({"q": "杭州"}, "?"),
    ],
)
def test_clearing_the_conditions_keeps_the_unit_and_the_form_of_the_list(asked, left):
    assert cleared(Conditions(asked)) == [left]


def test_a_unit_that_is_a_condition_is_cleared():
    assert cleared(Bare({"at": "330109"})) == ["?"]


def test_without_conditions_there_is_nothing_to_clear():
    assert cleared(Conditions()) == []
