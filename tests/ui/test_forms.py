from __future__ import annotations

import re
from datetime import date

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile

from tongxin.ui.forms import DayInput, FieldRenderer


class EntryForm(forms.Form):
    default_renderer = FieldRenderer

    name = forms.CharField(label="Name", help_text="As on the identity card")
    entered_on = forms.DateField(label="Entered on", widget=DayInput)
    workbook = forms.FileField(label="Workbook")
    grade = forms.ChoiceField(label="Grade", choices=[("", "–"), ("3", "Senior")])  # noqa: RUF001
    sex = forms.ChoiceField(label="Sex", choices=[("1", "M"), ("2", "F")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="Agreed", required=False)
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    token = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self):
        raise forms.ValidationError("The whole <b>form</b> is wrong.")


def test_every_error_in_the_summary_leads_to_something_on_the_page():
    page = str(EntryForm({}))

    links = re.findall(r'<a href="#([^"]+)">', page)
    assert links == ["id_name", "id_entered_on", "id_workbook", "id_grade", "id_sex"]
    for target in links:
        assert f'id="{target}"' in page


def test_an_error_stands_beside_its_field_and_is_named_by_it():
    page = str(EntryForm({}))

    assert 'id="id_name_error"' in page
    assert 'aria-describedby="id_name_helptext id_name_error"' in page
    assert 'aria-invalid="true"' in page


def test_the_summary_shows_the_errors_of_the_whole_form_escaped():
    page = str(EntryForm({}))

    assert "The whole &lt;b&gt;form&lt;/b&gt; is wrong." in page


def test_a_form_without_errors_has_no_summary():
    assert "form-errors" not in str(EntryForm())


def test_controls_carry_the_class_of_their_kind():
    form = EntryForm()

    assert 'class="form-control"' in str(form["name"])
    assert 'class="form-control"' in str(form["workbook"])
    assert 'class="form-control"' in str(form["note"])
    assert 'class="form-select"' in str(form["grade"])
    assert 'class="form-check-input"' in str(form["agreed"])
    assert str(form["sex"]).count('class="form-check-input"') == 2
    assert "class=" not in str(form["token"])


def test_a_class_that_a_field_already_has_is_kept():
    class NarrowForm(forms.Form):
        default_renderer = FieldRenderer
        code = forms.CharField(widget=forms.TextInput(attrs={"class": "narrow"}))

    assert 'class="narrow form-control"' in str(NarrowForm()["code"])


def test_a_group_of_choices_has_a_legend_and_a_single_field_a_label():
    page = str(EntryForm())

    assert re.search(r"<legend>Sex\s*</legend>", page)
    assert re.search(r'<label for="id_name">Name\s*</label>', page)


def test_a_date_is_given_to_the_browser_in_the_form_that_it_accepts():
    page = str(EntryForm(initial={"entered_on": date(2026, 3, 5)})["entered_on"])

    assert 'type="date"' in page
    assert 'value="2026-03-05"' in page


def test_what_was_typed_comes_back_with_the_errors():
    form = EntryForm({"name": "Wang Min"}, {"workbook": SimpleUploadedFile("a.xlsx", b"x")})

    assert 'value="Wang Min"' in str(form)
