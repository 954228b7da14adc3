"""One place where what went wrong becomes one clear sentence and an exit status."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db.utils import OperationalError, ProgrammingError
from django.http import Http404


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
    from tongxin.analytics.conditions.errors import ConditionError
    from tongxin.analytics.definition_nodes import DefinitionError
    from tongxin.codes.periods import PeriodError
    from tongxin.figures.queries import NoReleaseError
    from tongxin.lake.queries import NoCutError

    if isinstance(error, FileNotFoundError | IsADirectoryError | PermissionError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    if isinstance(error, OperationalError | ProgrammingError):
        return _database_sentence(error)
    match error:
        case ValidationError():
            return " ".join(error.messages)
        case PermissionDenied() | Http404() | PeriodError() | DefinitionError() | ConditionError():
            return str(error) or "You may not do this."
        case NoReleaseError():
            return f"There is no release {error}. Build one with “tongxin release build”."
        case NoCutError():
            return f"There is no data cut {error}. Make one with “tongxin extract”."
        case ImproperlyConfigured():
            return str(error)
        case ObjectDoesNotExist():
            return "This home has no programme yet. Run “tongxin migrate” or “tongxin demo” first."
    return None


def _database_sentence(error: Exception) -> str | None:
    if "no such table" in str(error) or "does not exist" in str(error):
        return "The database is not prepared. Run “tongxin migrate” or “tongxin demo” first."
    return f"The database cannot be used: {error}" if isinstance(error, OperationalError) else None
