"""Proofs of a report: files checked by their content, figures by the address of their passport."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, QueryDict
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from tongxin.accounts.models import User
from tongxin.audit import log
from tongxin.codes.periods import PeriodError
from tongxin.containers.attachments import kind_of_attachment
from tongxin.figures.asked import Asked, read_figure
from tongxin.figures.pages import read_passport_asked
from tongxin.figures.places import passport_url
from tongxin.figures.queries import NoReleaseError, Release, read_release
from tongxin.figures.selection import Answer
from tongxin.figures.words import category_name, indicator_name, value_text
from tongxin.files.actions import discard_file, store_file
from tongxin.organisations.access import Principal
from tongxin.plans.models import Evidence, Report
from tongxin.plans.report_actions import hold_to_write

MOST_PROOFS = 20


@transaction.atomic
def attach_file(report: Report, *, actor: Principal, name: str, content: bytes) -> Evidence:
    """Add a file to a report; raises `AttachmentRefused` for what is not kept, with what was found."""
    report = _hold_with_room(report, actor)
    kind_of_attachment(name, content, most_megabytes=settings.TONGXIN_EVIDENCE_MEGABYTES)
    # Looked for before anything is written: bytes on disk know nothing of a transaction that fails.
    digest = hashlib.sha256(content).hexdigest()
    if Evidence.objects.filter(report=report, file__sha256=digest).exists():
        raise ValidationError({"file": _("The report has this very file already.")})
    sender = actor if isinstance(actor, User) else None
    file = store_file(name, content, actor=sender, is_kept=True)
    proof = Evidence.objects.create(report=report, title=file.name, file=file, added_by=sender)
    _record(proof, actor, "evidence.added", sha256=file.sha256, size=file.size)
    return proof


@transaction.atomic
def attach_figure(report: Report, *, actor: Principal, address: str) -> Evidence:
    """Add a figure to a report by the address of its passport, in the release that is current now."""
    report = _hold_with_room(report, actor)
    release, asked = _figure_named(address, actor)
    found = read_figure(release, asked, actor)
    passport = passport_url(found.figure, asked.at.code, release=release.id, as_of=asked.as_of)
    if Evidence.objects.filter(report=report, passport=passport).exists():
        raise ValidationError({"passport": _("The report has this figure already.")})
    told = {
        "indicator": _figure_name(found),
        "unit": asked.at.name,
        "period": asked.period,
        "value": value_text(found.figure, found.definition),
    }
    title = _("%(indicator)s, %(unit)s, %(period)s: %(value)s") % told
    sender = actor if isinstance(actor, User) else None
    proof = Evidence.objects.create(report=report, title=title[:255], passport=passport, added_by=sender)
    _record(proof, actor, "evidence.added", passport=passport)
    return proof


def _figure_name(found: Answer) -> str:
    """Return the name of an indicator, with the category that the figure is about."""
    figure, name = found.figure, indicator_name(found.definition)
    by = next((each for each in found.definition.breakdowns if each.name == figure.breakdown), None)
    return f"{name} ({category_name(by, figure.category)})" if by else name


def _figure_named(address: str, actor: Principal) -> tuple[Release, Asked]:
    """Return the figure that an address names, of this or another copy of the product."""
    try:
        parts = urlsplit(address.strip())
        match = resolve(parts.path)
        if match.url_name != "passport":
            raise Resolver404
        release = read_release()
        return release, read_passport_asked(release, match.kwargs["code"], QueryDict(parts.query), actor)
    except (Resolver404, ValueError) as error:
        message = _("This is not the address of a figure. Open the figure and copy the address of its page.")
        reason = str(error) if isinstance(error, PeriodError) else message
        raise ValidationError({"passport": reason}) from None
    except NoReleaseError:
        raise ValidationError({"passport": _("No figures were computed yet.")}) from None
    except Http404 as hidden:
        raise ValidationError({"passport": str(hidden)}) from None


@transaction.atomic
def remove_evidence(proof: Evidence, *, actor: Principal) -> None:
    """Take a proof out of a report that is not submitted; a file's bytes go too."""
    report = hold_to_write(proof.report, actor)
    proof.report = report
    _record(proof, actor, "evidence.removed", title=proof.title)
    file = proof.file
    proof.delete()
    if file is not None:
        discard_file(file)


def _hold_with_room(report: Report, actor: Principal) -> Report:
    report = hold_to_write(report, actor)
    if report.evidence.count() >= MOST_PROOFS:
        raise ValidationError(_("A report has at most %(most)d proofs.") % {"most": MOST_PROOFS})
    return report


def _record(proof: Evidence, actor: Principal, verb: str, **changes: Any) -> None:
    unit = proof.report.task.organisation_id
    log.record(actor=actor, action=verb, target=proof, organisation_id=unit, **changes)
