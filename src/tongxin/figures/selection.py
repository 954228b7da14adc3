"""Which figures somebody asks for, and the answer: one path for pages, exports and the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tongxin.analytics.definitions import Definition, version_for
from tongxin.analytics.figure_store import Figure, FigureStore
from tongxin.codes.periods import Period, PeriodKind, periods_between
from tongxin.figures.group_places import (
    check_group_level,
    is_of_groups,
    require_groups,
    tops_of,
    units_below,
)
from tongxin.figures.overlaps import read_beside, versions_beside
from tongxin.figures.queries import Release, store_in
from tongxin.organisations.access import Action, Principal, keep_visible, require
from tongxin.organisations.models import Level, Organisation

MOST_FIGURES = 200_000
"""How many figures one answer may hold."""
RANKS: list[str] = [Level.PROVINCE, Level.CITY, Level.COUNTY, Level.TOWN, Level.ENTERPRISE]
FIRST_TREE = date(1980, 1, 1)
MOST_KEPT = 200
"""How many figures of one reading are kept in memory."""


@dataclass(frozen=True)
class Question:
    """What is asked: indicators at a unit or at those of a level below it, for periods, broken down."""

    codes: tuple[str, ...]
    at: Organisation
    level: str | None = None
    periods: tuple[Period, ...] = ()
    by: str | None = None
    as_of: date | None = None


@dataclass(frozen=True)
class Answer:
    """A figure with the unit it belongs to and the definition it was computed by."""

    figure: Figure
    organisation: Organisation
    definition: Definition
    release: str

    @property
    def numerator(self) -> int | float | None:
        return _in_unit(self.figure.numerator, self.definition.parts[0].scale)

    @property
    def denominator(self) -> int | float | None:
        other = self.definition.parts[1]
        return _in_unit(self.figure.denominator, other.scale if other else 1)

    def as_row(self) -> dict[str, Any]:
        """Return the figure as the command line and the exports write it."""
        figure = self.figure
        return {
            "indicator": figure.indicator,
            "definition": figure.definition,
            "organisation": self.organisation.code,
            "period": figure.period,
            "breakdown": figure.breakdown,
            "category": figure.category,
            "value": _whole(figure.value),
            "numerator": self.numerator,
            "denominator": self.denominator,
            "status": figure.status.value,
            "completeness": figure.completeness,
            "undetermined": figure.undetermined,
            "release": self.release,
        }


COLUMNS = (
    "indicator", "definition", "organisation", "period", "breakdown", "category", "value", "numerator",
    "denominator", "status", "completeness", "undetermined", "release",
)  # fmt: skip


def _in_unit(stored: int | None, scale: int) -> int | float | None:
    if stored is None:
        return None
    exact = Fraction(stored, scale)
    return int(exact) if exact.denominator == 1 else float(exact)


def _whole(value: float | None) -> int | float | None:
    return int(value) if value is not None and value.is_integer() and abs(value) < 1e15 else value


def read_periods(
    release: Release, codes: Sequence[str], *, period: str | None, first: str | None, last: str | None
) -> tuple[Period, ...]:
    """Return the periods of a question; by default the last complete one of the usual kind."""
    if period is not None and (first is not None or last is not None):
        raise ValidationError(_("Give either one period, or the first and the last of several."))
    if period is not None:
        return (Period.parse(period),)
    if first is not None or last is not None:
        begin, end = _ends(release, first, last)
        if begin.kind != end.kind:
            raise ValidationError(
                _("The first and the last period must be of one kind: %(first)s and %(last)s are not.")
                % {"first": begin, "last": end}
            )
        if begin > end:
            raise ValidationError(_("The last period lies before the first."))
        return tuple(periods_between(begin, end))
    return (release.default_period(usual_kind(release.newest(codes[0]))),)


def _ends(release: Release, first: str | None, last: str | None) -> tuple[Period, Period]:
    """Return both ends of a range: without its end it reaches to the last complete period."""
    if first is None:
        only = Period.parse(last or "")
        return only, only
    begin = Period.parse(first)
    return begin, Period.parse(last) if last is not None else max(begin, release.default_period(begin.kind))


def usual_kind(definition: Definition) -> PeriodKind:
    """Return the kind of period in which an indicator is usually read."""
    return PeriodKind.QUARTER if PeriodKind.QUARTER in definition.periods else definition.periods[0]


def check_codes(release: Release, codes: Sequence[str]) -> None:
    """Refuse an indicator that the release does not have, naming the nearest one."""
    for code in codes:
        if code not in release.codes:
            refuse_unknown(code, release.codes)


def refuse_unknown(code: str, known: Sequence[str]) -> NoReturn:
    """Say that there is no such indicator, and which name is the nearest."""
    near = get_close_matches(code, known, 1)
    hint = _(" Did you mean %(near)s?") % {"near": near[0]} if near else ""
    raise ValidationError(_("There is no indicator %(code)s.") % {"code": code} + hint)


def answer(
    release: Release, question: Question, *, user: Principal, most: int = MOST_FIGURES
) -> list[Answer]:
    """Return the figures asked for, as far as the user may see them; refuses unknown names."""
    require(user, Action.SEE_FIGURES, question.at)
    check_codes(release, question.codes)
    for code in question.codes:
        _breakdown_named(release.newest(code), question.by)
    store = open_store(release, question.codes, question.as_of, of_groups=is_of_groups(question))
    units = _units(store, question, user)
    _check_size(len(question.codes) * sum(len(each) for each in units.values()), most)
    return [found for code in question.codes for found in _answers(release, store, code, question, units)]


def _answers(
    release: Release,
    store: FigureStore,
    code: str,
    question: Question,
    units: Mapping[Period, list[Organisation]],
) -> list[Answer]:
    """Return the figures of one indicator by period, then unit; periods of the same units in one reading."""
    by = _breakdown_named(release.newest(code), question.by)
    versions = {str(period): definition_for(release, code, period) for period in question.periods}
    named = {unit.pk: unit for found in units.values() for unit in found}
    alike: dict[tuple[int, ...], list[Period]] = {}
    for period, found in units.items():
        alike.setdefault(tuple(unit.pk for unit in found), []).append(period)
    read: dict[str, list[Figure]] = {}
    for ids, periods in alike.items():
        for figure in read_figures(store, code, ids, tuple(periods), by):
            read.setdefault(figure.period, []).append(figure)
    return [
        Answer(figure, named[figure.organisation], versions[figure.period], release.id)
        for period in question.periods
        for figure in read.get(str(period), [])
    ]


def answer_beside(release: Release, question: Question, *, user: Principal) -> list[Answer]:
    """Return the figures of versions that run beside those in force, in the same units and periods.

    They are no answer to the question, which each period has one of: they tell what a break is worth.
    """
    require(user, Action.SEE_FIGURES, question.at)
    asked = [
        (version, period)
        for code in question.codes
        for period in question.periods
        for version in versions_beside(release.definitions, code, period)
    ]
    if not asked:
        return []
    store = open_store(release, question.codes, question.as_of, of_groups=is_of_groups(question))
    units = _units(store, question, user)
    named = {unit.pk: unit for found in units.values() for unit in found}
    return [
        Answer(figure, named[figure.organisation], version, release.id)
        for version, period in asked
        for figure in read_beside(
            store,
            version,
            [unit.pk for unit in units[period]],
            period,
            _breakdown_named(release.newest(version.code), question.by),
        )
    ]


def figure_at(
    release: Release,
    code: str,
    *,
    at: Organisation,
    period: Period,
    user: Principal,
    by: str | None = None,
    category: str | None = None,
    as_of: date | None = None,
) -> Answer:
    """Return one figure; a category that is met nowhere in the programme is refused."""
    require(user, Action.SEE_FIGURES, at)
    check_codes(release, [code])
    _breakdown_named(release.newest(code), by)
    store = open_store(release, [code], as_of, of_groups=at.level == Level.GROUP)
    found = _of_category(read_figures(store, code, (at.pk,), (period,), by), at, category if by else None)
    if not found and by:
        # A category may be met elsewhere and not here; its figure here is then nothing, but it is one.
        every = read_figures(store, code, (at.pk, *tops_of(release, at)), (period,), by)
        found = _of_category(every, at, category)
    if not found:
        message = _("%(code)s has no category %(category)s of %(by)s.")
        raise ValidationError(message % {"code": code, "category": category, "by": by})
    return Answer(found[0], at, definition_for(release, code, period), release.id)


def _of_category(figures: Iterable[Figure], at: Organisation, category: str | None) -> list[Figure]:
    return [each for each in figures if each.organisation == at.pk and each.category == category]


def definition_for(release: Release, code: str, period: Period) -> Definition:
    """Return the version that makes the figure of a period; the newest where none does."""
    return version_for(release.definitions, code, period) or release.newest(code)


def open_store(
    release: Release, codes: Sequence[str], as_of: date | None = None, *, of_groups: bool = False
) -> FigureStore:
    """Return the figures of a release, computed again where they are to have the tree of one day."""
    if of_groups:
        require_groups(release)
    if as_of is None:
        return release.group_store if of_groups else release.store
    check_day(release, as_of)
    # Few questions compute anything, and the engine takes longer to load than the others take.
    from tongxin.figures.harmonising import harmonise  # noqa: PLC0415

    return store_in(harmonise(release, list(codes), as_of, of_groups=of_groups), release.id)


def check_day(release: Release, as_of: date | None) -> None:
    """Refuse a day whose tree is not known: before the first facts, or after the data of the release."""
    if as_of is not None and as_of > release.cut_on:
        raise ValidationError(_("The data of this release end before that day."))
    if as_of is not None and as_of < FIRST_TREE:
        raise ValidationError(_("The tree does not reach back so far."))


def read_figures(
    store: FigureStore, code: str, nodes: tuple[int, ...], periods: tuple[Period, ...], by: str | None = None
) -> Sequence[Figure]:
    """Read figures, and keep what pages show again and again: figures of a release never change."""
    if len(nodes) * len(periods) > MOST_KEPT:
        return store.read(code, nodes, periods, by)
    return _read_kept(store, code, nodes, periods, by)


@lru_cache(maxsize=256)
def _read_kept(
    store: FigureStore, code: str, nodes: tuple[int, ...], periods: tuple[Period, ...], by: str | None
) -> tuple[Figure, ...]:
    return tuple(store.read(code, nodes, periods, by))


def _units(store: FigureStore, question: Question, user: Principal) -> dict[Period, list[Organisation]]:
    """Return the units of each period, those that the user may see."""
    if question.level is None:
        return {period: [question.at] for period in question.periods}
    ids = {period: units_below(store, question, period) for period in question.periods}
    known = Organisation.objects.in_bulk(list({pk for found in ids.values() for pk in found}))
    visible = {unit.pk: unit for unit in keep_visible(user, known.values(), Action.SEE_FIGURES)}
    return {period: [visible[pk] for pk in found if pk in visible] for period, found in ids.items()}


def _breakdown_named(definition: Definition, by: str | None) -> str | None:
    """Return the name of a breakdown, its fields given in any order; refuses one that is not there."""
    if by is None:
        return None
    names = {frozenset(each.name.split(",")): each.name for each in definition.breakdowns}
    asked = frozenset(name.strip() for name in by.split(","))
    if asked not in names:
        offered = ", ".join(f"“{name}”" for name in names.values()) or _("none")
        message = _("%(code)s is not broken down by %(by)s. Its breakdowns: %(offered)s.")
        raise ValidationError(message % {"code": definition.code, "by": by, "offered": offered})
    return names[asked]


def check_level(question: Question) -> None:
    """Refuse a level that cannot stand below the unit; one that merely has no units there is no mistake.

    Pages do not ask: their links may lead to a unit that lacks the level, and show nothing there.
    """
    check_group_level(question)
    highest = RANKS.index(question.at.level) if question.at.level in RANKS else len(RANKS)
    if question.level in RANKS[: highest + 1] and highest < len(RANKS):
        message = _("Units of the level %(level)s do not stand below %(unit)s.")
        raise ValidationError(message % {"level": question.level, "unit": question.at.code})


def _check_size(count: int, most: int) -> None:
    if count > most:
        message = _(
            "That would be %(count)d figures; at most %(most)d are given. Choose fewer units or periods."
        )
        raise ValidationError(message % {"count": count, "most": most})
