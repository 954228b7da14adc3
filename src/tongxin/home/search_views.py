"""The search over everything that the reader may see."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongxin.home.search_pages import describe_search
from tongxin.organisations.answers import reader_of
from tongxin.organisations.once import reading


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """List what says all words of the query."""
    asked = request.GET
    query, kind, page = asked.get("q", "").strip(), asked.get("kind", ""), asked.get("page", "")
    with reading():
        context = describe_search(reader_of(request), query, kind, page)
        return render(request, "home/search.html", context)
