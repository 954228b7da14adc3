from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation


@pytest.fixture
def request_of_a_stranger(db):
    request = RequestFactory().get("/somewhere")
    request.user = AnonymousUser()
    return request


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429"])
def test_an_error_page_says_whether_anything_was_lost_and_what_to_do(name, request_of_a_stranger):
    with translation.override("en"):
        page = render_to_string(f"{name}.html", request=request_of_a_stranger)

    assert "Nothing was changed." in page
    assert "please" in page.lower()
    assert page.count("<h1>") == 1


def test_the_page_of_a_fault_needs_no_request_and_speaks_both_languages():
    page = render_to_string("500.html")

    assert page.count("<h1>") == 2
    assert "your last step was not carried out" in page
    assert "<link" not in page
    assert "<script" not in page


def test_the_title_of_a_page_is_also_its_heading(request_of_a_stranger):
    with translation.override("en"):
        page = render_to_string("404.html", request=request_of_a_stranger)

    assert "<title>There is no such page · Tongxin</title>" in page
    assert "<h1>There is no such page</h1>" in page
