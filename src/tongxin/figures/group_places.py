"""Where figures of group companies stand: in trees of their own, beside that of the divisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tongxin.analytics.figure_store import FigureStore
from tongxin.codes.periods import Period
from tongxin.figures.queries import Release
from tongxin.organisations.models import Level, Organisation

if TYPE_CHECKING:
    from tongxin.figures.selection import Question


def is_of_groups(question: Question) -> bool:
    """Tell whether figures are asked for that are rolled up over group companies."""
    return Level.GROUP in (question.at.level, question.level)


def require_groups(release: Release) -> None:
    """Refuse a release that was built before there were group companies."""
    if not release.has_groups:
        raise ValidationError(_("This release has no figures of group companies. Build a new release."))


def units_below(store: FigureStore, question: Question, period: Period) -> list[int]:
    """Return the units of the level that is asked for, as they stood at the end of a period.

    Group companies under a division have figures in trees of their own, in which the division is not.
    """
    at, level = question.at, question.level or ""
    if level == Level.GROUP != at.level:
        groups = Organisation.objects.below(at).filter(level=level).order_by("code")
        return [pk for pk in groups.values_list("pk", flat=True) if store.exists(pk, period)]
    found = store.descendants(at.pk, level, period)
    return [pk for pk in found if pk != at.pk] if at.level == Level.GROUP else found


def tops_of(release: Release, at: Organisation) -> list[int]:
    """Return the units at which every category is met that is met anywhere in the trees of a unit."""
    if at.level == Level.GROUP:
        found = Organisation.objects.filter(level=Level.GROUP)
    else:
        found = Organisation.objects.filter(code=release.manifest["root"])
    return list(found.order_by("pk").values_list("pk", flat=True))


def check_group_level(question: Question) -> None:
    """Refuse a level of which nothing belongs to a group company."""
    if question.at.level == Level.GROUP and question.level not in (None, Level.ENTERPRISE, Level.GROUP):
        message = _("To a group company belong enterprises and smaller groups; %(level)s is neither.")
        raise ValidationError(message % {"level": question.level})
