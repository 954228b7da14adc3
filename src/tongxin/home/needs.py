"""What waits for the reader: only what exists, and what their roles allow them to do."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongxin.accounts.models import User
from tongxin.codes.periods import last_complete
from tongxin.figures.queries import Release
from tongxin.figures.release_views import may_build
from tongxin.figures.requests import BUILD
from tongxin.home.needs_shape import Need
from tongxin.home.plan_needs import plan_needs
from tongxin.jobs.models import Job
from tongxin.organisations.access import Action, actions_of
from tongxin.organisations.queries import get_programme
from tongxin.plans.access import documents_to_confirm
from tongxin.ui.formats import period as period_text
from tongxin.workforce.access import proposals_visible_to
from tongxin.workforce.duplicate_access import pairs_visible_to
from tongxin.workforce.models import CorrectionProposal, DuplicatePair, RosterImport

RECENT = timedelta(days=30)
MOST_IMPORTS = 3
MOST_DOCUMENTS = 3


def needs_of(user: User, release: Release) -> list[Need]:
    """Return what the reader should look at, the late first."""
    allowed = actions_of(user)
    found: list[Need] = []
    if Action.BUILD_RELEASE in allowed and may_build(user):
        found += _releases(release)
    if Action.REVIEW_PEOPLE in allowed:
        found += _proposals(user)
        found += _duplicates(user)
    if Action.CHANGE_PEOPLE in allowed:
        found += _imports(user)
    if Action.CHANGE_PLANS in allowed:
        found += _task_proposals(user)
    found += plan_needs(user)
    return sorted(found, key=lambda need: not need.is_late)


def _releases(release: Release) -> list[Need]:
    found = []
    last = Job.objects.filter(kind=BUILD).first()
    if last is not None and last.state == Job.State.FAILED and last.created_at > timezone.now() - RECENT:
        found.append(Need(_("The last release could not be built."), reverse("releases"), is_late=True))
    elif last is not None and not last.is_over:
        found.append(Need(_("A release is being built."), reverse("releases")))
    programme = get_programme()
    if programme is not None and programme.facts_until is None:
        due = last_complete(timezone.localdate(), release.default_kind)
        if due > release.default_period():
            text = _("%(period)s is over and has no figures yet: please build a release.")
            found.append(Need(text % {"period": period_text(due)}, reverse("releases"), is_late=True))
    return found


def _proposals(user: User) -> list[Need]:
    waiting = (
        proposals_visible_to(user)
        .filter(state=CorrectionProposal.State.OPEN)
        .exclude(proposed_by=user)
        .count()
    )
    if not waiting:
        return []
    text = ngettext(
        "%(count)d proposed correction waits for a decision.",
        "%(count)d proposed corrections wait for a decision.",
        waiting,
    )
    return [Need(text % {"count": waiting}, reverse("proposals"))]


def _duplicates(user: User) -> list[Need]:
    waiting = pairs_visible_to(user).filter(state=DuplicatePair.State.OPEN).count()
    if not waiting:
        return []
    text = ngettext(
        "%(count)d pair of entries is perhaps one person.",
        "%(count)d pairs of entries are perhaps one person each.",
        waiting,
    )
    return [Need(text % {"count": waiting}, reverse("duplicates"))]


def _task_proposals(user: User) -> list[Need]:
    """Return the documents whose proposals nobody has decided on, the newest first."""
    found = []
    for document in documents_to_confirm(user)[:MOST_DOCUMENTS]:
        text = ngettext(
            "“%(title)s”: %(count)d proposed task waits to be confirmed.",
            "“%(title)s”: %(count)d proposed tasks wait to be confirmed.",
            document.n_open,
        )
        url = reverse("document", args=[document.pk])
        found.append(Need(text % {"title": document.title, "count": document.n_open}, url))
    return found


def _imports(user: User) -> list[Need]:
    """Return the reader's own recent workbooks with rows that came back."""
    sent = RosterImport.objects.filter(
        sent_by=user, n_rejected__gt=0, state=RosterImport.State.APPLIED, sent_at__gt=timezone.now() - RECENT
    ).select_related("organisation")
    found = []
    for each in sent[:MOST_IMPORTS]:
        text = ngettext(
            "%(file)s: %(count)d row needs correction.",
            "%(file)s: %(count)d rows need correction.",
            each.n_rejected,
        )
        url = reverse("roster", args=[each.pk])
        found.append(Need(text % {"file": each.file_name, "count": each.n_rejected}, url))
    return found
