"""Taking a roster in from the command line: the same actions as the page, and one shape of answer."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils.translation import gettext as _

from tongxin.cli.home import Bar
from tongxin.containers.packed import MEGABYTE
from tongxin.organisations.access import Action, Principal, get_organisation_for
from tongxin.workbooks.containers import MAX_FILE_MEGABYTES
from tongxin.workforce.roster_actions import apply_roster, receive_roster
from tongxin.workforce.roster_answers import refused_answer, roster_answer
from tongxin.workforce.roster_workbooks import write_roster_verdicts

_CODES = {Http404: "unit_unknown", PermissionDenied: "not_allowed", ValidationError: "refused"}


def _read(file: Path) -> bytes:
    """Read a file, but no more of it than could be taken in."""
    with file.open("rb") as sent:
        body = sent.read(MAX_FILE_MEGABYTES * MEGABYTE + 1)
    if len(body) > MAX_FILE_MEGABYTES * MEGABYTE:
        message = _("The file is larger than %(limit)s MB. Split the rows over several files.")
        raise ValidationError(message % {"limit": MAX_FILE_MEGABYTES})
    return body


def import_roster(
    file: Path,
    *,
    code: str,
    user: Principal,
    effective_on: date | None,
    is_dry_run: bool,
    verdicts: Path | None,
) -> tuple[dict[str, Any], bool]:
    """Return what the import did, and whether it was refused as a whole."""
    try:
        unit = get_organisation_for(user, code, Action.CHANGE_PEOPLE)
        received = receive_roster(
            unit,
            actor=user,
            file_name=file.name,
            body=_read(file),
            effective_on=effective_on,
            is_dry_run=is_dry_run,
        )
        with Bar(file.name) as progress:
            done = apply_roster(received.pk, progress=progress)
    except (Http404, PermissionDenied, ValidationError) as refusal:
        message = " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
        reason = next(code for kind, code in _CODES.items() if isinstance(refusal, kind))
        return refused_answer(reason, message), True
    if verdicts and not done.refusal:
        write_roster_verdicts(done, verdicts)
    return roster_answer(done), bool(done.refusal)
