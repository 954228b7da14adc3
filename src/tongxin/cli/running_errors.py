"""One place where what went wrong becomes one clear sentence and an exit status."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from tongxin.containers.marking import gettext_noop as _


class Refused(Exception):
    """Something that cannot be done, in words for the person at the terminal."""

    def __init__(self, message: str, code: str = "refused") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


@contextmanager
def explained(arguments: Sequence[str]) -> Iterator[None]:
    """Say what went wrong on standard error, and in the JSON where JSON was asked for; then exit with 1."""
    try:
        yield
    except Refused as refused:
        _tell(refused.message, arguments)
        raise SystemExit(1) from None
    except click.ClickException:
        raise
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:
        message = _sentence(error)
        if message is None:
            raise
        _tell(message, arguments)
        raise SystemExit(1) from None


def _tell(message: str, arguments: Sequence[str]) -> None:
    if "json" in arguments or "--format=json" in arguments:
        click.echo(json.dumps({"error": message}, ensure_ascii=False))
    click.echo(f"tongxin: {message}", err=True)


def _sentence(error: Exception) -> str | None:
    from django.core.exceptions import (
        ImproperlyConfigured,
        ObjectDoesNotExist,
        PermissionDenied,
        ValidationError,
    )
    from django.db.utils import OperationalError, ProgrammingError
    from django.http import Http404

    from tongxin.analytics.conditions.errors import ConditionError
    from tongxin.analytics.definition_nodes import DefinitionError
    from tongxin.codes.periods import PeriodError
    from tongxin.figures.queries import NoReleaseError
    from tongxin.lake.queries import LakeWrittenDirectlyError, NoCutError

    if (message := _sentence_of_file(error)) is not None:
        return message
    if isinstance(error, OperationalError | ProgrammingError):
        return _database_sentence(error)
    match error:
        case ValidationError():
            return " ".join(error.messages)
        case PeriodError(text=str(text)):
            message = _said(
                _("“%(text)s” is not a period; write a year 2026, a quarter 2026Q3 or a month 2026-09.")
            )
            return message % {"text": text}
        case (
            PermissionDenied()
            | Http404()
            | PeriodError()
            | DefinitionError()
            | ConditionError()
            | ImproperlyConfigured()
        ):
            return str(error) or _said(_("You may not do this."))
        case NoReleaseError() | NoCutError():
            return _missing_sentence(error)
        case LakeWrittenDirectlyError():
            message = _(
                "The people of this home are in the lake alone, and “%(source)s” are registered beside them. "
                "Use another folder as TONGXIN_HOME for registered facts."
            )
            return _said(message) % {"source": error}
        case ObjectDoesNotExist():
            return _said(_("This home has no programme yet. Run “tongxin migrate” or “tongxin demo” first."))
    return None


def _sentence_of_file(error: Exception) -> str | None:
    from tongxin.analytics.damage import DamagedFileError
    from tongxin.containers.refusals import FileRefused
    from tongxin.files.refusals import say_refused

    match error:
        case FileRefused():
            return say_refused(error)
        case DamagedFileError():
            return _damage_sentence(error.path)
        case FileNotFoundError() | IsADirectoryError() | PermissionError() if error.filename:
            return _file_sentence(error)
    return None


def _file_sentence(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            message = _said(_("There is no file or folder %(file)s."))
        case IsADirectoryError():
            message = _said(_("%(file)s is a folder, not a file."))
        case _other:
            message = _said(_("%(file)s may not be read or written by this user."))
    return message % {"file": error.filename}


def _damage_sentence(path: Path) -> str:
    message = _(
        "Release damaged: the file %(file)s is missing or cannot be read. “tongxin release verify” says "
        "what differs; build anew with “tongxin release build”."
    )
    return _said(message) % {"file": path}


def _missing_sentence(error: LookupError) -> str:
    from tongxin.figures.queries import NoReleaseError

    is_release, name = isinstance(error, NoReleaseError), str(error)
    if name == "current":
        if is_release:
            return _said(_("There is no release yet. Build one with “tongxin release build”."))
        return _said(_("There is no data cut yet. Make one with “tongxin extract”."))
    kept = _said(_("There is no release %(name)s. “tongxin release list” lists those kept."))
    return (kept if is_release else _said(_("There is no data cut %(name)s."))) % {"name": name}


def _database_sentence(error: Exception) -> str | None:
    from django.db.utils import OperationalError

    if "no such table" in str(error) or "does not exist" in str(error):
        return _said(_("The database is not prepared. Run “tongxin migrate” or “tongxin demo” first."))
    if "no such column" in str(error):
        return _said(_("The database is of an older version. Run “tongxin migrate” first."))
    if not isinstance(error, OperationalError):
        return None
    return _said(_("The database cannot be used: %(reason)s")) % {"reason": error}


def _said(message: str) -> str:
    """Return a sentence in the home's language; in English where its settings could not be read."""
    from django.apps import apps
    from django.utils.translation import gettext

    return gettext(message) if apps.ready else message
