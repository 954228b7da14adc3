"""Pages that show figures: the explorer, one figure's passport, the rows behind it, the catalogue."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.analytics.damage import DamagedFileError
from tongxin.analytics.definition_nodes import DefinitionError
from tongxin.codes.periods import PeriodError
from tongxin.figures.asked import read_figure
from tongxin.figures.difference_tables import difference_as_json
from tongxin.figures.explorer_pages import describe_explorer
from tongxin.figures.exports import Format, about, row_of, send_figures
from tongxin.figures.lenses import Lens, lens_of
from tongxin.figures.pages import (
    describe_catalogue,
    describe_facts,
    place_of_figure,
    read_passport_asked,
)
from tongxin.figures.passports import describe_figure, describe_passport, tree_text
from tongxin.figures.queries import NoReleaseError, Release, read_release
from tongxin.figures.questions import read_asked
from tongxin.figures.release_views import invite_to_build
from tongxin.organisations.access import Action
from tongxin.organisations.answers import reader_of
from tongxin.organisations.once import reading

logger = logging.getLogger(__name__)
MOST_ON_PAGE = 20_000
"""So many figures a page reads at most; an export may be larger."""

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, Release, P], HttpResponseBase]


def with_release(page: Page[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Give a page the current release; without one, invite to build it; say what is wrong in an address."""

    @wraps(page)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            with reading():
                return page(request, read_release(), *args, **kwargs)
        except NoReleaseError:
            return invite_to_build(request)
        except (DamagedFileError, DefinitionError) as damage:
            logger.error("Release damaged: %s", damage)
            return render(request, "figures/damaged.html", status=503)
        except (ValidationError, PeriodError) as refusal:
            reasons = refusal.messages if isinstance(refusal, ValidationError) else [str(refusal)]
            return render(request, "figures/refused.html", {"reasons": reasons}, status=400)

    return answer


@require_safe
@with_release
def explorer(request: HttpRequest, release: Release) -> HttpResponse:
    """The answer to the question in the address, as a table with a chart or a map beside it."""
    user = reader_of(request)
    asked = read_asked(release, request.GET, user=user, most=MOST_ON_PAGE)
    return render(request, "figures/explorer.html", describe_explorer(release, asked, user))


@require_safe
@with_release
def export(request: HttpRequest, release: Release) -> HttpResponseBase:
    """The same question as a file."""
    user = reader_of(request)
    try:
        form = Format(request.GET.get("format", "csv"))
    except ValueError:
        raise ValidationError(_("Choose csv, xlsx or json as the format.")) from None
    asked = read_asked(release, request.GET, user=user)
    if asked.question is None:
        raise ValidationError([message for errors in asked.form.errors.values() for message in errors])
    as_of = asked.question.as_of
    tree = as_of.isoformat() if as_of else "as_in_the_period"
    lens = lens_of(release, as_of)
    found = [*asked.answers, *asked.beside]
    return send_figures(release, found, form, at=asked.unit, tree=tree, lens=lens, user=user)


@require_safe
@with_release
def passport(request: HttpRequest, release: Release, code: str) -> HttpResponseBase:
    """What stands behind one figure, on a page or as a file."""
    user = reader_of(request)
    asked = read_passport_asked(release, code, request.GET, user)
    tree, lens = tree_text(asked.period, asked.as_of), lens_of(release, asked.as_of)
    if request.GET.get("format") == "csv":
        found = read_figure(release, asked, user)
        return send_figures(release, [found], Format.CSV, at=asked.at, tree=tree, lens=lens, user=user)
    if request.GET.get("format") == "json":
        return JsonResponse(
            passport_as_json(release, describe_figure(release, asked, user), tree, lens),
            json_dumps_params={"ensure_ascii": False, "indent": 1},
        )
    context = describe_passport(release, asked, user) | place_of_figure(release, asked, user)
    return render(request, "figures/passport.html", context)


def passport_as_json(release: Release, context: dict[str, Any], tree: str, lens: Lens) -> dict[str, object]:
    """Return the passport for programs: the figure, how it is defined and what it was made from."""
    found, shared = context["answer"], about(release, tree, lens)
    definition, parts = context["definition"], context["parts"]
    return {
        **shared,
        "figure": row_of(found, shared),
        "definition": {
            "version": definition.version,
            "sha256": definition.sha256,
            "name": dict(definition.name),
            "reference": definition.reference,
            "valid_from": definition.valid_from.isoformat(),
            "unit": definition.unit.code,
            "direction": definition.direction.value,
            "written": context["written"],
            "parts": [{"part": each.key, "text": each.text, "conditions": each.conditions} for each in parts],
        },
        "reporting": found.figure.reporting,
        "expected": found.figure.expected,
        "beside": [row_of(each, shared) for each in context["beside_answers"]],
        "absence": context["absence"].sentence if context["absence"] else None,
        "difference": difference_as_json(context["difference"]) if context["difference"] else None,
    }


@require_safe
@with_release
def facts(request: HttpRequest, release: Release, code: str) -> HttpResponse:
    """The rows behind one part of a figure, within the reader's rights; each view is recorded."""
    user = reader_of(request)
    asked = read_passport_asked(release, code, request.GET, user, Action.SEE_PEOPLE)
    context = describe_facts(release, asked, request.GET, user) | place_of_figure(
        release, asked, user, "figure_facts"
    )
    return render(request, "figures/facts.html", context)


@require_safe
@with_release
def catalogue(request: HttpRequest, release: Release) -> HttpResponse:
    """All indicators with what they mean and their value at the reader's unit."""
    user = reader_of(request)
    return render(request, "figures/catalogue.html", describe_catalogue(release, request.GET, user))
