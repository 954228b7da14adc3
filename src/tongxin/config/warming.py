"""What a web process loads before its first visitor, who would otherwise wait for it."""

from __future__ import annotations

import gc

from django.conf import settings
from django.template.loader import get_template
from django.urls import get_resolver
from django.utils import translation
from django.utils.translation import gettext

from tongxin.figures.queries import NoReleaseError, read_release


def warm_up() -> None:
    """Load the pages, their words and what figures are read with; a home without a release has only pages."""
    # The addresses of all pages: building them imports every view.
    _ = get_resolver().reverse_dict
    for folder in sorted(settings.PACKAGE.glob("*/templates")):
        for path in sorted(folder.rglob("*.html")):
            get_template(path.relative_to(folder).as_posix())
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            gettext("Figures")
    _warm_figures()
    # What is loaded by now stays: a collection that walks through it all holds up whoever is being answered.
    gc.collect()
    gc.freeze()


def _warm_figures() -> None:
    """Load what pages of figures read; the engine behind facts and other trees stays out, as few ask for it.

    It would take every process some 150 MB, and its first page waits a second or two for it instead.
    """
    try:
        release = read_release()
    except NoReleaseError:
        return
    _ = release.store.descendants(0, "province", release.default_period())
    for definition in release.definitions:
        _ = [condition.expression for condition in definition.conditions]
